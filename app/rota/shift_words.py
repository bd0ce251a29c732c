"""A shift as it is said: the day and whether it is a night, its hours, how long it truly is, and why that is odd."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.public_holidays import holidays_between
from app.rota.cover_rows import Place
from app.rota.shifts import TIER_NAMES
from dispatch.cover import Span
from dispatch.rota.against import hours
from dispatch.rota.rest import nights_of
from dispatch.rota.rules import Assignment
from dispatch.rota.wall import wall_of
from dispatch.value import Refused

BOTH, LONG = timedelta(hours=18), timedelta(hours=30)
LAST_CODE = 4_102_444_800_000_000  # the year 2100
GONE = "That shift is not there any more. Look at My shifts."
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Said:
    """One shift in words. `clocks` says why the length is not what the wall makes it; "" where it is."""

    title: str
    times: str
    length: str
    clocks: str
    tier: str
    night: bool
    holiday: str


def said(place: Place, tier: str, span: Span) -> Said:
    """A shift, or a part of one, in the words of its program."""
    start, end = (wall_of(at, place.zone) for at in span)
    true, shown = span[1] - span[0], end - start
    clocks = "" if true == shown else "the clocks go back" if true > shown else "the clocks go forward"
    night = bool(nights_of(*span, place.terms, place.zone))
    first, last = f"{start:%a} {start.day} {start:%b}", f"{end:%a} {end.day} {end:%b}"
    part = "day and night" if night and true > BOTH else "night" if night else "day"
    days = holidays_between(place.state, start.date(), wall_of(span[1] - _TICK, place.zone).date())
    return Said(
        f"{first} to {last}" if true > LONG else f"{first}, {part}",
        f"{start:%H:%M} to {end:%H:%M}",
        hours(true),
        clocks,
        TIER_NAMES.get(tier, tier.capitalize()),
        night,
        ", ".join(days.values()),
    )


def code_of(one: Assignment) -> str:
    """A shift's name in an address: whose, in which tier, from when to when."""
    return f"{one.person}.{one.tier}.{_ticks(one.starts_at)}.{_ticks(one.ends_at)}"


def shift_of(code: str) -> Assignment:
    """The shift that a code names. Whether there is such a shift, the rota says."""
    person, tier, *span = (code.rsplit(".", 3) + [""] * 4)[:4]
    return Assignment(person, tier, *span_of(".".join(span)), "")


def span_code(span: Span) -> str:
    """A span in an address."""
    return f"{_ticks(span[0])}.{_ticks(span[1])}"


def span_of(code: str) -> Span:
    """The span that a code names."""
    start, _, end = code.partition(".")
    if not all(
        one.isascii() and one.isdecimal() and len(one) < 17 and int(one) < LAST_CODE for one in (start, end)
    ):
        raise Refused(GONE)
    return _EPOCH + int(start) * _TICK, _EPOCH + int(end) * _TICK


def _ticks(at: datetime) -> int:
    return (at - _EPOCH) // _TICK
