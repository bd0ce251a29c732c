"""Who must be told of a fact. The message is owed in the transaction that stored the fact."""

from dispatch import facts as f
from dispatch import messages as m
from dispatch.board import Board
from dispatch.incident import Incident

# Why a page was withdrawn -> why its person stands down. A page given up for going alone needs no other word.
STAND_DOWN: dict[str, str] = {
    "someone_else": "someone_else_goes",
    "alone": "someone_else_goes",
    "recalled": "recalled",
    "cancelled": "cancelled",
}
# These alarms are also texted to the supervisors on call; the others belong to the desk that sees them.
TEXTED_ALARMS = frozenset({"nobody_answered", "check_missed", "no_progress", "not_arrived"})


def announce(before: Incident | None, fact: f.Fact, board: Board) -> list[m.Message]:
    """Messages owed because of one fact, given the incident as it stood before the fact."""
    if before is None:
        return []
    ref = before.ref
    match fact:
        case f.Asked():
            return [
                m.PageResponder(fact.person, ref, fact.page, before.acuity, len(before.seats), fact.answer_by)
            ]
        case f.Accepted():
            return [m.PartnerFound(other.person, ref, board.name(fact.person)) for other in before.members]
        case f.Withdrawn():
            return [_stand_down(fact.person, ref, STAND_DOWN.get(fact.why, "closed"))]
        case f.Recalled():
            return [_stand_down(member.person, ref, "recalled") for member in before.members]
        case f.Cancelled():
            return [_stand_down(member.person, ref, "cancelled") for member in before.members]
        case f.MarkedDuplicate() | f.HandedOver():
            return [_stand_down(member.person, ref, "closed") for member in before.members]
        case f.Reminded():
            return _reminders(before, fact)
        case f.CheckAsked():
            return [m.AreYouOk(fact.person, ref, fact.check_by)]
        case f.AuthorAsked():
            return [m.QuestionAsked(fact.to, ref)]
        case f.AlarmRaised() if fact.kind in TEXTED_ALARMS:
            return [m.AlarmStands(who, ref, fact.kind) for who in _supervisors_on_call(board)]
        case _:
            return []


def _stand_down(person: str, ref: int, why: str) -> m.StandDown:
    return m.StandDown(person, ref, why)  # type: ignore[arg-type]


def _reminders(incident: Incident, fact: f.Reminded) -> list[m.Message]:
    if fact.what == "go_again":
        return [m.AreYouOnTheWay(member.person, incident.ref) for member in incident.members]
    return [m.NotesDue(member.person, incident.ref, fact.due) for member in incident.members]


def _supervisors_on_call(board: Board) -> list[str]:
    return [on_call.person for on_call in board.on_call if on_call.tier == "supervisor"]
