"""Whether someone is known: which signs agree, and names, phones and places written in many ways."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.record.match import (
    PREFIX_LENGTHS,
    Signs,
    name_tokens,
    names_agree,
    phone_digits,
    place_key,
    prefixes,
    score,
)

SIGN = st.sampled_from([True, False, None])


def test_three_of_four_signs_are_likely_the_same_person():
    found = score(Signs(name=True, birth=True, place=True))
    assert (found.hits, found.of, found.words) == (3, 4, "Likely, 3 of 4 match")
    assert found.agree == ("name", "birth", "place")


@pytest.mark.parametrize(
    ("signs", "words"),
    [
        (Signs(True, True, True, True), "Very likely, 4 of 4 match"),
        (Signs(name=True, phone=True), "Possible, 2 of 4 match"),
        (Signs(phone=True), "Weak, 1 of 4 matches"),
        (Signs(), "No sign matches"),
        (Signs(False, False, False, False), "No sign matches"),
        (Signs(name=False, birth=True, phone=True, place=True), "Possible, 3 of 4 match"),
        (Signs(name=True, birth=False, phone=True, place=True), "Possible, 3 of 4 match"),
    ],
)
def test_the_words_say_how_sure(signs, words):
    assert score(signs).words == words


@settings(deadline=None)
@given(st.builds(Signs, SIGN, SIGN, SIGN, SIGN))
def test_it_is_never_likely_against_a_name_or_a_birth_date(signs):
    if signs.name is not True or signs.birth is False:
        assert "ikely" not in score(signs).words


@settings(deadline=None)
@given(st.builds(Signs, SIGN, SIGN, SIGN, SIGN))
def test_every_sign_is_counted_once_or_was_not_compared(signs):
    found = score(signs)
    assert found.hits == len(found.agree)
    assert set(found.agree).isdisjoint(found.differ)
    unknown = [s for s in (signs.name, signs.birth, signs.phone, signs.place) if s is None]
    assert len(found.agree) + len(found.differ) + len(unknown) == found.of


@pytest.mark.parametrize(
    "written",
    [
        "García-López, María",
        "maria garcia lopez",
        "MARÍA  GARCÍA LÓPEZ",
        "Mari\u0301a Garci\u0301a\u2010Lo\u0301pez",
    ],
)
def test_a_double_surname_is_the_same_however_it_is_written(written):
    assert name_tokens(written) == ("maria", "garcia", "lopez")


@pytest.mark.parametrize(
    ("written", "tokens"),
    [
        ("O’Brien, Seán", ("sean", "obrien")),
        ("Sean O'Brien", ("sean", "obrien")),
        ("Ana de la Cruz", ("ana", "cruz")),
        ("de la Cruz, Ana", ("ana", "cruz")),
        ("La Vang", ("la", "vang")),
        ("Dr. Łukasz Ørsted Jr.", ("lukasz", "orsted")),
        ("Gordon H.", ("gordon",)),
        ("H.", ("h",)),
        ("李小龙", ("李小龙",)),
        (" , ", ()),
        ("Doe, Jr.", ("doe",)),
    ],
)
def test_a_name_becomes_the_words_that_compare(written, tokens):
    assert name_tokens(written) == tokens


@settings(deadline=None)
@given(st.text(max_size=80))
def test_tokens_of_tokens_hold_nothing_new(text):
    tokens = name_tokens(text)
    assert len(tokens) <= 8 and len(set(tokens)) == len(tokens)
    assert set(name_tokens(" ".join(tokens))) <= set(tokens)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_capitals_never_matter(text):
    if text.upper().lower() == text.lower():
        assert name_tokens(text.upper()) == name_tokens(text.lower())


def test_one_of_two_surnames_is_enough_and_another_first_name_is_not():
    stored = name_tokens("Inés Ramírez Soto")
    assert names_agree(name_tokens("Ines Soto"), stored)
    assert names_agree(stored, name_tokens("ines"))
    assert not names_agree(name_tokens("Rosa Soto"), stored)
    assert not names_agree((), stored)


def test_prefixes_find_a_name_while_it_is_typed():
    assert prefixes("gordon") == ("go", "gor", "gord", "gordo", "gordon")
    assert prefixes("lo") == ("lo",)


@settings(deadline=None)
@given(st.text(alphabet="abcdefgh", min_size=2, max_size=30))
def test_every_beginning_of_a_token_up_to_eight_letters_is_a_prefix(token):
    typed = {token[:length] for length in PREFIX_LENGTHS}
    assert set(prefixes(token)) == typed


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("+1 (218) 555-0173", "2185550173"),
        ("218.555.0173 ext. 44", "2185550173"),
        ("Max, 218-555-0173", "2185550173"),
        ("12185550173x9", "2185550173"),
        ("555-0173", "5550173"),
        ("２１８５５５０１７３", "2185550173"),
        ("none", None),
        ("911", None),
    ],
)
def test_a_phone_number_is_its_last_ten_digits(written, digits):
    assert phone_digits(written) == digits


@settings(deadline=None)
@given(st.integers(min_value=10**9, max_value=10**10 - 1), st.sampled_from(["{}", "+1{}", "1-{}", "({})"]))
def test_a_country_code_does_not_change_a_phone_number(number, form):
    assert phone_digits(form.format(number)) == str(number)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 Elm Court, Moorhead MN 56560", "12 elm ct."),
        ("12 Elm Ct #4", "Apartment 4, 12 Elm Court"),
        ("North First Street 9", "N. 1st St. 9"),
        ("County Road 12 at the grange hall", "Co. Rd. 12 at the Grange Hall"),
        ("Saint Brigid", "ST BRIGID"),
    ],
)
def test_a_place_is_the_same_in_long_and_short_forms(one, other):
    assert place_key(one) == place_key(other) != ""


def test_another_door_is_another_place():
    assert place_key("12 Elm Ct #4") != place_key("12 Elm Ct #5")


@settings(deadline=None)
@given(st.text(max_size=80))
def test_a_place_key_is_its_own_key(text):
    assert place_key(place_key(text)) == place_key(text)
