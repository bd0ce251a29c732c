"""The clock: every open incident has a deadline or an alarm, and an alarm ends only when it may."""

import pytest

from dispatch import commands as c
from dispatch.clock import next_wake
from dispatch.decide import decide
from dispatch.incident import Incident
from dispatch.stages import Seat, Stage
from tests.builders import a_board, after_asking, alarm, an_incident, kinds, minute, played, woken


def owed(incident: Incident) -> list[tuple[str, str | None]]:
    return [(due.what, due.about) for due in incident.dues]


@pytest.mark.parametrize(
    ("stage", "what", "at"),
    [
        (Stage.RECEIVED, "triage", 5),
        (Stage.TRIAGED, "send", 15),
        (Stage.HELD, "look_again", 60),
        (Stage.ACCEPTED, "go", 10),
        (Stage.EN_ROUTE, "arrive", 25),
        (Stage.STAGED, "staged", 15),
        (Stage.TRANSPORTING, "transport", 60),
        (Stage.CLEARED, "notes", 60),
        (Stage.DOCUMENTING, "notes", 60),
        (Stage.WAITING_REVIEW, "review", 24 * 60),
        (Stage.CANCELLED, "review", 24 * 60),
        (Stage.DUPLICATE, "review", 24 * 60),
        (Stage.HANDED_OVER, "review", 24 * 60),
        (Stage.NOT_FOUND, "notes", 60),
        (Stage.REFUSED, "notes", 60),
    ],
)
def test_each_stage_owes_something_by_a_time(stage: Stage, what: str, at: int):
    due = an_incident(stage).due
    assert due is not None
    assert (due.what, due.at) == (what, minute(at))


@pytest.mark.parametrize("acuity", [1, 2, 3])
def test_how_soon_a_team_is_sent_follows_the_acuity(acuity: int):
    due = an_incident(acuity=acuity).due
    assert due is not None and due.at == minute({1: 5, 2: 15, 3: 30}[acuity])


@pytest.mark.parametrize(
    ("stage", "at", "kind", "about"),
    [
        (Stage.RECEIVED, 5, "triage_late", None),
        (Stage.TRIAGED, 15, "send_late", None),
        (Stage.HELD, 60, "look_again", None),
        (Stage.ACCEPTED, 15, "no_progress", "ana"),
        (Stage.EN_ROUTE, 25, "not_arrived", "ben"),
        (Stage.STAGED, 15, "staged_long", "ana"),
        (Stage.CLEARED, 65, "notes_late", None),
        (Stage.NOT_FOUND, 65, "notes_late", None),
        (Stage.WAITING_REVIEW, 24 * 60, "review_late", None),
        (Stage.CANCELLED, 24 * 60, "review_late", None),
    ],
)
def test_what_is_late_raises_its_alarm_and_never_moves_the_incident(
    stage: Stage, at: int, kind: str, about: str | None
):
    incident = woken(an_incident(stage), at)
    assert alarm(incident, kind, about) is not None
    assert incident.stage is stage


def test_before_the_alarm_a_responder_is_asked_once_whether_they_are_on_the_way():
    incident = woken(an_incident(Stage.ACCEPTED), 10)
    assert owed(incident) == [("go_again", "ana"), ("go_again", "ben")]
    assert incident.alarms == ()


def test_a_partner_who_is_on_the_way_does_not_hide_one_who_never_left():
    incident = played(an_incident(Stage.ACCEPTED), (5, c.GoEnRoute("ana", "ana", 30)))
    incident = woken(incident, 15)
    assert alarm(incident, "no_progress", "ben") is not None
    assert alarm(incident, "no_progress", "ana") is None


def test_a_partner_who_arrived_does_not_hide_one_who_did_not():
    incident = played(
        an_incident(Stage.EN_ROUTE), (10, c.Arrive("ana", "ana")), (19, c.CheckIn("ana", "ana", 40))
    )
    assert alarm(woken(incident, 25), "not_arrived", "ben") is not None


def test_nobody_has_to_leave_before_the_team_is_complete():
    incident = an_incident(Stage.PAGING, yes=("ana",))
    assert owed(incident) == []
    incident = played(incident, (8, c.Accept("ben", "i1-2")))
    assert {(due.about, due.at) for due in incident.dues} == {("ana", minute(18)), ("ben", minute(18))}


def test_a_partner_who_gives_back_stops_the_other_ones_clock_until_the_seat_is_taken():
    incident = played(an_incident(Stage.ACCEPTED), (5, c.Decline("ben", "i1-2", "other")))
    assert owed(incident) == []


def test_a_new_eta_is_a_new_promise_and_ends_the_alarm_of_the_old_one():
    incident = woken(an_incident(Stage.EN_ROUTE), 25)
    incident = played(incident, (26, c.GoEnRoute("ben", "ben", 20)))
    assert alarm(incident, "not_arrived", "ben") is None
    assert alarm(incident, "not_arrived", "ana") is not None
    due = incident.due_of("ben")
    assert due is not None and due.at == minute(56)


def test_an_eta_that_had_passed_before_they_set_off_is_not_held_against_them():
    incident = played(an_incident(Stage.ACCEPTED), (20, c.GoEnRoute("ana", "ana")))
    due = incident.due_of("ana")
    assert due is not None and due.at == minute(80)


def test_held_again_gets_a_new_time_and_its_alarm_ends():
    incident = woken(an_incident(Stage.HELD), 60)
    assert alarm(incident, "look_again") is not None
    incident = played(incident, (61, c.Hold("dee", "no_team", minute(90))))
    assert incident.alarms == ()
    assert next_wake(incident) == minute(90)


