"""What the rota knows of one of our people: what they may do, until when, and what they have learned."""

from dataclasses import dataclass
from datetime import date, timedelta

# Kinds of credentials. A license carries a title (LICSW, RN) and the state that gave it.
CREDENTIALS = {
    "license": "License",
    "driver": "Driver's license",
    "first_aid": "First aid",
    "background": "Background check",
    "experience": "Half a year of crisis work",
    "child": "Training for children",
    "perinatal": "Training for perinatal care",
    "idd": "Training for developmental disability",
    "veteran": "Training for veterans",
    "sud": "Training for substance use",
}
# Kinds of training hours. Which law counts which is in dispatch/rota/training.py.
TRAINING = {"crisis": "Crisis training", "orientation": "Orientation", "in_service": "In-service training"}


@dataclass(frozen=True)
class Credential:
    """One credential, from the first to the last day on which it counts; None is open. `verified`: somebody of
    ours has seen it."""

    kind: str
    starts_on: date | None = None
    ends_on: date | None = None
    state: str | None = None
    title: str = ""
    verified: bool = True

    def counts_on(self, day: date) -> bool:
        """Does it count on this day?"""
        return (self.starts_on is None or self.starts_on <= day) and (
            self.ends_on is None or day <= self.ends_on
        )


@dataclass(frozen=True)
class Trained:
    """Hours of training on one day."""

    kind: str
    length: timedelta
    day: date


@dataclass(frozen=True)
class Worker:
    """One of our people. `skills` are codes such as "spanish" and "child"; `hired_on` is None where unknown."""

    id: str
    name: str
    roles: frozenset[str] = frozenset()
    title: str = ""
    skills: frozenset[str] = frozenset()
    credentials: tuple[Credential, ...] = ()
    training: tuple[Trained, ...] = ()
    week_hours: timedelta | None = None
    hired_on: date | None = None

    def has(self, skill: str, day: date) -> bool:
        """Can they do this on this day: by skill, or by a credential of that kind that counts then? "licensed"
        is any license."""
        kind = "license" if skill == "licensed" else skill
        return skill in self.skills or any(
            one.kind == kind and one.counts_on(day) for one in self.credentials
        )
