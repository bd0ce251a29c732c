"""A problem and a draft as JSON, for the row they are kept in and for the process that searches."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from dispatch.rota.plan.problem import Draft, Held, Person, Problem, Slot, Standing, Weights, Wish
from dispatch.rota.rules import Assignment, Away, Bring
from dispatch.rota.terms import read_terms, write_terms

HOUR = timedelta(hours=1)


def write_problem(problem: Problem) -> dict[str, Any]:
    """The stored form."""
    return {
        "zone": problem.zone,
        "terms": write_terms(problem.terms),
        "weights": asdict(problem.weights),
        "people": [
            {
                "id": one.id,
                "name": one.name,
                "tiers": sorted(one.tiers),
                "skills": [[held.skill, _day(held.first), _day(held.last)] for held in one.skills],
                "week_hours": None if one.week_hours is None else one.week_hours / HOUR,
            }
            for one in problem.people
        ],
        "slots": [
            {
                "tier": one.tier,
                "span": [one.starts_at.isoformat(), one.ends_at.isoformat()],
                "people": one.people,
                "bring": [[bring.skill, bring.count, bring.hard] for bring in one.bring],
                "days": [day.isoformat() for day in one.days],
                "night": _day(one.night),
                "weekend": one.weekend,
                "holiday": one.holiday,
            }
            for one in problem.slots
        ],
        "away": [
            [one.person, one.starts_at.isoformat(), one.ends_at.isoformat(), one.why, one.tier]
            for one in problem.away
        ],
        "around": [
            [one.person, one.tier, one.starts_at.isoformat(), one.ends_at.isoformat(), one.source]
            for one in problem.around
        ],
        "standing": [[one.slot, one.person, one.locked] for one in problem.standing],
        "wishes": [[one.person, one.day.isoformat(), one.part, one.kind] for one in problem.wishes],
    }


def read_problem(stored: Mapping[str, Any]) -> Problem:
    """The problem of a stored form."""
    return Problem(
        zone=stored["zone"],
        terms=read_terms(stored["terms"]),
        weights=Weights(**stored["weights"]),
        people=tuple(_person(row) for row in stored["people"]),
        slots=tuple(_slot(row) for row in stored["slots"]),
        away=tuple(
            Away(person, _at(start), _at(end), why, tier) for person, start, end, why, tier in stored["away"]
        ),
        around=tuple(
            Assignment(person, tier, _at(start), _at(end), source)
            for person, tier, start, end, source in stored["around"]
        ),
        standing=tuple(Standing(*row) for row in stored["standing"]),
        wishes=tuple(
            Wish(person, date.fromisoformat(day), part, kind) for person, day, part, kind in stored["wishes"]
        ),
    )


def write_draft(draft: Draft) -> list[list[str]]:
    """The stored form of a draft."""
    return [list(people) for people in draft]


def read_draft(stored: Sequence[Sequence[str]]) -> Draft:
    """The draft of a stored form."""
    return tuple(tuple(people) for people in stored)


def _person(row: Mapping[str, Any]) -> Person:
    return Person(
        row["id"],
        row["name"],
        frozenset(row["tiers"]),
        tuple(Held(skill, _date(first), _date(last)) for skill, first, last in row["skills"]),
        None if row["week_hours"] is None else HOUR * row["week_hours"],
    )


def _slot(row: Mapping[str, Any]) -> Slot:
    return Slot(
        tier=row["tier"],
        starts_at=_at(row["span"][0]),
        ends_at=_at(row["span"][1]),
        people=row["people"],
        bring=tuple(Bring(*one) for one in row["bring"]),
        days=tuple(date.fromisoformat(day) for day in row["days"]),
        night=_date(row["night"]),
        weekend=row["weekend"],
        holiday=row["holiday"],
    )


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
