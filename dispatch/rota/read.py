"""Reads rules from their JSON form. One that cannot be read breaks itself only, and says what to mend."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dispatch.rota.rules import Assignment, Away, Bring, Broken, Layer, Override, Rules, TierNeed, Window

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LINE_AT_MOST: Final = 60
GROUP_AT_MOST: Final = 12
WINDOWS_AT_MOST: Final = 42
TURN_AT_MOST: Final = timedelta(weeks=8)
QUARTER: Final = timedelta(minutes=15)
DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
V = TypeVar("V")


class Unreadable(Exception):
    """A rule that makes no sense. The sentence says what to write instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def rules_of(given: Mapping[str, Any]) -> Rules:
    """A rota file: `zone`, `layers`, `shifts`, `overrides`, `time_off`. Raises `Unreadable` only when the whole
    is no rota; a single bad rule comes back in `broken`."""
    zone = given.get("zone")
    broken: list[Broken] = []

    def each(name: str, read: Callable[[Mapping[str, Any], int], V]) -> tuple[V, ...]:
        rows = given.get(name, [])
        if not isinstance(rows, list):
            raise Unreadable(f"`{name}` must be a list.")
        found: list[V] = []
        for number, row in enumerate(rows):
            try:
                if not isinstance(row, Mapping):
                    raise Unreadable("Write it as an object.")
                found.append(read(row, number))
            except Unreadable as wrong:
                called = row.get("id") if isinstance(row, Mapping) else None
                broken.append(Broken(str(called or f"{name} {number + 1}")[:80], wrong.sentence))
        return tuple(found)

    return Rules(
        layers=each(
            "layers", lambda row, number: replace(layer_of({"zone": zone, **row}), place=number * 100)
        ),
        shifts=each("shifts", _shift),
        overrides=each("overrides", _override),
        away=each("time_off", _away),
        broken=tuple(broken),
    )


def needs_of(given: Mapping[str, Any]) -> tuple[TierNeed, ...]:
    """The file's `tiers`: {"tier", "people", "bring": [{"skill", "count", "hard"}]}."""
    return tuple(need_of(row) for row in given.get("tiers", []))


def need_of(row: Mapping[str, Any]) -> TierNeed:
    """One tier's need. Raises `Unreadable`."""
    bring = tuple(
        Bring(
            _word(one, "skill", 40), _count(one.get("count", 1), "count", 1, 20), bool(one.get("hard", True))
        )
        for one in row.get("bring", [])
    )
    return TierNeed(_word(row, "tier", 20), _count(row.get("people", 1), "people", 0, 50), bring)


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
        id=_word(row, "id", 80),
        tier=_word(row, "tier", 20),
        zone=zone_of(row.get("zone")),
        begins=begins,
        ends=ends,
        line=line,
        windows=windows,
        turn=turn,
        first=_count(row.get("first", 0), "first", 0, len(line) - 1),
        team=_word(row, "team", 10) if row.get("team") else None,
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
        if not group or not all(isinstance(one, str) and one and len(one) <= 40 for one in group):
            raise Unreadable("Each turn in `line` needs at least one person's id.")
        if len(set(group)) < len(group):
            raise Unreadable("One person stands twice in the same turn.")
    return groups


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


def _instant(row: Mapping[str, Any], name: str) -> datetime:
    try:
        found = datetime.fromisoformat(row[name])
        if found.tzinfo is None:
            raise ValueError
        return found.astimezone(UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise Unreadable(f"Write `{name}` with its offset, such as 2026-11-02T19:00:00-06:00.") from None


def _span(row: Mapping[str, Any]) -> tuple[datetime, datetime]:
    starts_at, ends_at = _instant(row, "starts_at"), _instant(row, "ends_at")
    if ends_at <= starts_at:
        raise Unreadable("It ends before it starts, or at once. Write a later end.")
    return starts_at, ends_at


def _shift(row: Mapping[str, Any], number: int) -> Assignment:
    starts_at, ends_at = _span(row)
    source = str(row.get("id") or f"shift {number + 1}")[:80]
    team = _word(row, "team", 10) if row.get("team") else None
    return Assignment(
        _word(row, "person", 40), _word(row, "tier", 20), starts_at, ends_at, source, team, number
    )


def _override(row: Mapping[str, Any], number: int) -> Override:
    starts_at, ends_at = _span(row)
    named = {
        name: _word(row, name, 80) if row.get(name) is not None else None
        for name in ("instead_of", "person", "undoes")
    }
    tier = _word(row, "tier", 20)
    return Override(
        str(row.get("id") or f"override {number + 1}")[:80], number, tier, starts_at, ends_at, **named
    )


def _away(row: Mapping[str, Any], _: int) -> Away:
    starts_at, ends_at = _span(row)
    return Away(_word(row, "person", 40), starts_at, ends_at, str(row.get("kind") or "time off")[:40])


def _word(row: Mapping[str, Any], name: str, most: int) -> str:
    found = row.get(name)
    if not isinstance(found, str) or not found.strip() or len(found) > most:
        raise Unreadable(f"`{name}` is missing: write a word of at most {most} letters.")
    return found


def _count(given: Any, name: str, low: int, high: int) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not low <= given <= high:
        raise Unreadable(f"`{name}` is a whole number from {low} to {high}.")
    return given
