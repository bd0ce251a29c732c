"""The chart keeps every honest answer as it was typed, and refuses the rest without repeating it."""

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.record.chart import WrongChanges, clean, screener_answers, sort_out, with_changes
from app.record.cssrs import ANSWERS, ORDER
from app.record.cssrs_wording import VERSION
from app.record.field import LINE_LIMIT, ROWS_LIMIT, TEXT_LIMIT, Field
from app.record.form import FIELDS, SECTIONS
from app.record.form_assessment import SCREENER_ANSWERS


def sentence(field: str, given: object) -> str:
    with pytest.raises(WrongChanges) as refused:
        clean({field: given})
    (wrong,) = refused.value.wrong
    assert wrong.field == field
    return wrong.sentence


def an_answer(field: Field) -> st.SearchStrategy[object]:
    codes = [option.code for option in field.options]
    match field.kind:
        case "text":
            return st.text(max_size=60)
        case "line":
            return st.text(max_size=60)
        case "choice" | "screener" | "stamp":
            return st.sampled_from(["", *codes])
        case "choices":
            return st.lists(
                st.sampled_from([c for c in codes if c not in field.alone] or codes[:1]), max_size=4
            )
        case "rows":
            cells = {
                column.id: st.sampled_from(["", *(option.code for option in column.options)])
                if column.options
                else st.text(max_size=20)
                for column in field.columns
            }
            return st.lists(st.fixed_dictionaries({}, optional=cells), max_size=4)


A_CHART = st.fixed_dictionaries({}, optional={field.id: an_answer(field) for field in FIELDS.values()})


@settings(max_examples=60, deadline=None)
@given(A_CHART)
def test_what_is_clean_stays_as_it_is(changes):
    once = clean(changes)
    assert clean(once) == once
    json.dumps(once, ensure_ascii=False).encode()


@settings(max_examples=60, deadline=None)
@given(A_CHART)
def test_every_answer_given_has_its_place_in_what_is_kept(changes):
    assert set(changes) <= set(clean(changes)) <= {*changes, "cssrs_version"}


@settings(deadline=None)
@given(st.text(max_size=300))
def test_visible_words_are_kept_letter_for_letter(text):
    seen = "".join(c for c in text if unicodedata.category(c)[0] in "LMNPSZ")
    assert clean({"narrative": seen})["narrative"] == seen


@settings(deadline=None)
@given(st.text(alphabet=st.characters(), max_size=300))
def test_no_control_character_reaches_the_record(text):
    kept = clean({"narrative": text})["narrative"]
    assert all(c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") for c in kept)
    assert not set(kept) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069")


def test_lines_end_in_one_way_and_halves_of_characters_go():
    assert clean({"narrative": "one\r\ntwo\rthree\x00\ud800\u202e"})["narrative"] == "one\ntwo\nthree"
    assert clean({"signer_name": "L.\tHaddad\r\nLICSW"})["signer_name"] == "L. Haddad LICSW"


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(sorted(FIELDS)) | st.text(max_size=20),
        st.none()
        | st.booleans()
        | st.integers()
        | st.text()
        | st.lists(st.text())
        | st.dictionaries(st.text(), st.text()),
        max_size=5,
    )
)
def test_any_input_is_sorted_without_an_accident(changes):
    found = sort_out(changes)
    assert len(found.values.keys() - {"cssrs_version"}) + len(found.wrong) >= len(changes) - 1


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_refusal_never_repeats_what_was_typed(field):
    typed = "Gordon takes the rifle"
    for given_value in (typed * 1_000, [typed], [{typed: typed}], {"x": typed}, [{"time": typed * 200}], 7):
        with pytest.raises(WrongChanges) as refused:
            clean({field: given_value})
        assert "rifle" not in str(refused.value)
        assert all("rifle" not in str(wrong) for wrong in refused.value.wrong)


def test_an_unknown_question_is_refused_and_only_a_plain_name_is_repeated():
    assert (
        sentence("diagnosis", "x")
        == "The form has no such question. Load the page again; your words stay here."
    )
    (wrong,) = sort_out({"Gordon takes the rifle": "x"}).wrong
    assert wrong.field == ""


