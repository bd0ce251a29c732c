"""Sick at two in the morning: off the ladder at once, everybody who may is asked, a call in hand stays in hand."""

from datetime import timedelta

import pytest

from app.rota.cover_answers import give_back
from app.rota.cover_desk import approve
from app.rota.covers import withdraw
from app.rota.sick import call_sick, fit_again
from app.rota.swaps import offer_swap
from dispatch.rota.rules import Assignment
from dispatch.value import Refused
from tests.cover_stage import (
    NIGHT_LONG,
    THURSDAY,
    a_shift,
    all_covers,
    asked,
    away,
    do,
    on_call,
    says,
    stored,
    taken,
    terms,
)
from tests.house import NIGHT, House
from tests.wired import a_call, incident_at

HOUR = timedelta(hours=1)
# Tonight's shift ends so; nobody of tonight's crew works longer by taking over.
TONIGHT = NIGHT + 16 * HOUR


def refusal(house: House, act: object, person: str, *given: object) -> str:
    with pytest.raises(Refused) as refused:
        do(house, act, person, *given)
    return refused.value.sentence


# --- sick ----------------------------------------------------------------------------------------------------
def test_sick_in_a_running_shift_is_off_the_ladder_with_the_next_page(house: House) -> None:
    off = do(house, call_sick, "ana", "ana", TONIGHT)
    assert on_call(house, start=NIGHT, hours=1) == ["ben"]
    incident = a_call(house.shell, lead=None, second=None)
    house.worker.tick()
    assert "ana" not in {page.person for page in incident_at(house.shell, incident).pages}
    assert off.still_on is None and [one.kind for one in off.covers] == ["sick"]


def test_the_backup_is_asked_at_once_and_leaves_backup_for_it(house: House) -> None:
    off = do(house, call_sick, "ana", "ana", TONIGHT)
    ref = off.covers[0].ref
    for person in ("cyd", "dov"):
        assert f"{ref}: Ana Vela is sick, Tue 10 Nov 03:00 to 19:00, primary." in house.texts(person)[-1]
    assert house.texts("ben") == [], "he is on primary already"
    house.pass_time(minutes=20)
    assert "is yours now" in says(house, "cyd", f"{ref} Y")
    assert sorted(on_call(house, start=house.clock.now(), hours=1)) == ["ben", "cyd"]
    assert on_call(house, "backup", house.clock.now(), 1) == ["dov"]
    assert on_call(house, start=NIGHT, hours=0.2) == ["ben"], "what has passed stays as it was"
    assert "The hole is filled" in house.texts("brandvold")[-1]


def test_managers_the_supervisor_on_call_and_the_desk_that_is_there_are_told(house: House) -> None:
    house.client("ruiz")
    do(house, call_sick, "ana", "ana", TONIGHT)
    for person in ("brandvold", "okonjo", "ruiz"):
        assert (
            "Ana Vela is sick: primary, Tue 10 Nov 03:00 to 19:00. 2 people are asked."
            in house.texts(person)[-1]
        )
    assert house.texts("castellan") == [] and house.texts("haddad") == []


def test_who_is_on_a_call_keeps_it_until_it_is_handed_over(house: House) -> None:
    incident = a_call(house.shell)
    house.worker.tick()
    says(house, "ana", "2001 Y 15")
    off = do(house, call_sick, "ana", "ana", TONIGHT)
    assert off.still_on == 2001
    assert incident_at(house.shell, incident).member("ana") is not None
    assert "Still on 2001." in house.texts("brandvold")[-1]


def test_a_page_that_waits_for_the_sick_goes_on_to_the_next_at_once(house: House) -> None:
    incident = a_call(house.shell)
    house.worker.tick()
    do(house, call_sick, "ana", "ana", TONIGHT)
    pages = {page.person: page for page in incident_at(house.shell, incident).pages}
    assert (pages["ana"].state, pages["ana"].reason) == ("declined", "unfit")
    assert pages["cyd"].state == "asked"


def test_a_manager_or_the_desk_writes_it_down_for_somebody(house: House) -> None:
    incident = a_call(house.shell)
    off = do(house, call_sick, "ruiz", "ana", TONIGHT)
    assert len(off.covers) == 1 and on_call(house, start=NIGHT, hours=1) == ["ben"]
    page = next(page for page in incident_at(house.shell, incident).pages if page.person == "ana")
    assert page.state == "declined"


def test_several_shifts_are_asked_one_by_one_and_the_last_one_whole(house: House) -> None:
    a_shift(house, "ana")
    off = do(house, call_sick, "ana", "ana", THURSDAY + HOUR)
    assert [one.span for one in off.covers] == [(NIGHT, TONIGHT), (THURSDAY, THURSDAY + NIGHT_LONG)]


def test_a_request_that_was_open_becomes_the_sick_one(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "ben")
    off = do(house, call_sick, "ana", "ana", THURSDAY + HOUR)
    assert stored(house, cover).state == "withdrawn"
    assert f"{off.covers[-1].ref}: Ana Vela is sick" in house.texts("ben")[-1]
    assert not any("not needed" in text for text in house.texts("ben")), "the new number says it all"
    assert "You are off that shift." in refusal(house, withdraw, "ana", off.covers[-1].id)


def test_fit_again_has_back_what_nobody_took(house: House) -> None:
    off = do(house, call_sick, "ana", "ana", TONIGHT)
    house.pass_time(minutes=30)
    do(house, fit_again, "ana")
    assert on_call(house, start=house.clock.now(), hours=1) == ["ana", "ben"]
    assert f"{off.covers[0].ref}: it is not needed any more." in house.texts("cyd")[-1]
    assert "ready already" in refusal(house, fit_again, "ana")


