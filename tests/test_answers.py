"""Answers: the first yes has the seat, and a late yes counts while a seat is empty."""

import pytest

from dispatch import commands as c
from dispatch import facts as f
from dispatch.decide import decide
from dispatch.stages import Seat, Stage, Step
from tests.builders import (
    a_board,
    after_asking,
    an_incident,
    asked_now,
    kinds,
    minute,
    played,
    refusal,
    woken,
)


def paging():
    return an_incident(Stage.PAGING)


def test_a_yes_takes_the_seat_and_says_when_they_will_be_there():
    incident = played(paging(), (1, c.Accept("ana", "i1-1", 15)))
    member = incident.member("ana")
    assert member is not None
    assert (member.seat, member.eta, member.step) == (Seat.LEAD, minute(16), Step.ACCEPTED)
    assert incident.stage is Stage.PAGING


def test_two_yeses_make_a_team():
    incident = played(paging(), (1, c.Accept("ana", "i1-1")), (2, c.Accept("ben", "i1-2")))
    assert incident.stage is Stage.ACCEPTED
    assert incident.out == ("ana", "ben")


def test_a_late_yes_counts_while_the_seat_is_empty_and_stands_down_who_was_asked_instead():
    incident = woken(paging(), 3)
    facts = decide(incident, c.Accept("ana", "i1-1", 15), a_board(4))
    assert kinds(facts)[:2] == ["Accepted", "Withdrawn"]
    assert facts[1].person == "cy"


def test_a_late_yes_does_not_take_the_seat_back():
    incident = an_incident(Stage.PAGING, paged=("ana", "ben"))
    incident = played(woken(incident, 3), (4, c.Accept("cy", "i1-3")), (4, c.Accept("sue", "i1-4")))
    assert refusal(incident, c.Accept("ana", "i1-1", 15), a_board(5)) == (
        "Cy has it. You are not needed on 2291."
    )


def test_a_late_yes_gets_the_other_seat_when_only_that_is_empty():
    incident = played(woken(paging(), 3), (4, c.Accept("cy", "i1-3")))
    incident = played(incident, (5, c.Accept("ana", "i1-1")))
    member = incident.member("ana")
    assert member is not None and member.seat is Seat.SECOND
    assert asked_now(incident) == {}


def test_a_yes_from_someone_stood_down_counts_when_the_seat_is_open_again():
    incident = played(woken(paging(), 3), (4, c.Accept("ana", "i1-1")), (4, c.Accept("ben", "i1-2")))
    incident = played(incident, (5, c.Decline("ben", "i1-2", "other")), (6, c.Accept("sue", "i1-4")))
    assert incident.out == ("ana", "sue")


def test_a_second_yes_with_minutes_is_a_new_eta():
    incident = an_incident(Stage.ACCEPTED)
    facts = decide(incident, c.Accept("ana", "i1-1", 40), a_board(5))
    assert [fact for fact in facts if isinstance(fact, f.EtaGiven)] == [
        f.EtaGiven(minute(5), "ana", "ana", minute(45))
    ]


def test_a_second_yes_without_minutes_says_that_they_have_it():
    assert (
        refusal(an_incident(Stage.ACCEPTED), c.Accept("ana", "i1-1"), a_board(5)) == "You have 2291 already."
    )


def test_a_yes_after_the_scene_is_cleared_changes_nothing():
    assert refusal(an_incident(Stage.CLEARED), c.Accept("ana", "i1-1", 10), a_board(90)) == (
        "You have 2291 already."
    )


def test_a_yes_while_on_another_call_is_refused_by_its_number():
    assert refusal(paging(), c.Accept("ana", "i1-1"), a_board(1, busy={"ana": 2290})) == (
        "You are on 2290. Finish it or give it back first."
    )


def test_nobody_answers_for_someone_else_unless_the_desk_says_so():
    assert refusal(paging(), c.Accept("ben", "i1-1"), a_board(1)) == (
        "This page is for someone else. Call the desk."
    )
    incident = played(paging(), (1, c.Accept("dee", "i1-1", on_behalf=True)))
    assert incident.member("ana") is not None
    assert {"ana", "dee"} <= set(incident.worked)


def test_the_desk_is_told_about_the_person_and_not_about_itself():
    command = c.Accept("dee", "i1-1", on_behalf=True)
    assert refusal(paging(), command, a_board(1, busy={"ana": 2290})) == (
        "Ana is on 2290. Finish it or give it back first."
    )


