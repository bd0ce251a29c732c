"""Why an incident waits for a supervisor: written rules, each with the words that the queue shows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch import facts as f
from dispatch.alarms import PAPERS
from dispatch.board import Policy
from dispatch.incident import Incident
from dispatch.stages import Stage, Step

HOLD = "hospital_involuntary"
CRISES, CRISES_WITHIN = 3, timedelta(days=30)
# The facts that the rules look at; a queue of hundreds reads no others.
LOOKED_AT = (
    f.Triaged,
    f.StepTaken,
    f.LadderExhausted,
    f.CheckMissed,
    f.Cleared,
    f.NotFound,
    f.CareRefused,
    f.Signed,
)


@dataclass(frozen=True)
class Case:
    """What the rules may know. `crises` counts this person's in the 30 days up to it, itself included."""

    incident: Incident
    policy: Policy
    facts: Sequence[f.Fact] = ()
    child: bool = False
    crises: int = 1

    @property
    def arrived_at(self) -> datetime | None:
        """When the first of the team was there."""
        return min(
            (x.at for x in self.facts if isinstance(x, f.StepTaken) and x.step is Step.ON_SCENE), default=None
        )

    @property
    def left_at(self) -> datetime | None:
        """When the team was done there."""
        return max(
            (x.at for x in self.facts if isinstance(x, f.Cleared | f.NotFound | f.CareRefused)), default=None
        )


@dataclass(frozen=True)
class Reason:
    """One rule that fired. `grave` ones are marked in the list."""

    code: str
    words: str
    grave: bool = False


def reasons(case: Case) -> tuple[Reason, ...]:
    """Every rule that fires, gravest first; never empty, for every incident is looked at."""
    fired = ((code, words(case), grave) for code, grave, words in RULES)
    found = tuple(Reason(code, words, grave) for code, words, grave in fired if words)
    return found or (Reason("every", "Every incident is looked at. No rule fired"),)


def due_at(case: Case) -> datetime:
    """When the supervisor's look, or before it the notes, is or was owed. What is late keeps the time
    that was promised, not the time at which the alarm rose."""
    incident, policy = case.incident, case.policy
    due = incident.due_of(None)
    if due is not None:
        return due.at
    begun = max([fact.at for fact in case.facts if isinstance(fact, f.Signed)], default=incident.since)
    promised = begun + (policy.notes_within if incident.notes_owed else policy.review_within)
    return min([promised, *(alarm.at for alarm in incident.alarms if alarm.kind in PAPERS)])


def state(incident: Incident) -> str:
    """New, asked or answered: where the review itself stands."""
    if incident.question is None:
        return "new"
    return "asked" if incident.question.answered_at is None else "answered"


def minutes_between(start: datetime, end: datetime) -> int:
    """Whole minutes, a begun one counted: 60 min and one second are over a target of 60."""
    return -(int((start - end).total_seconds()) // 60)


def _missed_check(case: Case) -> str:
    missed = sum(isinstance(x, f.CheckMissed) for x in case.facts)
    return "Missed check" if missed == 1 else f"Missed check, {missed} times" if missed else ""


def _hold(case: Case) -> str:
    held = HOLD in (case.incident.disposition, case.incident.level_of_care)
    return "Hospital on a hold" if held else ""


def _minor(case: Case) -> str:
    if case.child:
        return "Minor"
    return "A child was there, or is the person" if dict(case.incident.answers).get("minors") == "yes" else ""


def _alone(case: Case) -> str:
    return "Went alone" if case.incident.alone and case.incident.members else ""


def _lowered(case: Case) -> str:
    lowered = next((x for x in case.facts if isinstance(x, f.Triaged) and x.acuity > x.suggested), None)
    if lowered is None:
        return ""
    return f"Priority {lowered.acuity} given, rule {lowered.rule} suggested {lowered.suggested}"


def _response(case: Case) -> str:
    target = case.policy.arrive_within
    if case.arrived_at is None or case.arrived_at - case.incident.opened_at <= target:
        return ""
    took = minutes_between(case.incident.opened_at, case.arrived_at)
    return f"Response {took} min, target {target // timedelta(minutes=1)}"


def _notes(case: Case) -> str:
    if case.incident.notes_owed:
        return "Notes missing"
    signed = next((x.at for x in case.facts if isinstance(x, f.Signed)), None)
    within = case.policy.notes_within
    if signed is None or case.left_at is None or signed - case.left_at <= within:
        return ""
    took = minutes_between(case.left_at, signed)
    return f"Notes signed after {took} min, due in {within // timedelta(minutes=1)}"


def _nobody(case: Case) -> str:
    return "Nobody was left to ask" if any(isinstance(x, f.LadderExhausted) for x in case.facts) else ""


def _again(case: Case) -> str:
    if case.crises < CRISES:
        return ""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(
        case.crises % 10 if case.crises % 100 not in (11, 12, 13) else 0, "th"
    )
    return f"Same person, {case.crises}{ending} time in {CRISES_WITHIN.days} days"


def _at(stage: Stage, words: str) -> Callable[[Case], str]:
    return lambda case: words if case.incident.stage is stage else ""


RULES: tuple[tuple[str, bool, Callable[[Case], str]], ...] = (
    ("missed_check", True, _missed_check),
    ("hold", True, _hold),
    ("notes", True, _notes),
    ("minor", False, _minor),
    ("nobody", True, _nobody),
    ("lowered", False, _lowered),
    ("response", False, _response),
    ("alone", False, _alone),
    ("not_found", False, _at(Stage.NOT_FOUND, "Could not find the person")),
    ("refused", False, _at(Stage.REFUSED, "The person did not want help")),
    ("handed_over", False, _at(Stage.HANDED_OVER, "Handed over")),
    ("again", False, _again),
    ("duplicate", False, _at(Stage.DUPLICATE, "Marked a duplicate")),
    ("cancelled", False, _at(Stage.CANCELLED, "Ended before a team was there")),
)
