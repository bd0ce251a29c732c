"""Plain shifts, written by hand: one person, one tier, from one instant to another."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, func, select

from app.note import note
from app.rota.check import require_may_work
from app.rota.load import needs_of, rules_of
from app.sessions import Me
from app.shell import Shell, new_id
from app.tables import people, programs, shifts
from app.world import TIERS
from dispatch.rota.final import final
from dispatch.rota.lacks import tier_words
from dispatch.rota.rules import Assignment
from dispatch.rota.span_words import span_words
from dispatch.teams import TEAM_SIZE
from dispatch.value import Refused, require

LONGEST = timedelta(days=7)
LATE_AT_MOST = timedelta(hours=24)
AHEAD_AT_MOST = timedelta(days=400)
ROLE_FOR = {
    "primary": "responder",
    "backup": "responder",
    "supervisor": "supervisor",
    "tele": "responder",
}
TIER_NAMES = {tier: tier.capitalize() for tier in TIERS} | {"tele": "Tele clinician"}


@dataclass(frozen=True)
class NewShift:
    """A shift to write down. `team` is the call sign, if they go with a given partner; `why` a code, if given."""

    person: str
    tier: str
    team: str | None
    starts_at: datetime
    ends_at: datetime
    why: str = ""


def add_shift(connection: Connection, shell: Shell, by: Me, new: NewShift) -> int:
    """Put one person on call. Refuses what cannot be meant: an end before the start, or one person twice."""
    check_times(new, shell.clock.now())
    check_person(connection, by.program, new.person, new.tier)
    _check_overlap(connection, by.program, new)
    _check_team(connection, by.program, new)
    _check_rules(connection, shell, by.program, new)
    shift = new_id()
    connection.execute(
        shifts.insert().values(
            id=shift,
            program=by.program,
            tier=new.tier,
            person=new.person,
            team=new.team,
            place_in_line=_end_of_line(connection, by.program, new.tier),
            starts_at=new.starts_at,
            ends_at=new.ends_at,
        )
    )
    return note(
        connection,
        shell,
        by,
        shift,
        "ShiftAdded",
        person=new.person,
        tier=new.tier,
        starts_at=new.starts_at.isoformat(),
        ends_at=new.ends_at.isoformat(),
        **({"why": new.why} if new.why else {}),
    )


def end_shift(connection: Connection, shell: Shell, by: Me, shift: str) -> int:
    """A running shift ends now. A page that is out keeps its terms; the next one goes to whoever is left."""
    now = shell.clock.now()
    row = _row(connection, shift)
    require(row.starts_at <= now < row.ends_at, "That shift is not running. Reload the page.")
    connection.execute(shifts.update().where(shifts.c.id == shift).values(ends_at=now))
    return note(connection, shell, by, shift, "ShiftEnded", person=row.person, tier=row.tier)


def remove_shift(connection: Connection, shell: Shell, by: Me, shift: str) -> int:
    """A shift that has not begun is taken off the rota. One that ran stays: it says who was on call."""
    row = _row(connection, shift)
    require(row.starts_at > shell.clock.now(), "That shift has begun. End it instead.")
    connection.execute(shifts.delete().where(shifts.c.id == shift))
    return note(connection, shell, by, shift, "ShiftRemoved", person=row.person, tier=row.tier)


def _row(connection: Connection, shift: str) -> Row[Any]:
    row = connection.execute(select(shifts).where(shifts.c.id == shift)).first()
    if row is None:
        raise Refused("That shift is not on the rota any more. Reload the page.")
    return row


def check_times(new: NewShift, now: datetime) -> None:
    """Refuse a span that cannot be meant."""
    length = new.ends_at - new.starts_at
    require(length != timedelta(0), "Start and end are the same time. Write a later end.")
    require(length > timedelta(0), "The end is before the start. A night ends on the next day.")
    require(length <= LONGEST, "A shift is at most 7 days. Write several.")
    require(new.ends_at > now, "That shift is over already. Write one that still runs.")
    require(now - new.starts_at <= LATE_AT_MOST, "A shift can begin at most 24 hours ago.")
    require(new.starts_at - now <= AHEAD_AT_MOST, "Write shifts at most 400 days ahead.")


def check_person(connection: Connection, program: str, person: str, tier: str) -> None:
    """Refuse somebody who does not work here, has not the role for the tier, or could never be paged."""
    row = connection.execute(
        select(people).where(people.c.id == person, people.c.program == program, people.c.active)
    ).first()
    if row is None:
        raise Refused("That person is not on the staff list. Choose from the list.")
    needed = ROLE_FOR[tier]
    require(needed in row.roles, f"{row.name} is not a {needed}. Give the role first, or choose another.")
    require(row.phone, f"{row.name} has no phone number and cannot be paged. Write it down first.")


def _check_overlap(connection: Connection, program: str, new: NewShift) -> None:
    # Asking goes person by person, once each: a second place on call would look like cover and be none.
    other = next((one for one in _on_then(connection, program, new) if one.person == new.person), None)
    if other is not None:
        asked = select(people.c.name, programs.c.zone).join(programs, programs.c.id == people.c.program)
        name, zone = connection.execute(asked.where(people.c.id == new.person)).one()
        span = span_words(other.starts_at, other.ends_at, ZoneInfo(zone))
        raise Refused(f"{name} is on {tier_words(other.tier)} from {span} already. Change that first.")


def _check_team(connection: Connection, program: str, new: NewShift) -> None:
    if new.team is None:
        return
    members = {one.person for one in _on_then(connection, program, new) if one.team == new.team}
    require(len(members) < TEAM_SIZE, f"{new.team} has two people then. Choose another call sign.")


def _check_rules(connection: Connection, shell: Shell, program: str, new: NewShift) -> None:
    # A program that never set up its rota has no rules either; then the desk may write down whoever comes.
    if needs_of(connection, program):
        span = new.starts_at, new.ends_at
        require_may_work(connection, shell, program, new.person, new.tier, *span)


def _on_then(connection: Connection, program: str, new: NewShift) -> tuple[Assignment, ...]:
    """Everybody who is on call during the new shift, by whatever rule."""
    rules = rules_of(connection, program, new.starts_at, new.ends_at)
    return final(rules, new.starts_at, new.ends_at)


def _end_of_line(connection: Connection, program: str, tier: str) -> int:
    last = select(func.max(shifts.c.place_in_line)).where(shifts.c.program == program, shifts.c.tier == tier)
    found = connection.scalar(last)
    return 0 if found is None else int(found) + 1
