"""Spans of time in words, on the wall of one zone: "Thu 29 Oct 19:00 to 07:00"."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY: Final = timedelta(days=1)


def span_words(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """From and to. The day of the end is said unless the end is within a day; an hour that comes twice carries
    the zone's own letters, so that nobody has to guess which one is meant."""
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    near = end.replace(tzinfo=None) - start.replace(tzinfo=None) < _DAY and end.date() >= start.date()
    return f"{moment_words(starts_at, zone)} to {_clock(end) if near else moment_words(ends_at, zone)}"


def moment_words(at: datetime, zone: ZoneInfo) -> str:
    """One moment: "Thu 29 Oct 19:00"."""
    local = at.astimezone(zone)
    return f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {_clock(local)}"


def _clock(local: datetime) -> str:
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{local:%H:%M}" + (f" {local.tzname()}" if twice else "")