def test_a_taken_sick_shift_stays_with_the_taker(house: House) -> None:
    off = do(house, call_sick, "ana", "ana", TONIGHT)
    taken(house, off.covers[0], "cyd")
    do(house, fit_again, "ana")
    assert sorted(on_call(house, start=NIGHT, hours=1)) == ["ben", "cyd"]
    assert "It has begun." in refusal(house, give_back, "cyd", off.covers[0].id)


def test_sick_is_never_kept_waiting_for_a_manager(house: House) -> None:
    terms(house, approve_cover=True)
    off = do(house, call_sick, "ana", "ana", TONIGHT)
    assert "is yours now" in says(house, "cyd", f"{off.covers[0].ref} Y")


@pytest.mark.parametrize(
    ("person", "hours", "sentence"),
    [
        ("ana", 0, "That time is over already."),
        ("ana", -3, "That time is over already."),
        ("ana", 24 * 15, "Write at most 14 days."),
        ("ana", 24 * 9000, "Write at most 14 days."),
        ("nobody", 5, "not on the staff list"),
    ],
)
def test_sick_for_a_time_that_cannot_be_meant_is_refused(
    house: House, person: str, hours: float, sentence: str
) -> None:
    assert sentence in refusal(house, call_sick, "brandvold", person, NIGHT + hours * HOUR)
    assert all_covers(house) == [] and on_call(house, start=NIGHT, hours=1) == ["ana", "ben"]


def test_sick_twice_is_said_once(house: House) -> None:
    do(house, call_sick, "ana", "ana", TONIGHT)
    assert "away then already" in refusal(house, call_sick, "ana", "ana", TONIGHT - HOUR)


# --- swaps ---------------------------------------------------------------------------------------------------
SUNDAY = THURSDAY + timedelta(days=3)


def offered(house: House) -> tuple[Assignment, Assignment]:
    mine, theirs = a_shift(house, "ana"), a_shift(house, "ben", SUNDAY)
    do(house, offer_swap, "ana", mine, theirs)
    return mine, theirs


def test_a_swap_changes_both_shifts_or_neither(house: House) -> None:
    offered(house)
    assert "2001: Ana Vela offers Thu 12 Nov 19:00 for your Sun 15 Nov 19:00." in house.texts("ben")[-1]
    assert (on_call(house), on_call(house, start=SUNDAY)) == (["ana"], ["ben"])
    says(house, "ben", "2001 Y")
    assert (on_call(house), on_call(house, start=SUNDAY)) == (["ben"], ["ana"])
    told = house.texts("ana")[-2:]
    assert any("Sun 15 Nov 19:00 to 07:00, primary, is yours now." in text for text in told)


def test_a_swap_that_one_side_may_not_by_now_leaves_both_as_they_are(house: House) -> None:
    offered(house)
    a_shift(house, "ana", SUNDAY + 14 * HOUR, 4 * HOUR, "backup")
    assert "Ana Vela would have 2 h rest after this shift" in says(house, "ben", "2001 Y")
    assert (on_call(house), on_call(house, start=SUNDAY)) == (["ana"], ["ben"])
    assert all_covers(house)[0].state == "open"


def test_a_no_to_a_swap_is_told_to_the_one_who_offered(house: House) -> None:
    offered(house)
    says(house, "ben", "2001 N")
    assert "Ben Whitcomb said no to the swap. Both shifts stay as they are." in house.texts("ana")[-1]
    assert "settled it" in says(house, "ben", "2001 Y")
    assert (on_call(house), on_call(house, start=SUNDAY)) == (["ana"], ["ben"])


def test_a_swap_is_between_two_whole_shifts_that_are_ahead_and_do_not_overlap(house: House) -> None:
    mine, theirs = a_shift(house, "ana"), a_shift(house, "ben", THURSDAY + 2 * HOUR)
    assert "overlap" in refusal(house, offer_swap, "ana", mine, theirs)
    assert "Both shifts are yours" in refusal(house, offer_swap, "ana", mine, mine)
    gone = Assignment("ben", "primary", SUNDAY, SUNDAY + HOUR, "")
    assert "Ben Whitcomb does not have that shift" in refusal(house, offer_swap, "ana", mine, gone)
    now = Assignment("ben", "primary", NIGHT - 8 * HOUR, NIGHT + 16 * HOUR, "")
    assert "That has begun." in refusal(house, offer_swap, "ana", mine, now)
    later = a_shift(house, "ben", SUNDAY)
    assert "not yours any more" in refusal(house, offer_swap, "cyd", mine, later)


def test_a_swap_waits_for_a_manager_where_policy_says_so(house: House) -> None:
    terms(house, approve_swap=True)
    offered(house)
    assert "when a manager approves it" in says(house, "ben", "2001 Y")
    assert on_call(house) == ["ana"]
    do(house, approve, "brandvold", all_covers(house)[0].id)
    assert (on_call(house), on_call(house, start=SUNDAY)) == (["ben"], ["ana"])


def test_nobody_is_swapped_into_time_off(house: House) -> None:
    mine, theirs = a_shift(house, "ana"), a_shift(house, "ben", SUNDAY)
    away(house, "ana", SUNDAY, SUNDAY + HOUR)
    assert "Ana Vela is away" in refusal(house, offer_swap, "ana", mine, theirs)
