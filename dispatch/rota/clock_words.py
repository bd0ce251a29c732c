"""What becomes of a layer's hand-overs in the nights when the clocks change, in sentences."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from dispatch.rota.rules import Layer
from dispatch.rota.span_words import DAYS, MONTHS
from dispatch.rota.turns import stretches
from dispatch.rota.wall import instant, wall_of

# Both changes of a year, and no more: the next year says the same again.
AHEAD: Final = timedelta(days=366)
SAID_AT_MOST: Final = 4


def clock_words(layer: Layer, since: datetime) -> tuple[str, ...]:
    """What the clocks do to hand-overs in the year after a time of the wall: one that is skipped, one that comes
    twice."""
    start = max(since, layer.begins)
    seen = (sentence for sentence in _all(layer, start) if sentence)
    return tuple(islice(dict.fromkeys(seen), SAID_AT_MOST))


def _all(layer: Layer, start: datetime) -> Iterator[str]:
    yield _said(layer, layer.begins)
    for begins, ends, _ in stretches(layer, start, start + AHEAD):
        yield _said(layer, begins)
        yield _said(layer, ends)


def _said(layer: Layer, wall: datetime) -> str:
    first = layer.zone.utcoffset(wall)
    second = layer.zone.utcoffset(wall.replace(fold=1))
    assert first is not None and second is not None, "a named zone has an offset at any time"
    day = f"{DAYS[wall.weekday()]} {wall.day} {MONTHS[wall.month - 1]} {wall.year}"
    if first < second:
        becomes = wall_of(instant(wall, layer.zone), layer.zone)
        return f"The clocks skip {wall:%H:%M} on {day}: it becomes {becomes:%H:%M}."
    if first > second:
        return f"{wall:%H:%M} comes twice on {day}: the first one counts."
    return ""
