"""What a responder's phone shows: short, plain, and with nothing in it that a carrier would act on."""

import re
from dataclasses import fields
from datetime import UTC, datetime
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import messages
from dispatch.messages import (
    AlarmStands,
    AreYouOk,
    AreYouOnTheWay,
    CannotReach,
    CoverAsked,
    CoverFound,
    CoverOpen,
    CoverOver,
    CoverYours,
    HandOverWaits,
    HasIt,
    HowToReply,
    Message,
    NoAlarm,
    NoHeard,
    NotesDue,
    NumberCode,
    PageResponder,
    PagesWait,
    PartnerChanged,
    PartnerFound,
    QuestionAsked,
    Refusal,
    RingTest,
    RotaNotice,
    RotaPublished,
    SeatGone,
    SeatYours,
    ShiftSoon,
    StandDown,
    StepHeard,
    SwapAsked,
    WhichPage,
    YesHeard,
)
from notify.gsm7 import fit, is_gsm7, plain, septets
from notify.replies import read
from notify.wording import words

CHICAGO = ZoneInfo("America/Chicago")
NIGHT = datetime(2026, 11, 21, 9, 16, tzinfo=UTC)  # 03:16 in Chicago
LINK = "https://sb.example/p/7KQ2"
LONGEST_LINK = "https://standby.example/p/" + "k" * 49
CARRIERS_OWN = {
    *("STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"),
    *("START", "YES", "UNSTOP", "HELP", "INFO"),
}
PAGE = PageResponder(to="ben", ref=2291, page="p1", acuity=1, people=2, answer_by=NIGHT)
LONG_PAGE = PageResponder(to="ben", ref=229100, page="p1", acuity=1, people=2, answer_by=NIGHT)

refs = st.integers(1, 999_999)
names = st.text(max_size=60)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
any_message = st.one_of(
    st.builds(
        PageResponder, st.just("ben"), refs, names, st.none() | st.integers(1, 5), st.integers(1, 9), instants
    ),
    st.builds(
        PagesWait,
        st.just("ben"),
        st.just(2291),
        st.lists(refs, max_size=12).map(lambda more: (2291, *more)),
        instants,
    ),
    st.builds(YesHeard, st.just("ben"), refs, st.none() | names),
    st.builds(NoHeard, st.just("ben"), refs),
    st.builds(PartnerFound, st.just("ben"), refs, names),
    st.builds(
        StandDown,
        st.just("ben"),
        refs,
        st.sampled_from(("someone_else_goes", "cancelled", "recalled", "closed")),
    ),
    st.builds(
        StepHeard,
        st.just("ben"),
        refs,
        st.sampled_from(("go", "stage", "here", "with", "ok", "transport", "done")),
        st.none() | instants,
    ),
    st.builds(HasIt, st.just("ben"), refs, names, instants, st.booleans()),
    st.builds(
        CannotReach,
        st.just("ben"),
        st.just(0),
        names,
        st.sampled_from(get_args(CannotReach.__annotations__["why"])),
        st.none() | instants,
    ),
    st.builds(AreYouOnTheWay, st.just("ben"), refs),
    st.builds(AreYouOk, st.just("ben"), refs, instants),
    st.builds(NotesDue, st.just("ben"), refs, instants),
    st.builds(QuestionAsked, st.just("ben"), refs),
    st.builds(AlarmStands, st.just("ben"), refs, st.text(max_size=40) | st.just("no_one_left")),
    st.builds(WhichPage, st.just("ben"), refs, st.lists(refs, max_size=12).map(tuple)),
    st.builds(HowToReply, st.just("ben"), st.just(0) | refs),
    st.builds(NoAlarm, st.just("ben"), st.just(0) | refs, st.just("") | st.text(max_size=40)),
    st.builds(HandOverWaits, st.just("ben"), refs, names),
    st.builds(SeatYours, st.just("ben"), refs, names, st.none() | names, st.none() | instants),
    st.builds(SeatGone, st.just("ben"), refs, names),
    st.builds(PartnerChanged, st.just("ben"), refs, names, names),
    st.builds(Refusal, st.just("ben"), refs, st.text(max_size=300)),
)
links = (
    st.none()
    | st.just(LONGEST_LINK)
    | st.from_regex(r"https://[a-z]{1,8}\.example/p/[A-Za-z0-9_~-]{1,24}", fullmatch=True)
)


def said(message: Message, link: str | None = None, org: str = "", demo: bool = False) -> str:
    return words(message, link=link, org=org, demo=demo, zone=CHICAGO)


def test_a_page_says_the_code_the_priority_the_people_the_deadline_and_how_to_answer() -> None:
    assert said(PAGE, LINK) == (
        "Crisis page 2291. Priority 1. 2 people. Answer by 03:16: reply 2291 Y 15 (minutes) or 2291 N. "
        + LINK
    )


