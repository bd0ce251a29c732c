"""The final rota: who is on call over a span or at an instant, as a function of the rules alone."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate
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
    if rules.overrides:
        found = _overridden(found, in_force(rules.overrides))
    if rules.away:
        away_by: dict[str, list[Away]] = {}
        for away in rules.away:
            away_by.setdefault(away.person, []).append(away)
        found = [piece for one in found for piece in _present(one, away_by.get(one.person, ()))]
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


def _overridden(found: list[Assignment], overrides: list[Override]) -> list[Assignment]:
    """Tier by tier; what no override touches is set aside first, for a rota is mostly worked as it was planned."""
    by_tier: dict[str, list[Override]] = {}
    for override in overrides:
        by_tier.setdefault(override.tier, []).append(override)
    done = [one for one in found if one.tier not in by_tier]
    for tier, ours in by_tier.items():
        ordered = sorted((one.starts_at, one.ends_at) for one in ours)
        starts = [start for start, _ in ordered]
        until = list(accumulate((end for _, end in ordered), max))
        touched: list[Assignment] = []
        for one in found:
            if one.tier == tier:
                before = bisect_left(starts, one.ends_at)
                (touched if before and until[before - 1] > one.starts_at else done).append(one)
        for override in ours:
            touched = _override(touched, override)
        done += touched
    return done


def _override(found: list[Assignment], by: Override) -> list[Assignment]:
    """One override over the assignments of its tier."""
    starts_at, ends_at, whose = by.starts_at, by.ends_at, by.instead_of
    kept: list[Assignment] = []
    taken: list[Assignment] = []
    for one in found:
        if one.starts_at < ends_at and one.ends_at > starts_at and (whose is None or whose == one.person):
            kept += _outside(one, starts_at, ends_at)
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


def _present(one: Assignment, aways: Iterable[Away]) -> list[Assignment]:
    """What is left of an assignment when its person is away so often."""
    left = [one]
    for away in aways:
        if away.tier in (None, one.tier):
            left = [piece for part in left for piece in _outside(part, away.starts_at, away.ends_at)]
    return left


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


def _in_time(one: Assignment) -> tuple[datetime, str, int, str, str]:
    return one.starts_at, one.tier, one.place, one.person, one.source


def _in_line(one: Assignment) -> tuple[int, datetime, str]:
    return one.place, one.starts_at, one.source
