"""Alarms: what keeps each one standing, which must be taken by a person, and which are texted."""

from collections.abc import Callable
from datetime import timedelta

from dispatch.board import Board, Policy
from dispatch.commands import RULE
from dispatch.facts import AlarmRaised
from dispatch.incident import Alarm, Incident
from dispatch.stages import ADVANCING, AT_PERSON, COMMITTED, Stage, Step
from dispatch.triage import more_urgent

# These are also texted to the supervisors on call, again and again until someone takes them; the others
# belong to the desk that sees them.
TEXTED = frozenset({"nobody_answered", "check_missed", "no_progress", "not_arrived"})
# Late papers harm nobody tonight: taken, they come back after an hour, not after minutes.
PAPERS = frozenset({"notes_late", "review_late"})

Cause = Callable[[Incident, Alarm], bool]


def raised(kind: str, about: str | None, board: Board) -> AlarmRaised:
    """The fact that an alarm rises, or is told again."""
    again_at = board.now + board.policy.untaken_again if kind in TEXTED else None
    return AlarmRaised(board.now, RULE, kind, about, again_at)


def cause_stands(incident: Incident, alarm: Alarm) -> bool:
    """Is what raised this alarm still so? Depends on the incident alone, never on the clock."""
    return CAUSES[alarm.kind](incident, alarm)


def must_be_taken(incident: Incident, alarm: Alarm) -> bool:
    """Some alarms may not go away by themselves: a person has to say that they know."""
    if alarm.taken_by is not None:
        return False
    if alarm.kind == "check_missed":
        # Heard from again, the person is safe. A partner who clears the scene is not that person.
        member = incident.member(alarm.about or "")
        return member is None or member.check_by is None
    return alarm.kind == "nobody_answered"


def has_alarm(incident: Incident, kind: str) -> bool:
    """Does this alarm stand, or has someone taken it and it will come back?"""
    return any(alarm.kind == kind for alarm in incident.alarms)


def again_after(kind: str, policy: Policy) -> timedelta:
    """How long an alarm that someone has taken stays quiet."""
    return policy.paper_again if kind in PAPERS else policy.taken_again


def _owner_late(*stages: Stage) -> Cause:
    return lambda incident, _: incident.stage in stages and incident.due_of(None) is None


def _member_late(step: Step) -> Cause:
    def late(incident: Incident, alarm: Alarm) -> bool:
        member = incident.member(alarm.about or "")
        still = incident.stage in ADVANCING and member is not None and member.step is step
        return still and incident.due_of(alarm.about) is None

    return late


def _check_missing(incident: Incident, alarm: Alarm) -> bool:
    member = incident.member(alarm.about or "")
    return incident.stage in AT_PERSON and member is not None and member.check_by is None


def _outgrown(incident: Incident, _: Alarm) -> bool:
    """The answers now suggest more haste than when the acuity was decided."""
    decided = incident.stage in COMMITTED | {Stage.TRIAGED, Stage.HELD}
    if not decided or incident.suggestion is None or incident.weighed is None:
        return False
    return more_urgent(incident.suggestion, incident.weighed)


CAUSES: dict[str, Cause] = {
    "triage_late": _owner_late(Stage.RECEIVED),
    "triage_again": _outgrown,
    "send_late": _owner_late(Stage.TRIAGED),
    "look_again": _owner_late(Stage.HELD),
    "nobody_answered": lambda incident, _: bool(incident.unasked_seats()),
    "no_progress": _member_late(Step.ACCEPTED),
    "not_arrived": _member_late(Step.EN_ROUTE),
    "staged_long": _member_late(Step.STAGED),
    "check_missed": _check_missing,
    "transport_long": _owner_late(Stage.TRANSPORTING),
    "notes_late": lambda incident, _: incident.notes_owed and incident.due_of(None) is None,
    "review_late": lambda incident, _: incident.reviewable and incident.due_of(None) is None,
}
