"""Whose turn it is: turns are counted by the shifts that are worked, never by the calendar."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from math import gcd
from typing import Final

from dispatch.rota.rules import MINUTE, Layer

# A Monday: the wall is counted in minutes from here, so that a week is a remainder.
_MONDAY: Final = datetime(1900, 1, 1)
_WEEK: Final = 7 * 24 * 60

Stretch = tuple[datetime, datetime, int]  # on the wall, from, to, and the number of the turn
Week = tuple[tuple[int, int], ...]  # its windows as (start, length) in minutes, in order
Open = tuple[int, int, int]  # a stretch in minutes since that Monday


def stretches(layer: Layer, start: datetime, end: datetime) -> Iterator[Stretch]:
    """The layer's shifts on the wall that touch `start` to `end` (naive), in order, each with its turn.

    The cost is that of the span: a rota that began in 2015 is asked as fast as one that began today.
    """
    start = max(start, layer.begins)
    end = end if layer.ends is None else min(end, layer.ends)
    if start >= end:
        return
    asked = layer, (start - _MONDAY) // MINUTE, (end - _MONDAY) // MINUTE
    for opens, closes, turn in _by_window(*asked) if layer.turn is None else _by_length(*asked):
        begins = max(_MONDAY + timedelta(minutes=opens), layer.begins)
        ends = _MONDAY + timedelta(minutes=closes)
        ends = ends if layer.ends is None else min(ends, layer.ends)
        if begins < end and ends > start and begins < ends:
            yield begins, ends, turn


def _by_window(layer: Layer, start: int, end: int) -> Iterator[Open]:
    """Each window is a turn. The first is the one that is running, or comes next, when the layer begins."""
    origin = _origin(layer.week, layer.begins)
    for number, opens, closes in _open_from(layer.week, start):
        if opens > end:
            return
        yield opens, closes, number - origin


def _by_length(layer: Layer, start: int, end: int) -> Iterator[Open]:
    """Turns of a fixed length; one without a window in it is nobody's turn and is not counted."""
    assert layer.turn is not None
    length = layer.turn // MINUTE
    first = (layer.begins - _MONDAY) // MINUTE
    number = (start - first) // length
    begins = first + number * length
    while begins <= end:
        if not layer.week:
            yield begins, begins + length, number
        else:
            rounds, within = divmod(number, _WEEK // gcd(length, _WEEK))
            cycle = _worked(layer.week, first % _WEEK, length)
            for opens, closes in _open_between(layer.week, begins, min(begins + length, end + 1)):
                yield opens, min(closes, begins + length), rounds * cycle[-1] + cycle[within]
        number, begins = number + 1, begins + length


def _open_between(week: Week, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The windows that touch a span, not before it; the last may run on behind it."""
    for _, opens, closes in _open_from(week, start):
        if opens >= end:
            return
        yield max(opens, start), closes


@lru_cache(maxsize=4096)
def _origin(week: Week, begins: datetime) -> int:
    """The number of the window that is a layer's first turn."""
    return next(_open_from(week, (begins - _MONDAY) // MINUTE))[0]


@lru_cache(maxsize=4096)
def _worked(week: Week, into_week: int, length: int) -> tuple[int, ...]:
    """How many turns before the n-th have a window in them, over one whole cycle of weeks; the last is their sum."""
    before = [0]
    for number in range(_WEEK // gcd(length, _WEEK)):
        start = into_week + number * length
        worked = any(True for _ in _open_between(week, start, start + length))
        before.append(before[-1] + worked)
    return tuple(before)


def _open_from(week: Week, start: int) -> Iterator[Open]:
    """Every window that ends after this minute, numbered since that Monday, with its first and last minute."""
    weeks, into_week = divmod(start, _WEEK)
    # Windows of a week never overlap, so only the one just before can still be running.
    within = bisect_left(week, (into_week, 0)) - 1
    if within < 0:
        weeks, within = weeks - 1, len(week) - 1
    opens, length = week[within]
    if weeks * _WEEK + opens + length <= start:
        within += 1
    number = weeks * len(week) + within
    while True:
        weeks, within = divmod(number, len(week))
        opens, length = week[within]
        opens += weeks * _WEEK
        yield number, opens, opens + length
        number += 1
