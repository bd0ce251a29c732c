"""Hand-over at a shift's end: a colleague takes one seat by name, and until then nothing has changed."""

import pytest

from dispatch import commands as c
from dispatch import facts as f
from dispatch import messages as m
from dispatch.decide import decide
from dispatch.notes import may_write
from dispatch.review import sign
from dispatch.stages import Seat, Stage, Step
from dispatch.value import Refused
from tests.builders import (
    LADDER,
    REF,
    a_board,
    after_asking,
    an_incident,
    kinds,
    minute,
    played,
    refusal,
    told,
    woken,
)

CY_TAKES = c.TakeOver("cy", "ana", "cy")


def test_the_seat_is_the_takers_and_was_never_empty():
    incident = played(an_incident(Stage.EN_ROUTE), (30, CY_TAKES))
    came = incident.member("cy")
    assert came is not None and (came.seat, came.step) == (Seat.LEAD, Step.ACCEPTED)
    assert incident.out == ("cy", "ben")
    assert incident.stage is Stage.EN_ROUTE
    assert not incident.open_pages


def test_whoever_takes_over_on_the_road_has_to_set_off():
    incident = played(an_incident(Stage.EN_ROUTE), (30, CY_TAKES))
    due = incident.due_of("cy")
    assert due is not None and (due.what, due.at) == ("go", minute(40))
    assert incident.due_of("ana") is None


def test_a_team_of_which_nobody_has_left_again_waits_to_set_off():
    incident = an_incident(Stage.EN_ROUTE, paged=("ana",), alone="no_second")
    assert played(incident, (30, CY_TAKES)).stage is Stage.ACCEPTED


@pytest.mark.parametrize("stage", [Stage.ON_SCENE, Stage.WITH_PERSON, Stage.TRANSPORTING])
def test_at_the_place_the_seat_changes_hands_there_and_the_clock_of_who_came_begins(stage: Stage):
    incident = played(an_incident(stage), (10, CY_TAKES))
    came, stays = incident.member("cy"), incident.member("ben")
    assert came is not None and (came.step, came.check_by) == (Step.ON_SCENE, minute(30))
    assert stays is not None and stays.check_by == minute(20)
    assert incident.stage is stage


def test_until_it_is_taken_over_the_outgoing_person_is_asked_whether_they_are_ok():
    # Ana's shift is over, Cy's has begun: the rota says so, and the incident is still Ana's.
    after_shift = (("cy", "primary"), ("ben", "primary"))
    incident = an_incident(Stage.ON_SCENE)
    asked = told(incident, c.Wake(), a_board(20, on_call=after_shift))
    assert m.AreYouOk("ana", REF, minute(23)) in asked
    incident = played(incident, (19, CY_TAKES), on_call=after_shift)
    incident = played(incident, (20, c.CheckIn("ben", "ben")), on_call=after_shift)
    assert told(incident, c.Wake(), a_board(39, on_call=after_shift)) == [m.AreYouOk("cy", REF, minute(42))]


def test_all_three_hear_of_it():
    assert told(an_incident(Stage.EN_ROUTE), CY_TAKES, a_board(30)) == [
        m.SeatYours("cy", REF, "Ana", "Ben", None),
        m.SeatGone("ana", REF, "Cy"),
        m.PartnerChanged("ben", REF, "Cy", "Ana"),
    ]


def test_whoever_goes_alone_has_no_partner_to_tell():
    incident = an_incident(Stage.ON_SCENE, paged=("ana",), alone="no_second")
    assert told(incident, CY_TAKES, a_board(5)) == [
        m.SeatYours("cy", REF, "Ana", None, minute(25)),
        m.SeatGone("ana", REF, "Cy"),
    ]


def test_the_desk_says_it_for_someone_it_heard_and_both_count_as_having_worked_on_it():
    incident = played(an_incident(Stage.EN_ROUTE), (5, c.TakeOver("dee", "ana", "cy", on_behalf=True)))
    assert incident.member("cy") is not None
    assert {"ana", "cy", "dee"} <= set(incident.worked)


def test_nobody_is_made_to_take_over():
    assert refusal(an_incident(Stage.EN_ROUTE), c.TakeOver("dee", "ana", "cy"), a_board(5)) == (
        "Each takes over for themselves, or tells the desk."
    )


def test_who_is_busy_elsewhere_finishes_that_first():
    board = a_board(5, busy={"cy": 2290})
    assert refusal(an_incident(Stage.EN_ROUTE), CY_TAKES, board) == (
        "You are on 2290. Finish it or give it back first."
    )
    assert refusal(an_incident(Stage.EN_ROUTE), c.TakeOver("dee", "ana", "cy", True), board) == (
        "Cy is on 2290. Finish it or give it back first."
    )


@pytest.mark.parametrize("on_call", [(), (("ana", "primary"),), (("cy", "tele"),)])
def test_who_is_off_duty_not_fit_or_only_on_video_takes_nothing_over(on_call: tuple[tuple[str, str], ...]):
    # Whoever is on a break or not fit is not among those whom the board may ask.
    assert refusal(an_incident(Stage.EN_ROUTE), CY_TAKES, a_board(5, on_call=on_call)) == (
        "You are not on call and ready now. Only somebody who is takes 2291 over."
    )


