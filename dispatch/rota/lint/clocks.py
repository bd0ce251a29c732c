"""When the clocks change: shifts that grow or shrink, hand-overs in the hour that is skipped or comes twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dispatch.rota.lint import words
from dispatch.rota.lint.found import Found
from dispatch.rota.lint.look import Look
from dispatch.rota.rules import Assignment, Layer
from dispatch.rota.turns import stretches
from dispatch.rota.wall import wall_of

_DAY = timedelta(days=1)
_ZERO = timedelta(0)
NAMES_SAID = 3


def find(look: Look) -> Iterator[Found]:
    """Every change of the clocks within the span, and every layer that a new law of time has moved."""
    scene = look.scene
    for at, by in changes(scene.zone, scene.now, scene.end):
        yield from _lengths(look, at, by)
        for layer in scene.rules.layers:
            yield from _hand_overs(look, layer, at, by)
    for sentence in scene.moved:
        cure = "A law of time has changed. Tell those who work then."
        yield Found("moved", True, scene.now, scene.end, sentence, cure=cure, about=sentence, dated=False)


def changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, timedelta]]:
    """The instants at which the clocks jump, and by how much: ahead is more than nothing."""
    at = start
    while at < end:
        after = min(at + _DAY, end)
        by = _offset(after, zone) - _offset(at, zone)
        if by:
            yield _when(zone, at, after), by
        at = after


def _when(zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    before = _offset(early, zone)
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=int((late - early).total_seconds()) // 2)
        early, late = (middle, late) if _offset(middle, zone) == before else (early, middle)
    return late.replace(microsecond=0)


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or _ZERO


def _lengths(look: Look, at: datetime, by: timedelta) -> Iterator[Found]:
    """Shifts of at most a day that run through the change: one line for all of one length."""
    scene = look.scene
    across: dict[timedelta, list[Assignment]] = {}
    for one in look.on_call:
        if one.starts_at < at < one.ends_at and one.ends_at - one.starts_at + by <= _DAY:
            across.setdefault(one.ends_at - one.starts_at, []).append(one)
    for length, shifts in across.items():
        names = list(dict.fromkeys(scene.name(one.person) for one in shifts))
        more = f" and {len(names) - NAMES_SAID} more" if len(names) > NAMES_SAID else ""
        change = words.length(abs(by))
        yield Found(
            kind="clocks",
            grave=False,
            starts_at=shifts[0].starts_at,
            ends_at=shifts[0].ends_at,
            said=f"{words.day(at, scene.zone)}, the {_part(shifts[0], scene.zone)} is {words.length(length)}",
            cure=f"The clocks go {'back' if by < _ZERO else 'ahead'} {change}: {', '.join(names[:NAMES_SAID])}{more} "
            f"{'work' if len(names) > 1 else 'works'} {'more' if by < _ZERO else 'less'}.",
            dated=False,
        )


def _part(one: Assignment, zone: ZoneInfo) -> str:
    begins = one.starts_at.astimezone(zone).hour
    return "night" if begins >= 16 or begins < 4 else "day"


def _hand_overs(look: Look, layer: Layer, at: datetime, by: timedelta) -> Iterator[Found]:
    """Shifts of one layer that the rule begins or ends at a time that the wall skips, or shows twice."""
    if layer.zone != look.scene.zone:
        return
    wall = wall_of(at, layer.zone)
    start, end = (wall - by, wall) if by > _ZERO else (wall, wall - by)
    edges = {
        edge
        for begins, ends, _ in stretches(layer, wall - _DAY, wall + _DAY)
        for edge in (begins, ends)
        if start <= edge < end and (by > _ZERO or edge > start)
    }
    for edge in sorted(edges):
        skipped = by > _ZERO
        fate = "does not exist that night" if skipped else "comes twice that night"
        moved = f"It is done at {words.clock(at, layer.zone)}." if skipped else "It is done at the first."
        yield Found(
            kind="clocks",
            grave=False,
            starts_at=at,
            ends_at=at + abs(by),
            said=f"{words.day(at, layer.zone)}, the hand-over at {edge:%H:%M} of {look.scene.layer(layer.id)} {fate}",
            tier=layer.tier,
            cure=f"{moved} Tell both people, or move the hand-over.",
            about=layer.id,
            dated=False,
        )