def test_a_demo_text_says_so_first() -> None:
    assert said(PAGE, LINK, org="Clay County", demo=True).startswith("DEMO Clay County: Crisis page 2291.")


def test_a_demo_page_with_the_longest_link_still_says_the_code_the_deadline_and_the_link() -> None:
    text = said(LONG_PAGE, LONGEST_LINK, org="Clay County", demo=True)
    assert len(LONGEST_LINK) == 75
    assert text == (
        "DEMO Crisis page 229100. Priority 1. Answer by 03:16: reply 229100 Y 15 or 229100 N. " + LONGEST_LINK
    )


def test_the_parts_go_in_order_of_how_little_they_are_missed() -> None:
    longer = ["https://sb.example/" + "k" * spare for spare in range(57)]
    texts = [said(LONG_PAGE, link, org="Clay County", demo=True) for link in longer]
    kept = [tuple(part in text for part in ("Clay County", "(minutes)", "2 people")) for text in texts]
    assert list(dict.fromkeys(kept)) == [
        (True, True, True),
        (False, True, True),
        (False, False, True),
        (False, False, False),
    ]


def test_a_link_that_does_not_fit_is_left_out_and_never_cut() -> None:
    assert said(PAGE, LONGEST_LINK + "k") == said(PAGE)


def test_times_are_local_and_of_twenty_four_hours() -> None:
    evening = datetime(2026, 7, 2, 2, 5, tzinfo=UTC)
    assert "Answer by 21:05" in said(AreYouOk("ben", 2291, evening))
    assert "due by Wed 1 21:05" in said(NotesDue("ben", 2291, evening))


def test_a_name_in_another_script_does_not_become_question_marks() -> None:
    assert said(PartnerFound("ben", 2291, "Иван Петров")).startswith("2291: your colleague goes with you.")
    assert said(PartnerFound("ben", 2291, "Zoë Łukasz")).startswith("2291: Zoe Lukasz goes with you.")


def test_an_alarms_code_is_said_in_words_and_anything_else_is_not_said() -> None:
    assert said(AlarmStands("ben", 2291, "no_one_left")).startswith("Alarm on 2291: no one left.")
    assert said(AlarmStands("ben", 2291, "Ann Smith, 4 Elm St")).startswith("Alarm on 2291. ")


def test_every_message_has_words() -> None:
    every = {kind for kind in vars(messages).values() if isinstance(kind, type) and issubclass(kind, Message)}
    assert {type(message) for message in one_of_each()} == every - {Message}


@given(any_message, links, st.text(max_size=60), st.booleans())
def test_any_message_is_one_segment_and_keeps_its_code_its_deadline_and_its_link(
    message: Message, link: str | None, org: str, demo: bool
) -> None:
    text = words(message, link=link, org=org, demo=demo, zone=CHICAGO)
    assert is_gsm7(text)
    assert septets(text) <= 160
    assert link is None or text.endswith(link)
    assert demo == text.startswith("DEMO")
    assert message.ref == 0 or isinstance(message, WhichPage) or str(message.ref) in text
    deadlines = [
        getattr(message, slot.name)
        for slot in fields(message)
        if slot.name in ("answer_by", "due", "check_by")
    ]
    for deadline in filter(None, deadlines):
        assert deadline.astimezone(CHICAGO).strftime("%H:%M") in text


@given(any_message, st.booleans())
def test_no_message_asks_for_a_word_that_carriers_keep_for_themselves(message: Message, demo: bool) -> None:
    text = words(message, link=None, org="", demo=demo, zone=CHICAGO)
    assert not CARRIERS_OWN.intersection(asked_for(text))


def test_every_answer_that_we_ask_for_is_one_that_we_can_read() -> None:
    asked = [(word, read(f"2291 {word}")) for message in one_of_each() for word in asked_for(said(message))]
    assert {word for word, _ in asked} >= {"Y", "N", "GO", "HERE", "WITH", "OK", "DONE"}
    for word, reply in asked:
        assert reply.word not in ("unknown", "keyword"), word
        assert reply.ref == 2291


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("“Don’t go” – wait…", '"Don\'t go" - wait...'),
        ("a\u00a0b\u200bc\td", "a bc d"),
        ("Zoë, İpek, Đorđe, œuvre", "Zoe, Ipek, Dorde, oeuvre"),
        ("€5 [ok]", "€5 [ok]"),
        ("👍 яблоко", "? ??????"),
    ],
)
def test_typographic_letters_become_plain_ones(typed: str, sent: str) -> None:
    assert plain(typed) == sent


