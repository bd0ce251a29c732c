"""The one door to the rules: a command asked of an incident gives facts, or is refused with a sentence."""

from collections.abc import Callable
from typing import Any

from dispatch import commands as c
from dispatch.answers import accept, ask_person, decline, mark_unreachable
from dispatch.apply import after
from dispatch.board import Board
from dispatch.clock import follow_up, wake
from dispatch.desk import (
    call_emergency,
    cancel,
    describe,
    dispatch,
    go_alone,
    hand_over,
    hold,
    link_client,
    mark_duplicate,
    recall,
    receive,
    triage,
)
from dispatch.facts import Fact
from dispatch.incident import Incident
from dispatch.ladder import ask_next
from dispatch.review import addend, answer_question, ask_author, begin_notes, sign, sign_off, take_alarm
from dispatch.steps import arrive, check_in, clear, go, meet, not_found, refused, transport, wait_nearby
from dispatch.takeover import take_over
from dispatch.value import require

RULE_OF: dict[type[c.Command], Callable[[Any, Any, Board], list[Fact]]] = {
    c.Receive: receive,
    c.Describe: describe,
    c.Triage: triage,
    c.Hold: hold,
    c.CallEmergency: call_emergency,
    c.LinkClient: link_client,
    c.Dispatch: dispatch,
    c.AskPerson: ask_person,
    c.Accept: accept,
    c.Decline: decline,
    c.MarkUnreachable: mark_unreachable,
    c.TakeOver: take_over,
    c.GoAlone: go_alone,
    c.GoEnRoute: go,
    c.WaitNearby: wait_nearby,
    c.Arrive: arrive,
    c.CheckIn: check_in,
    c.MeetPerson: meet,
    c.BeginTransport: transport,
    c.Clear: clear,
    c.ReportNotFound: not_found,
    c.ReportRefused: refused,
    c.Recall: recall,
    c.Cancel: cancel,
    c.MarkDuplicate: mark_duplicate,
    c.HandOver: hand_over,
    c.TakeAlarm: take_alarm,
    c.BeginNotes: begin_notes,
    c.Sign: sign,
    c.Addend: addend,
    c.AskAuthor: ask_author,
    c.AnswerQuestion: answer_question,
    c.SignOff: sign_off,
    c.Wake: wake,
}


def decide(incident: Incident | None, command: c.Command, board: Board) -> list[Fact]:
    """Facts in order, or `Refused`. Whatever a rule did, open seats are asked for and deadlines follow.

    Those facts are the rules' own: whoever asked does not count as having worked on the case for them.
    """
    kind = type(command)
    if kind is c.Receive:
        require(incident is None, "This call is on the board already.")
    else:
        require(incident is not None, "There is no such incident. Look on the board.")
    facts = RULE_OF[kind](incident, command, board)
    if not facts and kind is not c.Wake:
        return []
    now = after(incident, facts)
    assert now is not None
    asked = ask_next(now, board)
    if asked:
        facts = facts + asked
        now = after(now, asked)
        assert now is not None
    return facts + follow_up(incident, now, facts, board)
