"""Holes told to those who can fill them: each morning what is new, and again a day and an hour before."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from app.access import ROTA_ROLES
from app.rota.once import Telling, forget_old, untold
from app.rota.ready import DAYS, findings, holes_of
from app.shell import Shell
from app.tables import people
from app.ways_health import TEXT_LOST
from dispatch.messages import Message, RotaNotice
from dispatch.rota.lint import words
from dispatch.rota.lint.found import Finding, Found
from dispatch.rota.lint.scene import AROUND

MORNING, EVENING = 9, 21  # on the wall
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WHERE = "See Rota, Ready."
# A time of a finding: when it ends, and the keys under which it is told.
Time = tuple[datetime, tuple[str, ...]]
# Of these the same thing stays the same thing whenever its person's next shift is.
UNTIMED = frozenset({"broken", "moved", "no_number", "stopped", "second_way", "training_hours"})


@dataclass(frozen=True)
class Hole:
    """A hole that runs or begins within a day, with the keys under which it is told now."""

    keys: tuple[str, ...]
    sentence: str


def news_of_the_morning(
    connection: Connection, shell: Shell, program: str, zone: ZoneInfo, now: datetime
) -> list[Telling]:
    """One text of everything grave within 60 days that was not told on an earlier day. Nothing new: no text."""
    local = now.astimezone(zone)
    today = f"morning:{program}:{local.date()}"
    if not MORNING <= local.hour < EVENING or not untold(connection, [today]):
        return []
    grave = [one for one in findings(connection, shell, program) if one.grave]
    times = [_times(program, one, now) for one in grave]
    fresh = set(untold(connection, (key for each in times for _, keys in each for key in keys)))
    new = [one for one, each in zip(grave, times, strict=True) if _is_new(each, fresh, now)]
    return [Telling((today, *sorted(fresh)), partial(_news, program=program, new=new, now=now))]


def holes_to_come(connection: Connection, program: str, zone: ZoneInfo, now: datetime) -> list[Telling]:
    """A text a day before each hole, and another an hour before; one for all that are due together."""
    near = holes_near(connection, program, zone, now)
    fresh = set(untold(connection, (key for hole in near for key in hole.keys)))
    new = [hole for hole in near if fresh.intersection(hole.keys)]
    if not new:
        return []
    more = f"{len(new)} holes. First: " if len(new) > 1 else ""
    sentence = f"{more}{new[0].sentence} {WHERE}"
    return [Telling(tuple(sorted(fresh)), partial(_to_fixers, program=program, sentence=sentence))]


def holes_near(connection: Connection, program: str, zone: ZoneInfo, now: datetime) -> list[Hole]:
    """Every hole that runs now or begins within a day. One that has run for a week was told when it began."""
    start = now - AROUND
    found = holes_of(connection, program, zone, start, now + AROUND)
    return [
        Hole(tuple(_near_keys(program, one, now)), f"{words.moment(one.starts_at, zone)}, {one.said}.")
        for one in found
        if one.ends_at > now and start < one.starts_at <= now + DAY
    ]


def _near_keys(program: str, one: Found, now: datetime) -> Iterator[str]:
    at = f"{program}:{one.tier}:{one.starts_at:%Y-%m-%dT%H:%M:%S}"
    yield f"hole-day:{at}"
    if one.starts_at <= now + HOUR:
        yield f"hole-hour:{at}"


def _times(program: str, one: Finding, now: datetime) -> list[Time]:
    """Each time of a finding with its keys: its start, and its end, where they are not those of the look."""
    what = (one.kind, one.tier or "", one.person or "", one.about)
    if one.kind in UNTIMED:
        return [(one.ends_at, (_digest(program, *what),))]
    seen_until = now + timedelta(days=DAYS)
    found = []
    for start, end in one.spans:
        edges = [f"from {start}"] if start > now else []
        edges += [f"to {end}"] if end < seen_until else []
        found.append((end, tuple(_digest(program, *what, edge) for edge in edges or ["always"])))
    return found


def _is_new(times: list[Time], fresh: set[str], now: datetime) -> bool:
    """Something not told before; not the next time of what comes again and again, which each day brings into sight."""
    new = [end for end, keys in times if fresh.issuperset(keys)]
    seen_yesterday = now + timedelta(days=DAYS) - DAY
    return len(new) == len(times) or any(end < seen_yesterday for end in new)


def _digest(program: str, *parts: str) -> str:
    said = "\0".join(parts).encode()
    return f"found:{program}:{hashlib.sha256(said).hexdigest()[:32]}"


def _news(connection: Connection, program: str, new: list[Finding], now: datetime) -> list[Message]:
    forget_old(connection, program, now)
    if not new:
        return []
    more = f"{len(new)} things to mend. First: " if len(new) > 1 else ""
    first = min(new, key=lambda one: (not one.hole, one.starts_at))
    return _to_fixers(connection, program, f"{more}{first.first} {WHERE}")


def _to_fixers(connection: Connection, program: str, sentence: str) -> list[Message]:
    return [RotaNotice(person, 0, sentence) for person in fixers(connection, program)]


def fixers(connection: Connection, program: str) -> list[str]:
    """Who can mend the rota and can be texted: the managers; where there are none supervisors, else admins."""
    rows = connection.execute(
        select(people.c.id, people.c.roles)
        .where(
            people.c.program == program,
            people.c.active,
            people.c.phone.is_not(None),
            ~TEXT_LOST,
        )
        .order_by(people.c.id)
    ).all()
    for role in ROTA_ROLES:
        found = [row.id for row in rows if role in row.roles]
        if found:
            return found
    return []
