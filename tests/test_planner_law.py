"""The planner beside the rules of every other change: what it drafts, nobody objects to."""

from zoneinfo import ZoneInfo

import pytest

from dispatch.rota.may_work import objections
from dispatch.rota.plan.check import wrong
from dispatch.rota.plan.greedy import first_draft
from dispatch.rota.plan.problem import Draft, Problem
from dispatch.rota.rules import Assignment
from dispatch.rota.staff import Worker
from tests.planner_cases import ZONE, a_county


def hard_objections(problem: Problem, draft: Draft) -> set[tuple[str, str]]:
    """Rule and person of every hard objection to any shift of the draft."""
    shifts = [
        Assignment(person, slot.tier, slot.starts_at, slot.ends_at, f"{number}-{person}")
        for number, (slot, people) in enumerate(zip(problem.slots, draft, strict=True))
        for person in people
    ]
    found = set()
    for one in shifts:
        worker = Worker(one.person, one.person)
        others = tuple(other for other in shifts if other.person == one.person and other is not one)
        for objection in objections(worker, one, others, problem.terms, ZoneInfo(ZONE), away=problem.away):
            if objection.weight == "hard":
                found.add((objection.rule, one.person))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_nobody_objects_to_a_shift_that_the_planner_gave(seed: int) -> None:
    problem = a_county(10, 2, seed)
    assert hard_objections(problem, first_draft(problem)) == set()


@pytest.mark.parametrize("seed", range(6))
def test_both_see_the_same_people_in_a_draft_that_is_spoiled(seed: int) -> None:
    """The last of each tier also takes the shift after their own, and then everything of the last day."""
    problem = a_county(10, 2, seed)
    draft = list(first_draft(problem))
    for number in range(seed, len(draft) - 3, 17):
        following = number + 3
        if draft[number] and draft[number][0] not in draft[following]:
            draft[following] = (*draft[following][1:], draft[number][0])
    spoiled = tuple(draft)
    ours = {
        (one.rule, one.person)
        for one in wrong(problem, spoiled)
        if one.rule not in ("tier", "people_at_once")
    }
    assert ours
    assert ours == hard_objections(problem, spoiled)
