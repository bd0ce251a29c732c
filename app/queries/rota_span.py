"""The final rota of a span, with the names, needs and changes that every view of it draws from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, or_, select

from app.queries.house import Program, program_of
from app.rota.load import needs_of, rules_of, terms_of
from app.rota.shifts import TIER_NAMES
from app.spoken import family_names
from app.tables import covers, people, programs, rota_drafts, rota_layers, rota_overrides
from app.world import TIERS
from dispatch.rota.cover import HOLES
from dispatch.rota.final import final
from dispatch.rota.gaps import Gap, gaps
from dispatch.rota.rules import Assignment, Rules, TierNeed
from dispatch.rota.terms import RotaTerms

OPEN = ("open", "waiting")


@dataclass(frozen=True)
class Who:
    """One of our people: `short` is how a narrow place names them."""

    id: str
    name: str
    short: str
    credential: str
    skills: tuple[str, ...]
    phone: str | None
    active: bool


@dataclass(frozen=True)
class Changed:
    """A change that put somebody on call: instead of whom, by whose hand, and the cover that it came from."""

    instead_of: str | None
    why: str
    cover: str | None
    made_by: str
    made_at: datetime


@dataclass(frozen=True)
class Asked:
    """An open request for cover or a swap."""

    id: str
    ref: int
    kind: str
    person: str
    tier: str
    starts_at: datetime
    ends_at: datetime
    state: str


@dataclass(frozen=True)
class Waiting:
    """A draft that nobody has published."""

    id: str
    number: int


@dataclass(frozen=True)
class RotaSpan:
    """Who is on call from `starts_at` to `ends_at`, whole shifts, by the rules as they stand."""

    program: Program
    state: str | None
    zone: ZoneInfo
    starts_at: datetime
    ends_at: datetime
    rules: Rules
    found: tuple[Assignment, ...]
    gaps: tuple[Gap, ...]
    needs: tuple[TierNeed, ...]
    terms: RotaTerms
    who: Mapping[str, Who]
    changed: Mapping[str, Changed]
    asked: tuple[Asked, ...]
    layers: Mapping[str, str]

    @property
    def tiers(self) -> tuple[str, ...]:
        """Every tier that is needed, paged or worked: the ladder's own order first."""
        order = [rung.tier for rung in self.program.policy.ladder]
        used = {need.tier for need in self.needs} | {one.tier for one in self.found}
        rest = [tier for tier in TIERS if tier in used and tier not in order]
        return (*order, *rest, *sorted(used - set(order) - set(TIERS)))

    @property
    def broken(self) -> tuple[tuple[str, str], ...]:
        """Layers that cannot be read, by name, each with the sentence that says what to mend."""
        return tuple((self.layers.get(one.id, one.id), one.why) for one in self.rules.broken)

    def asks_for(self, gap: Gap) -> Asked | None:
        """The open request that would fill this hole, if there is one."""
        for asked in self.asked:
            off = asked.kind in HOLES and asked.tier == gap.tier
            if off and asked.starts_at < gap.ends_at and asked.ends_at > gap.starts_at:
                return asked
        return None

    def asked_of(self, one: Assignment) -> Asked | None:
        """The open request about this assignment, if there is one."""
        for asked in self.asked:
            same = (asked.person, asked.tier) == (one.person, one.tier)
            if same and asked.starts_at < one.ends_at and asked.ends_at > one.starts_at:
                return asked
        return None


def rota_span(connection: Connection, program: str, start: datetime, end: datetime) -> RotaSpan:
    """Everything about one span. Nobody stands behind the shift of somebody who was switched off."""
    row = connection.execute(select(programs.c.zone, programs.c.state).where(programs.c.id == program)).one()
    rules, needs = rules_of(connection, program, start, end), needs_of(connection, program)
    who = who_of(connection, program)
    found = tuple(one for one in final(rules, start, end) if one.person in who and who[one.person].active)
    return RotaSpan(
        program=program_of(connection, program),
        state=row.state,
        zone=ZoneInfo(row.zone),
        starts_at=start,
        ends_at=end,
        rules=rules,
        found=found,
        gaps=gaps(found, needs, start, end),
        needs=needs,
        terms=terms_of(connection, program),
        who=who,
        changed=_changed(connection, {one.source for one in found}),
        asked=_asked(connection, program, start, end),
        layers=layer_names(connection, program),
    )


def who_of(connection: Connection, program: str) -> dict[str, Who]:
    """Everybody of a program by id, also those who were switched off."""
    rows = connection.execute(
        select(
            people.c.id, people.c.name, people.c.credential, people.c.skills, people.c.phone, people.c.active
        )
        .where(people.c.program == program)
        .order_by(people.c.name)
    ).all()
    short = family_names({row.id: row.name for row in rows})
    return {
        row.id: Who(row.id, row.name, short[row.id], row.credential, tuple(row.skills), row.phone, row.active)
        for row in rows
    }


def waiting_draft(connection: Connection, program: str) -> Waiting | None:
    """The newest draft of the planner, if it is worked out and not published."""
    row = connection.execute(
        select(rota_drafts.c.id, rota_drafts.c.number, rota_drafts.c.state)
        .where(rota_drafts.c.program == program)
        .order_by(rota_drafts.c.number.desc())
        .limit(1)
    ).first()
    return Waiting(row.id, row.number) if row is not None and row.state in ("done", "stopped") else None


def layer_names(connection: Connection, program: str) -> dict[str, str]:
    """The layers of a program, each by the name that people gave it."""
    rows = connection.execute(
        select(rota_layers.c.id, rota_layers.c.name, rota_layers.c.tier).where(
            rota_layers.c.program == program
        )
    )
    return {row.id: row.name or TIER_NAMES.get(row.tier, row.tier) for row in rows}


def _changed(connection: Connection, sources: set[str]) -> dict[str, Changed]:
    rows = connection.execute(select(rota_overrides).where(rota_overrides.c.id.in_(sources)))
    return {row.id: Changed(row.instead_of, row.why, row.cover, row.made_by, row.made_at) for row in rows}


def _asked(connection: Connection, program: str, start: datetime, end: datetime) -> tuple[Asked, ...]:
    """Requests that are open now and touch the span; of a swap, both its shifts."""
    rows = connection.execute(
        select(covers).where(
            covers.c.program == program,
            covers.c.state.in_(OPEN),
            or_(
                (covers.c.ends_at > start) & (covers.c.starts_at < end),
                (covers.c.other_ends_at > start) & (covers.c.other_starts_at < end),
            ),
        )
    )
    found = []
    for row in rows:
        found.append(
            Asked(row.id, row.ref, row.kind, row.person, row.tier, row.starts_at, row.ends_at, row.state)
        )
        if row.other and row.other_starts_at and row.other_ends_at:
            span = row.other_starts_at, row.other_ends_at
            tier = row.other_tier or row.tier
            found.append(Asked(row.id, row.ref, row.kind, row.other, tier, *span, row.state))
    return tuple(found)