def test_triaged_again_gets_the_time_of_its_new_acuity():
    incident = played(an_incident(acuity=3), (2, c.Triage("dee", 1)))
    assert next_wake(incident) == minute(5)


def test_other_commands_leave_a_deadline_as_it_is():
    incident = played(
        an_incident(), (4, c.Describe("dee", (("animals", "yes"),))), (5, c.CallEmergency("dee"))
    )
    assert next_wake(incident) == minute(15)


def test_triage_on_the_way_moves_no_deadline():
    incident = an_incident(Stage.TRANSPORTING)
    for at in (15, 30, 45):
        incident = played(incident, (at, c.CheckIn("ana", "ana")), (at, c.CheckIn("ben", "ben")))
    late = woken(incident, 60)
    assert alarm(late, "transport_long") is not None
    assert kinds(decide(late, c.Triage("dee", 1), a_board(61))) == ["Triaged"]


def test_once_it_is_over_nobody_owes_an_arrival():
    incident = played(an_incident(Stage.EN_ROUTE), (5, c.Cancel("dee", "by_phone")))
    assert owed(incident) == [("review", None)]


def test_beginning_the_notes_does_not_give_more_time_for_them():
    assert next_wake(played(an_incident(Stage.CLEARED), (30, c.BeginNotes("ana")))) == minute(60)


def test_notes_signed_after_an_exit_start_the_reviews_time():
    incident = played(an_incident(Stage.NOT_FOUND), (30, c.Sign("ana", "digest", "none", "none")))
    assert next_wake(incident) == minute(30 + 24 * 60)


def test_a_taken_alarm_is_quiet_and_comes_back_while_its_cause_stands():
    incident = played(woken(an_incident(), 15), (16, c.TakeAlarm("dee", "send_late")))
    assert incident.standing == ()
    assert next_wake(incident) == minute(21)
    incident = woken(incident, 21)
    assert [one.kind for one in incident.standing] == ["send_late"]


def test_a_taken_alarm_about_papers_comes_back_after_an_hour():
    incident = played(woken(an_incident(Stage.CLEARED), 65), (66, c.TakeAlarm("dee", "notes_late")))
    assert next_wake(incident) == minute(126)


def test_a_taken_alarm_ends_with_its_cause():
    incident = played(
        woken(an_incident(), 15), (16, c.TakeAlarm("dee", "send_late")), (17, c.Dispatch("dee"))
    )
    assert incident.alarms == ()


def test_an_alarm_that_is_texted_is_told_again_until_someone_takes_it():
    incident = woken(an_incident(Stage.ON_SCENE), 23)
    again = decide(incident, c.Wake(), a_board(28))
    assert kinds(again) == ["AlarmRaised", "AlarmRaised"]


def test_an_alarm_of_the_desk_stands_quietly():
    assert next_wake(woken(an_incident(), 15)) is None


def test_an_exhausted_ladder_stays_on_the_board_until_a_person_takes_it_even_after_two_yeses():
    incident = woken(after_asking(an_incident(), c.Dispatch("dee"), a_board()), 8)
    incident = played(incident, (9, c.Accept("ana", "i1-1")), (9, c.Accept("ben", "i1-2")))
    standing = alarm(incident, "nobody_answered")
    assert standing is not None and standing.taken_by is None
    assert played(incident, (10, c.TakeAlarm("dee", "nobody_answered"))).alarms == ()


def test_an_alarm_without_a_cause_is_not_told_again():
    incident = woken(after_asking(an_incident(), c.Dispatch("dee"), a_board()), 8)
    incident = played(incident, (9, c.Accept("ana", "i1-1")), (9, c.Accept("ben", "i1-2")))
    assert next_wake(incident) == minute(19)  # the time to be on the way, not the alarm's


def test_a_new_dispatch_is_not_greeted_by_the_alarm_of_the_old_one():
    incident = woken(after_asking(an_incident(), c.Dispatch("dee"), a_board()), 8)
    incident = played(incident, (9, c.Recall("dee", "wrong_team")))
    assert "AlarmRaised" not in kinds(decide(incident, c.Dispatch("dee"), a_board(20)))
    sent = played(incident, (20, c.Dispatch("dee")))
    assert next_wake(sent) == minute(23)


def test_answers_that_ask_for_more_haste_raise_an_alarm_until_someone_triages_again():
    incident = played(an_incident(Stage.EN_ROUTE), (5, c.Describe("dee", (("weapon", "yes"),))))
    assert alarm(incident, "triage_again") is not None
    assert played(incident, (6, c.Triage("dee", 1))).alarms == ()


def test_answers_that_change_nothing_raise_no_alarm():
    incident = played(an_incident(acuity=1), (5, c.Describe("dee", (("animals", "yes"),))))
    assert incident.alarms == ()


def test_a_wake_with_nothing_due_changes_nothing():
    assert decide(an_incident(), c.Wake(), a_board(1)) == []


def test_after_a_wake_nothing_is_left_that_was_due():
    incident = after_asking(an_incident(), c.Dispatch("dee"), a_board())
    for at in (3, 8, 13, 40, 200, 2000):
        incident = after_asking(incident, c.Wake(), a_board(at))
        due = next_wake(incident)
        assert due is None or due > minute(at)


def test_hours_without_a_clock_do_not_run_through_the_ladder_in_one_step():
    incident = after_asking(an_incident(), c.Dispatch("dee"), a_board())
    incident = after_asking(incident, c.Wake(), a_board(120))
    assert {page.person for page in incident.open_pages} == {"cy", "sue"}
    assert all(page.answer_by > minute(120) for page in incident.open_pages)
    assert incident.in_seat(Seat.LEAD) is None
