"""The planner's rules alone: slots on the wall, fair shares, the checker, the price, and the first draft."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from dispatch.rota.plan.almanac import DAY, minutes_by_week
from dispatch.rota.plan.check import faults_of, holes_of, wrong
from dispatch.rota.plan.codec import read_draft, read_problem, write_draft, write_problem
from dispatch.rota.plan.cost import cost_of, counts_of
from dispatch.rota.plan.fair import Share, shares
from dispatch.rota.plan.greedy import first_draft
from dispatch.rota.plan.problem import Draft, Held, Person, Problem, Standing, Weights, Wish
from dispatch.rota.plan.slots import slots_of
from dispatch.rota.plan.why import why_empty
from dispatch.rota.rest import nights_of
from dispatch.rota.rules import Assignment, Away, Bring, TierNeed
from dispatch.rota.terms import RULES, RotaTerms
from dispatch.value import replace
from tests.planner_cases import HALVES, MONDAY, NEEDS, ZONE, a_county, a_small_problem

CHICAGO = ZoneInfo(ZONE)
TERMS = RotaTerms()
STRICT = RotaTerms(weights={**RULES, "week_hours": "hard"})


def a_problem(people: int = 3, days: int = 7, terms: RotaTerms = STRICT, **more: object) -> Problem:
    """One tier, one person at once, day and night, and these people who may all work it."""
    slots = slots_of([TierNeed("primary", 1)], CHICAGO, MONDAY, 2, HALVES, terms, ())[: days * 2]
    staff = tuple(Person(name, name.capitalize(), frozenset({"primary"})) for name in "abcdefgh"[:people])
    return Problem(ZONE, staff, slots, terms, **more)  # type: ignore[arg-type]


def with_only(problem: Problem, **where: tuple[int, ...]) -> Draft:
    """A draft in which these people work these slots and all others are empty."""
    return tuple(
        tuple(person for person, numbers in where.items() if number in numbers)
        for number in range(len(problem.slots))
    )


def rules(problem: Problem, draft: Draft) -> set[str]:
    return {fault.rule for fault in wrong(problem, draft)}


def test_slots_abut_and_cover_every_hour_over_a_change_of_the_clocks() -> None:
    for first in (MONDAY, date(2026, 10, 26), date(2027, 3, 8)):
        slots = slots_of([TierNeed("primary", 1)], CHICAGO, first, 4, HALVES, TERMS, ())
        assert len(slots) == 56
        assert slots[0].starts_at == datetime.combine(first, time(7), CHICAGO).astimezone(UTC)
        assert slots[-1].ends_at == datetime.combine(first + 28 * DAY, time(7), CHICAGO).astimezone(UTC)
        assert all(a.ends_at == b.starts_at for a, b in zip(slots, slots[1:], strict=False))


def test_the_night_of_the_change_is_an_hour_longer_and_is_one_night() -> None:
    slots = slots_of([TierNeed("primary", 1)], CHICAGO, date(2026, 10, 26), 1, HALVES, TERMS, ())
    changing = next(slot for slot in slots if slot.night == date(2026, 10, 31))
    assert changing.length == timedelta(hours=13)
    assert [slot.night for slot in slots].count(date(2026, 10, 31)) == 1


def test_what_counts_as_weekend_and_holiday_is_where_most_of_the_shift_lies() -> None:
    slots = slots_of([TierNeed("primary", 1)], CHICAGO, MONDAY, 4, HALVES, TERMS, {date(2026, 12, 25)})
    weekend = [slot for slot in slots if slot.weekend][:5]
    names = [f"{slot.starts_at.astimezone(CHICAGO):%a %H}" for slot in weekend]
    assert names == ["Fri 19", "Sat 07", "Sat 19", "Sun 07", "Fri 19"]
    holiday = [f"{slot.starts_at.astimezone(CHICAGO):%d %H}" for slot in slots if slot.holiday]
    assert holiday == ["24 19", "25 07"]


def test_a_whole_day_holds_one_night_and_an_evening_none() -> None:
    start = datetime(2026, 12, 7, 7, tzinfo=CHICAGO).astimezone(UTC)
    assert nights_of(start, start + DAY, TERMS, CHICAGO) == (MONDAY,)
    assert nights_of(start + DAY / 3, start + DAY * 5 / 6 - timedelta(hours=5), TERMS, CHICAGO) == ()
    assert len(nights_of(start, start + 7 * DAY, TERMS, CHICAGO)) == 7


def test_minutes_of_a_night_from_sunday_are_split_between_the_weeks() -> None:
    start = datetime(2026, 12, 13, 19, tzinfo=CHICAGO).astimezone(UTC)
    found = dict(minutes_by_week(start, start + DAY / 2, CHICAGO))
    assert found == {MONDAY: 300, MONDAY + 7 * DAY: 420}


def test_eleven_hours_of_rest_are_true_hours() -> None:
    problem = a_problem()
    assert rules(problem, with_only(problem, a=(0, 2))) == set()
    assert rules(problem, with_only(problem, a=(0, 1))) == {"rest"}


def test_rest_counts_what_was_worked_before_the_span_and_after_it() -> None:
    problem = a_problem(days=1)
    start, end = problem.slots[0].starts_at, problem.slots[1].ends_at
    before = Assignment("a", "tele", start - timedelta(hours=20), start - timedelta(hours=10), "x")
    after = Assignment("b", "tele", end + timedelta(hours=10), end + timedelta(hours=20), "y")
    around = a_problem(days=1, around=(before, after))
    assert rules(around, (("a",), ("b",))) == {"rest"}
    assert rules(around, (("b",), ("a",))) == set()
    assert len(wrong(around, (("a",), ("b",)))) == 2


def test_nobody_is_on_call_twice_at_once() -> None:
    problem = a_problem(days=1)
    slot = problem.slots[0]
    elsewhere = Assignment("a", "tele", slot.starts_at - timedelta(hours=1), slot.starts_at + DAY / 24, "x")
    assert "two_tiers" in rules(a_problem(days=1, around=(elsewhere,)), (("a",), ()))


def test_a_fifth_night_running_is_one_too_many_also_over_the_edge_of_the_span() -> None:
    problem = a_problem()
    assert rules(problem, with_only(problem, a=(1, 3, 5, 7))) == set()
    assert rules(problem, with_only(problem, a=(1, 3, 5, 7, 9))) >= {"nights_running"}
    before = tuple(
        Assignment("a", "tele", problem.slots[1].starts_at - DAY * n, problem.slots[1].ends_at - DAY * n, "x")
        for n in (1, 2)
    )
    assert rules(a_problem(around=before), with_only(problem, a=(1, 3))) == set()
    assert rules(a_problem(around=before), with_only(problem, a=(1, 3, 5))) == {"nights_running"}


def test_the_hours_of_a_week_are_a_limit_where_they_are_hard() -> None:
    five_days = (0, 2, 4, 6, 8, 10)
    problem = a_problem()
    assert rules(problem, with_only(problem, a=five_days[:5])) == set()
    assert rules(problem, with_only(problem, a=five_days)) == {"week_hours"}
    soft = a_problem(terms=TERMS)
    assert rules(soft, with_only(soft, a=five_days)) == set()
    assert cost_of(soft, with_only(soft, a=five_days))["rules"] == Weights().rule


def test_leave_is_kept_and_a_license_that_ends_is_missed_from_its_day() -> None:
    problem = a_problem(days=2)
    slot = problem.slots[2]
    away = Away("a", slot.starts_at, slot.ends_at, "vacation")
    assert rules(a_problem(days=2, away=(away,)), with_only(problem, a=(2,))) == {"time_off"}
    held = Person("a", "A", frozenset({"primary"}), (Held("licensed", last=MONDAY),))
    need = [TierNeed("primary", 1, (Bring("licensed"),))]
    slots = slots_of(need, CHICAGO, MONDAY, 1, HALVES, TERMS, ())[:3]
    licensed = Problem(ZONE, (held,), slots, TERMS)
    lacking = {fault.slot for fault in holes_of(licensed, (("a",), ("a",), ("a",))) if fault.rule == "bring"}
    # The night of Monday ends on Tuesday, when the license no longer counts.
    assert lacking == {1, 2}


def test_a_stranger_a_wrong_tier_and_one_too_many_are_seen() -> None:
    problem = a_problem(days=1)
    assert rules(problem, (("nobody",), ())) == {"tier"}
    assert rules(problem, (("a", "b"), ())) == {"people_at_once"}
    other = Person("z", "Z", frozenset({"backup"}))
    assert rules(Problem(ZONE, (other,), problem.slots, STRICT), (("z",), ())) == {"tier"}


def test_one_who_is_locked_must_stay() -> None:
    problem = a_problem(days=1, standing=(Standing(0, "a", True),))
    assert rules(problem, (("a",), ())) == set()
    assert rules(problem, (("b",), ())) == {"locked"}


def test_what_stood_wrong_before_is_told_and_is_not_the_drafts_fault() -> None:
    problem = a_problem(days=1, standing=(Standing(0, "a", True), Standing(1, "a", True)))
    draft = (("a",), ("a",))
    assert wrong(problem, draft) == ()
    assert {fault.rule for fault in faults_of(problem, draft) if fault.stood} == {"rest"}


def test_an_empty_place_is_a_hole_and_says_who_was_kept_from_it() -> None:
    slot = a_problem(days=1).slots[1]
    away = Away("b", slot.starts_at, slot.ends_at, "vacation")
    problem = a_problem(days=1, away=(away,))
    draft: Draft = (("a",), ())
    assert [hole.slot for hole in holes_of(problem, draft)] == [1]
    said = why_empty(problem, draft, 1)
    assert said == "Of 3 others who may work it, 1 could come, 1 would not have rested, 1 is away."


def test_one_of_two_is_a_hole_too() -> None:
    slots = slots_of([TierNeed("primary", 2)], CHICAGO, MONDAY, 1, HALVES, TERMS, ())[:1]
    problem = replace(a_problem(), slots=slots)
    assert [hole.sentence for hole in holes_of(problem, (("a",),))] == [
        "1 of 2 people on primary Mon 7 Dec 07:00 to 19:00."
    ]
    assert holes_of(problem, (("a", "b"),)) == ()


def test_fair_shares_are_even_and_rounded_both_ways() -> None:
    problem = a_problem(people=3)
    assert set(shares(problem)["nights"].values()) == {Share(2, 3)}
    assert set(shares(a_problem(people=7))["nights"].values()) == {Share(1, 1)}


def test_who_is_away_half_the_time_has_half_a_share() -> None:
    problem = a_problem(people=3, days=14)
    first_week = Away("a", problem.slots[0].starts_at, problem.slots[13].ends_at, "vacation")
    nights = shares(a_problem(people=3, days=14, away=(first_week,)))["nights"]
    assert nights["a"].high < nights["b"].low


def test_who_alone_may_do_one_thing_does_less_of_the_rest() -> None:
    needs = [TierNeed("primary", 1), TierNeed("tele", 1)]
    slots = slots_of(needs, CHICAGO, MONDAY, 4, HALVES, TERMS, ())
    staff = tuple(
        Person(f"p{n}", f"P{n}", frozenset({"primary", "tele"} if n < 4 else {"primary"})) for n in range(8)
    )
    nights = shares(Problem(ZONE, staff, slots, TERMS))["nights"]
    # 28 nights on tele for four, 28 on primary for the other four: seven for each.
    assert {share.high for share in nights.values()} <= {7, 8}
    assert {share.low for share in nights.values()} <= {6, 7}


def test_each_part_of_the_price_says_what_it_is_for() -> None:
    wishes = (Wish("a", MONDAY, "day", "avoid"), Wish("b", MONDAY, "night", "want"))
    problem = a_problem(days=1, wishes=wishes, standing=(Standing(1, "c", False),))
    weights = problem.weights
    good = cost_of(problem, (("c",), ("b",)))
    assert (good["wishes"], good["changes"], good["holes"]) == (0, weights.change, 0)
    bad = cost_of(problem, (("a",), ("c",)))
    assert (bad["wishes"], bad["changes"]) == (weights.avoid + weights.want, 0)
    assert cost_of(problem, ((), ("b",)))["holes"] == weights.hole


def test_counts_are_those_of_the_draft() -> None:
    problem = a_problem()
    count = counts_of(problem, with_only(problem, a=(0, 3, 11)))["a"]
    assert (count.shifts, count.nights, count.weekends, count.minutes) == (3, 2, 1, 36 * 60)


@pytest.mark.parametrize("seed", range(30))
def test_the_first_draft_never_breaks_a_hard_rule(seed: int) -> None:
    for problem in (a_small_problem(seed), a_county(6 + seed % 15, 2, seed)):
        assert wrong(problem, first_draft(problem)) == ()


def test_the_first_draft_of_a_well_staffed_county_has_no_hole() -> None:
    problem = a_county(24, 8)
    assert {need.tier for need in NEEDS} == {slot.tier for slot in problem.slots}
    assert holes_of(problem, first_draft(problem)) == ()


@pytest.mark.parametrize("seed", range(10))
def test_a_problem_and_its_draft_survive_being_written_down(seed: int) -> None:
    problem = a_small_problem(seed)
    assert read_problem(write_problem(problem)) == problem
    draft = first_draft(problem)
    assert read_draft(write_draft(draft)) == draft
