"""One week of the rota as it is drawn: days, lanes by tier, a bar for each shift and for each hole."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from app.public_holidays import holidays_between
from app.queries.rota_span import RotaSpan
from app.rota.shifts import TIER_NAMES
from dispatch.cover import Span
from dispatch.rota.gaps import Gap
from dispatch.rota.rules import Assignment
from dispatch.rota.spans import DAY, changes, day_of, parts_of

HOUR: Final = timedelta(hours=1)
SATURDAY: Final = 5
# Longer than this a shift is neither of the day nor of the night.
A_NIGHT_AT_MOST: Final = 16 * HOUR
CODES: Final = {"spanish": "ES", "child": "child", "vietnamese": "VI"}
TURN: Final = ("1st", "2nd", "3rd", "4th", "5th", "6th")
# With more rows than this a lane is drawn low, a line to a bar.
ROWS_AT_EASE: Final = 2
# A bar narrower than this holds no second line, and one narrower than that no name.
NARROW: Final = 5.2
SLIVER: Final = 2.9
ROOMY: Final = 10.0


@dataclass(frozen=True)
class Bar:
    """One shift or one hole. `at` and `length` are percents of the week; `cut` says which ends lie outside of it."""

    tier: str
    person: str | None
    team: str | None
    name: str
    note: str
    mark: str
    starts_at: datetime
    ends_at: datetime
    at: float
    length: float
    night: bool
    asked: bool
    cut_before: bool
    cut_after: bool
    said: str

    @property
    def look(self) -> str:
        """Its classes."""
        named = {
            "gap": self.person is None,
            "n": self.night,
            "ask": self.asked,
            "cut": self.length < NARROW,
            "sliver": self.sliver,
        }
        return " ".join(name for name, is_so in named.items() if is_so)

    @property
    def sliver(self) -> bool:
        """Is there no room for a name?"""
        return self.length < SLIVER

    @property
    def roomy(self) -> bool:
        """Is there room for name and note in one line?"""
        return self.length >= ROOMY


@dataclass(frozen=True)
class Lane:
    """One tier. Each row holds bars that do not overlap, in order."""

    tier: str
    name: str
    turn: str
    need: int
    rows: tuple[tuple[Bar, ...], ...]

    @property
    def low(self) -> bool:
        """Is it drawn low, because it has many rows?"""
        return len(self.rows) > ROWS_AT_EASE


@dataclass(frozen=True)
class Day:
    """One date of the week. `odd` says its hours where they are not 24; `bars` are those that begin on it, with
    those that run into the week on its first date."""

    day: date
    at: float
    length: float
    weekend: bool
    today: bool
    holiday: str
    odd: str
    bars: tuple[tuple[Lane, Bar], ...]


@dataclass(frozen=True)
class Mark:
    """The clocks change: where, and in words."""

    at: float
    words: str


@dataclass(frozen=True)
class Week:
    """The whole week."""

    monday: date
    days: tuple[Day, ...]
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    nights: tuple[tuple[float, float], ...]
    now: float | None
    holes: int
    hole_hours: str

    @property
    def number(self) -> int:
        """The week's number in its year, as ISO counts it."""
        return self.monday.isocalendar().week

    @property
    def sunday(self) -> date:
        """Its last date."""
        return self.monday + 6 * DAY

    @property
    def before(self) -> date:
        """The Monday before."""
        return self.monday - 7 * DAY

    @property
    def after(self) -> date:
        """The Monday after."""
        return self.monday + 7 * DAY


def monday_of(day: date) -> date:
    """The Monday of its week."""
    return day - day.weekday() * DAY


