"""The phone's way: one question at a time by the screener's own skips, forward, back, and after a break."""

import pytest

from app.record import steps
from app.record.form import FIELDS, SECTIONS
from app.record.steps import progress, resume, step_after, step_before, step_of


def walk(chart):
    way, step = [], step_after(chart, None)
    while step is not None:
        way.append(step)
        step = step_after(chart, step)
    return way


def test_the_whole_way_with_no_to_two():
    chart = {"cssrs_q1": "yes", "cssrs_q2": "no", "cssrs_q6": "no"}
    assert walk(chart) == [
        "cssrs_q1",
        "cssrs_q2",
        "cssrs_q6",
        "screener",
        "mental_status",
        "substances",
        "medical",
        "supports",
        "means",
        "strengths",
        "sources",
        "narrative",
        "disposition",
        "decision",
        "sign",
    ]


@pytest.mark.parametrize("answer", ["yes", "refused", "unable", "not_asked"])
def test_anything_but_no_to_two_leads_to_three(answer):
    assert step_after({"cssrs_q2": answer}, "cssrs_q2") == "cssrs_q3"


def test_yes_to_six_leads_to_its_second_part():
    assert step_after({"cssrs_q6": "yes"}, "cssrs_q6") == "cssrs_q6_recent"
    assert step_after({"cssrs_q6": "refused"}, "cssrs_q6") == "screener"


def test_going_back_takes_the_same_way():
    chart = {"cssrs_q2": "no", "cssrs_q6": "yes"}
    forward = walk(chart)
    back, step = [], "sign"
    while step is not None:
        back.append(step)
        step = step_before(chart, step)
    assert back == forward[::-1]


def test_a_step_that_an_answer_took_out_still_leads_on():
    assert step_after({"cssrs_q2": "no"}, "cssrs_q4") == "cssrs_q6"
    assert step_before({"cssrs_q2": "no"}, "cssrs_q4") == "cssrs_q2"


def test_nobody_found_needs_no_level_of_care():
    assert step_after({"disposition": "not_found"}, "disposition") == "sign"
    assert step_after({"disposition": "community"}, "disposition") == "decision"


def test_going_on_after_a_break_passes_the_last_answer_and_stays_in_the_last_part():
    assert resume({}) == "cssrs_q1"
    assert resume({"cssrs_q1": "no", "cssrs_q2": "yes"}) == "cssrs_q3"
    assert resume({"cssrs_q1": "no", "cssrs_q2": "no", "cssrs_q6": "no"}) == "screener"
    assert resume({"cssrs_q1": "no", "supports_words": "Sister Ann."}) == "supports"


def test_questions_count_as_the_form_prints_them():
    assert progress("cssrs_q4").words == "Question 4 of 6"
    assert progress("cssrs_q6_recent").words == "Question 6 of 6"
    assert (progress("screener").at, progress("sign").words) == (1, "Part 12 of 12")


def test_every_field_has_the_one_step_that_shows_it():
    shown = [name for step in walk({"cssrs_q6": "yes"}) for name in steps.fields(step)]
    assert len(shown) == len(set(shown))
    assert set(FIELDS) - set(shown) == {"cssrs_version"}
    assert {name: step_of(name) for name in ("cssrs_q4_why", "risk", "dependents", "cssrs_version", "x")} == {
        "cssrs_q4_why": "cssrs_q4",
        "risk": "screener",
        "dependents": "decision",
        "cssrs_version": None,
        "x": None,
    }


def test_every_section_of_the_form_is_on_the_way():
    assert {section.id for section in SECTIONS} <= set(walk({}))
    assert steps.is_step("sign") and not steps.is_step("cssrs_q9")
