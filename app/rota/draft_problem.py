"""The planner's problem, laid out from the rota as it is stored: needs, people, absences, wishes, what stands."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from app.public_holidays import holidays_between
from app.rota.load import needs_of, rules_of, terms_of
from app.rota.people import workers_of
from app.rota.shifts import ROLE_FOR, TIER_NAMES
from app.tables import people, programs, rota_wishes
from dispatch.rota.composition import can_be_judged
from dispatch.rota.final import changed, final, planned
from dispatch.rota.plan.almanac import DAY
from dispatch.rota.plan.problem import Held, Person, Problem, Slot, Standing, Wish
from dispatch.rota.plan.slots import slots_of
from dispatch.rota.rules import Assignment, Away, Bring, Rules, TierNeed
from dispatch.rota.span_words import DAYS, MONTHS
from dispatch.rota.staff import Worker
from dispatch.rota.standing import standing
from dispatch.rota.terms import RotaTerms
from dispatch.rota.wall import wall_of
from dispatch.value import Refused, require

AROUND: Final = timedelta(days=8)
WEEKS: Final = range(4, 14)
NO_NEEDS: Final = (
    "Nobody has written down how many people each tier needs. Do that first, in the terms of the rota."
)
NOBODY: Final = "Nobody here may work these tiers. Give people the role and a phone number first."


@dataclass(frozen=True)
class Asked:
    """What a manager asked for. `halves`: a day and a night shift, otherwise whole days. `freed` are people whose
    shifts may be given to others; with `moving` everybody's may, as few as possible. `seconds`: how long to search."""

    starts_on: date
    weeks: int
    tiers: tuple[str, ...]
    halves: bool = True
    freed: tuple[str, ...] = ()
    moving: bool = False
    seconds: int = 60


@dataclass(frozen=True)
class Laid:
    """The problem, and which stored shift (by id) stands in which slot with whom. Shifts of this span that
    nobody can work as they stand are in `rows` too."""

    problem: Problem
    rows: Mapping[str, tuple[int, str]]


def lay_out(connection: Connection, program: str, asked: Asked, now: datetime) -> Laid:
    """The problem as the rota stands now. Raises `Refused` where no draft can be made."""
    house = connection.execute(
        select(programs.c.zone, programs.c.state).where(programs.c.id == program)
    ).one()
    zone, terms = ZoneInfo(house.zone), terms_of(connection, program)
    needs = _needs(needs_of(connection, program), asked, house.state, terms)
    require(asked.starts_on > wall_of(now, zone).date(), "A draft begins tomorrow at the earliest.")
    hours = {terms.night_ends, terms.night_starts} if asked.halves else {terms.night_ends}
    holidays = holidays_between(house.state, asked.starts_on - DAY, asked.starts_on + DAY * 7 * asked.weeks)
    slots = slots_of(
        needs, zone, asked.starts_on, asked.weeks, [time(hour) for hour in sorted(hours)], terms, holidays
    )
    start, end = slots[0].starts_at, slots[-1].ends_at
    rules = rules_of(connection, program, start - AROUND, end + AROUND)
    _no_layer(rules, asked, start, end)
    workers = _who(connection, program)
    staff = tuple(_person(worker, needs, slots, house.state, terms) for worker in workers.values())
    staff = tuple(person for person in staff if person.tiers & set(asked.tiers))
    require(staff, NOBODY)
    return _stand(
        Problem(
            house.zone, staff, slots, terms, rules.away, wishes=_wishes(connection, program, staff, slots)
        ),
        rules,
        asked,
    )


def _needs(stored: Iterable[TierNeed], asked: Asked, state: str | None, terms: RotaTerms) -> list[TierNeed]:
    needs = [need for need in stored if need.people]
    require(needs, NO_NEEDS)
    chosen = [need for need in needs if need.tier in asked.tiers]
    require(chosen, "Choose at least one tier that needs people.")
    return [replace(need, bring=(*need.bring, *_by_law(need, state, terms))) for need in chosen]


def _by_law(need: TierNeed, state: str | None, terms: RotaTerms) -> Iterator[Bring]:
    """What the law of the state asks of those who go together, as something they bring."""
    weight = terms.weight("composition")
    if weight == "off" or not can_be_judged(need.tier, need.people, state):
        return
    if state == "MN":
        yield Bring("professional", hard=weight == "hard")
    if state == "WI":
        yield Bring("qualified", hard=weight == "hard")


def _no_layer(rules: Rules, asked: Asked, start: datetime, end: datetime) -> None:
    for layer in rules.layers:
        if layer.tier in asked.tiers and planned(Rules(layers=(layer,)), start, end):
            raise Refused(
                f"The layer {layer.name or layer.id} puts people on {TIER_NAMES[layer.tier].lower()} in these "
                f"weeks already, and everybody would be doubled. End it before {_day(asked.starts_on)}, or "
                f"leave {TIER_NAMES[layer.tier].lower()} out of the draft."
            )


