"""Why a place of a draft stays empty: for everybody who works that tier, the first thing that stands in the way."""

from collections import Counter
from datetime import date

from dispatch.rota.lacks import skill_words
from dispatch.rota.plan.check import faults_of_person
from dispatch.rota.plan.problem import Draft, Person, Problem

IN_THE_WAY = {
    "time_off": ("is away", "are away"),
    "two_tiers": ("works then", "work then"),
    "rest": ("would not have rested", "would not have rested"),
    "nights_running": ("would work too many nights running", "would work too many nights running"),
    "week_hours": ("would have too many hours that week", "would have too many hours that week"),
}
# A person who could come, yet does not: coming would leave a worse hole elsewhere, or nobody has looked further.
COULD = ("could come", "could come")


def why_empty(problem: Problem, draft: Draft, number: int, skill: str = "") -> str:
    """One sentence: how many may work this slot (with this skill), and what keeps each of them away."""
    slot = problem.slots[number]
    may = [
        person
        for person in problem.people
        if slot.tier in person.tiers and person.id not in draft[number] and _has(person, skill, slot.days)
    ]
    who = f"with this: {skill_words(skill)}" if skill else "who may work it"
    if not may:
        return f"Nobody else {who}."
    ways = Counter(_in_the_way(problem, draft, number, person) for person in may)
    said = [f"{count} {(IN_THE_WAY | {'': COULD})[rule][count > 1]}" for rule, count in sorted(ways.items())]
    return f"Of {len(may)} others {who}, {', '.join(said)}."


def _has(person: Person, skill: str, days: tuple[date, ...]) -> bool:
    return not skill or person.brings(skill, days)


def _in_the_way(problem: Problem, draft: Draft, number: int, person: Person) -> str:
    tried = (*draft[:number], (*draft[number], person.id), *draft[number + 1 :])
    before = {(one.rule, one.sentence) for one in faults_of_person(problem, draft, person)}
    new = [
        one.rule for one in faults_of_person(problem, tried, person) if (one.rule, one.sentence) not in before
    ]
    return next((rule for rule in IN_THE_WAY if rule in new), "")
