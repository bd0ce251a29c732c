"""A planning problem as plain values: the places on call to fill, the people who may fill them, and what counts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from dispatch.rota.rules import Assignment, Away, Bring
from dispatch.rota.terms import RotaTerms

# A draft names for each slot, in the order of the problem's slots, who is on call in it.
Draft = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Held:
    """A skill, from its first to its last day; None is open."""

    skill: str
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Person:
    """One of our people: the tiers they may work, what they bring, and their own limit of hours in a week."""

    id: str
    name: str
    tiers: frozenset[str]
    skills: tuple[Held, ...] = ()
    week_hours: timedelta | None = None

    def brings(self, skill: str, days: Iterable[date]) -> bool:
        """Do they have it on each of these days?"""
        return all(
            any(
                one.skill == skill
                and (one.first is None or one.first <= day)
                and (one.last is None or day <= one.last)
                for one in self.skills
            )
            for day in days
        )


@dataclass(frozen=True)
class Slot:
    """One shift of one tier that needs `people`. `days` are the dates of the wall that it touches, `night` the
    evening on which its night begins; `weekend` and `holiday` say what it counts as."""

    tier: str
    starts_at: datetime
    ends_at: datetime
    people: int
    bring: tuple[Bring, ...] = ()
    days: tuple[date, ...] = ()
    night: date | None = None
    weekend: bool = False
    holiday: bool = False

    @property
    def length(self) -> timedelta:
        """Its true length."""
        return self.ends_at - self.starts_at


@dataclass(frozen=True)
class Standing:
    """Who stands on the rota in a slot already. `locked`: stays there; otherwise leaving it is a change."""

    slot: int
    person: str
    locked: bool


@dataclass(frozen=True)
class Wish:
    """A day, a night, or both ("any") of one date that somebody would like to work, or better not."""

    person: str
    day: date
    part: str
    kind: Literal["want", "avoid"]


@dataclass(frozen=True)
class Weights:
    """What each shortcoming costs. Holes are very dear, yet a price: without people no draft is without holes."""

    hole: int = 20_000
    lack: int = 5_000
    change: int = 400
    rule: int = 200
    language: int = 40
    night: int = 10
    weekend: int = 10
    holiday: int = 12
    hour: int = 1
    avoid: int = 3
    want: int = 2


@dataclass(frozen=True)
class Problem:
    """All that a draft is made from. `around` is what these people work otherwise: before and after the span, and
    in tiers that are not planned here."""

    zone: str
    people: tuple[Person, ...]
    slots: tuple[Slot, ...]
    terms: RotaTerms = RotaTerms()
    away: tuple[Away, ...] = ()
    around: tuple[Assignment, ...] = ()
    standing: tuple[Standing, ...] = ()
    wishes: tuple[Wish, ...] = ()
    weights: Weights = field(default_factory=Weights)

    def person(self, id: str) -> Person | None:
        """The person with this id."""
        return next((one for one in self.people if one.id == id), None)


def may_fill(problem: Problem) -> tuple[frozenset[str], ...]:
    """For each slot who may work it at all, looking at tiers and absences alone."""
    away: dict[str, list[Away]] = {}
    for one in problem.away:
        away.setdefault(one.person, []).append(one)

    def free(person: str, slot: Slot) -> bool:
        return not any(
            one.starts_at < slot.ends_at and one.ends_at > slot.starts_at and one.tier in (None, slot.tier)
            for one in away.get(person, ())
        )

    return tuple(
        frozenset(
            person.id for person in problem.people if slot.tier in person.tiers and free(person.id, slot)
        )
        for slot in problem.slots
    )


def locked(problem: Problem) -> dict[int, tuple[str, ...]]:
    """Who is locked in which slot."""
    found: dict[int, tuple[str, ...]] = {}
    for one in problem.standing:
        if one.locked:
            found[one.slot] = (*found.get(one.slot, ()), one.person)
    return found
