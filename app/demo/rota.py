"""The demo county's rota: months of shifts that were worked, tonight's, and layers from the coming Monday on."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from app.demo.county import PROGRAM, ZONE, tonight
from app.note import note
from app.sessions import Me
from app.shell import Shell
from app.tables import programs, rota_layers, rota_tiers, shifts
from dispatch.cover import Span
from dispatch.rota.edit import write_layer
from dispatch.rota.final import final
from dispatch.rota.rules import Assignment, Layer, Rules, Window
from dispatch.rota.terms import HOUR, RotaTerms, write_terms
from dispatch.rota.wall import instant, wall_of

DAY: Final = timedelta(days=1)
WEEK: Final = 7 * DAY
QUARTER: Final = 13 * WEEK
COUNTY: Final = ZoneInfo(ZONE)
MORNING, EVENING = time(7), time(19)
WORKED_FOR: Final = 18 * WEEK
REST: Final = RotaTerms().rest
# Five pairs and four turns a week, each a professional with a practitioner, as Minnesota asks. Those who are not on
# tonight are the second and the fifth.
PAIRS: Final = (
    ("whitcomb", "pruitt"),
    ("tran", "marchetti"),
    ("mensah", "sorensen"),
    ("lindqvist", "ekholm"),
    ("abara", "halloran"),
)
RESTED_BY_DAY, RESTED_BY_NIGHT = 4, 1
BACKUPS: Final = (("sato",), ("aldous",), ("raman",), ("yoder",), ("vela",), ("osei",))
SUPERVISORS: Final = (("haddad",), ("okonjo",), ("sundberg",))
TELE: Final = (("brandt",), ("kessler",))
TIERS: Final[tuple[tuple[str, int, list[dict[str, Any]]], ...]] = (
    ("primary", 2, [{"skill": "licensed", "count": 1, "hard": True}]),
    ("backup", 1, []),
    ("supervisor", 1, [{"skill": "licensed", "count": 1, "hard": True}]),
    ("tele", 1, [{"skill": "licensed", "count": 1, "hard": True}]),
)
# On call from home: a week of nights is a week of being in reach, so the county allows it.
TERMS: Final = RotaTerms(
    nights_running=7,
    week_hours=84 * HOUR,
    required={"primary": ("driver", "background"), "backup": ("driver", "background")},
)


LAID_BEFORE: Final = 9 * DAY
# What the journal is to be told, and when: rows are written in the order of time, whatever makes them.
Telling = tuple[datetime, Callable[[Connection, Shell], object]]


@dataclass(frozen=True)
class Calendar:
    """Tonight on the county's wall: its span, the Monday of the week in which it ends, and the next one."""

    starts_at: datetime
    ends_at: datetime
    monday: datetime
    change: datetime

    def is_near(self, start: datetime, end: datetime) -> bool:
        """Would somebody who works tonight lack rest before or after this?"""
        return end > self.starts_at - REST and start < self.ends_at + REST

    def week(self, number: int) -> datetime:
        """The Monday morning of a week, counted from tonight's, on the wall."""
        return self.monday + number * WEEK


def calendar(now: datetime) -> Calendar:
    """The calendar of tonight."""
    starts_at, ends_at = tonight(now)
    day = wall_of(ends_at, COUNTY) - timedelta(hours=MORNING.hour)
    monday = datetime.combine(day.date() - day.weekday() * DAY, MORNING)
    return Calendar(starts_at, ends_at, monday, monday + WEEK)


def lay_out(shell: Shell, keeper: Me) -> list[Telling]:
    """Needs and terms, the shifts that were worked, and the layers that go on from Monday; what the journal is to
    be told of it."""
    now = shell.clock.now()
    days = calendar(now)
    with shell.store.write() as connection:
        connection.execute(
            programs.update().where(programs.c.id == PROGRAM).values(state="MN", rota=write_terms(TERMS))
        )
        for place, (tier, people, bring) in enumerate(TIERS):
            row = {"program": PROGRAM, "tier": tier, "people": people, "bring": bring, "place": place}
            connection.execute(rota_tiers.insert().values(row))
        connection.execute(shifts.insert(), [_row(one, n) for n, one in enumerate(_published(days))])
        ahead = [_until_planned(layer, days.change) for layer in layers(days, days.change)]
        return [_lay(connection, keeper, layer, n, now) for n, layer in enumerate(ahead)]


def _until_planned(layer: Layer, begins: datetime) -> Layer:
    """The first tier's rotation is made for a quarter: what comes after it is to be planned."""
    return replace(layer, ends=begins + QUARTER) if layer.tier == "primary" else layer


