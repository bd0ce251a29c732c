"""Checks a draft against every hard rule by walking through each person's days. It shares nothing with the search
that made the draft: it reads clocks, not the problem's own marks of nights and days."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dispatch.rota.lacks import skill_words, tier_words
from dispatch.rota.plan.problem import Draft, Person, Problem, Slot
from dispatch.rota.span_words import moment_words, span_words

_HALF_HOUR: Final = timedelta(minutes=30)
_DAY: Final = timedelta(days=1)
_NOTHING: Final = timedelta(0)


@dataclass(frozen=True)
class Fault:
    """A rule that a draft breaks. `hole`: somebody or something is missing, rather than wrong. `stood`: it stands
    on the rota so already and the draft may not touch it. `skill` is what a hole lacks, when it is not people."""

    rule: str
    sentence: str
    person: str = ""
    slot: int | None = None
    hole: bool = False
    stood: bool = False
    skill: str = ""


@dataclass(frozen=True)
class _Work:
    """One stretch of work of one person; `slot` is None for what lies around the draft."""

    starts_at: datetime
    ends_at: datetime
    slot: int | None
    kept: bool


def faults_of(problem: Problem, draft: Draft) -> tuple[Fault, ...]:
    """Every hard rule that the draft breaks, and every hole, in the order of slots and then of people."""
    found = [fault for number in range(len(problem.slots)) for fault in _in_slot(problem, draft, number)]
    for person in problem.people:
        found += faults_of_person(problem, draft, person)
    return tuple(found)


def wrong(problem: Problem, draft: Draft) -> tuple[Fault, ...]:
    """What the draft itself does wrong: neither a hole, nor what stood so before."""
    return tuple(one for one in faults_of(problem, draft) if not one.hole and not one.stood)


def holes_of(problem: Problem, draft: Draft) -> tuple[Fault, ...]:
    """The places and skills that are missing."""
    return tuple(one for one in faults_of(problem, draft) if one.hole)


def faults_of_person(problem: Problem, draft: Draft, person: Person) -> list[Fault]:
    """What is wrong in one person's own line of work."""
    work = sorted(_work_of(problem, draft, person.id), key=lambda one: (one.starts_at, one.ends_at))
    return [
        *_absences(problem, person, work),
        *_rests(problem, person, work),
        *_nights(problem, person, work),
        *_weeks(problem, person, work),
    ]


def _in_slot(problem: Problem, draft: Draft, number: int) -> Iterator[Fault]:
    slot, people = problem.slots[number], draft[number]
    known = {person.id: person for person in problem.people}
    at = f"{tier_words(slot.tier)} {span_words(slot.starts_at, slot.ends_at, ZoneInfo(problem.zone))}"
    stood = {one.person for one in problem.standing if one.locked and one.slot == number}
    for one in problem.standing:
        if one.locked and one.slot == number and one.person not in people:
            yield Fault("locked", f"{_name(known, one.person)} stands fast on {at}.", one.person, number)
    if len(set(people)) < len(people):
        yield Fault("two_tiers", f"Somebody stands twice on {at}.", slot=number)
    for person in people:
        if person not in known:
            yield Fault("tier", f"Somebody on {at} is not on the staff list.", person, number)
        elif slot.tier not in known[person].tiers:
            sentence = f"{known[person].name} may not work {at}."
            yield Fault("tier", sentence, person, number, stood=person in stood)
    if len(people) > slot.people and len(stood) < len(people):
        yield Fault("people_at_once", f"{len(people)} people on {at}, {slot.people} are needed.", slot=number)
    yield from _missing(known, slot, people, number, at)


def _missing(
    known: Mapping[str, Person], slot: Slot, people: tuple[str, ...], number: int, at: str
) -> Iterator[Fault]:
    if len(people) < slot.people:
        yield Fault(
            "people_at_once", f"{len(people)} of {slot.people} people on {at}.", slot=number, hole=True
        )
    for bring in slot.bring:
        have = sum(
            person in known and all(known[person].brings(bring.skill, [day]) for day in slot.days)
            for person in people
        )
        if bring.hard and have < bring.count:
            short = (
                f"No {skill_words(bring.skill)}" if not have else f"One {skill_words(bring.skill)} too few"
            )
            yield Fault("bring", f"{short} on {at}.", slot=number, hole=True, skill=bring.skill)


def _name(known: Mapping[str, Person], person: str) -> str:
    return known[person].name if person in known else "Somebody who left"


def _work_of(problem: Problem, draft: Draft, person: str) -> Iterator[_Work]:
    kept = {(one.slot, one.person) for one in problem.standing if one.locked}
    for number, (slot, people) in enumerate(zip(problem.slots, draft, strict=True)):
        if person in people:
            yield _Work(slot.starts_at, slot.ends_at, number, (number, person) in kept)
    for one in problem.around:
        if one.person == person:
            yield _Work(one.starts_at, one.ends_at, None, True)