@given(st.text(max_size=500))
def test_any_text_fits_into_one_segment(text: str) -> None:
    fitted = fit(text)
    assert is_gsm7(fitted)
    assert septets(fitted) <= 160


def test_signs_of_the_second_table_cost_two() -> None:
    assert septets("[€]") == 6
    assert fit("€" * 100) == "€" * 80


def asked_for(text: str) -> set[str]:
    """Words in capitals that stand after a code: the way in which every message asks for a reply."""
    return set(re.findall(r"\b\d{1,6} ([A-Z]+)\b", text))


def one_of_each() -> list[Message]:
    steps = get_args(StepHeard.__annotations__["step"])
    return [
        PAGE,
        PagesWait("ben", 2291, (2291, 2292), NIGHT),
        YesHeard("ben", 2291, None),
        YesHeard("ben", 2291, "Mensah"),
        NoHeard("ben", 2291),
        PartnerFound("ben", 2291, "Mensah"),
        *(StandDown("ben", 2291, why) for why in get_args(StandDown.__annotations__["why"])),
        HasIt("ben", 2291, "J. Ortiz", NIGHT),
        *(StepHeard("ben", 2291, step, NIGHT) for step in steps),
        AreYouOnTheWay("ben", 2291),
        AreYouOk("ben", 2291, NIGHT),
        NotesDue("ben", 2291, NIGHT),
        QuestionAsked("ben", 2291),
        AlarmStands("ben", 2291, "no_one_left"),
        CannotReach("ben", 0, "Ana Vela", "stopped"),
        WhichPage("ben", 2291, (2291, 2292)),
        HowToReply("ben", 0),
        HowToReply("ben", 2291),
        NoAlarm("ben", 0, ""),
        NoAlarm("ben", 2291, "218 555 0100"),
        CoverAsked("ben", 2291, "Mensah", "primary", NIGHT, NIGHT),
        SwapAsked("ben", 2291, "Mensah", NIGHT, NIGHT),
        CoverYours("ben", 2291, "primary", NIGHT, NIGHT),
        CoverYours("ben", 2291, "primary", NIGHT, NIGHT, approved=False),
        CoverFound("ben", 2291, "Mensah", NIGHT),
        *(CoverOver("ben", 2291, why) for why in get_args(CoverOver.__annotations__["why"])),
        CoverOpen("ben", 2291, "Mensah", "primary", NIGHT),
        ShiftSoon("ben", 0, "primary", NIGHT, NIGHT, "Mensah"),
        RingTest("ben", 2291),
        NumberCode("ben", 0, "123456"),
        RotaPublished("ben", 0, None),
        RotaPublished("ben", 0, NIGHT),
        RotaNotice("ben", 0, "Nobody is on primary on Fri 27 Nov from 07:00 to 19:00."),
        HandOverWaits("ben", 2291, "Ana Vela"),
        SeatYours("ben", 2291, "Ana Vela", "Mensah", None),
        SeatYours("ben", 2291, "Ana Vela", None, NIGHT),
        SeatGone("ben", 2291, "Cyd Raman"),
        PartnerChanged("ben", 2291, "Cyd Raman", "Ana Vela"),
        Refusal("ben", 2291, "Someone else has this call."),
    ]


def test_a_seat_that_changed_hands_is_said_to_all_three() -> None:
    yours = SeatYours("cyd", 2291, "Ana Vela", "Ben Whitcomb", None)
    assert said(yours) == (
        "2291 is yours now. Ana Vela hands it over. You go with Ben Whitcomb. Reply 2291 GO when you set off."
    )
    there = SeatYours("cyd", 2291, "Ana Vela", None, NIGHT)
    assert said(there) == "2291 is yours now. Ana Vela hands it over. Check in by 03:16: reply 2291 OK."
    assert said(SeatGone("ana", 2291, "Cyd Raman")) == ("2291: Cyd Raman has taken it over. You are off it.")
    assert said(PartnerChanged("ben", 2291, "Cyd Raman", "Ana Vela")) == (
        "2291: Cyd Raman goes on with you. Ana Vela is off it."
    )


def test_a_hand_over_that_waits_says_with_whom_and_that_it_needs_a_name() -> None:
    assert said(HandOverWaits("cyd", 2291, "Ana Vela")) == (
        "2291: Ana Vela's shift is over, and 2291 is still with them. "
        "It stays so until somebody takes it over by name."
    )


def test_the_longest_name_costs_no_link_its_end() -> None:
    """Found by chance: a long name before the deadline cut the link behind it."""
    message = SeatYours("cyd", 1000, "0" * 23 + "A", None, NIGHT)
    link = f"https://standby.example/p/{'k' * 49}"
    text = words(message, link=link, org="", demo=True, zone=CHICAGO)
    assert text.endswith(link) and "reply 1000 OK" in text and septets(text) <= 160
