"""How the rota falls on people: shifts, true hours, nights, weekends and holidays, and how even that is."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dispatch.cover import Span
from dispatch.rota.rules import Assignment
from dispatch.rota.spans import DAY, Part, joined, parts_of, within
from dispatch.rota.terms import RotaTerms

SATURDAY: Final = 5


@dataclass(frozen=True)
class Count:
    """What one person was on call for. A night, a weekend or a holiday counts once half of a day or of a night of it
    was theirs; an hour in two tiers at once is one hour."""

    person: str
    shifts: int
    hours: timedelta
    nights: int
    weekends: int
    holidays: int


@dataclass(frozen=True)
class Stint:
    """One person's hours in one day or one night, and the tiers they were on."""

    person: str
    part: Part
    hours: timedelta
    tiers: tuple[str, ...]


@dataclass(frozen=True)
class Spread:
    """How even a number is among people."""

    mean: float
    least: float
    most: float


def counts(
    found: Iterable[Assignment],
    start: datetime,
    end: datetime,
    terms: RotaTerms,
    zone: ZoneInfo,
    holidays: Collection[date] = (),
) -> dict[str, Count]:
    """Everybody's count over `start` to `end`, by person."""
    return {
        person: _count(person, theirs, terms, zone, holidays)
        for person, theirs in _by_person(found, start, end).items()
    }


def stints(
    found: Iterable[Assignment], start: datetime, end: datetime, terms: RotaTerms, zone: ZoneInfo
) -> Iterator[Stint]:
    """Everybody's hours by day and by night, person by person in the order of time. They add up to `counts`."""
    for person, theirs in sorted(_by_person(found, start, end).items()):
        spans = _spans(theirs)
        for part in _parts(spans, terms, zone):
            tiers = {
                one.tier for one in theirs if one.starts_at < part.ends_at and one.ends_at > part.starts_at
            }
            hours = within(spans, part.starts_at, part.ends_at)
            yield Stint(person, part, hours, tuple(sorted(tiers)))


def spread(values: Iterable[float]) -> Spread:
    """Mean, least and most; zeros of nobody."""
    given = list(values)
    if not given:
        return Spread(0.0, 0.0, 0.0)
    return Spread(sum(given) / len(given), min(given), max(given))


def _by_person(found: Iterable[Assignment], start: datetime, end: datetime) -> dict[str, list[Assignment]]:
    theirs: dict[str, list[Assignment]] = {}
    for one in found:
        since, until = max(one.starts_at, start), min(one.ends_at, end)
        if since < until:
            cut = Assignment(one.person, one.tier, since, until, one.source, one.team, one.place)
            theirs.setdefault(one.person, []).append(cut)
    return theirs


def _count(
    person: str, theirs: list[Assignment], terms: RotaTerms, zone: ZoneInfo, holidays: Collection[date]
) -> Count:
    spans = _spans(theirs)
    taken = [part for part in _parts(spans, terms, zone) if _half(spans, part)]
    weekends = {
        part.day - DAY * (part.day.weekday() - SATURDAY) for part in taken if part.day.weekday() >= SATURDAY
    }
    return Count(
        person,
        shifts=_shifts(theirs),
        hours=sum((to - since for since, to in spans), timedelta(0)),
        nights=sum(part.night for part in taken),
        weekends=len(weekends),
        holidays=len({part.day for part in taken if part.day in holidays}),
    )


def _spans(theirs: list[Assignment]) -> list[Span]:
    return joined((one.starts_at, one.ends_at) for one in theirs)


def _parts(spans: list[Span], terms: RotaTerms, zone: ZoneInfo) -> list[Part]:
    touched = {part for since, to in spans for part in parts_of(since, to, terms, zone)}
    return sorted(touched, key=lambda part: part.starts_at)


def _half(spans: list[Span], part: Part) -> bool:
    return within(spans, part.starts_at, part.ends_at) * 2 >= part.ends_at - part.starts_at


def _shifts(theirs: list[Assignment]) -> int:
    """A shift that was cut in two by a change in its middle, and came back, is still two stretches of one's time."""
    ends: dict[str, datetime] = {}
    count = 0
    for one in sorted(theirs, key=lambda one: (one.starts_at, one.ends_at)):
        last = ends.get(one.tier)
        # Shifts that follow each other at once are several; what overlaps is one.
        if last is None or one.starts_at >= last:
            count += 1
        ends[one.tier] = max(one.ends_at, last or one.ends_at)
    return count