def test_who_is_on_it_already_takes_nothing_over():
    assert refusal(an_incident(Stage.EN_ROUTE), c.TakeOver("ben", "ana", "ben"), a_board(5)) == (
        "You have a seat on 2291 already."
    )


def test_a_page_that_was_not_answered_is_not_handed_over():
    assert refusal(an_incident(Stage.PAGING), CY_TAKES, a_board(1)) == (
        "Ana has not said yes to 2291. Let the page run, or ask the desk to page you."
    )


def test_who_is_asked_for_the_other_seat_answers_that_page():
    incident = woken(an_incident(Stage.PAGING, yes=("ana",)), 3)
    assert refusal(incident, CY_TAKES, a_board(4)) == "You are asked for 2291. Answer that page first."


def test_who_has_no_seat_hands_nothing_over():
    assert refusal(an_incident(Stage.EN_ROUTE), c.TakeOver("cy", "fay", "cy"), a_board(5)) == (
        "Fay has no seat on 2291. There is nothing to take over."
    )


@pytest.mark.parametrize("stage", [Stage.CLEARED, Stage.DOCUMENTING])
def test_notes_are_not_handed_over(stage: Stage):
    assert refusal(an_incident(stage), CY_TAKES, a_board(60)) == (
        "The team of 2291 is done there. Its notes stay with those who were there."
    )


@pytest.mark.parametrize("stage", [Stage.NOT_FOUND, Stage.REFUSED, Stage.WAITING_REVIEW, Stage.REVIEWED])
def test_what_is_over_is_not_taken_over(stage: Stage):
    assert refusal(an_incident(stage), CY_TAKES, a_board(60)) == (
        "Ana has no seat on 2291. There is nothing to take over."
    )


def test_who_was_there_and_handed_over_still_writes_and_the_one_who_ends_it_signs():
    incident = played(an_incident(Stage.WITH_PERSON), (10, CY_TAKES), (40, c.Clear("cy", "cy")))
    assert [may_write(incident, who) for who in ("ana", "ben", "cy", "fay")] == [True, True, True, False]
    incident = played(incident, (50, c.BeginNotes("ana")))
    with pytest.raises(Refused):
        sign(incident, c.Sign("ana", "digest", "home", "community"), a_board(55))
    incident = played(incident, (55, c.Sign("cy", "digest", "home", "community")))
    assert incident.stage is Stage.WAITING_REVIEW
    assert kinds(decide(incident, c.Addend("ana", "digest-2"), a_board(60))) == ["Addended"]


def test_who_never_arrived_saw_nothing_to_write():
    incident = played(an_incident(Stage.EN_ROUTE), (10, CY_TAKES))
    assert not may_write(incident, "ana")


def test_the_old_page_is_no_way_back_while_the_seat_is_held():
    incident = played(an_incident(Stage.EN_ROUTE), (5, CY_TAKES))
    assert refusal(incident, c.Accept("ana", "i1-1"), a_board(6)) == (
        "Cy has it. You are not needed on 2291."
    )
    assert refusal(incident, c.Decline("ana", "i1-1"), a_board(6)) == "You are not on 2291 any more."


def test_whoever_took_over_may_give_it_back_and_the_ladder_goes_on():
    incident = played(an_incident(Stage.EN_ROUTE), (5, CY_TAKES))
    came = incident.member("cy")
    assert came is not None
    incident = played(incident, (6, c.Decline("cy", came.page, "unfit")))
    assert {page.person for page in incident.open_pages} == {"sue"}


def test_a_missed_check_in_of_the_one_who_left_stands_until_a_person_has_it():
    incident = woken(an_incident(Stage.ON_SCENE), 23)
    incident = played(incident, (24, CY_TAKES))
    missed = [alarm for alarm in incident.standing if (alarm.kind, alarm.about) == ("check_missed", "ana")]
    assert len(missed) == 1


def test_one_seat_changes_hands_twice_in_a_long_night():
    incident = played(an_incident(Stage.WITH_PERSON), (10, CY_TAKES))
    incident = played(incident, (20, c.TakeOver("fay", "cy", "fay")), on_call=(*LADDER, ("fay", "primary")))
    assert incident.out == ("fay", "ben")
    assert incident.relieved == ("ana", "cy")


def test_the_fact_says_who_which_seat_and_which_page_stands_for_the_yes():
    incident = an_incident(Stage.ON_SCENE)
    (fact,) = [x for x in decide(incident, CY_TAKES, a_board(10)) if isinstance(x, f.TakenOver)]
    assert fact == f.TakenOver(minute(10), "cy", "cy", "ana", Seat.LEAD, "i1-3", 1, minute(30), False)
    page = after_asking(incident, CY_TAKES, a_board(10)).page("i1-3")
    assert page is not None and (page.person, page.state) == ("cy", "accepted")
