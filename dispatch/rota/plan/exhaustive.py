"""The cheapest draft of a small problem, found by looking at every one. The yardstick of the search that is quick."""

from collections.abc import Iterator
from itertools import chain, combinations, product
from typing import Final

from dispatch.rota.plan.check import wrong
from dispatch.rota.plan.cost import cost_of
from dispatch.rota.plan.fair import shares
from dispatch.rota.plan.problem import Draft, Problem, locked, may_fill

DRAFTS_AT_MOST: Final = 2_000_000


def cheapest(problem: Problem) -> tuple[int, Draft]:
    """The least price that any draft without a fault can have, and the first draft that has it."""
    fair = shares(problem)
    best: tuple[int, Draft] | None = None
    for draft in every_draft(problem):
        if not wrong(problem, draft):
            price = sum(cost_of(problem, draft, fair).values())
            if best is None or price < best[0]:
                best = price, draft
    assert best is not None, "the draft that leaves all places empty has no fault"
    return best


def every_draft(problem: Problem) -> Iterator[Draft]:
    """All ways to fill the slots from nobody to everybody needed, with those locked always in place."""
    held = locked(problem)
    ways = [
        [
            tuple(sorted({*held.get(number, ()), *others}))
            for others in chain.from_iterable(
                combinations(sorted(who - set(held.get(number, ()))), count)
                for count in range(max(0, slot.people - len(held.get(number, ()))) + 1)
            )
        ]
        for number, (slot, who) in enumerate(zip(problem.slots, may_fill(problem), strict=True))
    ]
    count = 1
    for each in ways:
        count *= len(each)
    if count > DRAFTS_AT_MOST:
        raise ValueError(f"{count} drafts are too many to look at.")
    return product(*ways)
