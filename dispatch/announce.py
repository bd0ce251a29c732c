"""Who must be told of a fact. The message is owed in the transaction that stored the fact."""

from collections.abc import Callable
from typing import Any

from dispatch import facts as f
from dispatch import messages as m
from dispatch.alarms import TEXTED
from dispatch.board import Board
from dispatch.incident import Incident
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
    hears = WHO_HEARS.get(type(fact))
    return hears(before, fact, board) if hears is not None and before is not None else []


def _page(before: Incident, fact: f.Asked, _: Board) -> list[m.Message]:
    people = len(before.seats)
    return [m.PageResponder(fact.person, before.ref, fact.page, before.acuity, people, fact.answer_by)]


def _page_anew(before: Incident, fact: f.AskedAnew, _: Board) -> list[m.Message]:
    people = len(before.seats)
    return [m.PageResponder(fact.person, before.ref, fact.page, before.acuity, people, fact.answer_by)]


def _partner_found(before: Incident, fact: f.Accepted, board: Board) -> list[m.Message]:
    return [m.PartnerFound(other.person, before.ref, board.name(fact.person)) for other in before.members]


def _partner_lost(before: Incident, fact: f.GaveBack, _: Board) -> list[m.Message]:
    # Nobody drives on believing that a partner comes too.
    others = [member.person for member in before.members if member.person != fact.person]
    return [m.YesHeard(person, before.ref, None) for person in others]


def _taken_over(before: Incident, fact: f.TakenOver, board: Board) -> list[m.Message]:
    """All three hear it: whoever has it now, whoever is off it, and the partner who goes on."""
    others = [member.person for member in before.members if member.person != fact.outgoing]
    partner = board.name(others[0]) if others else None
    taker, outgoing = board.name(fact.person), board.name(fact.outgoing)
    return [
        m.SeatYours(fact.person, before.ref, outgoing, partner, fact.check_by),
        m.SeatGone(fact.outgoing, before.ref, taker),
        *(m.PartnerChanged(other, before.ref, taker, outgoing) for other in others),
    ]


def _withdrawn(before: Incident, fact: f.Withdrawn, _: Board) -> list[m.Message]:
    return [_stand_down(fact.person, before.ref, STAND_DOWN.get(fact.why, "closed"))]


def _team(why: str) -> Callable[[Incident, Any, Board], list[m.Message]]:
    """The whole team stands down."""
    return lambda before, fact, board: [_stand_down(one.person, before.ref, why) for one in before.members]


def _on_the_road(before: Incident, _: f.Fact, __: Board) -> list[m.Message]:
    """Those who are there know that it is over; a partner who is still driving does not."""
    driving = [member.person for member in before.members if member.step is not Step.ON_SCENE]
    return [_stand_down(person, before.ref, "closed") for person in driving]


def _reminder(before: Incident, fact: f.Reminded, _: Board) -> list[m.Message]:
    if fact.about is not None:
        return [m.AreYouOnTheWay(fact.about, before.ref)]
    return [m.NotesDue(member.person, before.ref, fact.due) for member in before.members]


def _alarm(before: Incident, fact: f.AlarmRaised, board: Board) -> list[m.Message]:
    if fact.kind not in TEXTED:
        return []
    untaken = any(
        one.kind == fact.kind and one.about == fact.about and one.taken_by is None for one in before.alarms
    )
    return [m.AlarmStands(person, before.ref, fact.kind) for person in in_charge(board, again=untaken)]


def in_charge(board: Board, *, again: bool = False) -> list[str]:
    """Whom an alarm is told to: the supervisors on call; when the rota has a hole there, or when it is told `again`
    because none of them took it, all of them. Where there is no supervisor, whoever is on call."""
    on_call = [one.person for one in board.on_call if one.tier == "supervisor"]
    told = [*on_call, *sorted(board.supervisors)] if again or not on_call else on_call
    return list(dict.fromkeys(told)) or sorted({one.person for one in board.on_call})


def _stand_down(person: str, ref: int, why: str) -> m.StandDown:
    return m.StandDown(person, ref, why)  # type: ignore[arg-type]


WHO_HEARS: dict[type[f.Fact], Callable[[Incident, Any, Board], list[m.Message]]] = {
    f.Asked: _page,
    f.AskedAnew: _page_anew,
    f.Accepted: _partner_found,
    f.GaveBack: _partner_lost,
    f.TakenOver: _taken_over,
    f.Withdrawn: _withdrawn,
    f.Recalled: _team("recalled"),
    f.Cancelled: _team("cancelled"),
    f.MarkedDuplicate: _team("closed"),
    f.HandedOver: _team("closed"),
    f.Cleared: _on_the_road,
    f.NotFound: _on_the_road,
    f.CareRefused: _on_the_road,
    f.Reminded: _reminder,
    f.CheckAsked: lambda before, fact, _: [m.AreYouOk(fact.person, before.ref, fact.check_by)],
    f.AuthorAsked: lambda before, fact, _: [m.QuestionAsked(fact.to, before.ref)],
    f.AlarmRaised: _alarm,
}
