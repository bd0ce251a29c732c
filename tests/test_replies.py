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
    ("body", "word", "reason"),
    [
        ("2291 N can't help tonight", "no", None),
        ("2291 N help he has a knife", "no", None),
        ("2291 N too far, help", "no", "too_far"),
        ("2291 no, can't help", "no", None),
        ("2291 can not help", "no", None),
        ("2291c N cannot help", "no", None),
        ("2291 rechazo, ayuda", "no", None),
        ("2291 Y, I can help", "yes", None),
        ("2291 Yes help", "yes", None),
    ],
)
def test_a_code_and_a_clear_answer_before_a_cry_are_both_heard(
    body: str, word: str, reason: str | None
) -> None:
    reply = read(body)
    assert (reply.ref, reply.word, reply.reason, reply.keyword) == (2291, word, reason, "help")


@pytest.mark.parametrize(
    "body",
    [
        "N can't help",  # no code
        "help 2291 N",  # the cry comes first
        "2291 no help needed",
        "2291 no necesito ayuda",
        "2291 si necesito ayuda",
        "2291 cant breathe help",
        "2291 Y dont help",
        "2291 N here help",
        "2291 OK help",
        "2291 help",
    ],
)
def test_a_cry_beside_what_is_no_clear_answer_is_a_cry_alone(body: str) -> None:
    assert (read(body).word, read(body).keyword) == ("keyword", "help")


@pytest.mark.parametrize(
    ("body", "ref", "minutes"),
    [
        ("2291 Y 15", 2291, 15),
        ("2291 15 2292", 2291, 15),
        ("229 Y", None, 229),
        ("1234567 Y 5", None, 5),
        ("2291 Y 601", 2291, 601),
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
    assert reply.minutes is None or 0 <= reply.minutes <= 60_039
    assert reply.reason is None or reply.word == "no"


@given(st.text(max_size=40))
def test_a_reply_holds_nothing_of_the_text_but_its_numbers(body: str) -> None:
    assert read("4417 N Elm Street 12 " + body).word in ("no", "unknown", "keyword")
    assert "Elm" not in repr(read("4417 N Elm Street 12 " + body))


@pytest.mark.parametrize(
    "piece",
    [
        "no problem ",
        "2291y15",
        "1:1:",
        "h",
        "\u0301",
        "ﷺ",
        "'",
        "on the ",
        "1h",
        '"',
        "“yess",
        "2291c",
        "aab",
        "acepot ",
    ],
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


# --- Spanish, slips, pictures ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("Sí", "yes"),
        ("2291 si", "yes"),
        ("acepto", "yes"),
        ("ACEPTO 15", "yes"),
        ("no puedo", "no"),
        ("No puedo ir, lejos", "no"),
        ("no voy", "no"),
        ("voy", "go"),
        ("ya voy", "go"),
        ("En camino", "go"),
        ("2291 voy con Ben", "go"),
        ("llegué", "here"),
        ("llegue", "here"),
        ("ya llegué", "here"),
        ("Aquí", "here"),
        ("estoy aquí", "here"),
        ("estoy bien", "ok"),
        ("2291 todo bien 30", "ok"),
        ("con la persona", "with"),
        ("listo", "done"),
        ("Terminé", "done"),
        ("transportando", "transport"),
    ],
)
def test_spanish_is_read_as_english_is(body: str, word: str) -> None:
    assert read(body).word == word


@pytest.mark.parametrize(
    "body",
    [
        "no estoy bien",
        "no sé",
        "no entiendo",
        "no he llegado",
        "no hay problema",
        "no estoy listo",
        "sí y no",
    ],
)
def test_a_spanish_no_before_something_else_is_not_guessed(body: str) -> None:
    assert read(body).word == "unknown"


@pytest.mark.parametrize(
    "body", ["ayuda", "Ayúdame por favor", "SOCORRO", "2291 auxilio", "ayuad", "hlep", "socoro"]
)
def test_a_cry_is_heard_in_spanish_and_with_a_slip(body: str) -> None:
    assert read(body).keyword == "help"


def test_a_slip_that_looks_like_a_cry_takes_no_answer_away() -> None:
    assert read("2291 Y what the hell").word == "yes"


@pytest.mark.parametrize(
    ("body", "near"),
    [
        ("yess", "yes"),
        ("yy", "yes"),
        ("2291 yse", "yes"),
        ("acept", "yes"),
        ("acepot", "yes"),
        ("nooo", "no"),
        ("2291 herre", "here"),
        ("hree", "here"),
        ("lllegue", "here"),
        ("2291 dome", "done"),
        ("tranport", "transport"),
        ("okkk", "ok"),
        ("alto", "stop"),
        ("PARAR por favor", "stop"),
    ],
)
def test_a_slip_of_the_finger_is_taken_for_nothing_and_named(body: str, near: str) -> None:
    assert (read(body).word, read(body).near) == ("unknown", near)


@pytest.mark.parametrize("body", ["who is this", "not yess", "xyzzy", "call me when you are there yess", ""])
def test_what_is_near_to_nothing_or_too_long_names_nothing(body: str) -> None:
    assert (read(body).word, read(body).near) == ("unknown", None)


@pytest.mark.parametrize(
    ("body", "sign"),
    [
        ("👍", "emoji"),
        ("👍🏽 2291", "emoji"),
        ("❤️", "emoji"),
        ("Liked “2291: are you OK? Answer by 03:16: reply 2291 OK.”", "quote"),
        ('Loved "2291: you said yes. You go with Ben Whitcomb."', "quote"),
        ("👍 to “Crisis page 2291. Answer by 03:16: reply 2291 Y 15”", "quote"),
        ("Le gustó «2291: you said yes. Reply 2291 GO when you set off.»", "quote"),
        ("Emphasized “2291: are you OK? Answer by 03:16: reply 2291 OK", "quote"),
    ],
)
def test_a_reaction_is_never_an_answer_whatever_words_of_ours_it_quotes(body: str, sign: str) -> None:
    """Found in our own reading: the reaction of a phone to the check-in quoted its OK, and was a sign of life."""
    assert (read(body).word, read(body).sign) == ("unknown", sign)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("2291 Y 👍🏽", "yes"),
        ('2291 "Y"', "yes"),
        ("“2291 Y 15”", "yes"),
        ('"Crisis page 2291. Priority 1. Answer by 03:16" 2291 N', "no"),
    ],
)
def test_words_of_their_own_beside_a_picture_or_a_quote_count(body: str, word: str) -> None:
    assert read(body).word == word


@pytest.mark.parametrize("body", ["YES", " yes. ", "START", "Unstop"])
def test_what_the_carrier_takes_for_an_opt_in_is_marked_as_one(body: str) -> None:
    assert read(body).opts_in


@pytest.mark.parametrize("body", ["2291 yes", "y", "yes please", "sí", "no"])
def test_nothing_else_opts_in(body: str) -> None:
    assert not read(body).opts_in


@pytest.mark.parametrize("body", ["2291 Y 15 C", "9999999 Y", "229 C Y"])
def test_a_letter_elsewhere_is_no_mark(body: str) -> None:
    assert read(body).mark == ""


@given(st.text("yn 2291cfjkh\"“”'’👍", max_size=60))
def test_a_yes_is_read_only_where_a_word_for_it_stands_outside_of_long_quotes(body: str) -> None:
    if read(body).word == "yes":
        assert "y" in body.casefold()
