"""Notes and review: signed is frozen, nobody reviews their own case, and no team's notes are forgotten."""

import pytest

from dispatch import commands as c
from dispatch.decide import decide
from dispatch.stages import Stage
from tests.builders import a_board, alarm, an_incident, played, refusal, told, woken

WAITING = Stage.WAITING_REVIEW


def test_signed_notes_wait_for_review():
    incident = an_incident(WAITING)
    assert (incident.signed_by, incident.digest, incident.level_of_care) == ("ana", "digest", "community")


def test_notes_are_signed_once():
    assert refusal(an_incident(WAITING), c.Sign("ben", "d", "home", "none"), a_board()) == (
        "These notes are signed. Add to them with an addendum."
    )


def test_only_a_responder_of_the_incident_signs():
    assert refusal(an_incident(Stage.CLEARED), c.Sign("cy", "d", "home", "none"), a_board()) == (
        "Only the assessing responder signs."
    )


def test_nobody_signs_while_still_there():
    assert refusal(an_incident(Stage.WITH_PERSON), c.Sign("ana", "d", "home", "none"), a_board()) == (
        "You are still there. Clear the scene first, then sign."
    )


def test_what_is_missing_is_said_three_at_a_time():
    missing = ("Answer a.", "Answer b.", "Answer c.", "Answer d.")
    command = c.Sign("ana", "d", "home", "none", missing)
    assert refusal(an_incident(Stage.CLEARED), command, a_board()) == "Answer a. Answer b. Answer c."


@pytest.mark.parametrize("by", ["ana", "max"])
def test_those_who_worked_on_it_and_supervisors_add_to_signed_notes(by: str):
    incident = an_incident(WAITING)
    after = played(incident, (5, c.Addend(by, "digest-2")))
    assert after.digest == incident.digest


def test_others_do_not_add_to_the_notes():
    assert refusal(an_incident(WAITING), c.Addend("cy", "digest-2"), a_board()) == (
        "Only those who worked on it, or a supervisor, add to the notes."
    )


def test_only_a_supervisor_reviews():
    assert refusal(an_incident(WAITING), c.SignOff("cy", "sound"), a_board()) == "Only a supervisor reviews."


def test_nobody_reviews_a_case_they_worked_on():
    incident = played(
        an_incident(Stage.RECEIVED), (1, c.Triage("sue", 2, "other")), (2, c.Cancel("dee", "test"))
    )
    assert refusal(incident, c.SignOff("sue", "sound"), a_board(3)) == (
        "You worked on this incident. Another supervisor must review it."
    )
    assert played(incident, (3, c.SignOff("max", "sound"))).stage is Stage.REVIEWED


def test_taking_an_alarm_filing_or_asking_is_not_working_on_the_case():
    incident = woken(an_incident(WAITING), 24 * 60)
    incident = played(
        incident,
        (24 * 60 + 1, c.TakeAlarm("sue", "review_late")),
        (24 * 60 + 2, c.LinkClient("sue", "client-7")),
        (24 * 60 + 3, c.AskAuthor("sue", "ana")),
        (24 * 60 + 4, c.AnswerQuestion("ana")),
        (24 * 60 + 5, c.SignOff("sue", "learn", follow_up=True)),
    )
    assert incident.reviewed_by == "sue"
    assert "sue" not in incident.worked


def test_what_the_rules_do_by_themselves_is_nobodys_work():
    # Sue takes the alarm; that the alarm then ends, or that the ladder asks on, is not hers.
    incident = woken(an_incident(Stage.CLEARED), 65)
    incident = played(
        incident, (66, c.TakeAlarm("sue", "notes_late")), (67, c.Sign("ana", "d", "home", "none"))
    )
    assert "sue" not in incident.worked and c.RULE not in incident.worked


def test_a_question_goes_to_someone_who_worked_on_it_and_to_nobody_else():
    incident = an_incident(WAITING)
    assert (
        refusal(incident, c.AskAuthor("max", "cy"), a_board()) == "Ask someone who worked on this incident."
    )
    assert [message.to for message in told(incident, c.AskAuthor("max", "ana"), a_board())] == ["ana"]


def test_a_review_does_not_end_over_an_open_question():
    incident = played(an_incident(WAITING), (1, c.AskAuthor("max", "ana")))
    assert refusal(incident, c.SignOff("max", "sound"), a_board()) == "Your question is not answered yet."
    assert refusal(incident, c.AnswerQuestion("ben"), a_board()) == "The question is for someone else."
    answered = played(incident, (2, c.AnswerQuestion("ana")))
    assert decide(answered, c.SignOff("max", "sound"), a_board(3))


def test_an_unanswered_question_may_go_to_someone_else():
    incident = played(an_incident(WAITING), (1, c.AskAuthor("max", "ana")))
    assert refusal(incident, c.AskAuthor("max", "ana"), a_board(2)) == (
        "They have your question already. Wait for the answer, or ask someone else."
    )
    asked = played(incident, (3, c.AskAuthor("max", "ben"))).question
    assert asked is not None and asked.to == "ben"


def test_a_review_needs_a_finding():
    assert refusal(an_incident(WAITING), c.SignOff("max", "fine"), a_board()) == "Choose a finding."


@pytest.mark.parametrize("stage", [Stage.NOT_FOUND, Stage.REFUSED])
def test_a_team_that_was_there_owes_notes_however_it_ended(stage: Stage):
    incident = an_incident(stage)
    assert refusal(incident, c.SignOff("max", "sound"), a_board(5)) == (
        "A team was there and its notes are not signed. Ask the author."
    )
    signed = played(incident, (6, c.Sign("ben", "d", "none", "none")))
    assert signed.stage is stage
    assert played(signed, (7, c.SignOff("max", "sound"))).stage is Stage.REVIEWED


def test_what_ended_before_anyone_was_there_is_reviewed_without_notes():
    incident = played(
        an_incident(Stage.EN_ROUTE), (5, c.Cancel("dee", "by_phone")), (6, c.SignOff("max", "sound"))
    )
    assert incident.stage is Stage.REVIEWED


def test_what_is_not_ready_is_not_reviewed():
    assert refusal(an_incident(Stage.DOCUMENTING), c.SignOff("max", "sound"), a_board()) == (
        "It is not ready for review: the notes are not signed yet."
    )


def test_a_rule_takes_no_alarm():
    incident = woken(an_incident(), 15)
    assert (
        refusal(incident, c.TakeAlarm(c.RULE, "send_late"), a_board(16)) == "Only a person can take an alarm."
    )
    assert refusal(incident, c.TakeAlarm("dee", "notes_late"), a_board(16)) == (
        "That alarm does not stand any more."
    )
    assert alarm(incident, "send_late") is not None
