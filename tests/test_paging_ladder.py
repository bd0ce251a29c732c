"""The ladder: who is asked, in which order, and that the asking never just stops."""

import pytest

from dispatch import commands as c
from dispatch import facts as f
from dispatch.clock import next_wake
from dispatch.decide import decide
from dispatch.incident import Incident
from dispatch.ladder import PAGES_AT_MOST
from dispatch.stages import Seat, Stage
from tests.builders import (
    LADDER,
    a_board,
    after_asking,
    alarm,
    an_incident,
    asked_now,
    kinds,
    minute,
    page_of,
    played,
    refusal,
    woken,
)

BOTH = {"ana": Seat.LEAD, "ben": Seat.SECOND}


def sent(**board: object) -> Incident:
    return after_asking(an_incident(), c.Dispatch("dee"), a_board(**board))  # type: ignore[arg-type]


def test_both_seats_are_asked_at_once_from_the_first_rung():
    assert asked_now(sent()) == BOTH


def test_a_page_carries_the_answer_time_of_its_rung():
    incident = sent(on_call=[("ana", "primary"), ("sue", "supervisor")])
    assert [page.answer_by for page in incident.pages] == [minute(3), minute(5)]


def test_a_later_change_of_policy_does_not_move_a_page_that_is_out():
    incident = after_asking(sent(), c.Describe("dee", (("animals", "yes"),)), a_board(1, ladder=()))
    assert next_wake(incident) == minute(3)


def test_silence_goes_on_to_the_next_person_and_never_asks_the_same_one_twice_in_a_round():
    incident = woken(sent(), 3)
    assert asked_now(incident) == {"cy": Seat.LEAD, "sue": Seat.SECOND}


def test_a_no_goes_on_at_once():
    incident = after_asking(sent(), c.Decline("ben", "i1-2", "too_far"), a_board(1))
    assert asked_now(incident) == {"ana": Seat.LEAD, "cy": Seat.SECOND}


def test_a_dead_number_goes_on_at_once():
    incident = after_asking(sent(), c.MarkUnreachable(c.RULE, "i1-1", "30005"), a_board(1))
    assert asked_now(incident) == {"ben": Seat.SECOND, "cy": Seat.LEAD}


def test_a_dead_number_reported_after_the_answer_changes_nothing():
    incident = after_asking(sent(), c.Accept("ana", "i1-1"), a_board(1))
    assert decide(incident, c.MarkUnreachable(c.RULE, "i1-1", "30005"), a_board(2)) == []


def test_whoever_is_out_elsewhere_is_not_asked():
    assert asked_now(sent(busy={"ana": 2290})) == {"ben": Seat.LEAD, "cy": Seat.SECOND}


def test_whoever_has_another_page_open_comes_last_on_their_rung():
    assert asked_now(sent(asked=["ana"])) == {"ben": Seat.LEAD, "ana": Seat.SECOND}


def test_the_desk_may_name_one_and_the_ladder_finds_the_other():
    incident = after_asking(an_incident(), c.Dispatch("dee", lead="fay"), a_board())
    assert asked_now(incident) == {"fay": Seat.LEAD, "ana": Seat.SECOND}


def test_nobody_left_raises_an_alarm_and_sets_the_next_round():
    incident = woken(sent(), 6)  # cy's time is over; sue is still being asked for the other seat
    assert asked_now(incident) == {"sue": Seat.SECOND}
    assert alarm(incident, "nobody_answered") is not None
    assert incident.again_at == minute(11)


def test_the_next_round_asks_everyone_again():
    incident = woken(sent(), 11)
    assert incident.rounds == 2
    assert asked_now(incident) == BOTH


def test_who_knows_the_person_or_is_unfit_is_not_asked_in_a_later_round():
    incident = played(sent(), (1, c.Decline("ana", "i1-1", "knows_person")))
    assert asked_now(woken(incident, 11)) == {"ben": Seat.LEAD, "cy": Seat.SECOND}


def test_rounds_are_bounded_and_the_alarm_then_comes_back_until_someone_takes_it():
    incident = woken(sent(), 90)
    assert incident.rounds == 3
    assert incident.again_at is None
    assert incident.open_pages == ()
    standing = alarm(incident, "nobody_answered")
    assert standing is not None
    assert standing.at == minute(6), "told again, it keeps its age"
    assert standing.again_at is not None and standing.again_at > minute(90)


def test_after_the_last_round_a_new_shift_is_asked_without_a_human_hand():
    incident = woken(sent(), 90)
    incident = woken(incident, 96, on_call=[*LADDER, ("fay", "primary")])
    assert incident.pages[-1].person == "fay"


def test_a_person_asked_by_name_does_not_stop_the_next_round():
    incident = played(woken(sent(), 8), (9, c.AskPerson("dee", "fay", Seat.LEAD)))
    assert incident.again_at == minute(11)
    assert asked_now(woken(incident, 11)) == {"fay": Seat.LEAD, "ana": Seat.SECOND}
    assert asked_now(woken(incident, 12)) == {"ben": Seat.LEAD, "ana": Seat.SECOND}


