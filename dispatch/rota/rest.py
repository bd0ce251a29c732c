"""Rest before and after a shift, nights running, hours in a week, and the morning after a call at night."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dispatch.rota.against import Against, day_words, hours, shared
from dispatch.rota.rules import Assignment
from dispatch.rota.span_words import moment_words
from dispatch.rota.staff import Worker
from dispatch.rota.terms import RotaTerms
from dispatch.rota.wall import instant, wall_of

DAY = timedelta(days=1)
Span = tuple[datetime, datetime]


def against_rest(
    worker: Worker, wanted: Assignment, others: tuple[Assignment, ...], terms: RotaTerms
) -> Iterator[Against]:
    """So many hours off call before and after, in true hours: a night when the clocks change is what it is."""
    joined = _on_end(wanted, others)
    start, end = min(one.starts_at for one in joined), max(one.ends_at for one in joined)
    if _too_long(joined, end - start, terms):
        yield Against(
            "rest",
            f"{worker.name} would be on call {hours(end - start)} on end; shifts one after the other may "
            f"make {hours(terms.on_end)} here.",
        )
    before = [start - one.ends_at for one in others if one.ends_at < start]
    after = [one.starts_at - end for one in others if one.starts_at > end]
    for gaps, side in ((before, "before"), (after, "after")):
        if gaps and min(gaps) < terms.rest:
            yield Against(
                "rest",
                f"{worker.name} would have {hours(min(gaps))} rest {side} this shift; "
                f"{hours(terms.rest)} is the rule here.",
            )


def _on_end(wanted: Assignment, others: tuple[Assignment, ...]) -> list[Assignment]:
    """The assignment and all that abut on it or overlap it, and so on: one stretch without a break."""
    joined, left = [wanted], list(others)
    start, end = wanted.starts_at, wanted.ends_at
    while touching := [one for one in left if one.starts_at <= end and one.ends_at >= start]:
        joined += touching
        left = [one for one in left if one not in touching]
        start = min(one.starts_at for one in joined)
        end = max(one.ends_at for one in joined)
    return joined


def _too_long(joined: list[Assignment], length: timedelta, terms: RotaTerms) -> bool:
    # A turn that a layer hands out in pieces is one long shift, and its length is the layer's own choice.
    one_turn = len({(one.source, one.tier) for one in joined}) == 1
    longest = max(one.ends_at - one.starts_at for one in joined)
    return not one_turn and longest < length and length > terms.on_end


def against_nights(
    worker: Worker, wanted: Assignment, others: tuple[Assignment, ...], terms: RotaTerms, zone: ZoneInfo
) -> Iterator[Against]:
    """Only so many nights one after the other."""
    mine = set(nights_of(wanted.starts_at, wanted.ends_at, terms, zone))
    worked = mine.union(*(nights_of(one.starts_at, one.ends_at, terms, zone) for one in others))
    for run in _runs(sorted(worked)):
        if len(run) > terms.nights_running and mine & set(run):
            yield Against(
                "nights_running",
                f"{worker.name} would work {len(run)} nights running, {day_words(run[0])} to "
                f"{day_words(run[-1])}; {terms.nights_running} is the rule here.",
            )


def nights_of(starts_at: datetime, ends_at: datetime, terms: RotaTerms, zone: ZoneInfo) -> tuple[date, ...]:
    """The nights that a span takes, each by the day on which it begins: those of which it takes half or more."""
    day, last = wall_of(starts_at, zone).date() - DAY, wall_of(ends_at, zone).date()
    taken = []
    while day <= last:
        start, end = night_of(day, terms, zone)
        if end > start and shared(starts_at, ends_at, start, end) * 2 >= end - start:
            taken.append(day)
        day += DAY
    return tuple(taken)


def night_of(day: date, terms: RotaTerms, zone: ZoneInfo) -> Span:
    """The night that begins on this day, as instants."""
    ends_on = day if terms.night_starts < terms.night_ends else day + DAY
    start = datetime.combine(day, time(terms.night_starts))
    end = datetime.combine(ends_on, time(terms.night_ends))
    return instant(start, zone), instant(end, zone)


def _runs(days: list[date]) -> Iterator[list[date]]:
    """Days in order, cut where one is missing."""
    run: list[date] = []
    for day in days:
        if run and day - run[-1] != DAY:
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def against_week(
    worker: Worker, wanted: Assignment, others: tuple[Assignment, ...], terms: RotaTerms, zone: ZoneInfo
) -> Iterator[Against]:
    """Hours on call from Monday to Sunday on the wall, in true hours; a person's own number comes first."""
    at_most = terms.week_hours if worker.week_hours is None else worker.week_hours
    first, last = wall_of(wanted.starts_at, zone).date(), wall_of(wanted.ends_at, zone).date()
    monday = first - first.weekday() * DAY
    while monday <= last:
        start, end = week_of(monday, zone)
        total = on_call_in(start, end, (wanted, *others))
        if shared(wanted.starts_at, wanted.ends_at, start, end) and total > at_most:
            yield Against(
                "week_hours",
                f"{worker.name} would be on call {hours(total)} in the week of {day_words(monday)}; "
                f"{hours(at_most)} is the rule here.",
            )
        monday += 7 * DAY


def week_of(monday: date, zone: ZoneInfo) -> Span:
    """The week that begins on this Monday, as instants: 167 or 169 hours long when the clocks change."""
    start = datetime.combine(monday, time())
    return instant(start, zone), instant(start + 7 * DAY, zone)


def on_call_in(start: datetime, end: datetime, taken: tuple[Assignment, ...]) -> timedelta:
    """True hours on call within a span; an hour in two tiers at once is one hour."""
    total, reached = timedelta(0), start
    for one in sorted(taken, key=lambda one: one.starts_at):
        begins, ends = max(one.starts_at, reached), min(one.ends_at, end)
        if begins < ends:
            total += ends - begins
            reached = ends
    return total


def against_call_out(
    worker: Worker, wanted: Assignment, call_outs: tuple[Span, ...], terms: RotaTerms, zone: ZoneInfo
) -> Iterator[Against]:
    """Who was out at night for long starts later: the next shift begins after the rest, counted from their return."""
    for left, back in call_outs:
        since = wanted.starts_at - back
        if timedelta(0) <= since < terms.rest and at_night(left, back, terms, zone) >= terms.call_out_from:
            yield Against(
                "after_call_out",
                f"{worker.name} was called out at night until {moment_words(back, zone)}, "
                f"{hours(since)} before this shift; {hours(terms.rest)} is the rule here.",
            )
            return


def at_night(left: datetime, back: datetime, terms: RotaTerms, zone: ZoneInfo) -> timedelta:
    """How much of a span lies in the night."""
    day, last, total = wall_of(left, zone).date() - DAY, wall_of(back, zone).date(), timedelta(0)
    while day <= last:
        total += shared(left, back, *night_of(day, terms, zone))
        day += DAY
    return total
