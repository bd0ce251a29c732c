"""The crisis log: every incident of a program, filtered, counted and read a page at a time by keyset."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, tuple_
from sqlalchemy.sql.elements import UnaryExpression

from app.queries.notes import staff_names
from app.tables import incidents, pages
from dispatch.review_reasons import minutes_between

A_PAGE = 50
UNTRIAGED_LAST = 4
SORTS = {"newest": "Newest first", "oldest": "Oldest first", "priority": "Most urgent first"}
STAGES = {
    "received": "Received",
    "triaged": "Triaged, nobody sent",
    "held": "Held",
    "paging": "Being paged",
    "accepted": "Team found",
    "en_route": "On the way",
    "staged": "Waiting nearby",
    "on_scene": "On scene",
    "with_person": "With the person",
    "transporting": "Transporting",
    "cleared": "Clear, notes owed",
    "documenting": "Writing notes",
    "waiting_review": "Waiting for review",
    "reviewed": "Reviewed",
    "cancelled": "Ended at the desk",
    "duplicate": "Duplicate",
    "not_found": "Person not found",
    "refused": "Help not wanted",
    "handed_over": "Handed over",
}
_SHOWN = (
    "id",
    "ref",
    "opened_at",
    "area",
    "channel",
    "acuity",
    "stage",
    "disposition",
    "level_of_care",
    "on_scene_at",
    "cleared_at",
    "signed_at",
    "reviewed_at",
)
_COLUMNS = tuple(incidents.c[name] for name in _SHOWN)


@dataclass(frozen=True)
class Filter:
    """What is asked for; an empty field asks for all. Days are the county's, both ends included."""

    since: date | None = None
    until: date | None = None
    area: str = ""
    acuity: int | None = None
    disposition: str = ""
    person: str = ""
    stage: str = ""
    channel: str = ""
    sort: str = "newest"


@dataclass(frozen=True)
class Cursor:
    """The last row of the page before: its instant, its number and its priority."""

    opened_at: datetime
    ref: int
    acuity: int


@dataclass(frozen=True)
class Line:
    """One incident in the log: codes, numbers and our own people, no word of a patient."""

    ref: int
    opened_at: datetime
    area: str
    channel: str
    acuity: int | None
    stage: str
    disposition: str
    level_of_care: str
    team: tuple[str, ...]
    response_minutes: int | None
    on_scene_at: datetime | None
    cleared_at: datetime | None
    signed_at: datetime | None
    reviewed_at: datetime | None


@dataclass(frozen=True)
class LogPage:
    """A page of the log. `fits` counts what the filter lets through, `all` everything; `onward` leads on."""

    lines: tuple[Line, ...]
    fits: int
    all: int
    onward: Cursor | None


def log_page(
    connection: Connection, program: str, wanted: Filter, zone: ZoneInfo, after: Cursor | None
) -> LogPage:
    """One page after the cursor, with the counts."""
    rows = _rows(connection, program, wanted, zone, after, A_PAGE + 1)
    more = rows[A_PAGE - 1] if len(rows) > A_PAGE else None
    everything = count(connection, program, Filter(), zone)
    narrowed = wanted != Filter(sort=wanted.sort)
    return LogPage(
        tuple(_lines(connection, program, rows[:A_PAGE])),
        count(connection, program, wanted, zone) if narrowed else everything,
        everything,
        Cursor(more.opened_at, more.ref, more.acuity or UNTRIAGED_LAST) if more else None,
    )


def count(connection: Connection, program: str, wanted: Filter, zone: ZoneInfo) -> int:
    """How many incidents the filter lets through."""
    return connection.scalar(select(func.count()).where(*_conditions(program, wanted, zone))) or 0


