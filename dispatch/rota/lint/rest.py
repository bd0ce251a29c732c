"""Rest that is broken, too many nights running, too many hours in a week, and training hours that lack."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dispatch.cover import Span
from dispatch.rota.against import Against, hours
from dispatch.rota.lint.found import Found
from dispatch.rota.lint.look import Look
from dispatch.rota.lint.scene import AROUND
from dispatch.rota.may_work import weighed
from dispatch.rota.rest import against_rest, night_of, nights_of, on_call_in, week_of
from dispatch.rota.rules import Assignment
from dispatch.rota.staff import Worker
from dispatch.rota.terms import RotaTerms
from dispatch.rota.training import against_training
from dispatch.rota.wall import wall_of

_DAY = timedelta(days=1)
# The rules speak of a shift that is wanted; here it stands already. Too short a rest is said once, at its end.
_PLAINLY = (("would have", "has"), ("would be", "is"))
_AT_ITS_START = "rest after this shift"


@dataclass(frozen=True)
class _Calendar:
    """The weeks of the wall that are looked at, in order, and the nights that each shift's span takes."""

    weeks: list[Span]
    nights: dict[Span, tuple[date, ...]]


@dataclass(frozen=True)
class _Reason:
    """What speaks against a shift that stands. `since` is when it begins to, and tells equal ones apart."""

    shift: Assignment
    rule: str
    sentence: str
    since: datetime
    dated: bool = True


def find(look: Look) -> Iterator[Found]:
    """Person by person. A rule that a shift keeps by its distance to the others alone is not asked."""
    calendar = _Calendar(_weeks(look), _nights_by_span(look))
    terms, set_aside = look.scene.terms, look.scene.set_aside
    for person, shifts in look.by_person.items():
        told: set[tuple[str, datetime]] = set()
        for one in _reasons(look, look.scene.workers[person], shifts, calendar):
            if (one.sentence, one.since) not in told:
                told.add((one.sentence, one.since))
                for objection in weighed([Against(one.rule, one.sentence)], one.shift, terms, set_aside):
                    yield _found(one, objection.weight == "hard")


def _found(one: _Reason, grave: bool) -> Found:
    return Found(
        kind=one.rule,
        grave=grave,
        starts_at=one.since,
        ends_at=one.shift.ends_at,
        said=one.sentence.removesuffix("."),
        person=one.shift.person,
        cure="Give a shift to somebody else, or set the rule aside by name.",
        dated=one.dated,
    )


def _reasons(look: Look, worker: Worker, shifts: list[Assignment], calendar: _Calendar) -> Iterator[_Reason]:
    scene = look.scene
    yield from _rest(look, worker, shifts)
    yield from _nights(look, worker, shifts, calendar)
    yield from _hours(look, worker, shifts, calendar.weeks)
    for one in look.ahead(worker.id)[:1]:
        for reason in against_training(worker, one, scene.terms, scene.zone, scene.state):
            yield _Reason(one, reason.rule, reason.sentence, one.starts_at, dated=False)


def _rest(look: Look, worker: Worker, shifts: list[Assignment]) -> Iterator[_Reason]:
    """Of the shifts that begin within the rest after one before them: what the rule says, once for each stretch."""
    terms = look.scene.terms
    until: datetime | None = None
    since = shifts[0].starts_at
    for one in shifts:
        if until is None or one.starts_at > until:
            since = one.starts_at
        if until is not None and one.starts_at - until < terms.rest and one.ends_at > look.scene.now:
            for reason in against_rest(worker, one, _around(shifts, one), terms):
                if _AT_ITS_START not in reason.sentence:
                    yield _Reason(one, reason.rule, _plainly(reason.sentence), since)
        until = one.ends_at if until is None else max(until, one.ends_at)


def _plainly(sentence: str) -> str:
    for wished, stands in _PLAINLY:
        sentence = sentence.replace(wished, stands)
    return sentence


def _around(shifts: list[Assignment], one: Assignment) -> tuple[Assignment, ...]:
    start, end = one.starts_at - AROUND, one.ends_at + AROUND
    return tuple(
        other for other in shifts if other is not one and other.ends_at > start and other.starts_at < end
    )


def _nights(look: Look, worker: Worker, shifts: list[Assignment], calendar: _Calendar) -> Iterator[_Reason]:
    """Each run of nights that is too long and is not over."""
    scene = look.scene
    if not _could_run(scene.terms, shifts):
        return
    by_night: dict[date, Assignment] = {}
    for one in shifts:
        for night in calendar.nights[one.starts_at, one.ends_at]:
            by_night[night] = one
    run = 0
    for night in sorted(by_night):
        run = run + 1 if night - _DAY in by_night else 1
        over = night + _DAY in by_night or by_night[night].ends_at <= scene.now
        if not over and run > scene.terms.nights_running:
            said = f"{worker.name} works {run} nights running; {scene.terms.nights_running} is the rule here"
            begins = night_of(night - (run - 1) * _DAY, scene.terms, scene.zone)[0]
            yield _Reason(by_night[night], "nights_running", said, begins)


def _nights_by_span(look: Look) -> dict[Span, tuple[date, ...]]:
    """The nights that each span takes: people who work side by side share them, and they are dear to find out."""
    scene = look.scene
    spans = dict.fromkeys((one.starts_at, one.ends_at) for one in look.on_call)
    return {span: nights_of(*span, scene.terms, scene.zone) for span in spans}


def _could_run(terms: RotaTerms, shifts: list[Assignment]) -> bool:
    """Are there ever so many hours so close together that they may take one night too many? Most people's are
    not."""
    nights = terms.nights_running + 1
    night = (terms.night_ends - terms.night_starts) % 24 or 24
    # Half of each night counts as all of it; an hour less for the clocks.
    least = nights * timedelta(hours=max(night - 1, 0)) / 2
    window, total, first = (nights + 2) * _DAY, timedelta(0), 0
    for one in shifts:
        total += one.ends_at - one.starts_at
        while one.ends_at - shifts[first].ends_at > window:
            total -= shifts[first].ends_at - shifts[first].starts_at
            first += 1
        if total >= least:
            return True
    return False


def _hours(look: Look, worker: Worker, shifts: list[Assignment], weeks: list[Span]) -> Iterator[_Reason]:
    """Each week of the wall that has more hours than this person may work and is not over."""
    at_most = look.scene.terms.week_hours if worker.week_hours is None else worker.week_hours
    inside: dict[Span, list[Assignment]] = {}
    place = 0
    for one in shifts:
        while place < len(weeks) and weeks[place][1] <= one.starts_at:
            place += 1
        for week in weeks[place:]:
            if week[0] >= one.ends_at:
                break
            inside.setdefault(week, []).append(one)
    for (start, end), theirs in inside.items():
        total = on_call_in(start, end, tuple(theirs))
        if total > at_most and theirs[-1].ends_at > look.scene.now:
            said = f"{worker.name} is on call {hours(total)} in a week; {hours(at_most)} is the rule here"
            yield _Reason(theirs[-1], "week_hours", said, start)


def _weeks(look: Look) -> list[Span]:
    """The weeks of the wall that the span and what lies around it touch, in order."""
    scene = look.scene
    day = wall_of(scene.now - AROUND, scene.zone).date()
    monday = day - day.weekday() * _DAY
    found: list[Span] = []
    while not found or found[-1][1] < scene.end + AROUND:
        found.append(week_of(monday, scene.zone))
        monday += 7 * _DAY
    return found
