"""Reads time off from a calendar file (.ics): every event either taken or refused with a reason, none lost."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr
from icalendar import Calendar

from dispatch.rota.wall import instant
from dispatch.value import Refused

BYTES_AT_MOST = 1024 * 1024
EVENTS_AT_MOST = 500
REPEATS_AT_MOST = 60
AHEAD_AT_MOST = timedelta(days=400)
LONGEST = timedelta(days=120)
DAY = timedelta(days=1)
NOT_A_CALENDAR = "That is not a calendar file. Export one that ends with .ics and try again."


@dataclass(frozen=True)
class Line:
    """One event of the file: its words, its span (UTC) where it has one, and why it is refused; "" is taken."""

    words: str
    starts_at: datetime | None
    ends_at: datetime | None
    why: str = ""


def read_leave(body: bytes, zone: ZoneInfo, now: datetime) -> list[Line]:
    """Every event by its beginning. Whole days are days of `zone`. Raises `Refused` when it is no calendar."""
    if len(body) > BYTES_AT_MOST:
        raise Refused("That file is larger than 1 MB. Export the weeks that matter and try again.")
    try:
        events = [
            event for calendar in Calendar.from_ical(body, multiple=True) for event in calendar.walk("VEVENT")
        ]
    except Exception:
        # The parser has a dozen ways to stumble over a file that is no calendar; one sentence answers all.
        raise Refused(NOT_A_CALENDAR) from None
    if not events:
        raise Refused("There is no event in that file.")
    if len(events) > EVENTS_AT_MOST:
        raise Refused(f"That file has more than {EVENTS_AT_MOST} events. Export the weeks that matter.")
    lines = [line for event in events for line in _lines(event, zone, now)]
    return sorted(lines, key=lambda line: line.starts_at or datetime.min.replace(tzinfo=UTC))


def _lines(event: Any, zone: ZoneInfo, now: datetime) -> list[Line]:
    words = " ".join(str(event.get("summary") or "No title").split())[:80]
    try:
        if str(event.get("status", "")).upper() == "CANCELLED":
            return [Line(words, None, None, "It is cancelled in the file.")]
        start, length = _start_and_length(event)
        return [_line(words, begins, length, zone, now) for begins in _begins(event, start, now)]
    except (Refused, ValueError, TypeError, KeyError, AttributeError, OverflowError) as wrong:
        why = wrong.sentence if isinstance(wrong, Refused) else "Its times cannot be read."
        return [Line(words, None, None, why)]


def _start_and_length(event: Any) -> tuple[date | datetime, timedelta]:
    """When it starts, and how long it is on the wall."""
    start = event.decoded("dtstart")
    if "dtend" in event:
        end = event.decoded("dtend")
        if isinstance(start, datetime) != isinstance(end, datetime):
            raise Refused("It starts with a day and ends with a time, or the other way round.")
        if isinstance(start, datetime) and (start.tzinfo is None) != (end.tzinfo is None):
            raise Refused("Only one of its times has a zone.")
        return start, end - start
    if "duration" in event:
        return start, event.decoded("duration")
    return start, timedelta(0) if isinstance(start, datetime) else DAY


def _begins(event: Any, start: date | datetime, now: datetime) -> list[date | datetime]:
    """The starts of a repeated event, at most so many; else its own."""
    rule = event.get("rrule")
    if rule is None:
        return [start]
    first = start if isinstance(start, datetime) else datetime.combine(start, time())
    rules = rule if isinstance(rule, list) else [rule]
    repeated = rruleset()
    for one in rules:
        said = one.to_ical().decode()
        # Whole days that end "until" an instant: many programs write so, and the day is what is meant.
        plain = said if first.tzinfo else re.sub(r"(UNTIL=\d{8})T\d{6}Z", r"\1T235959", said)
        repeated.rrule(rrulestr(plain, dtstart=first))
    for left_out in _left_out(event):
        moment = left_out if isinstance(left_out, datetime) else datetime.combine(left_out, time())
        repeated.exdate(moment if first.tzinfo else moment.replace(tzinfo=None))
    since = now - LONGEST
    after = since if first.tzinfo else since.replace(tzinfo=None)
    found = list(islice((at for at in _bounded(repeated) if at >= after), REPEATS_AT_MOST))
    if not found:
        raise Refused("It repeats, and every repeat is over.")
    return found if isinstance(start, datetime) else [at.date() for at in found]


def _bounded(repeated: rruleset) -> Any:
    # A rule may repeat each second since 1970: look at so many and no more.
    return islice(iter(repeated), 20_000)


def _left_out(event: Any) -> list[date | datetime]:
    given = event.get("exdate")
    lists = given if isinstance(given, list) else [given] if given is not None else []
    return [one.dt for each in lists for one in each.dts]


def _line(words: str, begins: date | datetime, length: timedelta, zone: ZoneInfo, now: datetime) -> Line:
    starts_at, ends_at = _utc(begins, zone), _utc(begins + length, zone)
    return Line(words, starts_at, ends_at, _why_not(starts_at, ends_at, now))


def _utc(at: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(at, datetime):
        return instant(datetime.combine(at, time()), zone)
    return instant(at, zone) if at.tzinfo is None else at.astimezone(UTC)


def _why_not(starts_at: datetime, ends_at: datetime, now: datetime) -> str:
    if ends_at <= starts_at:
        return "It ends before it starts, or at once."
    if ends_at <= now:
        return "It is over."
    if starts_at - now > AHEAD_AT_MOST:
        return f"It is more than {AHEAD_AT_MOST.days} days ahead."
    if ends_at - starts_at > LONGEST:
        return f"It is longer than {LONGEST.days} days. Ask a manager to write it down."
    return ""