def all_lines(
    connection: Connection, program: str, wanted: Filter, zone: ZoneInfo, most: int
) -> Iterator[Line]:
    """Up to `most` lines, for a file."""
    after: Cursor | None = None
    left = most
    while left > 0:
        rows = _rows(connection, program, wanted, zone, after, min(500, left))
        yield from _lines(connection, program, rows)
        if not rows:
            return
        left -= len(rows)
        last = rows[-1]
        after = Cursor(last.opened_at, last.ref, last.acuity or UNTRIAGED_LAST)


def responders_of(connection: Connection, program: str) -> list[tuple[str, str]]:
    """Everybody who could have gone, by id and name."""
    return sorted(staff_names(connection, program).items(), key=lambda pair: pair[1])


def _rows(
    connection: Connection, program: str, wanted: Filter, zone: ZoneInfo, after: Cursor | None, most: int
) -> list[Row[Any]]:
    """Which rows, from the index alone; then only those rows are read."""
    conditions = _conditions(program, wanted, zone)
    if after is not None:
        conditions.append(_beyond(wanted.sort, after))
    found = connection.scalars(
        select(incidents.c.ref).where(*conditions).order_by(*_order(wanted.sort)).limit(most)
    ).all()
    rows = connection.execute(select(*_COLUMNS).where(incidents.c.ref.in_(found)))
    by_ref = {row.ref: row for row in rows}
    return [by_ref[ref] for ref in found]


def _conditions(program: str, wanted: Filter, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [incidents.c.program == program]
    if wanted.since:
        conditions.append(incidents.c.opened_at >= _midnight(wanted.since, zone))
    if wanted.until:
        conditions.append(incidents.c.opened_at < _midnight(wanted.until + timedelta(days=1), zone))
    for column in ("area", "acuity", "disposition", "stage", "channel"):
        if getattr(wanted, column):
            conditions.append(incidents.c[column] == getattr(wanted, column))
    if wanted.person:
        said_yes = select(pages.c.incident).where(
            pages.c.person == wanted.person, pages.c.state == "accepted"
        )
        conditions.append(incidents.c.id.in_(said_yes))
    return conditions


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _urgency() -> ColumnElement[int]:
    return func.coalesce(incidents.c.acuity, UNTRIAGED_LAST)


def _order(sort: str) -> tuple[UnaryExpression[Any], ...]:
    newest = (incidents.c.opened_at.desc(), incidents.c.ref.desc())
    match sort:
        case "oldest":
            return incidents.c.opened_at.asc(), incidents.c.ref.asc()
        case "priority":
            return _urgency().asc(), *newest
        case _:
            return newest


def _beyond(sort: str, after: Cursor) -> ColumnElement[bool]:
    here = tuple_(incidents.c.opened_at, incidents.c.ref)
    there = tuple_(after.opened_at, after.ref, types=(incidents.c.opened_at.type, incidents.c.ref.type))
    match sort:
        case "oldest":
            return here > there
        case "priority":
            return or_(_urgency() > after.acuity, and_(_urgency() == after.acuity, here < there))
        case _:
            return here < there


def _lines(connection: Connection, program: str, rows: list[Row[Any]]) -> Iterator[Line]:
    teams = _teams(connection, [row.id for row in rows], staff_names(connection, program))
    for row in rows:
        came = row.on_scene_at
        yield Line(
            row.ref,
            row.opened_at,
            row.area or "",
            row.channel,
            row.acuity,
            row.stage,
            row.disposition or "",
            row.level_of_care or "",
            tuple(teams.get(row.id, ())),
            minutes_between(row.opened_at, came) if came else None,
            came,
            row.cleared_at,
            row.signed_at,
            row.reviewed_at,
        )


def _teams(connection: Connection, ids: list[str], names: Mapping[str, str]) -> dict[str, list[str]]:
    rows = connection.execute(
        select(pages.c.incident, pages.c.person)
        .where(pages.c.incident.in_(ids), pages.c.state == "accepted")
        .order_by(pages.c.seat)
    )
    teams: dict[str, list[str]] = {}
    for row in rows:
        teams.setdefault(row.incident, []).append(names.get(row.person, "Someone"))
    return teams
