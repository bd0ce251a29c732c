"""A team's steps: true times, and for each person a check-in clock of their own."""

import pytest

from dispatch import commands as c
from dispatch.decide import decide
from dispatch.incident import Incident
from dispatch.stages import Seat, Stage, Step
from tests.builders import (
    a_board,
    after_asking,
    alarm,
    an_incident,
    kinds,
    minute,
    played,
    refusal,
    woken,
)


def check_by(incident: Incident, person: str) -> object:
    member = incident.member(person)
    assert member is not None
    return member.check_by


def test_the_stage_follows_whoever_is_furthest():
    incident = played(an_incident(Stage.ACCEPTED), (1, c.GoEnRoute("ana", "ana")))
    assert incident.stage is Stage.EN_ROUTE
    incident = played(incident, (9, c.Arrive("ben", "ben")))
    assert incident.stage is Stage.ON_SCENE


def test_a_step_entered_late_keeps_its_true_time():
    incident = played(an_incident(Stage.ACCEPTED), (20, c.Arrive("ana", "ana", at=minute(12))))
    member = incident.member("ana")
    assert member is not None and member.step_at == minute(12)
    assert incident.since == minute(12)


def test_a_step_cannot_be_in_the_future_or_before_the_last_one():
    incident = played(an_incident(Stage.ACCEPTED), (10, c.GoEnRoute("ana", "ana")))
    assert refusal(incident, c.Arrive("ana", "ana", at=minute(25)), a_board(20)) == (
        "That time is still ahead. Give a time that has passed."
    )
    assert refusal(incident, c.Arrive("ana", "ana", at=minute(5)), a_board(20)) == (
        "That time is before the last step. Give a later time."
    )


def test_a_phone_clock_that_is_a_minute_off_does_not_lose_a_step():
    incident = played(an_incident(Stage.ACCEPTED), (10, c.GoEnRoute("ana", "ana", at=minute(11))))
    incident = played(incident, (20, c.Arrive("ana", "ana", at=minute(9))))
    member = incident.member("ana")
    assert member is not None and member.step_at == minute(10)


def test_who_is_not_on_the_task_takes_no_step_on_it():
    assert refusal(an_incident(Stage.ACCEPTED), c.Arrive("cy", "cy"), a_board(5)) == (
        "Cy is not on 2291. Say yes to a page first."
    )


def test_the_same_step_twice_is_refused_and_a_new_eta_is_not():
    incident = an_incident(Stage.EN_ROUTE)
    assert refusal(incident, c.GoEnRoute("ana", "ana"), a_board(5)) == "That step is taken already."
    facts = decide(incident, c.GoEnRoute("ana", "ana", minutes=30), a_board(5))
    assert kinds(facts) == ["EtaGiven", "DueSet"]


def test_there_is_no_way_back_on_the_road():
    incident = an_incident(Stage.ON_SCENE)
    assert refusal(incident, c.WaitNearby("ana", "ana"), a_board(5)) == "That step is taken already."


def test_an_arrival_starts_the_check_in_clock_of_that_person_alone():
    incident = played(an_incident(Stage.EN_ROUTE), (10, c.Arrive("ana", "ana")))
    assert (check_by(incident, "ana"), check_by(incident, "ben")) == (minute(30), None)


def test_a_check_in_resets_one_clock_and_not_the_partners():
    incident = played(an_incident(Stage.ON_SCENE), (15, c.CheckIn("ana", "ana")))
    assert (check_by(incident, "ana"), check_by(incident, "ben")) == (minute(35), minute(20))


def test_a_longer_clock_is_given_up_to_twice_the_policys():
    incident = an_incident(Stage.ON_SCENE)
    assert check_by(played(incident, (5, c.CheckIn("ana", "ana", 30))), "ana") == minute(35)
    assert check_by(played(incident, (5, c.CheckIn("ana", "ana", 600))), "ana") == minute(45)
    assert check_by(played(incident, (5, c.CheckIn("ana", "ana", 0))), "ana") == minute(25)


def test_the_desk_may_write_down_a_check_in_that_it_heard():
    incident = played(an_incident(Stage.ON_SCENE), (5, c.CheckIn("dee", "ana")))
    assert check_by(incident, "ana") == minute(25)


def test_asking_is_not_answering():
    incident = woken(an_incident(Stage.ON_SCENE), 20)
    member = incident.member("ana")
    assert member is not None and member.check_asked
    assert check_by(incident, "ana") == minute(23)


def test_a_missed_check_raises_an_alarm_that_a_new_check_in_ends():
    incident = woken(an_incident(Stage.ON_SCENE), 23)
    assert alarm(incident, "check_missed", "ana") is not None
    incident = played(incident, (24, c.CheckIn("ana", "ana")))
    assert alarm(incident, "check_missed", "ana") is None
    assert alarm(incident, "check_missed", "ben") is not None


def test_a_partner_who_clears_the_scene_does_not_silence_a_missed_check():
    incident = played(an_incident(Stage.ON_SCENE), (15, c.CheckIn("ana", "ana")))
    incident = played(woken(incident, 24), (25, c.Clear("ana", "ana")))
    missed = alarm(incident, "check_missed", "ben")
    assert missed is not None and missed.taken_by is None
    assert alarm(played(incident, (26, c.TakeAlarm("dee", "check_missed"))), "check_missed", "ben") is None


