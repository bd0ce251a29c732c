"""May they work it? Everything stored around a shift, held against the rules in the transaction that asks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, Connection, bindparam, or_, select

from app.rota.load import needs_of, rules_of, terms_of
from app.rota.people import workers_of
from app.shell import Shell
from app.tables import incidents, programs, rota_exceptions, time_off, worked_on
from dispatch.rota.against import Against, overlap
from dispatch.rota.composition import (
    GOING,
    IN_REACH,
    Together,
    against_bring,
    against_team,
    can_be_judged,
    stretches_together,
)
from dispatch.rota.final import final
from dispatch.rota.may_work import ASKED, Objection, SetAside, objections, weighed
from dispatch.rota.rules import Assignment, Away, TierNeed
from dispatch.rota.staff import Worker
from dispatch.rota.terms import RotaTerms
from dispatch.value import Refused

AROUND = timedelta(days=8)
# Nobody is out on one call for longer; what began before cannot end within the rest before a shift.
CALL_OUT_AT_MOST = timedelta(days=3)
GONE = "That person does not work here any more. Choose another."
_INSTANT = time_off.c.ends_at.type
_FROM, _TO = bindparam("start", type_=_INSTANT), bindparam("end", type_=_INSTANT)
_PROGRAM: BindParameter[str] = bindparam("program")
_EXCEPTIONS = select(
    rota_exceptions.c.person, rota_exceptions.c.rule, rota_exceptions.c.starts_at, rota_exceptions.c.ends_at
).where(
    rota_exceptions.c.program == _PROGRAM,
    rota_exceptions.c.ends_at > _FROM,
    rota_exceptions.c.withdrawn_at.is_(None),
)
_TIME_OFF = select(time_off).where(
    time_off.c.program == _PROGRAM,
    time_off.c.ends_at > _FROM,
    time_off.c.starts_at < _TO,
    time_off.c.state.in_(("approved", "asked")),
)
# Whoever is still out comes back now at the earliest.
_CALL_OUTS = (
    select(worked_on.c.person, incidents.c.en_route_at, incidents.c.cleared_at)
    .join(incidents, incidents.c.id == worked_on.c.incident)
    .where(
        incidents.c.program == _PROGRAM,
        incidents.c.opened_at > _FROM,
        incidents.c.opened_at < _TO,
        incidents.c.en_route_at.is_not(None),
        or_(incidents.c.cleared_at.is_not(None), incidents.c.on_board),
    )
)
_HOUSE = select(programs.c.zone, programs.c.state).where(programs.c.id == _PROGRAM)


@dataclass(frozen=True)
class Known:
    """All that bears on who may work between two instants in one program. Read once, asked often."""

    workers: Mapping[str, Worker]
    terms: RotaTerms
    zone: ZoneInfo
    state: str | None
    needs: tuple[TierNeed, ...]
    # The final rota from 8 days before to 8 days after.
    found: tuple[Assignment, ...]
    away: tuple[Away, ...]
    set_aside: tuple[SetAside, ...]
    call_outs: Mapping[str, tuple[tuple[datetime, datetime], ...]]

    def against(self, wanted: Assignment, without: Iterable[Assignment] = ()) -> tuple[Objection, ...]:
        """All that speaks against one assignment, hard first; `without` are those that go away for it."""
        worker = self.workers.get(wanted.person)
        if worker is None:
            return (Objection("staff", "hard", wanted.person, GONE),)
        left = tuple(_left(self.found, without))
        alone = objections(
            worker,
            wanted,
            tuple(one for one in left if one.person == wanted.person),
            self.terms,
            self.zone,
            self.call_outs.get(wanted.person, ()),
            self.away,
            state=self.state,
            set_aside=self.set_aside,
        )
        team = weighed(self._team(wanted, left), wanted, self.terms, self.set_aside)
        return tuple(sorted((*alone, *team), key=lambda one: one.weight == "soft"))

    def together(
        self, people: Iterable[str], starts_at: datetime, ends_at: datetime
    ) -> tuple[Objection, ...]:
        """What the state's law says against these people going together, with whoever is in reach then."""
        named = list(dict.fromkeys(person for person in people if person in self.workers))
        if not named:
            return ()
        asked = Assignment(named[0], GOING[0], starts_at, ends_at, "")
        team = [replace(asked, person=person) for person in named]
        reach = [one for one in self.found if one.tier in IN_REACH]
        stretches = stretches_together((*team, *reach), self.workers, asked.tier, starts_at, ends_at)
        found = (one for piece in stretches for one in against_team(piece, self.state, self.terms, self.zone))
        freed = any(aside.covers("composition", one) for aside in self.set_aside for one in team)
        return () if freed else weighed(dict.fromkeys(found), asked, self.terms)

    def _team(self, wanted: Assignment, left: tuple[Assignment, ...]) -> Iterator[Against]:
        """What the law and the tier's needs say of those who would be on together. What was lacking before the
        change is warned of: nobody is turned away for what they do not make worse."""
        need = next((one for one in self.needs if one.tier == wanted.tier), None)
        if need is None:
            return
        before = set(self._lacks(self.found, wanted, need))
        for lack in dict.fromkeys(self._lacks((*left, wanted), wanted, need)):
            yield replace(lack, mild=lack.mild or lack in before)

    def _lacks(self, found: Iterable[Assignment], wanted: Assignment, need: TierNeed) -> Iterator[Against]:
        span = wanted.starts_at, wanted.ends_at
        for piece in stretches_together(found, self.workers, wanted.tier, *span):
            yield from self._lacks_of(piece, need)

    def _lacks_of(self, piece: Together, need: TierNeed) -> Iterator[Against]:
        if len(piece.team) < max(need.people, 1):
            # A place is empty; whoever takes it may still bring what is missing.
            return
        if can_be_judged(need.tier, need.people, self.state):
            yield from against_team(piece, self.state, self.terms, self.zone)
        yield from against_bring(piece.team, need.bring, piece.starts_at, piece.ends_at, self.zone)


