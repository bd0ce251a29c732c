"""Who is on call by tier, now and next, with every hole of the days ahead said plainly."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from app.oncall import NOT_ASKED, Shift, on_duty
from app.queries.shifts import ShiftRow, final_between
from app.queries.staff import Person, staff_of
from app.rota.load import needs_of
from app.world import TIERS
from dispatch.board import Policy
from dispatch.cover import Span, holes
from dispatch.rota.gaps import Gap, gaps
from dispatch.rota.rules import Assignment

LOOK_AHEAD = timedelta(hours=72)
AWAY = {"break": "On a break", "unfit": "Not fit for duty", "off": "Off duty"}


@dataclass(frozen=True)
class OnCallNow:
    """One person on call. `away` says why no page goes to them now; `ref` is the incident they are on."""

    name: str
    credential: str
    team: str | None
    phone: str | None
    until: datetime
    away: str
    away_until: datetime | None
    ref: int | None


@dataclass(frozen=True)
class Tier:
    """One tier. `hole` is the span from now if nobody is on; `holes` are those to come; `few` are the spans with
    somebody, and fewer than the rota asks for."""

    name: str
    now: tuple[OnCallNow, ...]
    next: tuple[ShiftRow, ...]
    hole: Span | None
    holes: tuple[Span, ...]
    few: tuple[Gap, ...]
    nobody_can: bool


@dataclass(frozen=True)
class OnCallPage:
    """The tiers of the ladder in its order, then any other with a shift. `ends` is how far it looks."""

    tiers: tuple[Tier, ...]
    ends: datetime


def on_call_page(connection: Connection, program: str, policy: Policy, now: datetime) -> OnCallPage:
    """Everything the page shows."""
    ends = now + LOOK_AHEAD
    ahead = [shift for shift in final_between(connection, program, now, ends) if shift.active]
    running = on_duty(connection, program, now)
    people = {person.id: person for person in staff_of(connection, program, now)}
    order = [rung.tier for rung in policy.ladder]
    used = {shift.tier for shift in ahead}
    tiers = [*order, *(tier for tier in TIERS if tier in used and tier not in order)]
    placed = [Assignment(one.person, one.tier, one.starts_at, one.ends_at, one.id) for one in ahead]
    short = gaps(placed, needs_of(connection, program), now, ends)
    return OnCallPage(tuple(_tier(name, running, ahead, short, people, now, ends) for name in tiers), ends)


def _tier(
    name: str,
    running: list[Shift],
    ahead: list[ShiftRow],
    short: tuple[Gap, ...],
    people: dict[str, Person],
    now: datetime,
    ends: datetime,
) -> Tier:
    here = tuple(_now(shift, people[shift.person]) for shift in running if shift.tier == name)
    mine = [shift for shift in ahead if shift.tier == name]
    later = [shift for shift in mine if shift.starts_at > now]
    first = min((shift.starts_at for shift in later), default=None)
    missing = holes([(shift.starts_at, shift.ends_at) for shift in mine], now, ends)
    return Tier(
        name=name,
        now=here,
        next=tuple(shift for shift in later if shift.starts_at == first),
        hole=next((hole for hole in missing if hole[0] == now), None),
        holes=tuple(hole for hole in missing if hole[0] > now),
        few=tuple(gap for gap in short if gap.tier == name and gap.have),
        nobody_can=bool(here) and all(one.away or one.ref for one in here),
    )


def _now(shift: Shift, person: Person) -> OnCallNow:
    return OnCallNow(
        name=shift.name,
        credential=shift.credential,
        team=shift.team,
        phone=person.phone,
        until=shift.until,
        away=AWAY[shift.duty] if shift.duty in NOT_ASKED else "",
        away_until=person.duty_until,
        ref=person.ref,
    )
