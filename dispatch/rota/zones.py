"""How the clocks of a zone are set over a time, kept as a value; and what moves when they are set otherwise."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from dispatch.rota.final import in_force
from dispatch.rota.rules import Assignment, Layer, Override, Rules
from dispatch.rota.turns import stretches
from dispatch.rota.wall import CHANGE_AT_MOST, instant, wall_of

# No zone has changed its clocks and back within so short a time.
_STEP: Final = timedelta(hours=6)
_SECOND: Final = timedelta(seconds=1)
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Clocks:
    """From `since` to `until` (UTC): the seconds ahead of UTC at the beginning, and at each change from then on."""

    since: datetime
    until: datetime
    offset: int
    changes: tuple[tuple[datetime, int], ...] = ()


@dataclass(frozen=True)
class Moved:
    """What somebody was told and what it is now. `written`: a span written by hand, whose instants stay while the
    wall shows another time for them; then `was` and `now` are what the wall showed and shows, naive. `at` is the
    instant at which it begins."""

    at: datetime
    person: str | None
    tier: str
    zone: str
    was: Span
    now: Span
    written: bool = False


@lru_cache(maxsize=256)
def clocks_of(zone: ZoneInfo, since: datetime, until: datetime) -> Clocks:
    """How the clocks of a zone are set over a time, by the tzdata of today."""
    changes: list[tuple[datetime, int]] = []
    at, offset = since, _offset(zone, since)
    while at < until:
        following = min(at + _STEP, until)
        if _offset(zone, following) != _offset(zone, at):
            change = _change(zone, at, following)
            changes.append((change, _offset(zone, change)))
        at = following
    return Clocks(since, until, offset, tuple(changes))


def clocks_from(clocks: Clocks, at: datetime) -> Clocks:
    """The rest of it, from an instant on."""
    offset = [clocks.offset, *(offset for change, offset in clocks.changes if change <= at)][-1]
    return Clocks(at, clocks.until, offset, tuple(one for one in clocks.changes if one[0] > at))


def tzif(clocks: Clocks) -> bytes:
    """A file of the zone database (RFC 8536) with these clocks and no others, for `ZoneInfo.from_file`."""
    offsets = list(dict.fromkeys((clocks.offset, *(offset for _, offset in clocks.changes))))
    count = len(clocks.changes)
    head = b"TZif2" + bytes(15)
    body = struct.pack(f">{count}q", *(int(at.timestamp()) for at, _ in clocks.changes))
    body += bytes(offsets.index(offset) for _, offset in clocks.changes)
    body += b"".join(struct.pack(">lBB", offset, 0, 0) for offset in offsets)
    counts = struct.pack(">6l", 0, 0, 0, count, len(offsets), 4)
    return head + bytes(24) + head + counts + body + b"set\0" + b"\n\n"


def moved(
    rules: Rules,
    before: Mapping[str, tuple[ZoneInfo, Clocks]],
    zone: ZoneInfo,
    start: datetime,
    end: datetime,
) -> tuple[Moved, ...]:
    """What of `start` to `end` lies elsewhere than it did by the clocks of `before` (by zone), in the order of time.

    Layers keep their times of the wall and move; what was written by hand keeps its instants, and the wall of the
    program's `zone` shows another time for them.
    """
    found = [
        one
        for layer in rules.layers
        if layer.zone.key in before
        for one in _layer(layer, *before[layer.zone.key], start, end)
    ]
    if zone.key in before:
        dated: list[Assignment | Override] = [*rules.shifts, *in_force(rules.overrides)]
        for each in dated:
            if each.starts_at < end and each.ends_at > start:
                found += _dated(each, before[zone.key][0], zone)
    return tuple(sorted(found, key=lambda one: (one.at, one.written, one.tier, one.person or "")))


def _layer(layer: Layer, old: ZoneInfo, known: Clocks, start: datetime, end: datetime) -> Iterator[Moved]:
    first, last = wall_of(start, layer.zone) - CHANGE_AT_MOST, wall_of(end, layer.zone) + CHANGE_AT_MOST
    for begins, ends, turn in stretches(layer, first, last):
        was = instant(begins, old), instant(ends, old)
        now = instant(begins, layer.zone), instant(ends, layer.zone)
        # Outside of the time that was looked at nothing is known, so what lies there has not moved.
        if [_within(known, at) for at in was] == [_within(known, at) for at in now]:
            continue
        if any(since < end and until > start for since, until in (was, now)):
            for person in layer.line[(turn + layer.first) % len(layer.line)]:
                yield Moved(now[0], person, layer.tier, layer.zone.key, was, now)


def _within(known: Clocks, at: datetime) -> datetime:
    return min(max(at, known.since), known.until)


def _dated(one: Assignment | Override, old: ZoneInfo, zone: ZoneInfo) -> Iterator[Moved]:
    was = wall_of(one.starts_at, old), wall_of(one.ends_at, old)
    now = wall_of(one.starts_at, zone), wall_of(one.ends_at, zone)
    if was != now:
        yield Moved(one.starts_at, one.person, one.tier, zone.key, was, now, written=True)


def _offset(zone: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None, "a named zone has an offset at any time"
    return int(offset.total_seconds())


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second after a change of the clocks that lies between two instants."""
    early = _offset(zone, before)
    while after - before > _SECOND:
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if _offset(zone, middle) == early:
            before = middle
        else:
            after = middle
    return after