def _absences(problem: Problem, person: Person, work: list[_Work]) -> Iterator[Fault]:
    zone = ZoneInfo(problem.zone)
    for one in work:
        for away in problem.away:
            if one.slot is None or away.person != person.id or away.tier not in (None, _tier(problem, one)):
                continue
            if max(one.starts_at, away.starts_at) < min(one.ends_at, away.ends_at):
                sentence = f"{person.name} is away ({away.why}) {_span(one, zone)}."
                yield Fault("time_off", sentence, person.id, one.slot, stood=one.kept)


def _rests(problem: Problem, person: Person, work: list[_Work]) -> Iterator[Fault]:
    zone, terms = ZoneInfo(problem.zone), problem.terms
    least = terms.rest if terms.weight("rest") == "hard" else _NOTHING
    for place, after in enumerate(work):
        for before in work[:place]:
            gap = after.starts_at - before.ends_at
            slot = after.slot if after.slot is not None else before.slot
            if slot is None or gap >= max(least, _NOTHING):
                continue
            stood = before.kept and after.kept
            at = moment_words(after.starts_at, zone)
            if gap < _NOTHING:
                sentence = f"{person.name} is on call twice at once from {at}."
                yield Fault("two_tiers", sentence, person.id, slot, stood=stood)
            else:
                sentence = (
                    f"{person.name} has {_hours(gap)} h of rest before {at}, {_hours(least)} are needed."
                )
                yield Fault("rest", sentence, person.id, slot, stood=stood)


def _nights(problem: Problem, person: Person, work: list[_Work]) -> Iterator[Fault]:
    if problem.terms.weight("nights_running") != "hard":
        return
    most = problem.terms.nights_running
    worked: dict[date, list[_Work]] = {}
    for one in work:
        for evening in _evenings(problem, one):
            worked.setdefault(evening, []).append(one)
    run: list[date] = []
    for evening in sorted(worked):
        run = [*run, evening] if run and evening - run[-1] == _DAY else [evening]
        if len(run) <= most:
            continue
        these = [one for night in run for one in worked[night]]
        slot = next((one.slot for one in reversed(these) if one.slot is not None), None)
        if slot is not None:
            sentence = (
                f"{person.name} works {len(run)} nights running to {evening:%d %b}, {most} are the limit."
            )
            yield Fault(
                "nights_running", sentence, person.id, slot, stood=all(one.kept for one in these[-most - 1 :])
            )


def _evenings(problem: Problem, one: _Work) -> list[date]:
    """Whose night it is, felt every half hour of the wall: at least half of the night between its two hours."""
    terms, zone = problem.terms, ZoneInfo(problem.zone)
    length = (terms.night_ends - terms.night_starts) % 24 or 24
    felt: dict[date, int] = {}
    at, until = (end.astimezone(zone).replace(tzinfo=None) for end in (one.starts_at, one.ends_at))
    while at < until:
        into = (at.hour - terms.night_starts) % 24
        if into < length:
            evening = (at - timedelta(hours=into)).date()
            felt[evening] = felt.get(evening, 0) + 1
        at += _HALF_HOUR
    return [evening for evening, times in felt.items() if times >= length]


def _weeks(problem: Problem, person: Person, work: list[_Work]) -> Iterator[Fault]:
    if problem.terms.weight("week_hours") != "hard":
        return
    most = person.week_hours or problem.terms.week_hours
    zone = ZoneInfo(problem.zone)
    mondays = sorted(
        {_monday(one.starts_at, zone) for one in work} | {_monday(one.ends_at, zone) for one in work}
    )
    for monday in mondays:
        opens = datetime.combine(monday, time(), zone)
        closes = datetime.combine(monday + 7 * _DAY, time(), zone)
        inside = [
            (one, _overlap(one, opens, closes)) for one in work if _overlap(one, opens, closes) > _NOTHING
        ]
        worked = sum((length for _, length in inside), _NOTHING)
        slot = next((one.slot for one, _ in inside if one.slot is not None), None)
        if worked > most and slot is not None:
            sentence = (
                f"{person.name} has {_hours(worked)} h in the week of {monday:%d %b}, "
                f"{_hours(most)} are the limit."
            )
            yield Fault("week_hours", sentence, person.id, slot, stood=all(one.kept for one, _ in inside))


def _overlap(one: _Work, opens: datetime, closes: datetime) -> timedelta:
    # Aware times of two zones are subtracted as instants, so a week in which the clocks change is as long as it is.
    return min(one.ends_at, closes.astimezone(one.ends_at.tzinfo)) - max(
        one.starts_at, opens.astimezone(one.starts_at.tzinfo)
    )


def _monday(at: datetime, zone: ZoneInfo) -> date:
    day = at.astimezone(zone).date()
    return day - _DAY * day.weekday()


def _tier(problem: Problem, one: _Work) -> str:
    return problem.slots[one.slot].tier if one.slot is not None else ""


def _span(one: _Work, zone: ZoneInfo) -> str:
    return span_words(one.starts_at, one.ends_at, zone)


def _hours(length: timedelta) -> str:
    return f"{length / timedelta(hours=1):g}"
