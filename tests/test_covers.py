"""Cover of a shift: asked, taken by the first yes, in parts, given back, approved, and told to everybody."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.rota.cover_answers import decline, give_back
from app.rota.cover_desk import approve, assign, close, not_approve
from app.rota.cover_reminders import due_reminders
from app.rota.cover_rows import draft, insert_cover, place_of
from app.rota.covers import withdraw
from app.rota.overrides import add_override
from app.rota.who_may import crew_for
from app.tables import people
from app.ways_health import note_stop
from dispatch.messages import CoverAsked, CoverOpen, CoverOver, RotaNotice
from dispatch.value import Refused
from notify.marks import mark_of
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
from tests.house import PHONES, PROGRAM, House
from tests.test_sms_replies import share
from tests.wired import a_call, incident_at

HOUR = timedelta(hours=1)
WHOLE = THURSDAY, THURSDAY + NIGHT_LONG


def refusal(house: House, act: object, person: str, *given: object) -> str:
    with pytest.raises(Refused) as refused:
        do(house, act, person, *given)
    return refused.value.sentence


# --- the first yes ---------------------------------------------------------------------------------------
def test_the_first_yes_by_text_has_the_shift_and_everybody_hears_it(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "ben", "cyd")
    assert (
        f"{cover.ref}: Ana Vela asks for cover, Thu 12 Nov 19:00 to 07:00, primary." in house.texts("ben")[-1]
    )
    assert on_call(house) == ["ana"]
    assert "is yours now" in says(house, "ben", f"{cover.ref} Y")
    assert on_call(house) == ["ben"]
    assert "Ben Whitcomb takes your shift" in house.texts("ana")[-1]
    assert f"{cover.ref}: somebody else has taken it" in house.texts("cyd")[-1]


def test_a_late_yes_hears_who_took_it_and_when(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "ben", "cyd")
    says(house, "ben", f"{cover.ref} Y")
    house.pass_time(minutes=20)
    assert says(house, "cyd", f"{cover.ref} y").endswith(f"{cover.ref}: Ben Whitcomb took it 03:00.")
    assert on_call(house) == ["ben"]


def test_a_yes_that_would_break_the_rest_is_refused_with_the_hours(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "cyd")
    a_shift(house, "cyd", THURSDAY - 10 * HOUR, 4 * HOUR, "backup")
    assert "Cyd Raman would have 6 h rest before this shift; 11 h is the rule" in says(
        house, "cyd", f"{cover.ref} Y"
    )
    assert on_call(house) == ["ana"] and stored(house, cover).state == "open"


def test_it_stays_with_its_holder_until_somebody_says_yes(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "ben", "cyd")
    assert f"{cover.ref}: you said no." in says(house, "ben", f"{cover.ref} N")
    assert house.texts("ana") == []
    says(house, "cyd", f"{cover.ref} n")
    assert (
        f"{cover.ref}: nobody has taken Ana Vela's primary shift of Thu 12 Nov 19:00 yet."
        in house.texts("ana")[-1]
    )
    assert on_call(house) == ["ana"]


def test_nobody_may_be_asked_whom_a_hard_rule_forbids_it(house: House) -> None:
    shift = a_shift(house, "ana")
    a_shift(house, "ben", THURSDAY + 2 * HOUR, HOUR, "backup")
    with pytest.raises(Refused, match="Ben Whitcomb is on backup"):
        asked(house, shift, "ben", "cyd")
    assert all_covers(house) == []


def test_what_the_team_would_lack_is_said_before_anybody_is_asked(house: House) -> None:
    shift = a_shift(house, "ana")
    with house.shell.store.write() as connection:
        connection.execute(people.update().where(people.c.id.in_(("ana", "dov"))).values(skills=["spanish"]))
        place = place_of(connection, PROGRAM)
        crew = crew_for(connection, house.shell, place, "ana", shift.tier, WHOLE)
    assert crew.of("cyd").price == ("Leaves no Spanish speaker Thu 12 Nov 19:00 to 07:00.",)
    assert crew.of("dov").price == ()


def test_who_was_not_asked_has_no_yes(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "ben")
    assert "You were not asked for that shift." in says(house, "dov", f"{cover.ref} Y")
    assert "That is your own request." in says(house, "ana", f"{cover.ref} Y")
    assert on_call(house) == ["ana"]


# --- texts: a number means one thing, a bare word nearly nothing ------------------------------------------
def test_a_bare_yes_counts_only_when_nothing_else_is_open(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "cyd")
    assert "is yours now" in says(house, "cyd", "Y")
    assert on_call(house) == ["cyd"] and stored(house, cover).taken_by == "cyd"


def test_a_bare_yes_with_two_requests_takes_neither(house: House) -> None:
    first = asked(house, a_shift(house, "ana"), "cyd")
    second = asked(house, a_shift(house, "ben", THURSDAY + timedelta(days=3)), "cyd")
    assert "not understood" in says(house, "cyd", "Y")
    assert {stored(house, one).state for one in (first, second)} == {"open"}


def test_a_crisis_page_comes_before_any_request_for_cover(house: House) -> None:
    cover = asked(house, a_shift(house, "dov"), "ana")
    incident = a_call(house.shell)
    house.worker.tick()
    says(house, "ana", "Y 15")
    assert incident_at(house.shell, incident).member("ana") is not None
    assert stored(house, cover).state == "open" and on_call(house) == ["dov"]


def test_what_is_not_clear_changes_nothing_and_says_how(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "ben")
    for body in (f"{cover.ref}", f"{cover.ref} Y N", f"{cover.ref} maybe", f"{cover.ref} not"):
        assert f"Reply {cover.ref} Y and it is yours, or {cover.ref} N." in says(house, "ben", body)
    assert stored(house, cover).state == "open"


def test_two_who_share_a_phone_answer_by_the_letter_behind_the_code(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "cyd", "dov")
    share(house, "cyd", "dov")
    cyd, dov = (f"{cover.ref}{mark_of(one, ['cyd', 'dov'])}" for one in ("cyd", "dov"))
    asked_back = f"More than one of you has this phone. Reply {cyd} Y for Cyd Raman, {dov} Y for Dov Osei."
    assert asked_back in says(house, "cyd", f"{cover.ref} Y")
    assert stored(house, cover).state == "open"
    says(house, "cyd", f"{dov} Y")
    assert stored(house, cover).taken_by == "dov"


def test_a_refusal_by_text_leaves_nothing_behind(house: House) -> None:
    terms(house, weights={"rest": "off", "nights_running": "off"})
    shift = a_shift(house, "ana", length=timedelta(days=40))
    with pytest.raises(Refused, match="at most 35 days at once"):
        asked(house, shift, "cyd")
    with house.shell.store.write() as connection:
        span = shift.starts_at, shift.ends_at
        request = draft("cover", "ana", "primary", span, house.clock.now(), ["cyd", "dov"])
        cover = insert_cover(connection, house.shell, PROGRAM, request)
    assert "at most 35 days" in says(house, "cyd", f"{cover.ref} Y")
    assert stored(house, cover) == cover and house.texts("dov") == []


# --- parts -------------------------------------------------------------------------------------------------
def test_a_part_that_is_taken_leaves_the_rest_open_with_its_own_number(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "ben", "cyd")
    taken(house, cover, "ben", (THURSDAY, THURSDAY + 4 * HOUR))
    rest = all_covers(house)[-1]
    assert (rest.ref, rest.state, rest.span) == (cover.ref + 1, "open", (THURSDAY + 4 * HOUR, WHOLE[1]))
    assert on_call(house) == ["ben", "ana"]
    assert f"{rest.ref}: Ana Vela asks for cover, Thu 12 Nov 23:00 to 07:00" in house.texts("cyd")[-1]
    assert [one.person for one in rest.asked] == ["cyd"]
    says(house, "cyd", f"{rest.ref} Y")
    assert on_call(house) == ["ben", "cyd"]


def test_the_middle_of_a_shift_leaves_two_pieces(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "ben", "cyd")
    taken(house, cover, "ben", (THURSDAY + 3 * HOUR, THURSDAY + 6 * HOUR))
    assert [one.span for one in all_covers(house)] == [
        (THURSDAY + 3 * HOUR, THURSDAY + 6 * HOUR),
        (THURSDAY, THURSDAY + 3 * HOUR),
        (THURSDAY + 6 * HOUR, WHOLE[1]),
    ]
    assert on_call(house) == ["ana", "ben", "ana"]


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        (0, 0, "From and to are the same time."),
        (4, 2, "The end is before the start."),
        (-1, 3, "That is not within the shift."),
        (2, 13, "That is not within the shift."),
        (0, 24 * 400, "That is not within the shift."),
        (3, 3.5, "A part is at least an hour."),
        (0.5, 12, "That leaves less than an hour beside it."),
    ],
)
def test_a_part_that_cannot_be_meant_is_refused(
    house: House, start: float, end: float, sentence: str
) -> None:
    shift = a_shift(house, "ana")
    part = THURSDAY + start * HOUR, THURSDAY + end * HOUR
    with pytest.raises(Refused, match=sentence):
        asked(house, shift, "ben", part=part)
    cover = asked(house, shift, "ben")
    with pytest.raises(Refused, match=sentence):
        taken(house, cover, "ben", part)
    assert on_call(house) == ["ana"] and len(all_covers(house)) == 1


def test_cover_is_asked_only_of_a_shift_of_ones_own_that_is_ahead(house: House) -> None:
    shift = a_shift(house, "ana")
    asked(house, shift, "ben", part=(THURSDAY, THURSDAY + 4 * HOUR))
    with pytest.raises(Refused, match="It is asked for already, as 2001."):
        asked(house, shift, "ben", part=(THURSDAY + 2 * HOUR, THURSDAY + 6 * HOUR))
    with pytest.raises(Refused, match="not yours any more"):
        asked(house, replace(shift, person="cyd"), "ben")
    house.pass_time(days=3)
    with pytest.raises(Refused, match="That has begun. Ask for a part that begins later"):
        asked(house, shift, "ben", part=(THURSDAY + 5 * HOUR, WHOLE[1]))
    house.pass_time(days=1)
    with pytest.raises(Refused, match="That part is over already"):
        asked(house, shift, "ben", part=(THURSDAY + 5 * HOUR, WHOLE[1]))


# --- given back, withdrawn, settled by a manager ------------------------------------------------------------
def test_a_mistaken_take_goes_back_to_its_holder_and_is_asked_anew(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "ben", "cyd")
    says(house, "ben", f"{cover.ref} Y")
    assert "it goes back" in says(house, "ben", f"{cover.ref} N")
    assert on_call(house) == ["ana"]
    anew = all_covers(house)[-1]
    assert (anew.state, anew.person, [one.person for one in anew.asked]) == ("open", "ana", ["cyd"])
    assert f"It is yours again, and asked anew as {anew.ref}" in house.texts("ana")[-1]
    assert "given back" in says(house, "cyd", f"{cover.ref} Y")
    assert "is yours now" in says(house, "cyd", f"{anew.ref} Y")
    assert on_call(house) == ["cyd"]


def test_a_taken_shift_stays_with_the_taker_where_its_holder_may_not_have_it_again(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "ben", "cyd")
    taken(house, cover, "ben")
    away(house, "ana", *WHOLE)
    do(house, give_back, "ben", cover.id)
    anew = all_covers(house)[-1]
    assert (anew.person, anew.state, on_call(house)) == ("ben", "open", ["ben"])


def test_a_shift_that_has_begun_is_not_given_back(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "ben")
    taken(house, cover, "ben")
    house.clock.move(THURSDAY - house.clock.now() + HOUR)
    assert "It has begun. Say that you cannot come" in refusal(house, give_back, "ben", cover.id)
    assert "You do not have that shift." in refusal(house, give_back, "cyd", cover.id)
    assert on_call(house) == ["ben"]


def test_a_request_taken_back_is_not_needed_any_more(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "ben")
    assert "not your request" in refusal(house, withdraw, "ben", cover.id)
    do(house, withdraw, "ana", cover.id)
    assert f"{cover.ref}: it is not needed any more." in house.texts("ben")[-1]
    assert "not needed any more" in says(house, "ben", f"{cover.ref} Y")
    assert "settled already" in refusal(house, withdraw, "ana", cover.id)
    assert on_call(house) == ["ana"]


def test_a_manager_puts_somebody_in_or_closes_the_request(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "ben")
    do(house, assign, "brandvold", cover.id, "dov")
    assert on_call(house) == ["dov"]
    assert "a manager has settled it" in house.texts("ben")[-1] and "is yours now" in house.texts("dov")[-1]
    other = asked(house, a_shift(house, "ana", THURSDAY + timedelta(days=3)), "ben")
    do(house, close, "brandvold", other.id)
    assert "a manager has settled it" in house.texts("ana")[-1]
    assert "settled already" in refusal(house, assign, "brandvold", other.id, "dov")


def test_a_manager_is_bound_by_the_same_rules(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "ben")
    a_shift(house, "dov", THURSDAY - 5 * HOUR, HOUR)
    assert "4 h rest before" in refusal(house, assign, "brandvold", cover.id, "dov")
    assert "cannot take this shift" in refusal(house, assign, "brandvold", cover.id, "ruiz")


def test_where_policy_says_so_a_manager_approves_first(house: House) -> None:
    terms(house, approve_cover=True)
    cover = asked(house, a_shift(house, "ana"), "ben", "cyd")
    assert "when a manager approves it" in says(house, "ben", f"{cover.ref} Y")
    assert on_call(house) == ["ana"]
    assert "Ben Whitcomb would take Ana Vela's primary shift" in house.texts("brandvold")[-1]
    assert "Ben Whitcomb said yes 03:00. It waits for a manager." in says(house, "cyd", f"{cover.ref} Y")
    do(house, not_approve, "brandvold", cover.id)
    assert "did not approve it" in house.texts("ben")[-1] and on_call(house) == ["ana"]
    assert f"{cover.ref}: Ana Vela asks for cover" in house.texts("cyd")[-1], "they are asked again"
    assert not any("taken it. Thank you" in text for text in house.texts("cyd"))
    says(house, "cyd", f"{cover.ref} Y")
    do(house, approve, "brandvold", cover.id)
    assert on_call(house) == ["cyd"] and "Nothing waits" in refusal(house, approve, "brandvold", cover.id)


def test_what_the_rules_forbid_by_then_is_not_approved(house: House) -> None:
    terms(house, approve_cover=True)
    cover = asked(house, a_shift(house, "ana"), "ben")
    taken(house, cover, "ben")
    away(house, "ben", *WHOLE)
    assert "Ben Whitcomb is away" in refusal(house, approve, "brandvold", cover.id)
    assert stored(house, cover).state == "waiting" and on_call(house) == ["ana"]


def test_a_shift_that_is_somebody_elses_by_now_cannot_be_taken_from_its_old_holder(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "ben")
    do(house, add_override, "brandvold", "primary", *WHOLE, "ana", "dov", "arranged")
    assert "not Ana Vela's any more" in says(house, "ben", f"{cover.ref} Y")
    assert on_call(house) == ["dov"]


# --- reminders ------------------------------------------------------------------------------------------------
def due(house: House) -> list[tuple[str, type]]:
    with house.shell.store.read() as connection:
        return [
            (one.message.to, type(one.message))
            for one in due_reminders(connection, PROGRAM, house.clock.now())
        ]


def test_those_asked_hear_again_at_noon_and_a_day_before_and_then_the_manager_does(house: House) -> None:
    cover = asked(house, a_shift(house, "ana"), "ben", "cyd")
    do(house, decline, "cyd", cover.id)
    assert due(house) == []
    house.clock.move(timedelta(hours=32))  # 11:00 on the next day
    assert due(house) == []
    house.clock.move(HOUR)
    assert due(house) == [("ben", CoverAsked)]
    house.clock.move(THURSDAY - house.clock.now() - 24 * HOUR)
    assert {(one, kind) for one, kind in due(house)} == {
        ("ana", CoverOpen),
        ("brandvold", CoverOpen),
        ("ben", CoverAsked),
    }
    house.clock.move(24 * HOUR)
    assert due(house) == [("ana", CoverOver)]
    assert "It is too late: the shift has begun." in says(house, "ben", f"{cover.ref} Y")
    assert on_call(house) == ["ana"]


def test_a_reminder_has_a_key_that_stays_the_same(house: House) -> None:
    terms(house, weights={"rest": "off"})
    asked(house, a_shift(house, "ana", THURSDAY - 45 * HOUR), "ben")
    with house.shell.store.read() as connection:
        keys = [
            {one.key for one in due_reminders(connection, PROGRAM, house.clock.now() + later)}
            for later in (timedelta(0), timedelta(minutes=5))
        ]
    assert keys[0] == keys[1] and len(keys[0]) == 2, "asked within the day: the manager hears at once"


def test_a_yes_that_still_waits_a_day_before_is_told_to_the_manager_again(house: House) -> None:
    terms(house, approve_cover=True)
    cover = asked(house, a_shift(house, "ana"), "ben", "cyd")
    taken(house, cover, "ben")
    house.clock.move(THURSDAY - house.clock.now() - 24 * HOUR)
    assert due(house) == [("brandvold", RotaNotice)]
    house.clock.move(24 * HOUR)
    assert due(house) == [("ana", CoverOver)] and on_call(house) == ["ana"]


def test_who_has_stopped_our_texts_is_shown_so(house: House) -> None:
    shift = a_shift(house, "ana")
    with house.shell.store.write() as connection:
        note_stop(connection, house.shell, PHONES["cyd"], house.clock.now())
        place = place_of(connection, PROGRAM)
        crew = crew_for(connection, house.shell, place, "ana", shift.tier, WHOLE)
    assert crew.of("cyd").soft == ("No text reaches them: they have stopped ours. Ring them.",)
