"""What a span of time is on the wall: which dates it touches, whose night it is, weekend, holiday, weeks."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dispatch.rota.wall import instant, wall_of

DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
SATURDAY: Final = 5


def days_of(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> tuple[date, ...]:
    """The dates that a span touches."""
    first, last = wall_of(starts_at, zone).date(), wall_of(ends_at - timedelta(microseconds=1), zone).date()
    return tuple(first + DAY * number for number in range((last - first).days + 1))


def mostly_on(starts_at: datetime, ends_at: datetime, zone: ZoneInfo, days: Collection[date]) -> bool:
    """Does at least half of a span lie on one of these dates?"""
    start, end = wall_of(starts_at, zone), wall_of(ends_at, zone)
    inside = timedelta(0)
    for day in days:
        midnight = datetime.combine(day, time())
        inside += max(timedelta(0), min(end, midnight + DAY) - max(start, midnight))
    return 2 * inside >= end - start


def is_weekend(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> bool:
    """Does at least half of it lie on a Saturday or a Sunday?"""
    free = [day for day in days_of(starts_at, ends_at, zone) if day.weekday() >= SATURDAY]
    return mostly_on(starts_at, ends_at, zone, free)


def minutes_by_week(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> Iterator[tuple[date, int]]:
    """True minutes of a span in each week of the wall, named by its Monday."""
    day = wall_of(starts_at, zone).date()
    monday = day - DAY * day.weekday()
    at = starts_at
    while at < ends_at:
        following = instant(datetime.combine(monday + 7 * DAY, time()), zone)
        until = min(ends_at, following)
        if until > at:
            yield monday, (until - at) // MINUTE
        at, monday = max(at, until), monday + 7 * DAY