def test_a_no_may_still_become_a_yes_while_the_seat_is_empty():
    incident = played(paging(), (1, c.Decline("ana", "i1-1", "other")), (2, c.Accept("ana", "i1-1")))
    assert incident.member("ana") is not None
    assert "cy" not in asked_now(incident)


def test_a_yes_given_back_opens_the_seat_and_keeps_the_partner():
    incident = played(an_incident(Stage.EN_ROUTE), (5, c.Decline("ana", "i1-1", "unfit")))
    assert incident.out == ("ben",)
    assert incident.stage is Stage.EN_ROUTE
    assert asked_now(incident) == {"cy": Seat.LEAD}


def test_the_last_yes_given_back_finds_a_whole_new_team():
    incident = an_incident(Stage.ACCEPTED)
    incident = played(
        incident, (5, c.Decline("ana", "i1-1", "unfit")), (6, c.Decline("ben", "i1-2", "unfit"))
    )
    assert incident.stage is Stage.PAGING
    assert set(asked_now(incident).values()) == {Seat.LEAD, Seat.SECOND}


def test_on_scene_a_yes_cannot_be_given_back():
    assert refusal(an_incident(Stage.ON_SCENE), c.Decline("ana", "i1-1", "other"), a_board(5)) == (
        "You are on scene. Call the desk to be relieved."
    )


def test_the_desk_takes_one_person_off_and_keeps_the_other():
    incident = played(an_incident(Stage.ACCEPTED), (5, c.Decline("dee", "i1-1", "other", on_behalf=True)))
    assert incident.out == ("ben",)


def test_going_alone_stands_down_who_is_still_asked_and_makes_the_second_the_lead():
    incident = an_incident(Stage.PAGING, yes=("ben",))
    incident = after_asking(incident, c.GoAlone("dee", "no_second"), a_board(1, alone_allowed=True))
    assert asked_now(incident) == {}
    member = incident.member("ben")
    assert member is not None and member.seat is Seat.LEAD
    assert incident.stage is Stage.ACCEPTED
    assert incident.due is not None and (incident.due.what, incident.due.about) == ("go", "ben")


def test_after_going_alone_the_other_page_is_not_needed():
    incident = an_incident(Stage.PAGING, yes=("ben",))
    incident = after_asking(incident, c.GoAlone("dee", "no_second"), a_board(1, alone_allowed=True))
    assert refusal(incident, c.Accept("ana", "i1-1"), a_board(2)) == "Ben has it. You are not needed on 2291."


def test_going_alone_can_be_taken_back_by_asking_for_a_second():
    incident = an_incident(Stage.EN_ROUTE, paged=("ana",), alone="no_second")
    incident = after_asking(incident, c.AskPerson("dee", "fay", Seat.SECOND), a_board(5))
    assert incident.alone is None
    assert asked_now(incident) == {"fay": Seat.SECOND}
    assert "Your partner's seat is open" in refusal(
        played(incident, (6, c.Arrive("ana", "ana"))), c.MeetPerson("ana", "ana"), a_board(7)
    )


@pytest.mark.parametrize("page", ["i1-1", "i1-2"])
@pytest.mark.parametrize("answer", [c.Accept, c.Decline])
def test_pages_from_before_a_recall_can_no_longer_be_answered(page: str, answer: type[c.Command]):
    # Ana said yes and Ben was still being asked when the team was taken back; then others were sent.
    incident = an_incident(Stage.PAGING, yes=("ana",))
    incident = played(incident, (1, c.Recall("dee", "wrong_team")), (2, c.Dispatch("dee", "cy", "fay")))
    person = {"i1-1": "ana", "i1-2": "ben"}[page]
    sentence = refusal(incident, answer(person, page), a_board(3))
    assert "2291" in sentence and ("any more" in sentence)
    assert asked_now(incident) == {"cy": Seat.LEAD, "fay": Seat.SECOND}


def test_who_was_recalled_may_say_yes_to_a_new_page():
    incident = an_incident(Stage.ACCEPTED)
    incident = played(incident, (1, c.Recall("dee", "more_urgent")), (2, c.Dispatch("dee", "ana", "ben")))
    incident = played(incident, (3, c.Accept("ana", "i1-3")))
    assert incident.out == ("ana",)


def test_a_page_that_is_not_ours_is_refused():
    assert refusal(paging(), c.Accept("ana", "i9-9"), a_board()) == (
        "There is no such page for 2291. Call the desk."
    )


@pytest.mark.parametrize("minutes", [-1, 181])
def test_minutes_that_make_no_sense_are_refused(minutes: int):
    assert refusal(paging(), c.Accept("ana", "i1-1", minutes), a_board()) == "Give minutes from 0 to 180."