def test_a_page_that_is_still_open_when_a_round_begins_is_not_doubled():
    incident = played(woken(sent(), 8), (10, c.AskPerson("dee", "ana", Seat.LEAD)))
    later = woken(incident, 11)
    assert sorted(page.person for page in later.open_pages) == ["ana", "ben"]


def test_a_seat_that_opens_again_after_the_last_name_is_alarmed_again():
    # The yeses came after the last round, the alarm was taken and ended, then one yes was given back.
    incident = woken(sent(), 60, rounds_at_most=1)
    incident = played(
        incident,
        (61, c.TakeAlarm("dee", "nobody_answered")),
        (62, c.Accept("ana", "i1-1")),
        (63, c.Accept("ben", "i1-2")),
        rounds_at_most=1,
    )
    assert incident.alarms == ()
    gone = played(incident, (64, c.Decline("ben", "i1-2", "other")), rounds_at_most=1)
    assert gone.stage is Stage.PAGING
    assert alarm(gone, "nobody_answered") is not None


def test_a_seat_that_opens_again_between_rounds_gets_its_next_round():
    incident = woken(sent(), 8)
    incident = played(incident, (9, c.Accept("ana", "i1-1")), (9, c.Accept("ben", "i1-2")))
    assert incident.again_at is None
    gone = played(incident, (10, c.Decline("ben", "i1-2", "other")))
    assert gone.again_at == minute(15)


def test_who_was_stood_down_is_asked_first_when_the_seat_opens_again():
    incident = woken(sent(), 3)  # ana and ben lapsed; cy and sue are asked
    incident = played(incident, (4, c.Accept("ana", "i1-1")), (4, c.Accept("ben", "i1-2")))
    assert asked_now(incident) == {}
    gone = played(incident, (5, c.Decline("ben", "i1-2", "other")))
    assert asked_now(gone) == {"cy": Seat.SECOND}


def test_a_yes_given_back_in_a_later_round_is_not_asked_again_at_once():
    incident = played(sent(), (1, c.Accept("ben", "i1-2")))
    incident = woken(incident, 16)
    assert incident.rounds == 2
    gone = played(incident, (17, c.Decline("ben", "i1-2", "other")))
    assert "ben" not in asked_now(gone)


def test_rounds_are_counted_anew_for_each_dispatch():
    incident = an_incident()
    for at in (0, 1, 2, 3):
        incident = played(incident, (at, c.Dispatch("dee")), (at, c.Recall("dee", "wrong_team")))
    incident = played(incident, (10, c.Dispatch("dee")))
    assert woken(incident, 18).again_at == minute(21)


def test_the_pages_of_one_incident_are_bounded():
    many = [(f"p{number}", "primary") for number in range(100)]
    incident = woken(sent(on_call=many, rounds_at_most=9), 400, on_call=many, rounds_at_most=9)
    assert len(incident.pages) == PAGES_AT_MOST
    assert alarm(incident, "nobody_answered") is not None


def test_with_nobody_on_call_the_alarm_rises_in_the_same_moment():
    facts = decide(an_incident(), c.Dispatch("dee"), a_board(on_call=[]))
    assert kinds(facts) == ["Dispatched", "LadderExhausted", "DueSet", "AlarmRaised"]


def test_what_the_ladder_does_is_nobodys_work():
    facts = decide(sent(), c.Decline("ana", "i1-1", "too_far"), a_board(1))
    assert {fact.by for fact in facts if isinstance(fact, f.Asked)} == {c.RULE}


def test_a_seat_that_is_taken_is_not_asked_for():
    incident = after_asking(sent(), c.Accept("ana", "i1-1"), a_board(1))
    assert "That seat is taken" in refusal(incident, c.AskPerson("dee", "fay", Seat.LEAD), a_board(1))


@pytest.mark.parametrize(
    ("person", "sentence"),
    [
        ("ana", "Ana is asked already."),
        ("zoe", "That person is not one of our responders. Choose from the list."),
    ],
)
def test_whom_the_desk_cannot_ask_by_name(person: str, sentence: str):
    assert refusal(sent(), c.AskPerson("dee", person, Seat.SECOND), a_board(1)) == sentence


def test_the_desk_cannot_ask_someone_who_is_out_elsewhere():
    command = c.AskPerson("dee", "fay", Seat.SECOND)
    assert refusal(sent(), command, a_board(1, busy={"fay": 2290})) == (
        "Fay is on 2290. Choose someone who is free."
    )


def test_a_lone_arrival_still_gets_a_partner():
    incident = an_incident(Stage.PAGING, yes=("ana",))
    incident = played(incident, (1, c.Arrive("ana", "ana")), (2, c.Decline("ben", "i1-2", "other")))
    assert incident.stage is Stage.ON_SCENE
    assert asked_now(incident) == {"cy": Seat.SECOND}
    assert page_of(incident, "cy") == "i1-3"
