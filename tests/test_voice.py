"""What a responder hears at three in the morning: plain words, digits one by one, no word of the person in crisis."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.messages import (
    AlarmStands,
    AreYouOk,
    CoverAsked,
    Message,
    NoHeard,
    NumberCode,
    PageResponder,
    Refusal,
    RingTest,
    StepHeard,
    YesHeard,
)
from notify import speech, twiml
from tests.loopback.twilio_calls import SCRIPT_MOST

CHICAGO = ZoneInfo("America/Chicago")
NIGHT = datetime(2026, 11, 21, 9, 16, tzinfo=UTC)  # 03:16 in Chicago
PAGE = PageResponder(to="ben", ref=2291, page="p1", acuity=1, people=2, answer_by=NIGHT)
ACTION = "https://standby.example/hooks/twilio/voice?m=12&s=code1"


def said(message: Message, **more: object) -> str:
    given = {"org": "Clay County", "name": "Ben Whitcomb", "demo": False, "zone": CHICAGO, **more}
    return speech.opening(message, **given)  # type: ignore[arg-type]


# --- words ---------------------------------------------------------------------------------------------


def test_a_page_says_who_calls_for_whom_its_number_the_priority_the_people_and_the_deadline() -> None:
    assert said(PAGE) == (
        "This is Clay County, for Ben Whitcomb. Crisis page two, two, nine, one. Priority one. Two people go. "
        "Answer by three sixteen A M."
    )


def test_a_demo_call_says_so_first() -> None:
    assert said(PAGE, demo=True).startswith("This is a demonstration. This is Clay County")


def test_a_check_in_names_the_emergency_number() -> None:
    words = said(AreYouOk("ben", 2291, NIGHT))
    assert "Are you OK, on two, two, nine, one?" in words
    assert "If you are in danger, hang up and call nine, one, one." in words
    assert "three sixteen A M" in words


def test_an_alarm_is_said_in_words_and_only_when_it_looks_like_a_code() -> None:
    assert "An alarm stands on two, two, nine, one: nobody answered." in said(
        AlarmStands("okonjo", 2291, "nobody_answered")
    )
    assert "Elm" not in said(AlarmStands("okonjo", 2291, "4417 N Elm Street"))


def test_a_number_to_prove_hears_its_code_twice_and_slowly() -> None:
    assert "4, 7" not in said(NumberCode("ben", 0, "470913"))
    assert said(NumberCode("ben", 0, "470913")).count("four, seven, zero, nine, one, three") == 2


def test_anything_else_says_that_something_waits_and_none_of_it() -> None:
    words = said(CoverAsked("ben", 31, "Ana Vela", "primary", NIGHT, NIGHT))
    assert words.endswith("A message waits for you. Read it in your texts, or sign in.")


def test_the_code_is_said_twice_with_a_pause_between_its_digits() -> None:
    assert speech.ask_code("47") == (
        "To go on, type this code on your phone: four, seven. Again: four, seven."
    )


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (YesHeard("ben", 2291, "Ana Vela"), "You have it: two, two, nine, one. You go with Ana Vela."),
        (NoHeard("ben", 2291), "You said no to two, two, nine, one. The next person is being asked."),
        (
            StepHeard("ben", 2291, "ok", NIGHT),
            "You are checked in on two, two, nine, one. Check in again by three sixteen A M.",
        ),
        (RingTest("ben", 31), "Your test was heard. This phone works."),
        (
            Refusal("ben", 2291, "J. Ortiz has it since 02:14. You are not needed on 2291."),
            "J. Ortiz has it since two fourteen A M. You are not needed on two, two, nine, one.",
        ),
    ],
)
def test_what_was_stored_is_told_back(message: Message, words: str) -> None:
    assert speech.told(message, CHICAGO) == words


def test_a_yes_without_a_partner_says_that_the_other_seat_is_being_asked() -> None:
    assert "The other seat is still being asked." in speech.told(YesHeard("ben", 2291, None), CHICAGO)


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [
        (0, 0, "twelve A M"),
        (0, 5, "twelve oh five A M"),
        (2, 14, "two fourteen A M"),
        (11, 40, "eleven forty A M"),
        (12, 0, "twelve P M"),
        (13, 59, "one fifty nine P M"),
        (23, 21, "eleven twenty one P M"),
    ],
)
def test_a_time_is_said_as_people_say_it(hour: int, minute: int, words: str) -> None:
    assert speech.clock(datetime(2026, 11, 21, hour, minute, tzinfo=CHICAGO), CHICAGO) == words
    assert speech.heard(f"Since {hour:02d}:{minute:02d}.") == f"Since {words}."


def test_the_desk_is_named_by_its_number_in_groups_and_without_one_by_its_name() -> None:
    assert speech.call_desk("218-555-0100") == (
        "Call the desk at two, one, eight, five, five, five, zero, one, zero, zero."
    )
    assert speech.call_desk("") == "Call the desk."


@given(st.integers(1, 999_999), st.text(max_size=60), st.text(max_size=60), st.none() | st.integers(1, 5))
def test_no_digit_is_left_for_a_voice_to_read_as_a_large_number(
    ref: int, org: str, name: str, acuity: int | None
) -> None:
    bare = "".join(letter for letter in org + name if not letter.isnumeric())
    words = said(PageResponder("ben", ref, "p1", acuity, 2, NIGHT), org=bare, name=bare)
    assert not re.search(r"\d", words)
    assert speech.spelled(ref) in words


# --- scripts -------------------------------------------------------------------------------------------


def script(desk: str = "218-555-0100", **more: object) -> ElementTree.Element:
    opening = said(PAGE, **more)
    rounds = [f"{opening} {speech.if_cut_off(desk)} {speech.ask_code('47')}", opening, opening]
    return ElementTree.fromstring(
        twiml.ask_keys(rounds, action=ACTION, keys=2, otherwise=speech.nobody_typed(desk))
    )


def spoken(element: ElementTree.Element) -> Iterator[str]:
    return (say.text or "" for say in element.iter("Say"))


def test_a_script_asks_three_times_and_then_says_whom_to_call_and_hangs_up() -> None:
    root = script()
    assert [verb.tag for verb in root] == ["Pause", "Gather", "Gather", "Gather", "Say", "Hangup"]
    assert "nothing was answered. Call the desk at two, one, eight" in (root[-2].text or "")
    for gather in root.iter("Gather"):
        assert gather.attrib | {"timeout": ""} == {
            "action": ACTION,
            "method": "POST",
            "input": "dtmf",
            "numDigits": "2",
            "finishOnKey": "#",
            "timeout": "",
        }


def test_whom_to_call_is_said_before_the_first_key_should_the_line_break_off_with_it() -> None:
    first = next(spoken(script()))
    assert first.index("Should this call break off: Call the desk at two") < first.index("type this code")


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=40))
def test_no_name_and_no_number_makes_a_script_that_a_provider_would_not_take(
    org: str, name: str, desk: str
) -> None:
    opening = said(PageResponder("ben", 999_999, "p1", 5, 9, NIGHT), org=org, name=name)
    longest_action = "https://" + "a" * 41 + "/hooks/twilio/voice?m=999999999&s=code1"
    rounds = [f"{opening} {speech.if_cut_off(desk)} {speech.ask_code('77')}"] + [
        f"{opening} {speech.ask_code('77')}"
    ] * 2
    made = twiml.ask_keys(rounds, action=longest_action, keys=2, otherwise=speech.nobody_typed(desk))
    assert ElementTree.fromstring(made).tag == "Response"
    assert len(made) + 3 * 60 <= SCRIPT_MOST  # and what the wire adds to each address


def test_markup_in_a_name_is_said_and_not_obeyed() -> None:
    opening = said(PAGE, name="</Say><Dial>911</Dial>")
    made = twiml.say([opening])
    assert [verb.tag for verb in ElementTree.fromstring(made)] == ["Pause", "Say", "Hangup"]
