"""The screener against a truth table written apart from it, over all combinations of answers."""

from itertools import product

import pytest

from app.record import cssrs
from app.record.cssrs import Level, as_json, next_question, score
from app.record.cssrs_wording import QUESTIONS, TO_CHECK, VERIFIED
from app.record.wrong import Wrong

YES, NO, OPEN = "yes", "no", ("refused", "unable", "not_asked")


def table(a1: str, a2: str, a3: str, a4: str, a5: str, a6: str, recent: str) -> tuple[str, set[str]]:
    """The published colours, spelled out the long way, and which gaps could still change them."""
    if YES in (a4, a5, recent):
        return "high", set()
    gaps: set[str] = set()
    if a2 != NO:
        gaps |= {q for q, a in (("q4", a4), ("q5", a5)) if a in OPEN}
    if a6 in OPEN:
        gaps.add("q6")
    if a6 == YES and recent in OPEN:
        gaps.add("q6_recent")
    if a3 == YES or a6 == YES:
        return "moderate", gaps
    if a2 != NO and a3 in OPEN:
        gaps.add("q3")
    if a1 == YES or a2 == YES:
        return "low", gaps
    gaps |= {q for q, a in (("q1", a1), ("q2", a2)) if a in OPEN}
    return "none", gaps


def test_every_combination_of_answers_gets_the_level_of_the_table():
    for answers in product((YES, NO, *OPEN), repeat=7):
        level, gaps = table(*answers)
        found = cssrs.result(dict(zip(cssrs.ORDER, answers, strict=True)))
        assert (found.so_far, set(found.could_rise)) == (level, gaps), answers
        assert found.level == ("incomplete" if gaps else level), answers
        assert found.next is None


def test_an_absent_answer_weighs_the_same_as_not_asked():
    for answers in product((YES, NO, "not_asked", None), repeat=7):
        given = {q: a for q, a in zip(cssrs.ORDER, answers, strict=True) if a is not None}
        spelled = {q: a or "not_asked" for q, a in zip(cssrs.ORDER, answers, strict=True)}
        left, right = cssrs.result(given), cssrs.result(spelled)
        assert (left.level, left.so_far, left.could_rise, left.rule) == (
            right.level,
            right.so_far,
            right.could_rise,
            right.rule,
        )


def test_unanswered_is_never_taken_for_no():
    for answers in product((YES, NO, *OPEN), repeat=7):
        given = dict(zip(cssrs.ORDER, answers, strict=True))
        found = cssrs.result(given)
        if found.level is Level.NONE:
            assert given["q1"] == given["q2"] == given["q6"] == NO


def test_nobody_is_called_low_while_a_gap_could_make_it_high():
    ladder = ("none", "low", "moderate", "high")
    for answers in product((YES, NO, "refused"), repeat=7):
        given = dict(zip(cssrs.ORDER, answers, strict=True))
        found = cssrs.result(given)
        if found.level is Level.INCOMPLETE:
            continue
        for question in cssrs.asked(given):
            if given[question] == "refused":
                as_yes = cssrs.result(given | {question: YES})
                assert ladder.index(as_yes.so_far) <= ladder.index(found.level), (given, question)


@pytest.mark.parametrize(
    ("answers", "level", "colour"),
    [
        ({"q1": YES, "q2": NO, "q6": "lifetime"}, "moderate", "orange"),
        ({"q1": NO, "q2": NO, "q6": NO}, "none", None),
        ({"q1": YES, "q2": NO, "q6": NO}, "low", "yellow"),
        ({"q1": YES, "q2": YES, "q3": NO, "q4": NO, "q5": NO, "q6": NO}, "low", "yellow"),
        ({"q1": YES, "q2": YES, "q3": YES, "q4": NO, "q5": NO, "q6": NO}, "moderate", "orange"),
        ({"q1": NO, "q2": NO, "q6": "past_3_months"}, "high", "red"),
        ({"q4": YES}, "high", "red"),
        ({"q5": YES}, "high", "red"),
        ({"q1": NO, "q2": NO, "q6": "refused"}, "incomplete", None),
        ({"q1": NO, "q2": NO, "q6": YES}, "incomplete", None),
        ({}, "incomplete", None),
    ],
)
def test_the_levels_people_know_by_heart(answers, level, colour):
    found = score(answers)
    assert (found.level, found.colour) == (level, colour)