def week_of(span: RotaSpan, monday: date, now: datetime) -> Week:
    """The week from this Monday, out of a span that holds it."""
    start, end = day_of(monday, span.zone)[0], day_of(monday + 6 * DAY, span.zone)[1]
    ruler = _Ruler(start, end)
    lanes = tuple(_lane(span, tier, ruler) for tier in span.tiers)
    # A hole that has passed stays drawn; what is counted are those that can still be filled.
    short = [gap for gap in span.gaps if gap.starts_at < end and gap.ends_at > max(start, now)]
    missing = sum((min(gap.ends_at, end) - max(gap.starts_at, start, now) for gap in short), timedelta(0))
    nights = [part for part in parts_of(start, end, span.terms, span.zone) if part.night]
    return Week(
        monday=monday,
        days=tuple(_days(span, monday, ruler, lanes, now)),
        lanes=lanes,
        marks=tuple(
            Mark(ruler.at(one.at), f"{one.wall:%H:%M} {'twice' if one.back else 'skipped'}")
            for one in changes(start, end, span.zone)
        ),
        nights=tuple(ruler.placed(part.starts_at, part.ends_at) for part in nights),
        now=ruler.at(now) if start <= now < end else None,
        holes=len(short),
        hole_hours=hours_words(missing),
    )


def hours_words(length: timedelta) -> str:
    """A length of time: "12 h", "7.5 h", "40 min"."""
    if timedelta(0) < length < HOUR:
        return f"{length // timedelta(minutes=1)} min"
    return f"{round(length / HOUR, 1):g} h"


@dataclass(frozen=True)
class _Ruler:
    """The week as a scale from 0 to 100, by true time: a day of 25 hours is that much wider."""

    start: datetime
    end: datetime

    def at(self, moment: datetime) -> float:
        return 100 * ((moment - self.start) / (self.end - self.start))

    def placed(self, since: datetime, until: datetime) -> tuple[float, float]:
        at = self.at(max(since, self.start))
        return at, self.at(min(until, self.end)) - at

    def cut(self, gap: Gap) -> Gap:
        return replace(gap, starts_at=max(gap.starts_at, self.start), ends_at=min(gap.ends_at, self.end))


def _lane(span: RotaSpan, tier: str, ruler: _Ruler) -> Lane:
    here = [one for one in span.found if one.tier == tier]
    here = [one for one in here if one.starts_at < ruler.end and one.ends_at > ruler.start]
    short = [ruler.cut(gap) for gap in span.gaps if gap.tier == tier]
    short = [gap for gap in short if gap.starts_at < gap.ends_at]
    rows = _rows(here)
    for gap in short:
        _put(rows, gap)
    order = [rung.tier for rung in span.program.policy.ladder]
    turn = ""
    if tier in order:
        rung = span.program.policy.ladder[order.index(tier)]
        turn = f"asked {TURN[order.index(tier)]}, {rung.answer_within // timedelta(minutes=1)} min"
    return Lane(
        tier=tier,
        name=TIER_NAMES.get(tier, tier.capitalize()),
        turn=turn,
        need=next((need.people for need in span.needs if need.tier == tier), 0),
        rows=tuple(tuple(_bar(span, one, ruler) for one in sorted(row, key=_start)) for row in rows) or ((),),
    )


Drawn = Assignment | Gap


def _start(one: Drawn) -> datetime:
    return one.starts_at


def _rows(here: Iterable[Assignment]) -> list[list[Drawn]]:
    """Each place of the line keeps its row where it can, so that a row reads as one seat through the week."""
    rows: list[list[Drawn]] = []
    row_of: dict[tuple[int, str | None], int] = {}
    for one in sorted(here, key=lambda one: (one.starts_at, one.place)):
        wanted = row_of.get((one.place, one.team), 0)
        tried = [wanted, *range(len(rows))]
        row = next((n for n in tried if n < len(rows) and rows[n][-1].ends_at <= one.starts_at), len(rows))
        if row == len(rows):
            rows.append([])
        rows[row].append(one)
        row_of[(one.place, one.team)] = row
    return rows


def _put(rows: list[list[Drawn]], gap: Gap) -> None:
    """A hole stands in the first row that is free for all of it."""
    for row in rows:
        if all(one.ends_at <= gap.starts_at or one.starts_at >= gap.ends_at for one in row):
            row.append(gap)
            return
    rows.append([gap])


