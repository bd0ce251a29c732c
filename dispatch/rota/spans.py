"""Days, nights and changes of the clocks as instants: the pieces of time that people read a rota in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dispatch.cover import Span
from dispatch.rota.rest import night_of
from dispatch.rota.terms import RotaTerms
from dispatch.rota.wall import instant

DAY: Final = timedelta(days=1)
_QUARTER: Final = timedelta(minutes=15)


@dataclass(frozen=True)
class Part:
    """The day or the night of one date, as instants. A night belongs to the date on which it begins."""

    day: date
    night: bool
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Change:
    """The clocks change at an instant: `wall` is what they show first after it, `back` that an hour comes twice."""

    at: datetime
    wall: time
    back: bool


def day_of(day: date, zone: ZoneInfo) -> Span:
    """One date from midnight to midnight: 23 or 25 hours where the clocks change."""
    return instant(datetime.combine(day, time()), zone), instant(datetime.combine(day + DAY, time()), zone)


def parts(first: date, last: date, terms: RotaTerms, zone: ZoneInfo) -> Iterator[Part]:
    """The day and the night of every date from `first` to `last`, both included, in order."""
    date_of_night = first - DAY
    while date_of_night <= last:
        dusk, dawn = night_of(date_of_night, terms, zone)
        following = night_of(date_of_night + DAY, terms, zone)[0]
        if date_of_night >= first and dusk < dawn:
            yield Part(date_of_night, True, dusk, dawn)
        day = dawn.astimezone(zone).date()
        if first <= day <= last and dawn < following:
            yield Part(day, False, dawn, following)
        date_of_night += DAY


def parts_of(start: datetime, end: datetime, terms: RotaTerms, zone: ZoneInfo) -> Iterator[Part]:
    """The days and nights that touch a span."""
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    for part in parts(first - DAY, last, terms, zone):
        if part.starts_at < end and part.ends_at > start:
            yield part


def changes(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[Change, ...]:
    """Every change of the clocks within a span."""
    found: list[Change] = []
    day = start.astimezone(zone).date()
    while day <= end.astimezone(zone).date():
        begins, ends = day_of(day, zone)
        if ends - begins != DAY:
            found += [one for one in _changes_of(begins, ends, zone) if start <= one.at < end]
        day += DAY
    return tuple(found)


def _changes_of(begins: datetime, ends: datetime, zone: ZoneInfo) -> Iterator[Change]:
    at = begins
    while at < ends:
        after = at + _QUARTER
        was, will = at.astimezone(zone).utcoffset(), after.astimezone(zone).utcoffset()
        assert was is not None and will is not None
        if was != will:
            local = after.astimezone(zone)
            # What the clocks jump to when they go back; what they jump over when they go on.
            shown = local if will < was else local - (will - was)
            yield Change(after, shown.time().replace(fold=0), will < was)
        at = after


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same time as spans that neither touch nor overlap, in order."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def within(spans: Iterable[Span], start: datetime, end: datetime) -> timedelta:
    """How much of the spans, which do not overlap, lies between two instants."""
    lengths = (min(to, end) - max(since, start) for since, to in spans if since < end and to > start)
    return sum(lengths, timedelta(0))
