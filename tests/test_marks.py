"""The letter that says whose a code is, on a phone that two people share."""

from hypothesis import given
from hypothesis import strategies as st

from notify.marks import LETTERS, fits, letters_of, mark_of
from notify.replies import COURTESY, CRIES, HOURS, KEYWORDS, MEANT, NEGATIONS, REASONS, read

people = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=20)
crowds = st.sets(people, min_size=2, max_size=6).map(sorted)
ALONE_IN_SPANISH_OR_ENGLISH = set("AEIOUY")
LIKE_A_DIGIT = set("BGILOQSZ")


def test_no_letter_is_a_word_or_looks_like_a_digit() -> None:
    words = {*MEANT, *KEYWORDS, *CRIES, *NEGATIONS, *HOURS, *COURTESY, *REASONS, "m", "d"}
    assert not set(LETTERS) & {word.upper() for word in words}
    assert not set(LETTERS) & (ALONE_IN_SPANISH_OR_ENGLISH | LIKE_A_DIGIT)


@given(crowds)
def test_each_of_those_who_share_a_phone_is_told_apart(crowd: list[str]) -> None:
    marks = {person: mark_of(person, crowd) for person in crowd}
    for person, mark in marks.items():
        assert mark and [one for one in crowd if fits(mark, one)] == [person]
        assert fits(mark.lower(), person)


@given(crowds)
def test_when_the_owner_leaves_their_letters_mean_none_of_those_who_stay(crowd: list[str]) -> None:
    owner, *rest = crowd
    sent = mark_of(owner, crowd)
    assert not any(fits(sent, one) for one in rest)
    assert fits(sent, owner) and letters_of(owner).startswith(sent)


def test_a_phone_of_ones_own_has_no_letter() -> None:
    assert mark_of("ana") == mark_of("ana", ["ana"]) == ""


@given(
    crowds,
    st.integers(1000, 999_999),
    st.sampled_from(["Y", "N", " y", "  N", "y 15", " Y15", " OK", " here"]),
)
def test_a_code_with_its_letter_is_read_however_it_is_typed(crowd: list[str], ref: int, word: str) -> None:
    mark = mark_of(crowd[0], crowd)
    heard = read(f" {ref}{mark.lower()}{word} ")
    bare = read(f"{ref} {word}")
    assert (heard.ref, heard.mark, heard.word, heard.minutes) == (ref, mark, bare.word, bare.minutes)


def test_a_letter_that_stands_apart_from_its_code_is_read_too() -> None:
    assert (read("2291 C Y 15").mark, read("2291 C Y 15").word, read("2291 C Y 15").minutes) == (
        "C",
        "yes",
        15,
    )
    assert read("2291 Y C").mark == ""
    assert read("C 2291 Y").mark == ""