def layers(days: Calendar, begins: datetime, ends: datetime | None = None) -> tuple[Layer, ...]:
    """Every rotation of the county from a Monday morning on, each with the turn that it is then."""
    week = (begins - days.monday) // WEEK
    day = (begins - _backup_day(days)) // DAY
    weekdays, weeknights = (
        Window((0, 1, 2, 3, 4), MORNING, 12 * HOUR),
        Window((0, 1, 2, 3), EVENING, 12 * HOUR),
    )
    saturdays, fridays = Window((5, 6), MORNING, 12 * HOUR), Window((4, 5, 6), EVENING, 12 * HOUR)

    def weekly(name: str, team: str | None, window: Window | None, line: Any, first: int, tier: str) -> Layer:
        windows = (window,) if window else ()
        at = (first + week) % len(line)
        return Layer(name, tier, COUNTY, begins, line, windows, WEEK, ends, at, team, name)

    return (
        weekly("Weekdays", "C2", weekdays, PAIRS, 3, "primary"),
        weekly("Weeknights", "C4", weeknights, PAIRS, 0, "primary"),
        weekly("Weekend days", "C3", saturdays, PAIRS, 4, "primary"),
        weekly("Weekend nights", "C6", fridays, PAIRS, 2, "primary"),
        Layer("Backup", "backup", COUNTY, begins, BACKUPS, (), DAY, ends, day % len(BACKUPS), None, "Backup"),
        weekly("Supervisors", None, None, SUPERVISORS, _rested(days), "supervisor"),
        weekly("Tele", None, None, TELE, 0, "tele"),
    )


def _rested(days: Calendar) -> int:
    """Whoever supervises tonight does not begin a week before they have rested."""
    return 1 if instant(days.change, COUNTY) - days.ends_at < REST else 0


def _backup_day(days: Calendar) -> datetime:
    """The morning of the day, from seven to seven, in which tonight ends."""
    wall = wall_of(days.ends_at, COUNTY) - timedelta(hours=MORNING.hour)
    return datetime.combine(wall.date(), MORNING)


def _published(days: Calendar) -> Iterator[Assignment]:
    """What was worked until now and stands until Monday, but for tonight's hours, which the county wrote by hand."""
    since, until = days.week(-(WORKED_FOR // WEEK)), days.change
    start, end = instant(since, COUNTY), instant(until, COUNTY)
    for layer in layers(days, since, until):
        for one in final(Rules(layers=(layer,)), start, end):
            worker = _instead(days, layer, one)
            pieces = [(one.starts_at, one.ends_at)] if layer.tier == "tele" else _but_tonight(days, one)
            yield from (replace(one, person=worker, starts_at=at, ends_at=to) for at, to in pieces)


def _but_tonight(days: Calendar, one: Assignment) -> list[Span]:
    before = (one.starts_at, min(one.ends_at, days.starts_at))
    after = (max(one.starts_at, days.ends_at), one.ends_at)
    return [(at, to) for at, to in (before, after) if at < to]


def _instead(days: Calendar, layer: Layer, one: Assignment) -> str:
    """Around tonight those work who are not on tonight: nobody here is on call without rest."""
    if not days.is_near(one.starts_at, one.ends_at):
        return one.person
    if layer.tier == "primary":
        by_night = layer.name in ("Weeknights", "Weekend nights")
        seat = next(group.index(one.person) for group in PAIRS if one.person in group)
        return PAIRS[RESTED_BY_NIGHT if by_night else RESTED_BY_DAY][seat]
    if layer.tier == "backup" and one.starts_at < days.starts_at:
        return {"osei": "aldous", "vela": "sato"}.get(one.person, one.person)
    if layer.tier == "supervisor":
        return "haddad"
    return one.person


def _row(one: Assignment, number: int) -> dict[str, Any]:
    return {
        "id": f"worked-{number}",
        "program": PROGRAM,
        "tier": one.tier,
        "person": one.person,
        "team": one.team,
        "place_in_line": one.place,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
    }


def _lay(connection: Connection, keeper: Me, layer: Layer, place: int, now: datetime) -> Telling:
    known, laid_at = replace(layer, id=f"layer-{place + 1}"), now - LAID_BEFORE
    body = write_layer(known)
    connection.execute(
        rota_layers.insert().values(
            id=known.id,
            program=PROGRAM,
            tier=known.tier,
            name=known.name,
            place=place,
            body=json.dumps(body, sort_keys=True),
            made_by=keeper.id,
            made_at=laid_at,
        )
    )
    return laid_at, lambda connection, then: note(connection, then, keeper, known.id, "LayerAdded", **body)
