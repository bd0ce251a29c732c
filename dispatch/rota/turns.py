"""Whose turn it is: turns are counted by the shifts that are worked, never by the calendar."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from math import gcd
from typing import Final

from dispatch.rota.rules import Layer, Window

WEEK: Final = timedelta(days=7)
_MONDAY: Final = datetime(1900, 1, 1)
_MINUTE: Final = timedelta(minutes=1)
_WEEK_MINUTES: Final = 7 * 24 * 60

Stretch = tuple[datetime, datetime, int]  # on the wall, from, to, and the number of the turn


def stretches(layer: Layer, start: datetime, end: datetime) -> Iterator[Stretch]:
    """The layer's shifts on the wall that touch `start` to `end` (naive), in order, each with its turn.

    The cost is that of the span: a rota that began in 2015 is asked as fast as one that began today.
    """
    start = max(start, layer.begins)
    end = end if layer.ends is None else min(end, layer.ends)
    if start >= end:
        return
    for begins, ends, turn in (
        _by_window(layer, start, end) if layer.turn is None else _by_length(layer, start, end)
    ):
        begins = max(begins, layer.begins)
        ends = ends if layer.ends is None else min(ends, layer.ends)
        if begins < ends and ends > start:
            yield begins, ends, turn


def _by_window(layer: Layer, start: datetime, end: datetime) -> Iterator[Stretch]:
    """Each window is a turn. The first is the one that is running, or comes next, when the layer begins."""
    week = _week(layer.windows)
    origin = _first_open(week, layer.begins)
    number = _first_open(week, start)
    while True:
        begins, ends = _occurrence(week, number)
        if begins >= end:
            return
        yield begins, ends, number - origin
        number += 1


def _by_length(layer: Layer, start: datetime, end: datetime) -> Iterator[Stretch]:
    """Turns of a fixed length; one without a window in it is nobody's turn and is not counted."""
    assert layer.turn is not None
    number = (start - layer.begins) // layer.turn
    cycle = _worked(layer.windows, _into_week(layer.begins), layer.turn // _MINUTE)
    week = _week(layer.windows)
    while layer.begins + number * layer.turn < end:
        begins = layer.begins + number * layer.turn
        rounds, within = divmod(number, len(cycle) - 1)
        turn = rounds * cycle[-1] + cycle[within]
        for opens, closes in _open_between(week, begins, begins + layer.turn):
            if opens < end:
                yield opens, closes, turn
        number += 1


def _open_between(
    week: tuple[tuple[int, int], ...], start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    if not week:
        yield start, end
        return
    number = _first_open(week, start)
    while True:
        begins, ends = _occurrence(week, number)
        if begins >= end:
            return
        yield max(begins, start), min(ends, end)
        number += 1


@lru_cache(maxsize=4096)
def _week(windows: tuple[Window, ...]) -> tuple[tuple[int, int], ...]:
    """The windows of one week as (start, length) in minutes from Monday 00:00, in order."""
    return tuple(
        sorted(
            (day * 1440 + window.starts.hour * 60 + window.starts.minute, window.length // _MINUTE)
            for window in windows
            for day in window.days
        )
    )


@lru_cache(maxsize=4096)
def _worked(windows: tuple[Window, ...], into_week: int, length: int) -> tuple[int, ...]:
    """How many turns before the n-th have a window in them, over one whole cycle of weeks; the last is their sum."""
    count = _WEEK_MINUTES // gcd(length, _WEEK_MINUTES)
    week = _week(windows)
    before = [0]
    for number in range(count):
        start = _MONDAY + timedelta(minutes=into_week + number * length)
        worked = any(True for _ in _open_between(week, start, start + timedelta(minutes=length)))
        before.append(before[-1] + worked)
    return tuple(before)


def _occurrence(week: tuple[tuple[int, int], ...], number: int) -> tuple[datetime, datetime]:
    """The n-th window since Monday 1 January 1900, from and to."""
    weeks, within = divmod(number, len(week))
    start, length = week[within]
    begins = _MONDAY + timedelta(minutes=weeks * _WEEK_MINUTES + start)
    return begins, begins + timedelta(minutes=length)


def _first_open(week: tuple[tuple[int, int], ...], at: datetime) -> int:
    """The number of the first window that ends after this time of the wall."""
    weeks = (at - _MONDAY) // WEEK
    number = weeks * len(week) + bisect_left(week, (_into_week(at), 0))
    # Windows of a week never overlap, so only the one just before can still be running.
    while _occurrence(week, number - 1)[1] > at:
        number -= 1
    return number


def _into_week(at: datetime) -> int:
    return (at - _MONDAY) % WEEK // _MINUTE