def _bar(span: RotaSpan, one: Drawn, ruler: _Ruler) -> Bar:
    at, length = ruler.placed(one.starts_at, one.ends_at)
    name, note, mark = _gap_words(span, one) if isinstance(one, Gap) else _words(span, one)
    whole = one.ends_at - one.starts_at
    dark = sum(
        (
            min(part.ends_at, one.ends_at) - max(part.starts_at, one.starts_at)
            for part in parts_of(one.starts_at, one.ends_at, span.terms, span.zone)
            if part.night
        ),
        timedelta(0),
    )
    person = None if isinstance(one, Gap) else one.person
    return Bar(
        tier=one.tier,
        person=person,
        team=None if isinstance(one, Gap) else one.team,
        name=name,
        note=note,
        mark=mark,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        at=at,
        length=length,
        night=person is not None and dark * 2 > whole and whole <= A_NIGHT_AT_MOST,
        asked=isinstance(one, Assignment) and span.asked_of(one) is not None,
        cut_before=one.starts_at < ruler.start,
        cut_after=one.ends_at > ruler.end,
        said=_said(span, one, note, mark),
    )


def _gap_words(span: RotaSpan, gap: Gap) -> tuple[str, str, str]:
    have = f"{gap.have} of {gap.need}" if gap.have else "no one"
    mark = "cover asked" if span.asks_for(gap) else ""
    return "Hole", f"{have}, {hours_words(gap.length)}", mark


def _words(span: RotaSpan, one: Assignment) -> tuple[str, str, str]:
    """Name, second line, and the change in words where there is one."""
    who = span.who[one.person]
    codes = [CODES[skill] for skill in who.skills if skill in CODES]
    note = ", ".join(part for part in (one.team, who.credential, *codes) if part)
    asked = span.asked_of(one)
    if asked:
        return who.short, note, "swap asked" if asked.kind == "swap" else "cover asked"
    changed = span.changed.get(one.source)
    if changed:
        instead = span.who.get(changed.instead_of or "")
        verb = "covers" if changed.cover else "for"
        return who.short, note, f"{verb} {instead.short}" if instead else "put on by hand"
    return who.short, note, _clock_words(span, one)


def _clock_words(span: RotaSpan, one: Assignment) -> str:
    """What a change of the clocks does to a shift, where it has one."""
    length = one.ends_at - one.starts_at
    since, until = one.starts_at.astimezone(span.zone), one.ends_at.astimezone(span.zone)
    if since.utcoffset() == until.utcoffset() or length > 2 * DAY:
        return ""
    return f"{hours_words(length)} night" if length <= A_NIGHT_AT_MOST else f"{hours_words(length)}"


def _said(span: RotaSpan, one: Drawn, note: str, mark: str) -> str:
    """What a screen reader says after the name."""
    since, until = one.starts_at.astimezone(span.zone), one.ends_at.astimezone(span.zone)
    last = f"{until:%H:%M}" if until.date() - since.date() <= DAY else f"{until:%a %H:%M}"
    tier = TIER_NAMES.get(one.tier, one.tier)
    parts = (note, tier, f"{since:%a} {since.day} {since:%b %H:%M} to {last}", mark)
    return ", ".join(part for part in parts if part)


def _days(
    span: RotaSpan, monday: date, ruler: _Ruler, lanes: tuple[Lane, ...], now: datetime
) -> Iterable[Day]:
    named = holidays_between(span.state, monday, monday + 6 * DAY) if span.state else {}
    bars = [(lane, bar) for lane in lanes for row in lane.rows for bar in row]
    for number in range(7):
        day = monday + number * DAY
        start, end = day_of(day, span.zone)
        at, length = ruler.placed(start, end)
        yield Day(
            day=day,
            at=at,
            length=length,
            weekend=day.weekday() >= SATURDAY,
            today=start <= now < end,
            holiday=named.get(day, ""),
            odd="" if end - start == DAY else hours_words(end - start),
            bars=_begin(bars, (start, end), first=not number),
        )


def _begin(bars: list[tuple[Lane, Bar]], day: Span, first: bool) -> tuple[tuple[Lane, Bar], ...]:
    start, end = day
    here = [
        (lane, bar)
        for lane, bar in bars
        if bar.starts_at < end and (bar.starts_at >= start or first and bar.ends_at > start)
    ]
    return tuple(sorted(here, key=lambda pair: max(pair[1].starts_at, start)))
