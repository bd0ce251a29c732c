"""Wall time and UTC: every reading of the wall is exactly one instant, so shifts that abut on the wall abut."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

# No zone has ever moved its clocks by more than a day; a look this far aside finds every change that matters.
CHANGE_AT_MOST: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at which the wall shows this time or a later one; naive in, aware UTC out.

    A time that comes twice is its first coming; a time that the wall skips is the moment of the skip. The
    map never runs backwards, so a hand-over at 02:30 leaves no gap and puts nobody on twice in any zone.
    """
    return _instant(wall, zone)


@lru_cache(maxsize=16_384)
def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    # Kept: people change at the same few times of the day, in every layer. Equal times may differ in their fold.
    wall = wall.replace(fold=0)
    offset = zone.utcoffset(wall)
    folded = zone.utcoffset(wall.replace(fold=1))
    assert offset is not None and folded is not None, "a named zone has an offset at any time"
    if offset < folded:
        return _skip(wall, zone)
    return (wall - offset).replace(tzinfo=UTC)


def wall_of(at: datetime, zone: ZoneInfo) -> datetime:
    """What the wall shows at an instant, naive. Two instants may show the same."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def wall_between(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A stretch of the wall (naive) that holds every reading of these instants, and of no others if it can.

    Where the clocks run on from a day before to a day after a short span, the wall alone decides.
    """
    begins, ends = start.astimezone(zone), end.astimezone(zone)
    before = (start - CHANGE_AT_MOST).astimezone(zone).utcoffset()
    after = (end + CHANGE_AT_MOST).astimezone(zone).utcoffset()
    steady = before == after and end - start <= CHANGE_AT_MOST
    aside = timedelta(0) if steady else CHANGE_AT_MOST
    return begins.replace(tzinfo=None, fold=0) - aside, ends.replace(tzinfo=None, fold=0) + aside


@lru_cache(maxsize=512)
def _skip(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the wall jumped over this time, to the second."""
    before = (wall - (zone.utcoffset(wall.replace(fold=1)) or timedelta(0))).replace(tzinfo=UTC)
    after = (wall - (zone.utcoffset(wall) or timedelta(0))).replace(tzinfo=UTC)
    early = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == early:
            before = middle
        else:
            after = middle
    return after
