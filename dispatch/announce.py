"""Who must be told of a fact. The message is owed in the transaction that stored the fact."""

from dispatch import facts as f
from dispatch import messages as m
from dispatch.alarms import TEXTED
from dispatch.board import Board
from dispatch.incident import Incident, Member
from dispatch.stages import Step

# Why a page was withdrawn -> why its person stands down. A page given up for going alone needs no other word.
STAND_DOWN: dict[str, str] = {
    "someone_else": "someone_else_goes",
    "alone": "someone_else_goes",
    "recalled": "recalled",
    "cancelled": "cancelled",
}


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
        case f.GaveBack():
            # Nobody drives on believing that a partner comes too.
            return [m.YesHeard(other.person, ref, None) for other in _others(before, fact.person)]
        case f.Withdrawn():
            return [_stand_down(fact.person, ref, STAND_DOWN.get(fact.why, "closed"))]
        case f.Recalled():
            return [_stand_down(member.person, ref, "recalled") for member in before.members]
        case f.Cancelled():
            return [_stand_down(member.person, ref, "cancelled") for member in before.members]
        case f.Cleared() | f.NotFound() | f.CareRefused():
            return [
                _stand_down(member.person, ref, "closed") for member in before.members if _on_the_road(member)
            ]
        case f.MarkedDuplicate() | f.HandedOver():
            return [_stand_down(member.person, ref, "closed") for member in before.members]
        case f.Reminded():
            return _reminders(before, fact)
        case f.CheckAsked():
            return [m.AreYouOk(fact.person, ref, fact.check_by)]
        case f.AuthorAsked():
            return [m.QuestionAsked(fact.to, ref)]
        case f.AlarmRaised() if fact.kind in TEXTED:
            return [m.AlarmStands(who, ref, fact.kind) for who in _supervisors_told(board)]
        case _:
            return []


def _stand_down(person: str, ref: int, why: str) -> m.StandDown:
    return m.StandDown(person, ref, why)  # type: ignore[arg-type]


def _reminders(incident: Incident, fact: f.Reminded) -> list[m.Message]:
    if fact.about is not None:
        return [m.AreYouOnTheWay(fact.about, incident.ref)]
    return [m.NotesDue(member.person, incident.ref, fact.due) for member in incident.members]


def _others(incident: Incident, person: str) -> list[Member]:
    return [member for member in incident.members if member.person != person]


def _on_the_road(member: Member) -> bool:
    return member.step is not Step.ON_SCENE


def _supervisors_told(board: Board) -> list[str]:
    """Those on call; when the rota has a hole there, all of them."""
    on_call = [one.person for one in board.on_call if one.tier == "supervisor"]
    return on_call or sorted(board.supervisors)