def known(
    connection: Connection, shell: Shell, program: str, starts_at: datetime, ends_at: datetime
) -> Known:
    """Everything stored that bears on shifts within this span."""
    asked = {"program": program, "start": starts_at, "end": ends_at}
    start, end = starts_at - AROUND, ends_at + AROUND
    house = connection.execute(_HOUSE, {"program": program}).one()
    return Known(
        workers=workers_of(connection, program),
        terms=terms_of(connection, program),
        zone=ZoneInfo(house.zone),
        state=house.state,
        needs=needs_of(connection, program),
        found=final(rules_of(connection, program, start, end), start, end),
        away=tuple(
            Away(row.person, row.starts_at, row.ends_at, row.kind if row.state == "approved" else ASKED)
            for row in connection.execute(_TIME_OFF, asked)
        ),
        set_aside=set_aside_of(connection, program, starts_at),
        call_outs=_call_outs(connection, shell, program, starts_at, ends_at),
    )


def may_work(
    connection: Connection,
    shell: Shell,
    program: str,
    person: str,
    tier: str,
    starts_at: datetime,
    ends_at: datetime,
    without: tuple[Assignment, ...] = (),
) -> tuple[Objection, ...]:
    """All that speaks against this person in this tier over this span, hard rules first. `without` are the
    assignments of anybody that the same change takes away."""
    wanted = Assignment(person, tier, starts_at, ends_at, "")
    return known(connection, shell, program, starts_at, ends_at).against(wanted, without)


def require_may_work(
    connection: Connection,
    shell: Shell,
    program: str,
    person: str,
    tier: str,
    starts_at: datetime,
    ends_at: datetime,
    without: tuple[Assignment, ...] = (),
) -> tuple[Objection, ...]:
    """The same, in the transaction that commits: refused with the first hard rule's sentence; what is left is to
    be warned of."""
    found = may_work(connection, shell, program, person, tier, starts_at, ends_at, without)
    for objection in found:
        if objection.weight == "hard":
            raise Refused(objection.sentence)
    return found


def set_aside_of(connection: Connection, program: str, since: datetime) -> tuple[SetAside, ...]:
    """Every rule that is set aside now or later."""
    rows = connection.execute(_EXCEPTIONS, {"program": program, "start": since})
    return tuple(SetAside(*row) for row in rows)


def _call_outs(
    connection: Connection, shell: Shell, program: str, starts_at: datetime, ends_at: datetime
) -> dict[str, tuple[tuple[datetime, datetime], ...]]:
    now = shell.clock.now()
    asked = {"program": program, "start": starts_at - CALL_OUT_AT_MOST, "end": ends_at}
    out: dict[str, list[tuple[datetime, datetime]]] = {}
    for row in connection.execute(_CALL_OUTS, asked):
        out.setdefault(row.person, []).append((row.en_route_at, row.cleared_at or now))
    return {person: tuple(sorted(spans)) for person, spans in out.items()}


def _left(found: Iterable[Assignment], without: Iterable[Assignment]) -> Iterator[Assignment]:
    """What stays of the rota when these assignments go away."""
    pieces = list(found)
    for gone in without:
        pieces = [piece for one in pieces for piece in _cut(one, gone)]
    yield from pieces


def _cut(one: Assignment, gone: Assignment) -> list[Assignment]:
    if (one.person, one.tier) != (gone.person, gone.tier) or not overlap(one, gone.starts_at, gone.ends_at):
        return [one]
    before = replace(one, ends_at=gone.starts_at)
    after = replace(one, starts_at=gone.ends_at)
    return [piece for piece in (before, after) if piece.starts_at < piece.ends_at]