def test_a_no_to_two_skips_to_six():
    assert next_question({"q1": YES, "q2": NO}) == "q6"


@pytest.mark.parametrize("answer", [YES, *OPEN])
def test_anything_but_no_to_two_asks_three_four_and_five(answer):
    answers = {"q1": NO, "q2": answer}
    walked = []
    while (question := next_question(answers)) is not None:
        walked.append(question)
        answers[question] = NO
    assert walked == ["q3", "q4", "q5", "q6"]


def test_the_past_three_months_are_asked_only_after_a_yes_to_six():
    base = {"q1": NO, "q2": NO}
    assert next_question(base | {"q6": YES}) == "q6_recent"
    for answer in (NO, *OPEN):
        assert next_question(base | {"q6": answer}) is None


def test_the_first_question_is_one_and_a_question_passed_over_is_not_asked_again():
    assert next_question({}) == "q1"
    assert next_question({"q1": "not_asked"}) == "q2"


def test_the_rule_that_fired_is_said():
    assert score({"q1": YES, "q2": YES, "q3": YES, "q4": NO, "q5": NO, "q6": NO}).rule == (
        "Question 3 is yes (method, no intent)."
    )
    assert score({"q1": YES, "q2": NO, "q6": "lifetime"}).rule == "Question 6 is yes, lifetime only."
    assert score({"q1": NO, "q2": NO, "q6": NO}).rule == "No question is yes."


def test_an_open_screener_says_what_is_open_and_what_is_known_so_far():
    found = score({"q1": YES, "q2": YES, "q3": YES, "q4": NO, "q5": NO, "q6": "refused"})
    assert found.so_far == "moderate"
    assert found.could_rise == ("q6",)
    assert found.rule == (
        "Question 6 has no yes or no and may raise it. "
        "So far moderate: question 3 is yes (method, no intent)."
    )


def test_method_is_not_called_without_intent_before_intent_was_asked():
    assert "no intent" not in score({"q1": NO, "q2": YES, "q3": YES}).rule


def test_a_yes_that_contradicts_the_skip_still_counts_and_is_said():
    found = score({"q1": NO, "q2": NO, "q4": YES, "q6": NO})
    assert found.level == "high"
    assert found.rule == "Question 4 is yes (some intent to act). It counts although question 2 is no."
    assert score({"q1": NO, "q2": NO, "q6": NO, "q6_recent": YES}).level == "high"


def test_the_command_line_form_of_question_six_is_the_long_form():
    assert score({"q6": "lifetime"}) == score({"q6": YES, "q6_recent": NO})
    assert score({"q6": "Past 3-months"}) == score({"q6": YES, "q6_recent": YES})


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"q1": "maybe"}, "q1"),
        ({"q1": True}, "q1"),
        ({"q1": "lifetime"}, "q1"),
        ({"q6": "last week"}, "q6"),
        ({"q7": YES}, "q7"),
        ({"Gordon said": YES}, ""),
        ({"q6": "lifetime", "q6_recent": YES}, "q6_recent"),
    ],
)
def test_a_value_the_screener_does_not_know_is_refused_without_repeating_it(values, field):
    with pytest.raises(Wrong) as refused:
        score(values)
    assert refused.value.field == field
    assert str(refused.value) == refused.value.sentence
    assert "maybe" not in refused.value.sentence and "Gordon" not in str(refused.value.args)


def test_an_empty_value_is_no_answer():
    assert score({"q1": "", "q2": " "}) == score({})


def test_unasked_questions_are_those_that_apply_and_were_never_put():
    assert cssrs.unasked({"q1": YES, "q2": NO, "q3": "not_asked", "q6": "not_asked"}) == ("q6",)
    assert cssrs.unasked({"q1": "refused", "q2": "unable", "q3": NO, "q4": NO}) == ("q5", "q6")


def test_the_contract_of_the_command_line():
    said = as_json(score({"q1": YES, "q2": NO, "q6": "lifetime"}))
    assert said["instrument"] == "c-ssrs"
    assert said["result"] == "moderate"
    assert said["rule"] == "Question 6 is yes, lifetime only."
    assert said["could_rise"] == [] and said["next"] is None


def test_the_wording_covers_every_question_and_says_that_it_is_not_checked_yet():
    assert tuple(question.id for question in QUESTIONS) == cssrs.ORDER
    assert not VERIFIED and "to be checked" in TO_CHECK
