"""Problems for the planner: small ones that can be looked through, and counties of a given size. From a seed."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from dispatch.rota.plan.almanac import DAY
from dispatch.rota.plan.problem import Held, Person, Problem, Standing, Wish
from dispatch.rota.plan.slots import slots_of
from dispatch.rota.rules import Assignment, Away, Bring, TierNeed
from dispatch.rota.terms import RULES, RotaTerms

ZONE = "America/Chicago"
MONDAY = date(2026, 12, 7)
HALVES = (time(7), time(19))
LICENSED = Bring("licensed")
SPANISH = Bring("spanish", hard=False)
NEEDS = (
    TierNeed("primary", 2, (LICENSED, SPANISH)),
    TierNeed("backup", 1),
    TierNeed("supervisor", 1, (LICENSED,)),
)


def a_county(people: int, weeks: int, seed: int = 1, first: date = MONDAY) -> Problem:
    """A county of this size: two first responders, a backup and a supervisor by day and night, in 12 hours each."""
    draw = Random(seed)
    staff = tuple(_somebody(draw, number, people) for number in range(people))
    terms = RotaTerms()
    christmas = {date(2026, 12, 25), date(2027, 1, 1), date(2027, 1, 18), date(2027, 2, 15)}
    slots = slots_of(NEEDS, ZoneInfo(ZONE), first, weeks, HALVES, terms, christmas)
    away = []
    for one in staff:
        for _ in range(draw.choice((0, 1, 1, 2))):
            start = datetime.combine(first + DAY * draw.randrange(weeks * 7), time(6), UTC)
            away.append(Away(one.id, start, start + DAY * draw.choice((1, 3, 7)), "vacation"))
    wishes = tuple(
        {
            (one.id, day): Wish(
                one.id, day, draw.choice(("day", "night", "any")), draw.choice(("want", "avoid"))
            )
            for one in staff
            for day in (first + DAY * draw.randrange(weeks * 7) for _ in range(weeks))
        }.values()
    )
    return Problem(ZONE, staff, slots, terms, tuple(away), wishes=wishes)


def _somebody(draw: Random, number: int, people: int) -> Person:
    supervisor = number < max(4, people // 4)
    skills = [Held("licensed")] if supervisor or draw.random() < 0.35 else []
    skills += [Held("spanish")] if draw.random() < 0.3 else []
    tiers = {"supervisor"} if supervisor else {"primary", "backup"}
    if supervisor and number % 2:
        tiers |= {"backup"}
    return Person(f"p{number:02d}", f"Person {number}", frozenset(tiers), tuple(skills))


def a_small_problem(seed: int) -> Problem:
    """A few people and a few days, with a bit of everything: small enough to look through every draft."""
    draw = Random(seed)
    needs = draw.choice(
        (
            (TierNeed("primary", 2, (draw.choice((LICENSED, SPANISH)),)),),
            (TierNeed("primary", 1, (LICENSED,)), TierNeed("backup", 1)),
        )
    )
    hand_overs = draw.choice((HALVES, (time(8),)))
    # Over the night on which the clocks change, now and then.
    first = draw.choice((MONDAY, date(2026, 10, 31), date(2027, 3, 13)))
    weights = {rule: draw.choice(("hard", "soft")) for rule in ("rest", "nights_running", "week_hours")}
    terms = RotaTerms(
        nights_running=draw.choice((1, 2)),
        week_hours=timedelta(hours=draw.choice((24, 36, 60))),
        weights={**RULES, **weights},
    )
    slots = slots_of(needs, ZoneInfo(ZONE), first, 1, hand_overs, terms, {first + DAY})
    slots = slots[: {1: 4, 2: 6}[len(needs)]]
    staff = tuple(
        Person(
            f"p{number}",
            f"Person {number}",
            frozenset(draw.choice((("primary",), ("primary", "backup")))),
            tuple(Held(skill) for skill in ("licensed", "spanish") if draw.random() < 0.5),
            draw.choice((None, timedelta(hours=24))),
        )
        for number in range(3)
    )
    start, end = slots[0].starts_at, slots[-1].ends_at
    some = slots[draw.randrange(len(slots))]
    away = (Away("p0", some.starts_at, some.ends_at, "vacation"),) if draw.random() < 0.5 else ()
    around = (
        Assignment(
            "p1", "tele", start - timedelta(hours=draw.choice((12, 30))), start - timedelta(hours=5), "a"
        ),
        Assignment("p2", "tele", end + timedelta(hours=4), end + timedelta(hours=30), "b"),
    )
    standing = tuple(
        Standing(number, f"p{draw.randrange(3)}", draw.random() < 0.4)
        for number in sorted({draw.randrange(len(slots)) for _ in range(draw.randrange(3))})
    )
    standing = tuple(one for one in standing if slots[one.slot].tier in _tiers(staff, one.person))
    wishes = tuple(
        Wish(f"p{number}", first + DAY * draw.randrange(3), draw.choice(("day", "night", "any")), kind)
        for number, kind in enumerate(("want", "avoid", draw.choice(("want", "avoid"))))
    )
    return Problem(ZONE, staff, slots, terms, away, around, standing, wishes)


def _tiers(staff: tuple[Person, ...], person: str) -> frozenset[str]:
    return next(one.tiers for one in staff if one.id == person)
