"""Reads layers and needs from their JSON form. What cannot be read says in a sentence what to write instead."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dispatch.rota.rules import Bring, Layer, TierNeed, Window

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LINE_AT_MOST: Final = 60
GROUP_AT_MOST: Final = 12
WINDOWS_AT_MOST: Final = 42
TURN_AT_MOST: Final = timedelta(weeks=8)
QUARTER: Final = timedelta(minutes=15)
DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)


class Unreadable(Exception):
    """A rule that makes no sense. The sentence says what to write instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def need_of(row: Mapping[str, Any]) -> TierNeed:
    """One tier's need: {"tier", "people", "bring": [{"skill", "count", "hard"}]}. Raises `Unreadable`."""
    rows = row.get("bring") or []
    if not isinstance(rows, list) or not all(isinstance(one, Mapping) for one in rows):
        raise Unreadable('`bring` must be a list such as [{"skill": "licensed", "count": 1}].')
    bring = tuple(
        Bring(word(one, "skill", 40), count(one.get("count", 1), "count", 1, 20), bool(one.get("hard", True)))
        for one in rows
    )
    return TierNeed(word(row, "tier", 20), count(row.get("people", 1), "people", 0, 50), bring)


def layer_of(row: Mapping[str, Any]) -> Layer:
    """One layer. Times are wall times of `zone`: {"id", "tier", "zone", "begins", "ends", "line": [["ana", "ben"]],
    "windows": [{"days": ["mon"], "from": "19:00", "to": "07:00" or "hours": 12}], "turn_hours", "first",
    "team", "name"}. Raises `Unreadable`."""
    begins = _wall(row, "begins")
    ends = _wall(row, "ends") if row.get("ends") else None
    if ends is not None and ends <= begins:
        raise Unreadable("The layer ends before it begins. Write a later end, or none.")
    line = _line(row.get("line"))
    windows = _windows(row.get("windows") or [])
    turn = _turn(row.get("turn_hours"))
    if turn is None and not windows:
        raise Unreadable(
            "Say how long a turn lasts (`turn_hours`), or give `windows`, each of which is a turn."
        )
    return Layer(
        id=word(row, "id", 80),
        tier=word(row, "tier", 20),
        zone=zone_of(row.get("zone")),
        begins=begins,
        ends=ends,
        line=line,
        windows=windows,
        turn=turn,
        first=count(row.get("first", 0), "first", 0, len(line) - 1),
        team=word(row, "team", 10) if row.get("team") else None,
        name=str(row.get("name") or "")[:80],
    )


def zone_of(given: Any) -> ZoneInfo:
    """A zone by its IANA name. Raises `Unreadable`."""
    try:
        if not isinstance(given, str) or "/" not in given and given != "UTC":
            raise ValueError
        return ZoneInfo(given)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise Unreadable(f"There is no zone {str(given)[:60]}. Write one such as America/Chicago.") from None


def _line(given: Any) -> tuple[tuple[str, ...], ...]:
    if not isinstance(given, list) or not given:
        raise Unreadable('`line` must name who takes turns, such as [["ana"], ["ben", "cyd"]].')
    groups = tuple(tuple(one if isinstance(one, list) else [one]) for one in given)
    if len(groups) > LINE_AT_MOST or any(len(group) > GROUP_AT_MOST for group in groups):
        raise Unreadable(f"A line holds at most {LINE_AT_MOST} turns of at most {GROUP_AT_MOST} people.")
    for group in groups:
        if not group or not all(_is_id(one) for one in group):
            raise Unreadable("Each turn in `line` needs at least one person's id.")
        if len(set(group)) < len(group):
            raise Unreadable("One person stands twice in the same turn.")
    return groups


def _is_id(given: Any) -> bool:
    return isinstance(given, str) and bool(given.strip()) and len(given) <= 40 and given.isprintable()


def _windows(given: Any) -> tuple[Window, ...]:
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise Unreadable("`windows` must be a list of objects.")
    windows = tuple(_window(one) for one in given)
    starts = sorted(
        (DAY * day + timedelta(hours=one.starts.hour, minutes=one.starts.minute), one.length)
        for one in windows
        for day in one.days
    )
    if len(starts) > WINDOWS_AT_MOST:
        raise Unreadable(f"A week holds at most {WINDOWS_AT_MOST} windows. Use a turn length instead.")
    following = [*starts[1:], *((start + WEEK, length) for start, length in starts[:1])]
    for (start, length), (after, _) in zip(starts, following, strict=True):
        if start + length > after:
            raise Unreadable("Two windows of the week overlap. Each hour belongs to one turn.")
    return windows


def _window(row: Mapping[str, Any]) -> Window:
    days = row.get("days", list(DAYS))
    if not isinstance(days, list) or not days or not set(map(str, days)) <= set(DAYS):
        raise Unreadable(f"Write `days` with these words: {' '.join(DAYS)}.")
    if len(set(days)) < len(days):
        raise Unreadable("A day stands twice in one window.")
    starts = _clock(row.get("from"))
    if "hours" in row:
        length = _length(row["hours"], "hours", WEEK)
    else:
        length = (_minutes(_clock(row.get("to"))) - _minutes(starts)) % DAY or DAY
    return Window(tuple(sorted(DAYS.index(day) for day in days)), starts, length)


def _turn(given: Any) -> timedelta | None:
    return None if given is None else _length(given, "turn_hours", TURN_AT_MOST)


def _length(given: Any, name: str, most: timedelta) -> timedelta:
    hours = given if isinstance(given, int | float) and not isinstance(given, bool) else 0
    length = timedelta(hours=hours) if 0 < hours <= most / timedelta(hours=1) else timedelta(0)
    if not length or length % QUARTER:
        raise Unreadable(f"`{name}` is a number of hours, in quarters, up to {most // timedelta(hours=1)}.")
    return length


def _clock(given: Any) -> time:
    try:
        found = time.fromisoformat(given)
        if found.tzinfo or found.second or found.microsecond or len(given) != 5:
            raise ValueError
    except (TypeError, ValueError):
        raise Unreadable("Write times of day as 07:00 or 19:30.") from None
    return found


def _minutes(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)


def _wall(row: Mapping[str, Any], name: str) -> datetime:
    try:
        found = datetime.fromisoformat(row[name])
        if found.tzinfo or found.second or found.microsecond or not 1970 < found.year < 2200:
            raise ValueError
    except (KeyError, TypeError, ValueError):
        raise Unreadable(f"Write `{name}` as a time of the wall, such as 2026-11-02T19:00.") from None
    return found


def word(row: Mapping[str, Any], name: str, most: int) -> str:
    """A name or a code. Raises `Unreadable`."""
    found = row.get(name)
    if not isinstance(found, str) or not found.strip() or len(found) > most or not found.isprintable():
        raise Unreadable(f"`{name}` is missing: write a word of at most {most} letters.")
    return found


def count(given: Any, name: str, low: int, high: int) -> int:
    """A whole number within bounds. Raises `Unreadable`."""
    if not isinstance(given, int) or isinstance(given, bool) or not low <= given <= high:
        raise Unreadable(f"`{name}` is a whole number from {low} to {high}.")
    return given
