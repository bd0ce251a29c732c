"""Time off as its owner sees it, and as those who decide do: always with the shifts that lie in it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from app.queries.my_shifts import Leave, leaves_of, wishes_of
from app.rota.cover_rows import Place, place_of
from app.rota.holes import shifts_within
from app.rota.shift_words import Said, code_of, said
from app.rota.time_off import LONGEST
from app.shell import Shell
from app.tables import people, time_off
from dispatch.cover import Span
from dispatch.rota.wall import wall_of

ROWS_AT_MOST = 200


@dataclass(frozen=True)
class Inside:
    """A shift that lies in time off. `code` names it in an address."""

    said: Said
    code: str


@dataclass(frozen=True)
class Wish:
    """A wish for the planner."""

    id: str
    day: date
    part: str
    kind: str


@dataclass(frozen=True)
class MyTimeOff:
    """One's own page. `looked_at`: the span that was asked about, with the shifts in it."""

    place: Place
    leaves: tuple[tuple[Leave, tuple[Inside, ...]], ...]
    wishes: tuple[Wish, ...]
    looked_at: Span | None
    inside: tuple[Inside, ...]
    needs_approval: bool
    today: date


@dataclass(frozen=True)
class LeaveRow:
    """One person's time off in the list of those who decide. `own` is the reader's."""

    id: str
    person: str
    name: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    source: str
    inside: tuple[Inside, ...]


@dataclass(frozen=True)
class TimeOffPage:
    """What waits for a word, and what counts from now on."""

    place: Place
    asked: tuple[LeaveRow, ...]
    approved: tuple[LeaveRow, ...]


def my_time_off(
    connection: Connection, shell: Shell, program: str, person: str, looked_at: Span | None
) -> MyTimeOff:
    """One's own page."""
    now, place = shell.clock.now(), place_of(connection, program)
    leaves = [
        (
            one,
            _inside(connection, place, person, (one.starts_at, one.ends_at), now)
            if one.state == "asked"
            else (),
        )
        for one in leaves_of(connection, person, now)
    ]
    today = wall_of(now, place.zone).date()
    wishes = wishes_of(connection, person, today.isoformat())
    return MyTimeOff(
        place,
        tuple(leaves),
        tuple(Wish(id_, date.fromisoformat(day), part, kind) for id_, day, part, kind in wishes),
        looked_at,
        _inside(connection, place, person, looked_at, now) if looked_at else (),
        place.terms.approve_time_off,
        today,
    )


def time_off_page(connection: Connection, shell: Shell, program: str) -> TimeOffPage:
    """Everybody's."""
    now, place = shell.clock.now(), place_of(connection, program)
    rows = connection.execute(
        select(time_off, people.c.name)
        .join(people, people.c.id == time_off.c.person)
        .where(
            time_off.c.program == program,
            time_off.c.ends_at > now,
            time_off.c.state.in_(("asked", "approved")),
        )
        .order_by(time_off.c.starts_at, time_off.c.id)
        .limit(ROWS_AT_MOST)
    ).all()
    made: dict[str, list[LeaveRow]] = {"asked": [], "approved": []}
    for row in rows:
        span = row.starts_at, row.ends_at
        inside = _inside(connection, place, row.person, span, now) if row.state == "asked" else ()
        made[row.state].append(
            LeaveRow(row.id, row.person, row.name, row.kind, *span, row.source or "", inside)
        )
    return TimeOffPage(place, tuple(made["asked"]), tuple(made["approved"]))


def _inside(
    connection: Connection, place: Place, person: str, span: Span, now: datetime
) -> tuple[Inside, ...]:
    start, end = max(span[0], now), min(span[1], span[0] + LONGEST)
    if start >= end:
        return ()
    mine = shifts_within(connection, place.program, person, start, end)
    return tuple(Inside(said(place, one.tier, (one.starts_at, one.ends_at)), code_of(one)) for one in mine)
