"""What speaks against a shift, as each rule says it; and how spans of time are said."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dispatch.rota.rules import Assignment
from dispatch.rota.span_words import DAYS, MONTHS
from dispatch.rota.wall import wall_of

TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Against:
    """One reason against a shift, by the code of its rule. A `mild` one is warned of, however hard the rule is."""

    rule: str
    sentence: str
    mild: bool = False


def days_of(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> list[date]:
    """The local days that a span lies on. One that ends at midnight ends with the day before."""
    first, last = wall_of(starts_at, zone).date(), wall_of(ends_at - TICK, zone).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def shared(start: datetime, end: datetime, other_start: datetime, other_end: datetime) -> timedelta:
    """How long two spans run together."""
    return max(min(end, other_end) - max(start, other_start), timedelta(0))


def overlap(one: Assignment, starts_at: datetime, ends_at: datetime) -> bool:
    """Does an assignment share any time with a span?"""
    return one.starts_at < ends_at and one.ends_at > starts_at


def hours(length: timedelta) -> str:
    """A length as it is said: "6 h", "6 h 30 min", "45 min"."""
    minutes = int(length.total_seconds()) // 60
    whole, rest = divmod(minutes, 60)
    if not whole:
        return f"{rest} min"
    return f"{whole} h {rest} min" if rest else f"{whole} h"


def day_words(day: date) -> str:
    """A day as it is said: "Tue 10 Nov 2026"."""
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"
