"""The final rota: who is on call over a span or at an instant, as a function of the rules alone."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dispatch.rota.rules import Assignment, Away, Layer, Override, Rules
from dispatch.rota.turns import stretches
from dispatch.rota.wall import instant, wall_between

_TICK: Final = timedelta(microseconds=1)


def final(rules: Rules, start: datetime, end: datetime) -> tuple[Assignment, ...]:
    """Every assignment that touches `start` to `end` (UTC), whole, in the order of time and line.

    Overrides and time off are applied where `rules` holds them; an assignment's end is right only if the
    rules hold those that touch it, also beyond `end`.
    """
    found = changed(planned(rules, start, end), rules)
    return tuple(sorted((one for one in found if one.starts_at < end and one.ends_at > start), key=_in_time))


def on_call_at(rules: Rules, at: datetime) -> tuple[Assignment, ...]:
    """Everybody on call at an instant, in the order of the line."""
    found = changed(planned(rules, at, at + _TICK), rules)
    return tuple(sorted((one for one in found if one.starts_at <= at < one.ends_at), key=_in_line))


def planned(rules: Rules, start: datetime, end: datetime) -> list[Assignment]:
    """What layers and hand-written shifts say, before anybody changed it."""
    found: list[Assignment] = []
    walls: dict[ZoneInfo, tuple[datetime, datetime]] = {}
    for layer in rules.layers:
        if layer.zone not in walls:
            walls[layer.zone] = wall_between(start, end, layer.zone)
        found += _layer_shifts(layer, start, end, walls[layer.zone])
    found += [one for one in rules.shifts if one.starts_at < end and one.ends_at > start]
    return found


def changed(found: list[Assignment], rules: Rules) -> list[Assignment]:
    """The same after overrides, in their order, and without those who are away."""
    if not rules.overrides and not rules.away:
        return found
    for override in in_force(rules.overrides):
        found = _override(found, override)
    for away in rules.away:
        found = [piece for one in found for piece in _without(one, away)]
    return found


def _layer_shifts(
    layer: Layer, start: datetime, end: datetime, on_wall: tuple[datetime, datetime]
) -> Iterator[Assignment]:
    """One layer's shifts that touch the span, whole, one for each person of the turn."""
    for begins, ends, turn in stretches(layer, *on_wall):
        starts_at, ends_at = instant(begins, layer.zone), instant(ends, layer.zone)
        if starts_at < end and ends_at > start and starts_at < ends_at:
            people = layer.line[(turn + layer.first) % len(layer.line)]
            for place, person in enumerate(people, layer.place):
                yield Assignment(person, layer.tier, starts_at, ends_at, layer.id, layer.team, place)


def in_force(overrides: Iterable[Override]) -> list[Override]:
    """The overrides that count, in their order: those that none in force after them undoes."""
    undone: set[str] = set()
    counting: list[Override] = []
    for override in sorted(overrides, key=lambda one: one.order, reverse=True):
        if override.id in undone:
            continue
        if override.undoes is None:
            counting.append(override)
        else:
            undone.add(override.undoes)
    return counting[::-1]


def _override(found: list[Assignment], by: Override) -> list[Assignment]:
    kept: list[Assignment] = []
    taken: list[Assignment] = []
    for one in found:
        touched = one.tier == by.tier and one.starts_at < by.ends_at and one.ends_at > by.starts_at
        if touched and by.instead_of in (None, one.person):
            kept += _outside(one, by.starts_at, by.ends_at)
            taken.append(one)
        else:
            kept.append(one)
    return kept + list(_coming_in(taken, by))


def _coming_in(taken: list[Assignment], by: Override) -> Iterator[Assignment]:
    if by.person is None:
        return
    if by.instead_of is None:
        place = min((one.place for one in taken), default=0)
        yield Assignment(by.person, by.tier, by.starts_at, by.ends_at, by.id, None, place)
        return
    for one in taken:
        starts_at, ends_at = max(one.starts_at, by.starts_at), min(one.ends_at, by.ends_at)
        yield replace(one, person=by.person, starts_at=starts_at, ends_at=ends_at, source=by.id)


def _without(one: Assignment, away: Away) -> list[Assignment]:
    if one.person != away.person or away.tier not in (None, one.tier):
        return [one]
    return _outside(one, away.starts_at, away.ends_at)


def _outside(one: Assignment, start: datetime, end: datetime) -> list[Assignment]:
    """The parts of an assignment before and after a span."""
    if one.starts_at >= end or one.ends_at <= start:
        return [one]
    parts: list[Assignment] = []
    if one.starts_at < start:
        parts.append(replace(one, ends_at=start))
    if one.ends_at > end:
        parts.append(replace(one, starts_at=end))
    return parts


def _in_time(one: Assignment) -> tuple[datetime, str, int, str]:
    return one.starts_at, one.tier, one.place, one.person


def _in_line(one: Assignment) -> tuple[int, datetime, str]:
    return one.place, one.starts_at, one.source