def _who(connection: Connection, program: str) -> dict[str, Worker]:
    reachable = set(
        connection.scalars(
            select(people.c.id).where(
                people.c.program == program, people.c.active, people.c.phone.is_not(None)
            )
        )
    )
    return {id: one for id, one in workers_of(connection, program).items() if id in reachable}


def _person(
    worker: Worker, needs: Iterable[TierNeed], slots: tuple[Slot, ...], state: str | None, terms: RotaTerms
) -> Person:
    tiers = frozenset(tier for tier, role in ROLE_FOR.items() if role in worker.roles)
    asked = dict.fromkeys(bring.skill for need in needs for bring in need.bring)
    days = sorted({day for slot in slots for day in slot.days})
    held = [one for skill in asked for one in _held(worker, skill, days, state, terms)]
    return Person(worker.id, worker.name, tiers, tuple(held), worker.week_hours)


def _held(
    worker: Worker, skill: str, days: list[date], state: str | None, terms: RotaTerms
) -> Iterator[Held]:
    """The days on which they bring it, as spans."""
    has = {day for day in days if _has(worker, skill, day, state, terms)}
    first: date | None = None
    for day in sorted(has):
        first = first or day
        if day + DAY not in has:
            yield Held(skill, first, day)
            first = None


def _has(worker: Worker, skill: str, day: date, state: str | None, terms: RotaTerms) -> bool:
    if skill in ("professional", "qualified"):
        counts = standing(worker, day, state, terms.titles)
        return counts == "professional" or skill == "qualified" and counts == "practitioner"
    return worker.has(skill, day)


def _wishes(
    connection: Connection, program: str, staff: tuple[Person, ...], slots: tuple[Slot, ...]
) -> tuple[Wish, ...]:
    first, last = slots[0].days[0].isoformat(), slots[-1].days[-1].isoformat()
    known = {person.id for person in staff}
    rows = connection.execute(
        select(rota_wishes)
        .join(people, people.c.id == rota_wishes.c.person)
        .where(people.c.program == program, rota_wishes.c.day >= first, rota_wishes.c.day <= last)
        .order_by(rota_wishes.c.person, rota_wishes.c.day, rota_wishes.c.part)
    )
    kinds: dict[str, Literal["want", "avoid"]] = {"want": "want", "avoid": "avoid"}
    return tuple(
        Wish(row.person, date.fromisoformat(row.day), row.part, kinds[row.kind])
        for row in rows
        if row.person in known and row.kind in kinds
    )


def _stand(problem: Problem, rules: Rules, asked: Asked) -> Laid:
    """Puts in what stands: shifts that fit a slot as they are stand there, all else is worked around."""
    start, end = problem.slots[0].starts_at, problem.slots[-1].ends_at
    places = {(slot.tier, slot.starts_at, slot.ends_at): number for number, slot in enumerate(problem.slots)}
    unchanged = set(changed(planned(rules, start, end), replace(rules, away=())))
    ours = {
        one.source: one
        for one in rules.shifts
        if one.tier in asked.tiers and _place(one, places) is not None and one in unchanged
    }
    known = {person.id: person for person in problem.people}
    around = tuple(
        one
        for one in final(rules, start - AROUND, end + AROUND)
        if one.source not in ours and one.person in known
    )
    # Where somebody stands otherwise for a whole shift, by a change or in other hours, one fewer is needed.
    taken = [one for one in final(rules, start, end) if one.source not in ours and one.tier in asked.tiers]
    slots = tuple(_less(slot, taken, known) for slot in problem.slots)
    rows = {one.source: (places[one.tier, one.starts_at, one.ends_at], one.person) for one in ours.values()}
    stands = tuple(
        Standing(number, person, not asked.moving and person not in asked.freed)
        for number, person in sorted(rows.values())
        if person in known
        and slots[number].tier in known[person].tiers
        and not _is_away(rules.away, person, slots[number])
    )
    return Laid(replace(problem, slots=slots, around=around, standing=stands), rows)


def _place(one: Assignment, places: Mapping[tuple[str, datetime, datetime], int]) -> int | None:
    return places.get((one.tier, one.starts_at, one.ends_at))


def _less(slot: Slot, taken: list[Assignment], known: Mapping[str, Person]) -> Slot:
    there = [
        one.person
        for one in taken
        if one.tier == slot.tier and one.starts_at <= slot.starts_at and one.ends_at >= slot.ends_at
    ]
    bring = tuple(
        replace(one, count=one.count - have)
        for one in slot.bring
        if (have := _have(one, there, slot, known)) < one.count
    )
    return replace(slot, people=max(0, slot.people - len(there)), bring=bring) if there else slot


def _have(bring: Bring, there: list[str], slot: Slot, known: Mapping[str, Person]) -> int:
    return sum(person in known and known[person].brings(bring.skill, slot.days) for person in there)


def _is_away(away: Iterable[Away], person: str, slot: Slot) -> bool:
    return any(
        one.person == person
        and one.tier in (None, slot.tier)
        and one.starts_at < slot.ends_at
        and one.ends_at > slot.starts_at
        for one in away
    )


def _day(day: date) -> str:
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
