"""What a shift that ends leaves behind: every open incident still with somebody who is going home."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from app.oncall import on_duty, who_is_asked
from app.queries.board import open_incidents
from app.rota.load import rules_of
from app.tables import people, seats
from app.world import policy_of
from dispatch.board import OnCall
from dispatch.incident import Due, Incident, Member
from dispatch.messages import HandOverWaits
from dispatch.rota.final import final
from dispatch.rota.rules import Assignment
from dispatch.stages import COMMITTED, WRITING, Step

# Whose shift ends within this hands over; whose shift is longer over has none any more.
SOON = timedelta(hours=1)
LOOKED_BACK = timedelta(hours=24)
# A few minutes between two shifts do not make one an end.
JOINED = timedelta(minutes=5)


@dataclass(frozen=True)
class Leaving:
    """One person's seat on one incident, or the notes they owe of it. `over_at`: the end of their shift, None
    where they have none. `there`: at the place, where a seat changes hands at the place."""

    incident: Incident
    person: str
    name: str
    seat: str
    step: str
    there: bool
    notes: bool
    over_at: datetime | None
    due: Due | None

    @property
    def ref(self) -> int:
        """The spoken number."""
        return self.incident.ref


@dataclass(frozen=True)
class Taker:
    """Somebody who may take over now."""

    person: str
    name: str
    tier: str


@dataclass(frozen=True)
class HandOverPage:
    """All that waits to be handed over, soonest end first, and who may take it."""

    leaving: tuple[Leaving, ...]
    takers: tuple[Taker, ...]


@dataclass(frozen=True)
class DueHandOver:
    """A shift is over and the incident is still with its person. `messages` are to both of them, each with the
    key under which it is told once."""

    incident: str
    outgoing: str
    messages: tuple[tuple[str, HandOverWaits], ...]


def hand_over_page(connection: Connection, program: str, now: datetime) -> HandOverPage:
    """What the page shows."""
    names = _names(connection, program)
    found = _leaving(connection, program, now, names)
    order = sorted(found, key=lambda one: (one.notes, one.over_at or now, one.ref, one.seat))
    takers = _takers(connection, program, now)
    return HandOverPage(
        tuple(order), tuple(Taker(one.person, names.get(one.person, ""), one.tier) for one in takers)
    )


def waits(connection: Connection, program: str, now: datetime, ref: int, outgoing: str) -> bool:
    """Does this incident wait to be taken over from this person?"""
    found = _leaving(connection, program, now, {})
    return any(one.ref == ref and one.person == outgoing and not one.notes for one in found)


def due_handovers(connection: Connection, program: str, now: datetime) -> tuple[DueHandOver, ...]:
    """Every seat whose shift is over, with the message to its holder and to the next who could take it."""
    if connection.execute(select(seats.c.person).limit(1)).first() is None:
        return ()
    names = _names(connection, program)
    over = [one for one in _leaving(connection, program, now, names) if one.over_at and not one.notes]
    due = [one for one in over if one.over_at is not None and one.over_at <= now]
    free = [one.person for one in _takers(connection, program, now)] if due else []
    return tuple(_due(one, free) for one in due)


def _due(one: Leaving, free: list[str]) -> DueHandOver:
    incoming = next((person for person in free if one.incident.member(person) is None), None)
    key = f"hand-over:{one.incident.id}:{one.person}"
    told = [(f"{key}:out", HandOverWaits(one.person, one.ref, one.name))]
    if incoming is not None:
        told.append((f"{key}:in", HandOverWaits(incoming, one.ref, one.name)))
    return DueHandOver(one.incident.id, one.person, tuple(told))


def still_theirs(connection: Connection, due: DueHandOver) -> bool:
    """Is the seat still with the one who leaves? Asked in the transaction that owes the text."""
    held = select(seats.c.person).where(seats.c.person == due.outgoing, seats.c.incident == due.incident)
    return connection.execute(held).first() is not None


def _leaving(connection: Connection, program: str, now: datetime, names: dict[str, str]) -> list[Leaving]:
    held = [
        (incident, member)
        for incident in open_incidents(connection, program)
        if incident.stage in COMMITTED or incident.stage in WRITING
        for member in incident.members
    ]
    if not held:
        return []
    start, end = now - LOOKED_BACK, now + LOOKED_BACK
    rota = final(rules_of(connection, program, start, end), start, end)
    ends = {person: _over_at(rota, person, now) for person in {member.person for _, member in held}}
    return [
        _one(incident, member, over_at, names)
        for incident, member in held
        if (over_at := ends[member.person]) is None or over_at <= now + SOON
    ]


def _over_at(rota: Iterable[Assignment], person: str, now: datetime) -> datetime | None:
    """When this person's time on call ends or has ended: shifts that follow one another are one."""
    until: datetime | None = None
    for one in sorted((one for one in rota if one.person == person), key=lambda one: one.starts_at):
        follows = until is not None and one.starts_at <= until + JOINED and until + JOINED > now
        if one.starts_at <= now or follows:
            until = one.ends_at if until is None else max(until, one.ends_at)
    return until


def _one(incident: Incident, member: Member, over_at: datetime | None, names: dict[str, str]) -> Leaving:
    return Leaving(
        incident=incident,
        person=member.person,
        name=names.get(member.person, "Someone"),
        seat=member.seat.value,
        step=member.step.value,
        there=member.step is Step.ON_SCENE,
        notes=incident.stage in WRITING,
        over_at=over_at,
        due=_next_due(incident, member),
    )


def _next_due(incident: Incident, member: Member) -> Due | None:
    """What this person owes next: their own check-in, their own step, or what the whole team owes."""
    check = Due("check", member.check_by, member.person) if member.check_by else None
    owed = (check, incident.due_of(member.person), incident.due_of(None))
    return min((due for due in owed if due is not None), key=lambda due: due.at, default=None)


def _takers(connection: Connection, program: str, now: datetime) -> list[OnCall]:
    """Those whom a page could reach now and who are free, in the order in which they would be asked."""
    out = set(connection.scalars(select(seats.c.person)))
    ladder = [rung.tier for rung in policy_of(connection, program).ladder]
    free = [
        one
        for one in who_is_asked(on_duty(connection, program, now))
        if one.person not in out and one.tier in ladder
    ]
    return sorted(free, key=lambda one: ladder.index(one.tier))


def _names(connection: Connection, program: str) -> dict[str, str]:
    rows = connection.execute(select(people.c.id, people.c.name).where(people.c.program == program))
    return {row.id: row.name for row in rows}