def test_too_long_is_refused_and_never_cut():
    assert clean({"narrative": "a" * TEXT_LIMIT})["narrative"] == "a" * TEXT_LIMIT
    assert sentence("narrative", "a" * (TEXT_LIMIT + 12)) == (
        "This is 8,012 characters. Bring it to 8,000 or fewer, then it is saved."
    )
    assert "Bring it to 300" in sentence("signer_name", "a" * (LINE_LIMIT + 1))


def test_one_bad_answer_does_not_hold_up_the_others():
    found = sort_out({"narrative": "She was on the road.", "disposition": "moon"})
    assert found.values == {"narrative": "She was on the road."}
    assert [(wrong.field, wrong.sentence) for wrong in found.wrong] == [
        ("disposition", "Choose one of the answers shown.")
    ]


def test_all_wrong_fields_are_named_at_once():
    with pytest.raises(WrongChanges) as refused:
        clean({"narrative": 3, "disposition": "moon", "facts": "none"})
    assert [wrong.field for wrong in refused.value.wrong] == ["narrative", "disposition", "facts"]


def test_not_assessed_stands_alone():
    assert sentence("mse_speech", ["fast", "not_assessed"]) == (
        "“Not assessed” stands alone. Take it off, or take the others off."
    )
    assert clean({"mse_speech": ["not_assessed"]}) == {"mse_speech": ["not_assessed"]}


def test_ticks_are_kept_once_and_in_the_order_of_the_form():
    assert clean({"mse_speech": ["slurred", "fast", "slurred"]}) == {"mse_speech": ["fast", "slurred"]}
    assert clean({"mse_speech": "fast"}) == {"mse_speech": ["fast"]}


def test_a_row_is_whole_and_an_empty_row_goes():
    rows = [{"time": "02:04", "fact": "Stood on the road."}, {"time": " "}, {}]
    assert clean({"facts": rows}) == {
        "facts": [{"time": "02:04", "fact": "Stood on the road.", "source": ""}]
    }


def test_a_row_says_its_number_when_it_is_wrong():
    assert sentence("supports", [{"who": "Ann"}, {"who": "Jo", "stay": "perhaps"}]) == (
        "Row 2: Choose one of the answers shown."
    )
    assert sentence("facts", [{"opinion": "x"}]).startswith("Row 1 has a cell")
    assert "Bring them to 40" in sentence("facts", [{"fact": "x"}] * (ROWS_LIMIT + 1))


def test_an_answer_taken_back_is_gone():
    chart = with_changes(
        {"narrative": "a", "disposition": "community"}, clean({"disposition": "", "facts": None})
    )
    assert chart == {"narrative": "a"}


def test_a_screener_answer_keeps_the_version_of_the_words_read_aloud():
    assert clean({"cssrs_q4": "no"}) == {"cssrs_q4": "no", "cssrs_version": VERSION}
    assert "cssrs_version" not in clean({"narrative": "a"})


def test_the_chart_hands_the_screener_its_answers():
    chart = clean({"cssrs_q1": "yes", "cssrs_q6_recent": "refused", "cssrs_q2": ""})
    assert screener_answers(chart) == {"q1": "yes", "q6_recent": "refused"}


def test_the_form_asks_each_question_once_and_every_choice_has_words():
    ids = [field.id for section in SECTIONS for field in section.fields]
    assert len(ids) == len(set(ids))
    for field in FIELDS.values():
        assert field.label
        assert bool(field.options) == (field.kind in ("choice", "choices", "screener", "stamp"))
        assert bool(field.columns) == (field.kind == "rows")
        assert set(field.alone) <= {option.code for option in field.options}
        assert all(option.code and option.words for option in field.options)


def test_the_form_offers_every_answer_that_the_screener_knows():
    assert tuple(SCREENER_ANSWERS) == ANSWERS
    assert {f"cssrs_{question}" for question in ORDER} <= set(FIELDS)


def test_the_mental_status_has_its_twelve_lines_and_each_may_be_not_assessed():
    lines = [field for field in FIELDS.values() if field.id.startswith("mse_") and field.kind == "choices"]
    assert len(lines) == 12
    assert all("not_assessed" in field.alone for field in lines)
