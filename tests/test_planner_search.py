"""The search by OR-Tools: equal to looking at every draft where that can be done, and never with a fault."""

import threading
from itertools import pairwise

import pytest

pytest.importorskip("ortools")

from app.planner.search import Ended, Found, search
from dispatch.rota.plan.check import holes_of, wrong
from dispatch.rota.plan.cost import changes_of, cost_of
from dispatch.rota.plan.exhaustive import cheapest
from dispatch.rota.plan.greedy import first_draft
from dispatch.rota.plan.problem import Draft, Problem, Standing, locked
from dispatch.value import replace
from tests.planner_cases import a_county, a_small_problem


def searched(problem: Problem, seconds: float = 20) -> tuple[list[Found], Ended]:
    """All that a search finds and how it ends."""
    found: list[Found] = []
    ended = search(problem, first_draft(problem), seconds, found.append, lambda *_: None, threading.Event())
    return found, ended


def price(problem: Problem, draft: Draft) -> int:
    return sum(cost_of(problem, draft).values())


@pytest.mark.parametrize("seed", range(24))
def test_a_small_problem_costs_what_looking_at_every_draft_finds(seed: int) -> None:
    problem = a_small_problem(seed)
    least, _ = cheapest(problem)
    found, ended = searched(problem)
    best = found[-1]
    assert ended.how == "optimal"
    assert price(problem, best.draft) == best.objective == ended.bound == least


@pytest.mark.parametrize("seed", range(4))
def test_no_draft_on_the_way_breaks_a_hard_rule_and_none_is_cheaper_than_the_bound(seed: int) -> None:
    problem = a_county(12, 2, seed)
    found, ended = searched(problem, 4)
    assert found
    for one in found:
        assert wrong(problem, one.draft) == ()
        assert one.bound <= ended.bound <= price(problem, one.draft) <= one.objective
    assert all(before.objective >= after.objective for before, after in pairwise(found))


def test_a_published_rota_is_mended_with_the_fewest_changes() -> None:
    """One person falls out. Locked, all others stay and only the empty places are filled; free to move, nobody
    moves who need not."""
    problem = replace(a_county(20, 1, 3), away=(), wishes=())
    base = searched(problem, 5)[0][-1].draft
    assert holes_of(problem, base) == ()
    gone = next(person.id for person in problem.people if any(person.id in people for people in base[::4]))
    standing = tuple(
        Standing(number, person, True)
        for number, people in enumerate(base)
        for person in people
        if person != gone
    )
    left = replace(problem, people=tuple(one for one in problem.people if one.id != gone), standing=standing)
    mended = searched(left, 5)[0][-1].draft
    assert wrong(left, mended) == ()
    assert all(set(people) <= set(mended[number]) for number, people in locked(left).items())
    moving = replace(left, standing=tuple(replace(one, locked=False) for one in standing))
    best = searched(moving, 8)[0][-1].draft
    assert len(holes_of(moving, best)) <= len(holes_of(left, mended))
    assert price(moving, best) <= price(moving, mended)
    assert changes_of(moving, best) <= 2
