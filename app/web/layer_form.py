"""The form of a layer: rows that grow and move without scripts, read into a layer or refused field by field."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from app.rota.layers import LayerRow
from app.rota.shifts import TIER_NAMES
from app.web.forms import Form, tidy
from dispatch.rota.edit import moved
from dispatch.rota.read import DAYS, GROUP_AT_MOST, LINE_AT_MOST, Unreadable, layer_of
from dispatch.rota.rules import Layer
from dispatch.rota.wall import wall_of

WINDOWS_AT_MOST: Final = 14
WHEN: Final = "Write a date and a time, such as 2026-11-10 19:00."
TURNS: Final = {
    "week": "A week",
    "day": "A day",
    "shift": "Each shift, as its days and hours say",
    "hours": "So many hours",
}
HOURS_OF: Final = {"week": 168, "day": 24}
LONGER: Final = tuple(
    (str(days), "within a day" if not days else f"{days} {'day' if days == 1 else 'days'} later still")
    for days in range(7)
)
_TURN = re.compile(r"l(\d{1,4})", re.ASCII)
_WINDOW = re.compile(r"w(\d{1,4})_(days|from|to|more)", re.ASCII)
_DO = re.compile(r"(turn-off|more|up|down|window-off)-(\d{1,3})", re.ASCII)


@dataclass(frozen=True)
class WindowRow:
    """One row of hours as it is typed."""

    days: tuple[str, ...] = ()
    starts: str = ""
    ends: str = ""
    more: str = "0"

    @property
    def is_empty(self) -> bool:
        """Was nothing written into it?"""
        return not (self.days or self.starts or self.ends)


@dataclass(frozen=True)
class LayerForm:
    """A layer as it is typed: words and rows, nothing checked."""

    tier: str = ""
    name: str = ""
    team: str = ""
    begins: str = ""
    ends: str = ""
    since: str = ""
    turn: str = "week"
    hours: str = ""
    go_on: str = ""
    windows: tuple[WindowRow, ...] = ()
    line: tuple[tuple[str, ...], ...] = ((),)


def empty_form(now: datetime, zone: ZoneInfo) -> LayerForm:
    """A new layer: from tomorrow evening on, a week for each turn."""
    evening = (wall_of(now, zone) + timedelta(days=1)).replace(hour=19, minute=0)
    return LayerForm(begins=_typed(evening), windows=(WindowRow(),), line=((), ()))


def form_of(row: LayerRow, now: datetime, zone: ZoneInfo) -> LayerForm:
    """A stored layer, as far as it can be read, to be changed from the next hour on."""
    body = row.body
    hours = body.get("turn_hours")
    turn = next(
        (turn for turn, length in HOURS_OF.items() if length == hours), "shift" if hours is None else "hours"
    )
    windows = [_window_row(one) for one in _list(body.get("windows")) if isinstance(one, Mapping)]
    line = [tuple(str(one) for one in _list(turn)) for turn in _list(body.get("line"))]
    since = wall_of(now, zone).replace(minute=0) + timedelta(hours=1)
    return LayerForm(
        tier=row.tier,
        name=row.name,
        team=str(body.get("team") or ""),
        begins=str(body.get("begins") or "")[:16],
        ends=str(body.get("ends") or "")[:16],
        since=_typed(since),
        turn=turn,
        hours="" if turn != "hours" else str(hours),
        windows=tuple(windows) or (WindowRow(),),
        line=tuple(line[:LINE_AT_MOST]) or ((),),
    )


def posted(given: MultiDict[str, str]) -> LayerForm:
    """What a browser sent, rows in their order."""
    turns = sorted({int(found[1]) for name in given if (found := _TURN.fullmatch(name))})
    windows = sorted({int(found[1]) for name in given if (found := _WINDOW.fullmatch(name))})
    plain = {
        name: tidy(given.get(name, ""))
        for name in ("tier", "name", "team", "begins", "ends", "since", "turn", "hours", "go_on")
    }
    return LayerForm(
        **plain,
        windows=tuple(
            WindowRow(
                tuple(day for day in DAYS if day in given.getlist(f"w{number}_days")),
                tidy(given.get(f"w{number}_from", ""))[:5],
                tidy(given.get(f"w{number}_to", ""))[:5],
                tidy(given.get(f"w{number}_more", "0"))[:2],
            )
            for number in windows[: WINDOWS_AT_MOST + 1]
        ),
        line=tuple(_people(given.getlist(f"l{number}")) for number in turns[: LINE_AT_MOST + 1]),
    )


def with_rows(form: LayerForm, do: str) -> LayerForm | None:
    """The form after one of its row buttons; None when `do` is none of them."""
    if do == "turn":
        return replace(form, line=(*form.line, ())[:LINE_AT_MOST])
    if do == "window":
        return replace(form, windows=(*form.windows, WindowRow())[:WINDOWS_AT_MOST])
    found = _DO.fullmatch(do)
    if found is None:
        return None
    place = int(found[2])
    match found[1]:
        case "up":
            return replace(form, line=moved(form.line, place, -1))
        case "down":
            return replace(form, line=moved(form.line, place, 1))
        case "turn-off":
            return replace(form, line=tuple(one for at, one in enumerate(form.line) if at != place) or ((),))
        case "window-off":
            return replace(form, windows=tuple(one for at, one in enumerate(form.windows) if at != place))
        case _:
            return form


def layer_from(typed: LayerForm, given: MultiDict[str, str], zone: ZoneInfo, first: int = 0) -> Layer:
    """The layer that is meant, its first turn in the middle of its line when that is still long enough. Raises
    `BadFields`."""
    form = Form(given)
    row: dict[str, Any] = {
        "id": "new",
        "zone": zone.key,
        "tier": form.choice("tier", TIER_NAMES, needed="Choose the tier."),
        "name": form.line("name", most=80, needed="Give it a name, such as Weekday nights."),
        "begins": wall(form, "begins", typed.begins),
        "windows": list(_windows(form, typed)),
        "line": _line(form, typed),
    }
    if typed.ends:
        row["ends"] = wall(form, "ends", typed.ends)
    team = form.line("team", most=10)
    if team and not team.replace(" ", "").isalnum():
        form.wrong("team", "Write a call sign of letters and digits, such as C4.")
    row |= {"team": team or None, "turn_hours": _turn_hours(form, typed)}
    if row["turn_hours"] is None and not row["windows"]:
        form.wrong("windows", "Write at least one row of days and hours: each is a turn.")
    row["first"] = first if first < len(row["line"]) else 0
    form.done()
    try:
        return layer_of(row)
    except Unreadable as wrong:
        form.wrong("windows" if "windows" in wrong.sentence else "", wrong.sentence.replace("`", ""))
    form.done()
    raise AssertionError("a form with something wrong is never done")


def wall(form: Form, name: str, typed: str) -> str:
    """A date and a time as the wall shows them."""
    try:
        at = datetime.strptime(typed[:16], "%Y-%m-%dT%H:%M")
    except ValueError:
        form.wrong(name, WHEN)
        return ""
    if not 2000 <= at.year < 2100:
        form.wrong(name, "Write a date between 2000 and 2099.")
    return at.isoformat(timespec="minutes")


def wall_at(form: Form, name: str, typed: str) -> datetime:
    """The same as a datetime. Raises `BadFields`."""
    found = wall(form, name, typed)
    form.done()
    return datetime.fromisoformat(found)


def begin_with(form: Form, turns: int) -> int | None:
    """Whose turn it is at the change, counted from nought; None: it goes on where it was."""
    found = form.whole("go_on", 1, turns)
    return None if found is None else found - 1


def _windows(form: Form, typed: LayerForm) -> Iterator[dict[str, Any]]:
    if len(typed.windows) > WINDOWS_AT_MOST:
        form.wrong("windows", f"Write at most {WINDOWS_AT_MOST} rows of hours.")
    for number, row in enumerate(typed.windows):
        if row.is_empty:
            continue
        name = f"w{number}"
        if not row.days:
            form.wrong(name, "Tick at least one day.")
        starts, ends = _minutes(row.starts), _minutes(row.ends)
        if starts is None or ends is None:
            form.wrong(name, "Write both times, such as 19:00 and 07:00.")
            continue
        more = int(row.more) if row.more.isascii() and row.more.isdecimal() else 0
        hours = ((ends - starts) % 1440 or 1440) / 60 + 24 * more
        if hours > 168:
            form.wrong(name, "One row is at most a week long.")
        yield {"days": list(row.days), "from": row.starts, "hours": hours}


def _line(form: Form, typed: LayerForm) -> list[list[str]]:
    line = [list(people) for people in typed.line if people]
    if not line:
        form.wrong("line", "Choose at least one person for the first turn.")
    if len(typed.line) > LINE_AT_MOST or any(len(people) > GROUP_AT_MOST for people in line):
        form.wrong("line", f"A line holds at most {LINE_AT_MOST} turns of at most {GROUP_AT_MOST} people.")
    if any(len(set(people)) < len(people) for people in line):
        form.wrong("line", "One person stands twice in the same turn. Take one of them out.")
    return line


def _turn_hours(form: Form, typed: LayerForm) -> float | None:
    turn = form.choice("turn", TURNS, needed="Choose how long a turn is.")
    if turn != "hours":
        return HOURS_OF.get(turn)
    try:
        hours = float(typed.hours) if typed.hours.isascii() and len(typed.hours) < 9 else 0.0
    except ValueError:
        hours = 0.0
    if not 0.25 <= hours <= 1344 or hours % 0.25:
        form.wrong("hours", "Write hours from 0.25 to 1344, in quarters, such as 36 or 12.5.")
        return 1
    return hours


def _minutes(typed: str) -> int | None:
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", typed, re.ASCII)
    return int(found[1]) * 60 + int(found[2]) if found else None


def _people(given: list[str]) -> tuple[str, ...]:
    return tuple(one for one in (tidy(person)[:40] for person in given[: GROUP_AT_MOST + 1]) if one)


def _window_row(window: Mapping[str, Any]) -> WindowRow:
    days = tuple(day for day in DAYS if day in _list(window.get("days") or list(DAYS)))
    starts = str(window.get("from") or "")[:5]
    if "hours" not in window:
        return WindowRow(days, starts, str(window.get("to") or "")[:5])
    hours, begins = window["hours"], _minutes(starts)
    if begins is None or isinstance(hours, bool) or not isinstance(hours, int | float):
        return WindowRow(days, starts)
    end = (begins + int(hours * 60)) % 1440
    more = max(0, (int(hours * 60) - 1) // 1440)
    return WindowRow(days, starts, f"{end // 60:02}:{end % 60:02}", str(more))


def _list(given: Any) -> list[Any]:
    if isinstance(given, list):
        return given
    return [given] if isinstance(given, str) else []


def _typed(wall_time: datetime) -> str:
    return wall_time.isoformat(timespec="minutes")[:16]
