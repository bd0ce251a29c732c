"""What the planner's process says, one JSON line at a time, and how a line is made."""

import json
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from dispatch.rota.plan.check import holes_of, wrong
from dispatch.rota.plan.codec import write_draft
from dispatch.rota.plan.cost import cost_of, counts_of
from dispatch.rota.plan.fair import shares
from dispatch.rota.plan.problem import Draft, Problem
from dispatch.rota.plan.why import why_empty

WHYS_AT_MOST = 40


class Telling:
    """Says every draft that is cheaper than those before, after checking it; and how the search ended."""

    def __init__(self, problem: Problem) -> None:
        self._problem, self._fair = problem, shares(problem)
        self._turn = threading.Lock()
        self.best: Draft | None = None
        self.price = 0
        self._bound = 0

    def draft(self, draft: Draft, bound: int, seconds: float) -> None:
        """A draft; one that breaks a hard rule is never said, whatever the search believes of it."""
        cost = cost_of(self._problem, draft, self._fair)
        price = sum(cost.values())
        with self._turn:
            if self.best is not None and price >= self.price:
                return
            faults = wrong(self._problem, draft)
            if faults:
                _say({"kind": "fault", "rule": faults[0].rule, "seconds": round(seconds, 2)})
                return
            self.best, self.price, self._bound = draft, price, max(self._bound, bound)
            _say(
                {
                    "kind": "draft",
                    "places": write_draft(draft),
                    "price": price,
                    "cost": cost,
                    "bound": min(price, self._bound),
                    "gap": self._gap(),
                    "seconds": round(seconds, 2),
                    "counts": {who: asdict(count) for who, count in counts_of(self._problem, draft).items()},
                    "holes": [
                        {"slot": hole.slot, "sentence": hole.sentence}
                        for hole in holes_of(self._problem, draft)
                    ],
                }
            )

    def bound(self, bound: int, seconds: float) -> None:
        """No draft can be cheaper than this."""
        with self._turn:
            if bound > self._bound:
                self._bound = bound
                _say(
                    {
                        "kind": "bound",
                        "bound": min(self.price, bound),
                        "gap": self._gap(),
                        "seconds": round(seconds, 2),
                    }
                )

    def tick(self, seconds: float) -> None:
        """Time passes."""
        with self._turn:
            _say({"kind": "tick", "seconds": round(seconds, 2)})

    def end(self, how: str, seconds: float) -> None:
        """The search is over; for each hole of the best draft, why it is one."""
        whys: Mapping[str, str] = {}
        if self.best is not None:
            whys = self._whys(self.best)
        with self._turn:
            _say({"kind": "end", "how": how, "seconds": round(seconds, 2), "whys": whys, "gap": self._gap()})

    def _whys(self, draft: Draft) -> dict[str, str]:
        found: dict[str, str] = {}
        for hole in holes_of(self._problem, draft)[:WHYS_AT_MOST]:
            if hole.slot is not None:
                found[hole.sentence] = why_empty(self._problem, draft, hole.slot, hole.skill)
        return found

    def _gap(self) -> float:
        """What part of the price may still be saved, as far as the bound says."""
        return round(max(0, self.price - self._bound) / self.price, 4) if self.price else 0.0


def _say(line: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
