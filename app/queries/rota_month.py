"""A month of the rota, or some weeks: for each date whether its day and its night have enough people."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.public_holidays import holidays_between
from app.queries.rota_span import RotaSpan
from app.queries.rota_week import hours_words
from dispatch.rota.gaps import Gap
from dispatch.rota.spans import DAY, Part, day_of, parts

WORDS = {"": "covered", "few": "too few", "hole": "hole", "none": "not set up"}


@dataclass(frozen=True)
class Cell:
    """One date. `by_day` and `by_night` are empty where all is well, or "few", "hole" or "none"."""

    day: date
    by_day: str
    by_night: str
    holiday: str
    odd: str
    inside: bool
    current: bool
    today: bool

    @property
    def said(self) -> str:
        """The date as a screen reader says it."""
        worst = [f"{WORDS[state]} by {name}" for state, name in self._both() if state in ("few", "hole")]
        return ", ".join(worst) or WORDS[self.by_day]

    def _both(self) -> tuple[tuple[str, str], ...]:
        return (self.by_day, "day"), (self.by_night, "night")


def first_and_last(month: date) -> tuple[date, date]:
    """The whole weeks that hold a month: the Monday of its first date, the Sunday of its last."""
    first = month.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - DAY
    return first - first.weekday() * DAY, last + (6 - last.weekday()) * DAY


def month_of(
    span: RotaSpan,
    first: date,
    last: date,
    now: datetime,
    month: date | None = None,
    week: date | None = None,
) -> tuple[Cell, ...]:
    """A cell for each date from `first` to `last`, out of a span that holds them. Dates of another month than
    `month` are outside; those of the week from the Monday `week` are the current ones."""
    named = holidays_between(span.state, first, last) if span.state else {}
    by_day: dict[date, dict[bool, str]] = {}
    for part in parts(first, last, span.terms, span.zone):
        by_day.setdefault(part.day, {})[part.night] = _state(span, part)
    cells = []
    for number in range((last - first).days + 1):
        day = first + number * DAY
        start, end = day_of(day, span.zone)
        cells.append(
            Cell(
                day=day,
                by_day=by_day.get(day, {}).get(False, ""),
                by_night=by_day.get(day, {}).get(True, ""),
                holiday=named.get(day, ""),
                odd="" if end - start == DAY else hours_words(end - start),
                inside=month is None or (day.year, day.month) == (month.year, month.month),
                current=week is not None and week <= day < week + 7 * DAY,
                today=start <= now < end,
            )
        )
    return tuple(cells)


def _state(span: RotaSpan, part: Part) -> str:
    if not span.needs:
        return "none"
    short = [gap for gap in span.gaps if _touches(gap, part)]
    if not short:
        return ""
    return "hole" if any(not gap.have for gap in short) else "few"


def _touches(gap: Gap, part: Part) -> bool:
    return gap.starts_at < part.ends_at and gap.ends_at > part.starts_at
