"""Duty and availability: two fit people on duty and free can be sent, and the chip says why not."""

import pytest

from dispatch.stages import CHIP, COMMITTED, WRITING, Stage
from dispatch.teams import ON_TASK, Duty, MemberDuty, availability, is_fit
from tests.builders import NAMES, minute

ANA = MemberDuty("ana", Duty.ON_CALL)
BEN = MemberDuty("ben", Duty.ON_SHIFT)
CODES = {"AVL", "PGD", "ACK", "ENR", "STG", "ONS", "WTH", "TRN", "DOC", "OOS"}


def chip(*members: MemberDuty, task: Stage | None = None, ref: int | None = None) -> tuple[str, str]:
    found = availability(members, task, minute(0), ref, NAMES)
    return found.code, found.why


def test_two_fit_people_on_duty_and_free_can_be_sent():
    assert chip(ANA, BEN) == ("AVL", "Ana and Ben are on duty and free.")


@pytest.mark.parametrize(
    ("ben", "why"),
    [
        (MemberDuty("ben", Duty.OFF), "Ben is off duty. A team needs two."),
        (MemberDuty("ben", Duty.BREAK), "Ben is on a break. A team needs two."),
        (MemberDuty("ben", Duty.UNFIT, reason="drinking"), "Ben is not fit for duty. A team needs two."),
        (MemberDuty("ben", Duty.ON_CALL, until=minute(0)), "Ben is off duty. A team needs two."),
    ],
)
def test_one_who_is_away_takes_the_team_out_and_the_board_does_not_say_what_ails_them(
    ben: MemberDuty, why: str
):
    assert chip(ANA, ben) == ("OOS", why)


def test_a_team_without_people_is_out():
    assert chip() == ("OOS", "A team needs two.")
    assert chip(MemberDuty("ana", Duty.OFF)) == ("OOS", "Ana is off duty. Nobody is left.")


def test_one_may_join_by_video_and_one_must_be_there():
    assert chip(ANA, MemberDuty("ben", Duty.ON_SHIFT, tele=True))[0] == "AVL"
    videos = (MemberDuty("ana", Duty.ON_SHIFT, tele=True), MemberDuty("ben", Duty.ON_SHIFT, tele=True))
    assert chip(*videos) == ("OOS", "Everyone joins by video. One must be there in person.")


def test_a_third_person_keeps_the_team_in_when_one_is_away():
    away = MemberDuty("ben", Duty.BREAK)
    assert chip(ANA, away, MemberDuty("cy", Duty.ON_CALL)) == ("AVL", "Ana and Cy are on duty and free.")


def test_a_break_ends_by_itself_and_unfit_does_not():
    assert is_fit(MemberDuty("ben", Duty.BREAK, until=minute(0)), minute(0))
    assert not is_fit(MemberDuty("ben", Duty.BREAK, until=minute(1)), minute(0))
    assert not is_fit(MemberDuty("ben", Duty.UNFIT, until=minute(0)), minute(0))


@pytest.mark.parametrize("task", sorted(COMMITTED | WRITING))
def test_an_open_task_is_what_the_chip_shows(task: Stage):
    code, why = chip(ANA, BEN, task=task, ref=2291)
    assert code == CHIP[task]
    assert why == f"{ON_TASK[code]}, 2291."


@pytest.mark.parametrize("task", sorted(set(Stage) - COMMITTED - WRITING))
def test_an_incident_that_binds_nobody_leaves_the_team_free(task: Stage):
    assert chip(ANA, BEN, task=task)[0] == "AVL"


def test_every_chip_is_one_of_the_ten():
    assert set(ON_TASK) | {"AVL", "OOS"} == CODES
