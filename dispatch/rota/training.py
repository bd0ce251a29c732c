"""Hours of training against the law of a state, on the day a shift begins."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from dispatch.rota.against import Against, day_words, hours
from dispatch.rota.rules import Assignment
from dispatch.rota.staff import Worker
from dispatch.rota.standing import standing
from dispatch.rota.terms import HOUR, RotaTerms
from dispatch.rota.wall import wall_of

MN_CRISIS = 30 * HOUR
WI_ORIENTATION, WI_ORIENTATION_EXPERIENCED = 40 * HOUR, 20 * HOUR
WI_IN_SERVICE = 8 * HOUR
MN_TRAINED = ("practitioner", "peer", "aide", "volunteer", "unknown")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class TrainingNeed:
    """One sum that the law asks for: `done` of `needed` hours of a kind, over the days that count. `by` is the last
    day on which less is allowed; None: it is owed already."""

    law: str
    kind: str
    done: timedelta
    needed: timedelta
    since: date | None = None
    by: date | None = None
    hint: str = ""

    def met_on(self, day: date) -> bool:
        """Is it met, or not yet due, on this day?"""
        return self.done >= self.needed or (self.by is not None and day <= self.by)


def against_training(
    worker: Worker, wanted: Assignment, terms: RotaTerms, zone: ZoneInfo, state: str | None
) -> Iterator[Against]:
    """Training that the state's law asks for, and that is not there on the day the shift begins."""
    day = wall_of(wanted.starts_at, zone).date()
    for need in training_needs(worker, day, terms, state):
        if not need.met_on(day):
            yield Against("training_hours", _sentence(worker, need))


def training_needs(
    worker: Worker, day: date, terms: RotaTerms, state: str | None
) -> tuple[TrainingNeed, ...]:
    """What the law of this state asks of this person on this day; nothing where no law is known."""
    counts_as = standing(worker, day, state, terms.titles)
    if state == "MN":
        return (_mn_crisis(worker, day),) if counts_as in MN_TRAINED else ()
    if state == "WI":
        return (_wi_orientation(worker, day, counts_as == "volunteer"), _wi_in_service(worker, day))
    return ()


def hours_of(worker: Worker, kind: str, first: date | None, last: date) -> timedelta:
    """Hours of a kind from the first to the last day, both counted."""
    done = (
        one.length for one in worker.training if one.kind == kind and (first or date.min) <= one.day <= last
    )
    return sum(done, timedelta(0))


def months_on(day: date, months: int) -> date:
    """The same day some months on or back; the last of the month where it has no such day."""
    whole = day.year * 12 + day.month - 1 + months
    year, month = divmod(whole, 12)
    after = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + (day.day - 1) * DAY, after - DAY)


def _mn_crisis(worker: Worker, day: date) -> TrainingNeed:
    since = months_on(day, -24)
    return TrainingNeed("mn-training", "crisis", hours_of(worker, "crisis", since, day), MN_CRISIS, since)


def _wi_orientation(worker: Worker, day: date, volunteer: bool) -> TrainingNeed:
    experienced = any(one.kind == "experience" and one.counts_on(day) for one in worker.credentials)
    needed = WI_ORIENTATION_EXPERIENCED if experienced and not volunteer else WI_ORIENTATION
    by = None if volunteer or worker.hired_on is None else months_on(worker.hired_on, 3)
    unknown = worker.hired_on is None and not volunteer
    hint = " The day of hiring is not written down; the law gives 3 months from it." if unknown else ""
    return TrainingNeed(
        "wi-orientation", "orientation", hours_of(worker, "orientation", None, day), needed, None, by, hint
    )


def _wi_in_service(worker: Worker, day: date) -> TrainingNeed:
    since = months_on(day, -12) + DAY
    by = None if worker.hired_on is None else months_on(worker.hired_on, 12)
    return TrainingNeed(
        "wi-in-service", "in_service", hours_of(worker, "in_service", since, day), WI_IN_SERVICE, since, by
    )


def _sentence(worker: Worker, need: TrainingNeed) -> str:
    kind = {"crisis": "crisis training", "orientation": "orientation", "in_service": "in-service training"}[
        need.kind
    ]
    done = hours(need.done) if need.done else "no"
    since = f" since {day_words(need.since)}" if need.since else ""
    return f"{worker.name} has {done} {kind}{since}; the law asks for {hours(need.needed)}.{need.hint}"
