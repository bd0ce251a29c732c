"""Everybody's fair share of nights, weekends, holidays and hours, given which shifts they may work at all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, floor

from dispatch.rota.plan.almanac import MINUTE
from dispatch.rota.plan.problem import Problem, Slot, may_fill

ROUNDS = 60
# Shares this close to a whole number are that number: what is left is the last digits of a division.
CLOSE = 0.005
KINDS: Mapping[str, Callable[[Slot], int]] = {
    "nights": lambda slot: slot.night is not None,
    "weekends": lambda slot: slot.weekend,
    "holidays": lambda slot: slot.holiday,
}


@dataclass(frozen=True)
class Share:
    """A share is fair between these two, both included."""

    low: int
    high: int


def shares(problem: Problem) -> dict[str, dict[str, Share]]:
    """By kind ("nights", "weekends", "holidays", "minutes") and person.

    The parts of a share that is not whole are rounded both ways, which is also its trivial bound: nobody can
    work 4.6 nights. Hours are fair within one shift.
    """
    may = may_fill(problem)
    found = {
        kind: {person: _rounded(part) for person, part in _parts(problem, may, count).items()}
        for kind, count in KINDS.items()
    }
    longest = max((slot.length // MINUTE for slot in problem.slots), default=0)
    minutes = _parts(problem, may, lambda slot: slot.length // MINUTE)
    found["minutes"] = {
        person: Share(max(0, floor(part) - longest), ceil(part) + longest) for person, part in minutes.items()
    }
    return found


def _rounded(part: float) -> Share:
    if abs(part - round(part)) < CLOSE:
        return Share(round(part), round(part))
    return Share(floor(part), ceil(part))


def _parts(
    problem: Problem, may: tuple[frozenset[str], ...], count: Callable[[Slot], int]
) -> dict[str, float]:
    """Shares the load of each slot among those who may work it, so that load for time present is as even as it
    can be: who alone may do one thing does less of what others can do too."""
    groups: dict[frozenset[str], float] = {}
    present: dict[str, set[object]] = {person.id: set() for person in problem.people}
    for slot, who in zip(problem.slots, may, strict=True):
        if count(slot) and who:
            # Who is asked for more people than there are cannot share what nobody will work.
            groups[who] = groups.get(who, 0) + count(slot) * min(slot.people, len(who))
            for person in who:
                present[person].add(slot.starts_at)
    pull = {person: float(len(times)) for person, times in present.items() if times}
    load = _loads(groups, pull)
    whole = sum(load.values()) / sum(pull.values()) if pull else 0.0
    for _ in range(ROUNDS):
        pull = {
            person: weight * (whole * len(present[person]) / load[person]) ** 0.5
            for person, weight in pull.items()
        }
        load = _loads(groups, pull)
    return {person.id: load.get(person.id, 0.0) for person in problem.people}


def _loads(groups: Mapping[frozenset[str], float], pull: Mapping[str, float]) -> dict[str, float]:
    load = dict.fromkeys(pull, 0.0)
    for who, amount in groups.items():
        per_pull = amount / sum(pull[person] for person in who)
        for person in who:
            load[person] += per_pull * pull[person]
    return load
