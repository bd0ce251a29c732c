"""Credentials against a shift: one that is needed must count on every local day that the shift lies on."""

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from dispatch.rota.against import Against, day_words, days_of
from dispatch.rota.rules import Assignment
from dispatch.rota.staff import CREDENTIALS, Credential, Worker
from dispatch.rota.terms import RotaTerms

# The rule that a kind of credential falls under; every other kind is training for a population.
RULE_OF = {
    "license": "license",
    "driver": "driver",
    "first_aid": "first_aid",
    "background": "background",
    "experience": "training_hours",
}
POPULATION = "population_training"
DAY = timedelta(days=1)


def rule_of(kind: str) -> str:
    """The rule that a kind of credential falls under."""
    return RULE_OF.get(kind, POPULATION)


def against_credentials(
    worker: Worker, wanted: Assignment, terms: RotaTerms, zone: ZoneInfo, state: str | None
) -> Iterator[Against]:
    """What the tier asks of everybody must count from the first to the last local day of the shift. What the tier
    does not ask for, but has lapsed, is warned of."""
    days = days_of(wanted.starts_at, wanted.ends_at, zone)
    needed = terms.required.get(wanted.tier, ())
    for kind in CREDENTIALS:
        here = held(worker, kind, state)
        missing = next((day for day in days if not any(one.counts_on(day) for one in here)), None)
        if missing is not None and kind in needed:
            yield Against(rule_of(kind), _lacking(worker, kind, missing, state))
        elif missing is not None and any(one.ends_on and one.ends_on < missing for one in here):
            yield Against(rule_of(kind), _lacking(worker, kind, missing, state), mild=True)
        elif missing is None and kind in needed and not _seen(here, days):
            said = f"Nobody here has seen {worker.name}'s {name_of(kind)}. Verify it by name."
            yield Against(rule_of(kind), said, mild=True)


def held(worker: Worker, kind: str, state: str | None) -> list[Credential]:
    """A person's credentials of a kind. A license counts in the state that gave it alone, where ours is known."""
    every = [one for one in worker.credentials if one.kind == kind]
    if kind != "license" or state is None:
        return every
    return [one for one in every if one.state == state]


def spans_without(credentials: list[Credential], since: date) -> list[tuple[date, date | None]]:
    """The stretches of days from `since` on which none of these counts, each as its first and its last day; None:
    for ever."""
    found: list[tuple[date, date | None]] = []
    day = since
    counting = [one for one in credentials if one.ends_on is None or one.ends_on >= since]
    for one in sorted(counting, key=lambda one: one.starts_on or date.min):
        if one.starts_on is not None and one.starts_on > day:
            found.append((day, one.starts_on - DAY))
        if one.ends_on is None:
            return found
        day = max(day, one.ends_on + DAY)
    return [*found, (day, None)]


def lapses(worker: Worker, state: str | None, today: date) -> list[tuple[str, date]]:
    """The kinds that a person has held and that do not count, or will not, each with the first such day from today
    on. What was renewed in time is not among them."""
    found = []
    for kind in CREDENTIALS:
        here = held(worker, kind, state)
        gaps = spans_without(here, today) if here else []
        if gaps:
            found.append((kind, gaps[0][0]))
    return found


def name_of(kind: str) -> str:
    """What a kind is called within a sentence."""
    return CREDENTIALS[kind][0].lower() + CREDENTIALS[kind][1:]


def _seen(here: list[Credential], days: list[date]) -> bool:
    return all(any(one.verified and one.counts_on(day) for one in here) for day in days)


def _lacking(worker: Worker, kind: str, day: date, state: str | None) -> str:
    here, name = held(worker, kind, state), name_of(kind)
    elsewhere = sorted(
        {one.state or "no state" for one in worker.credentials if one.kind == kind and one not in here}
    )
    ended = max((one.ends_on for one in here if one.ends_on and one.ends_on < day), default=None)
    begins = min((one.starts_on for one in here if one.starts_on and one.starts_on > day), default=None)
    if ended:
        return f"{worker.name}'s {name} ended on {day_words(ended)}, and this shift needs it on {day_words(day)}."
    if begins:
        return f"{worker.name}'s {name} counts from {day_words(begins)}; this shift is on {day_words(day)}."
    if elsewhere:
        return f"{worker.name}'s license is of {' and '.join(elsewhere)}; this program needs one of {state}."
    return f"{worker.name} has no {name} written down, and this tier needs it."
