"""What a responder may text back at three in the morning, and what we must not read into it."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify import replies
from notify.replies import LONGEST_READ, Reply, read

YES = Reply(2291, "yes", None, None)


@pytest.mark.parametrize(
    ("body", "reply"),
    [
        ("2291 Y 15", Reply(2291, "yes", 15, None)),
        ("2291Y15", Reply(2291, "yes", 15, None)),
        ("2291y", YES),
        ("y 2291", YES),
        ("  2291\u00a0Y. ", YES),
        ("2291 Y 👍🏽", YES),
        ("２２９１ Ｙ １５", Reply(2291, "yes", 15, None)),
        ("2291 YES", YES),
        ("Sí 2291", YES),
        ("yes", Reply(None, "yes", None, None)),
        ("15 y 2291", Reply(2291, "yes", 15, None)),
        ("2291 yes, 15 min", Reply(2291, "yes", 15, None)),
        ("229100 Y 1 hour", Reply(229100, "yes", 60, None)),
        ("2291 y 1h30", Reply(2291, "yes", 90, None)),
        ("2291 y there 3:45", YES),
        ("2291 N", Reply(2291, "no", None, None)),
        ("N far", Reply(None, "no", None, "too_far")),
        ("2291 no, too far", Reply(2291, "no", None, "too_far")),
        ("2291 N sick", Reply(2291, "no", None, "unfit")),
        ("2291 N I know them", Reply(2291, "no", None, "knows_person")),
        ("2291 n other", Reply(2291, "no", None, "other")),
        ("can’t", Reply(None, "no", None, None)),
        ("GO", Reply(None, "go", None, None)),
        ("2291 on my way", Reply(2291, "go", None, None)),
        ("STAGED", Reply(None, "stage", None, None)),
        ("HERE", Reply(None, "here", None, None)),
        ("on scene 2291", Reply(2291, "here", None, None)),
        ("WITH", Reply(None, "with", None, None)),
        ("OK", Reply(None, "ok", None, None)),
        ("OK 30", Reply(None, "ok", 30, None)),
        ("fine, 20 more", Reply(None, "ok", 20, None)),
        ("ok, here", Reply(None, "here", None, None)),
        ("here with Sorensen", Reply(None, "here", None, None)),
        ("2291 Y going", YES),
        ("TRANSPORT", Reply(None, "transport", None, None)),
        ("2291 done!!", Reply(2291, "done", None, None)),
    ],
)
def test_a_reply_is_read_however_it_is_typed(body: str, reply: Reply) -> None:
    assert read(body) == reply


@pytest.mark.parametrize(
    "body",
    ["", "   ", "2291", "👍", "who is this", "2291 yes no", "no, going", "not ok", "all clear", "no problem"],
)
def test_what_cannot_be_read_for_certain_is_not_guessed(body: str) -> None:
    assert read(body).word == "unknown"


@pytest.mark.parametrize(
    ("body", "keyword"),
    [
        ("STOP", "stop"),
        ("Stop ", "stop"),
        (" stop.", "stop"),
        ("STOPALL", "stop"),
        ("UNSUBSCRIBE", "stop"),
        ("end", "stop"),
        ("Quit", "stop"),
        ("REVOKE", "stop"),
        ("OPTOUT", "stop"),
        ("opt out", "stop"),
        ("CANCEL", "stop"),
        ("STOP please", "stop"),
        ("stop texting me", "stop"),
        ("START", "start"),
        ("UNSTOP", "start"),
        ("INFO", "info"),
        ("HELP", "help"),
    ],
)
def test_a_carriers_word_is_known_as_one(body: str, keyword: str) -> None:
    reply = read(body)
    assert (reply.word, reply.keyword) == ("keyword", keyword)


@pytest.mark.parametrize(
    "body",
    [
        "2291 CANCEL",
        "stop by the house first",
        "end of the street",
        "we stop for gas then go there",
        "2291 END",
    ],
)
def test_a_carriers_word_inside_a_longer_text_opts_nobody_out(body: str) -> None:
    assert read(body).keyword is None


@pytest.mark.parametrize("body", ["SOS", "2291 need help now", "OK no help", "mayday"])
def test_a_cry_for_help_is_heard_whatever_stands_beside_it(body: str) -> None:
    assert read(body).keyword == "help"


@pytest.mark.parametrize(
    ("body", "ref", "minutes"),
    [
        ("2291 Y 15", 2291, 15),
        ("2291 15 2292", 2291, 15),
        ("229 Y", None, 229),
        ("1234567 Y 5", None, 5),
        ("2291 Y 601", 2291, None),
        ("2291 Y 0015", 2291, None),
        ("0007 Y", 7, None),
        ("٢٢٩١ y", 2291, None),
    ],
)
def test_the_first_number_of_four_to_six_digits_is_the_code_and_a_short_one_the_minutes(
    body: str, ref: int | None, minutes: int | None
) -> None:
    assert (read(body).ref, read(body).minutes) == (ref, minutes)


@given(st.text(max_size=2_000))
def test_no_text_makes_it_raise_or_leave_its_bounds(body: str) -> None:
    reply = read(body)
    assert reply.ref is None or 0 <= reply.ref <= 999_999
    assert reply.minutes is None or 0 <= reply.minutes <= 600
    assert reply.reason is None or reply.word == "no"


@given(st.text(max_size=40))
def test_a_reply_holds_nothing_of_the_text_but_its_numbers(body: str) -> None:
    assert read("4417 N Elm Street 12 " + body).word in ("no", "unknown", "keyword")
    assert "Elm" not in repr(read("4417 N Elm Street 12 " + body))


@pytest.mark.parametrize(
    "piece", ["no problem ", "2291y15", "1:1:", "h", "\u0301", "ﷺ", "'", "on the ", "1h"]
)
def test_the_work_does_not_grow_with_the_length_of_the_text(piece: str) -> None:
    """Counted in lines run, not seconds: a hundred times the text may not cost more than the limit."""
    at_the_limit = steps(lambda: read(piece * LONGEST_READ))
    far_beyond = steps(lambda: read(piece * LONGEST_READ * 100))
    assert far_beyond == at_the_limit
    half = steps(lambda: read((piece * LONGEST_READ)[: LONGEST_READ // 2]))
    assert at_the_limit <= 3 * half


def steps(run: Callable[[], object]) -> int:
    """How many lines of the reading the run goes through."""
    count = 0

    def counted(frame: FrameType, event: str, arg: object) -> Callable[..., object] | None:
        nonlocal count
        if frame.f_code.co_filename != replies.__file__:
            return None
        count += 1
        return counted

    before = sys.gettrace()
    sys.settrace(counted)
    try:
        run()
    finally:
        sys.settrace(before)
    return count