def test_who_missed_a_check_and_then_reports_clear_is_safe():
    incident = played(woken(an_incident(Stage.ON_SCENE), 23), (24, c.Clear("ana", "ana")))
    assert alarm(incident, "check_missed", "ana") is None


def test_a_check_in_that_was_queued_on_a_phone_counts_from_its_true_time():
    incident = played(an_incident(Stage.ON_SCENE), (18, c.CheckIn("ana", "ana", at=minute(10))))
    assert check_by(incident, "ana") == minute(30)


def test_a_queued_check_in_never_shortens_a_newer_one():
    incident = played(
        an_incident(Stage.ON_SCENE),
        (15, c.CheckIn("ana", "ana")),
        (18, c.CheckIn("ana", "ana", at=minute(5))),
    )
    assert check_by(incident, "ana") == minute(35)


def test_a_check_in_from_too_long_ago_says_nothing_about_now():
    incident = woken(an_incident(Stage.ON_SCENE), 23)
    assert refusal(incident, c.CheckIn("ana", "ana", at=minute(2)), a_board(24)) == (
        "That was too long ago to count. Say OK now."
    )


def test_an_arrival_from_long_ago_is_asked_after_at_once():
    incident = played(an_incident(Stage.EN_ROUTE), (40, c.Arrive("ana", "ana", at=minute(10))))
    assert "CheckAsked" in kinds(decide(incident, c.Wake(), a_board(40)))


def test_reporting_a_step_on_scene_is_a_sign_of_life():
    incident = played(an_incident(Stage.ON_SCENE), (15, c.MeetPerson("ana", "ana")))
    assert (check_by(incident, "ana"), check_by(incident, "ben")) == (minute(35), minute(20))
    incident = played(incident, (16, c.BeginTransport("ben", "ben")))
    assert check_by(incident, "ben") == minute(36)


def test_the_check_in_clock_runs_on_while_transporting_and_stops_when_clear():
    incident = woken(an_incident(Stage.TRANSPORTING), 20)
    assert check_by(incident, "ana") == minute(23)
    incident = played(incident, (21, c.Clear("ana", "ana")))
    assert (check_by(incident, "ana"), check_by(incident, "ben")) == (None, None)


def test_nobody_goes_in_before_the_partner_is_there():
    incident = played(an_incident(Stage.EN_ROUTE), (10, c.Arrive("ana", "ana")))
    assert refusal(incident, c.MeetPerson("ana", "ana"), a_board(11)) == (
        "Ben is not there yet. Go in together."
    )


def test_nobody_goes_in_while_the_partners_seat_is_open():
    incident = played(an_incident(Stage.PAGING, yes=("ana",)), (10, c.Arrive("ana", "ana")))
    assert refusal(incident, c.MeetPerson("ana", "ana"), a_board(11)) == (
        "Your partner's seat is open. Wait for a partner, or ask the desk to go alone."
    )


def test_one_goes_in_when_going_alone_was_decided():
    incident = an_incident(Stage.ON_SCENE, paged=("ana",), alone="partner_by_video")
    assert after_asking(incident, c.MeetPerson("ana", "ana"), a_board(1)).stage is Stage.WITH_PERSON


@pytest.mark.parametrize("command", [c.Clear, c.ReportRefused, c.ReportNotFound])
def test_someone_on_the_road_does_not_end_it_for_the_one_who_is_there(command: type[c.Progress]):
    incident = played(an_incident(Stage.EN_ROUTE), (10, c.Arrive("ana", "ana")))
    assert refusal(incident, command("ben", "ben"), a_board(11))
    assert check_by(incident, "ana") == minute(30)


def test_clearing_withdraws_the_pages_that_still_wait():
    incident = an_incident(Stage.PAGING, yes=("ana",))
    incident = played(incident, (1, c.Arrive("ana", "ana")), (2, c.Clear("ana", "ana")))
    assert incident.open_pages == ()
    assert incident.out == ()
    assert incident.due is not None and incident.due.what == "notes"


def test_a_team_step_is_not_before_what_the_team_did_last():
    incident = played(an_incident(Stage.ON_SCENE), (10, c.MeetPerson("ana", "ana")))
    assert refusal(incident, c.Clear("ben", "ben", at=minute(5)), a_board(20)) == (
        "That time is before the last step. Give a later time."
    )


def test_a_late_partner_is_given_a_clock_of_their_own():
    incident = played(
        an_incident(Stage.PAGING, yes=("ana",)),
        (1, c.Arrive("ana", "ana")),
        (2, c.Accept("ben", "i1-2", 20)),
    )
    assert incident.stage is Stage.ON_SCENE
    member = incident.member("ben")
    assert member is not None and (member.seat, member.step) == (Seat.SECOND, Step.ACCEPTED)
    due = incident.due_of("ben")
    assert due is not None and (due.what, due.at) == ("go", minute(12))
