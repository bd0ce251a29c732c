"""When the clocks of a rota's zones are set otherwise than they were when they were last looked at.

A rota is times of the wall. Where a zone's rules change (a new tzdata), its shifts lie at other instants than those
that people were told, and nobody has changed anything. So what was seen is kept, and held against what is.
"""

import re
import zoneinfo
from datetime import datetime, timedelta
from functools import cache, lru_cache
from importlib import metadata
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select

from app.rota.load import rules_of
from app.tables import people, programs, rota_zones
from dispatch.rota.span_words import moment_words
from dispatch.rota.zones import Clocks, Moved, clocks_from, clocks_of, moved, tzif

AHEAD: Final = timedelta(days=400)
LOOK: Final = timedelta(days=60)
# So long a change is told of before it counts as known.
TOLD_FOR: Final = timedelta(days=14)
DAY: Final = timedelta(days=1)
SENTENCES_AT_MOST: Final = 20


def moved_shifts(connection: Connection, program: str, now: datetime) -> tuple[str, ...]:
    """A sentence for each shift of the next 60 days that moved because the rules of its zone changed."""
    before = {
        row.zone: (_zone(_known(row), row.zone), _known(row))
        for row in connection.execute(select(rota_zones).where(rota_zones.c.program == program))
        if _differs(row, now)
    }
    if not before:
        return ()
    zone = _program_zone(connection, program)
    found = moved(rules_of(connection, program, now, now + LOOK), before, zone, now, now + LOOK)
    names = {row.id: row.name for row in connection.execute(select(people.c.id, people.c.name))}
    told = [_sentence(one, names) for one in found]
    if len(told) > SENTENCES_AT_MOST:
        more = len(told) - SENTENCES_AT_MOST
        told = [
            *told[:SENTENCES_AT_MOST],
            f"{more} more shifts of the next {LOOK.days} days moved with them.",
        ]
    return tuple(told)


def keep_zones(connection: Connection, program: str, now: datetime) -> None:
    """Write down how the clocks of the program's zones are set from now on. Cheap; the watch calls it each time.

    What was seen before stands for two weeks beside what it became, so that everybody hears of it.
    """
    rows = {
        row.zone: row for row in connection.execute(select(rota_zones).where(rota_zones.c.program == program))
    }
    layers = rules_of(connection, program, now, now + LOOK).layers
    for zone in {_program_zone(connection, program).key, *(layer.zone.key for layer in layers)}:
        row = rows.get(zone)
        if row is None:
            seen = {"program": program, "zone": zone, **_seen(zone, now)}
            connection.execute(rota_zones.insert().values(**seen))
            continue
        change: dict[str, Any] = {}
        if not _differs(row, now):
            change = _seen(zone, now) if now - row.seen_at >= DAY or row.differs_since else {}
        elif row.differs_since is None:
            change = {"differs_since": now}
        elif now - row.differs_since >= TOLD_FOR:
            change = _seen(zone, now)
        if change:
            this = (rota_zones.c.program == program) & (rota_zones.c.zone == zone)
            connection.execute(rota_zones.update().where(this).values(**change))


@cache
def tzdata_version() -> str:
    """Which edition of the zone database this process reads, as far as that can be known."""
    for folder in zoneinfo.TZPATH:
        try:
            first = (Path(folder) / "tzdata.zi").open(encoding="ascii").readline()
        except OSError:
            continue
        if named := re.match(r"# version (\w{1,18})", first):
            return named[1]
    try:
        return metadata.version("tzdata")
    except metadata.PackageNotFoundError:
        return "unknown"


def _seen(zone: str, now: datetime) -> dict[str, Any]:
    clocks = clocks_of(ZoneInfo(zone), _day(now), _day(now) + AHEAD)
    return {
        "version": tzdata_version(),
        "transitions": {
            "until": clocks.until.isoformat(),
            "offset": clocks.offset,
            "changes": [[at.isoformat(), offset] for at, offset in clocks.changes],
        },
        "seen_at": clocks.since,
        "differs_since": None,
    }


def _known(row: Row[Any]) -> Clocks:
    stored = row.transitions
    changes = tuple((datetime.fromisoformat(at), offset) for at, offset in stored["changes"])
    return Clocks(row.seen_at, datetime.fromisoformat(stored["until"]), stored["offset"], changes)


def _differs(row: Row[Any], now: datetime) -> bool:
    known, today = _known(row), _day(now)
    return today < known.until and clocks_from(known, today) != clocks_of(
        ZoneInfo(row.zone), today, known.until
    )


@lru_cache(maxsize=64)
def _zone(clocks: Clocks, key: str) -> ZoneInfo:
    return ZoneInfo.from_file(BytesIO(tzif(clocks)), key)


def _program_zone(connection: Connection, program: str) -> ZoneInfo:
    return ZoneInfo(connection.scalars(select(programs.c.zone).where(programs.c.id == program)).one())


def _day(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _sentence(one: Moved, names: dict[str, str]) -> str:
    name = names.get(one.person or "", "Nobody")
    if one.written:
        was, now = (f"{begins:%d %b %H:%M} to {ends:%d %b %H:%M}" for begins, ends in (one.was, one.now))
        return (
            f"{name}, {one.tier}: what was written for {was} reads {now} by the new clocks of {one.zone}. "
            "Write it anew if it follows the wall."
        )
    zone = ZoneInfo(one.zone)
    changes = [
        f"{what} {_length(now - was)}"
        for what, was, now in zip(("begins", "ends"), one.was, one.now, strict=True)
        if was != now
    ]
    return (
        f"{name}, {one.tier}, {moment_words(one.now[0], zone)}: the shift {' and '.join(changes)} than before, "
        f"because the clocks of {one.zone} are set by new rules. Tell {name}."
    )


def _length(change: timedelta) -> str:
    minutes = abs(change) // timedelta(minutes=1)
    hours = f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
    return f"{hours} {'later' if change > timedelta(0) else 'earlier'}"
