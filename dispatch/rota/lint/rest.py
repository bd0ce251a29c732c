"""Rest that is broken, too many nights running, too many hours in a week, and training hours that lack."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from dispatch.cover import Span
from dispatch.rota.against import Against
from dispatch.rota.lint.found import Found
from dispatch.rota.lint.look import Look
from dispatch.rota.lint.scene import AROUND
from dispatch.rota.may_work import weighed
from dispatch.rota.rest import against_nights, against_rest, against_week, nights_of, week_of
from dispatch.rota.rules import Assignment
from dispatch.rota.staff import Worker
from dispatch.rota.terms import RotaTerms
from dispatch.rota.training import against_training
from dispatch.rota.wall import wall_of

_DAY = timedelta(days=1)
# The rules speak of a shift that is wanted; here it stands already. Too short a rest is said once, at its end.
_PLAINLY = (("would have", "has"), ("would be", "is"), ("would work", "works"))
_AT_ITS_START = "rest after this shift"


def find(look: Look) -> Iterator[Found]:
    """Person by person. A rule that a shift keeps by its distance to the others alone is not asked."""
    weeks = _weeks(look)
    for person, shifts in look.by_person.items():
        worker = look.scene.workers[person]
        said: set[tuple[str, datetime | None]] = set()
        for one, reason, since in _against(look, worker, shifts, weeks):
            once = reason.sentence, since
            if _AT_ITS_START in reason.sentence or once in said:
                continue
            said.add(once)
            for objection in weighed([reason], one, look.scene.terms, look.scene.set_aside):
                yield _found(look, one, reason.rule, objection.weight == "hard", _plainly(reason.sentence))


def _found(look: Look, one: Assignment, rule: str, grave: bool, sentence: str) -> Found:
    return Found(
        kind=rule,
        grave=grave,
        starts_at=max(one.starts_at, look.scene.now),
        ends_at=one.ends_at,
        said=sentence.removesuffix("."),
        tier=one.tier if rule == "rest" else None,
        person=one.person,
        cure="Give a shift to somebody else, or set the rule aside by name.",
        dated=rule == "rest",
    )


def _plainly(sentence: str) -> str:
    for wished, stands in _PLAINLY:
        sentence = sentence.replace(wished, stands)
    return sentence


_Reason = tuple[Assignment, Against, datetime | None]


def _against(look: Look, worker: Worker, shifts: list[Assignment], weeks: list[Span]) -> Iterator[_Reason]:
    """Each reason with the shift it is told at, and for rest the beginning of the stretch without a break."""
    scene = look.scene
    ahead = [one for one in shifts if one.ends_at > scene.now]
    for one, since in _close(shifts, scene.terms.rest):
        if one.ends_at > scene.now:
            for reason in against_rest(worker, one, _around(shifts, one), scene.terms):
                yield one, reason, since
    for one in _night_shifts(look, shifts):
        for reason in against_nights(worker, one, _around(shifts, one), scene.terms, scene.zone):
            yield one, reason, None
    for one in _long_weeks(look, worker, shifts, weeks):
        for reason in against_week(worker, one, _around(shifts, one), scene.terms, scene.zone):
            yield one, reason, None
    if ahead:
        for reason in against_training(worker, ahead[0], scene.terms, scene.zone, scene.state):
            yield ahead[0], reason, None


def _around(shifts: list[Assignment], one: Assignment) -> tuple[Assignment, ...]:
    start, end = one.starts_at - AROUND, one.ends_at + AROUND
    return tuple(
        other for other in shifts if other is not one and other.ends_at > start and other.starts_at < end
    )


def _close(shifts: list[Assignment], rest: timedelta) -> Iterator[tuple[Assignment, datetime]]:
    """The shifts that begin within the rest after one before them, each with where its stretch begins."""
    until: datetime | None = None
    since = shifts[0].starts_at
    for one in shifts:
        if until is None or one.starts_at > until:
            since = one.starts_at
        if until is not None and one.starts_at - until < rest:
            yield one, since
        until = one.ends_at if until is None else max(until, one.ends_at)


def _night_shifts(look: Look, shifts: list[Assignment]) -> Iterator[Assignment]:
    """Of each run of nights that is too long the shift of its last night, if that still comes."""
    scene = look.scene
    if not _could_run(scene.terms, shifts):
        return
    by_night: dict[date, Assignment] = {}
    for one in shifts:
        for night in nights_of(one.starts_at, one.ends_at, scene.terms, scene.zone):
            by_night[night] = one
    run = 0
    for night in sorted(by_night):
        run = run + 1 if night - _DAY in by_night else 1
        last = night + _DAY not in by_night
        if last and run > scene.terms.nights_running and by_night[night].ends_at > scene.now:
            yield by_night[night]


def _could_run(terms: RotaTerms, shifts: list[Assignment]) -> bool:
    """Are there ever so many hours so close together that they may take one night too many? Most people's are not,
    and which nights a shift takes is dear to find out."""
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


def _long_weeks(
    look: Look, worker: Worker, shifts: list[Assignment], weeks: list[Span]
) -> Iterator[Assignment]:
    """Of each week of the wall that has more hours than this person may work the last shift."""
    at_most = look.scene.terms.week_hours if worker.week_hours is None else worker.week_hours
    hours: dict[Span, timedelta] = {}
    last: dict[Span, Assignment] = {}
    place = 0
    for one in shifts:
        while place < len(weeks) and weeks[place][1] <= one.starts_at:
            place += 1
        for week in weeks[place:]:
            if week[0] >= one.ends_at:
                break
            inside = min(one.ends_at, week[1]) - max(one.starts_at, week[0])
            hours[week] = hours.get(week, timedelta(0)) + inside
            if one.ends_at > look.scene.now:
                last[week] = one
    yield from dict.fromkeys(last[week] for week in last if hours[week] > at_most)


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
