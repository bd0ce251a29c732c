"""Triage rules: each fires where it says, the first is shown, and what was not asked is never a no."""

from itertools import product

import pytest

from dispatch.triage import ANSWERS, BY_CODE, QUESTIONS, RULES, could_raise, more_urgent, needs_two, suggest

CALM = dict.fromkeys(QUESTIONS, "no")


@pytest.mark.parametrize(
    ("yes", "rule", "acuity", "call_911"),
    [
        (("medical",), "A1", 1, True),
        (("attempt",), "A2", 1, True),
        (("weapon", "danger"), "A3", 1, True),
        (("weapon", "violence"), "A4", 1, True),
        (("danger",), "B1", 1, False),
        (("weapon",), "B2", 1, False),
        (("violence",), "B3", 1, False),
        (("psychosis",), "C1", 2, False),
        (("substances",), "C2", 2, False),
        (("minors",), "C3", 2, False),
        ((), "D1", 3, False),
        (("animals", "police"), "D1", 3, False),
        (("medical", "weapon", "danger", "psychosis"), "A1", 1, True),
    ],
)
def test_a_yes_fires_its_rule(yes: tuple[str, ...], rule: str, acuity: int, call_911: bool):
    found = suggest({**CALM, **dict.fromkeys(yes, "yes")})
    assert (found.rule, found.acuity, found.call_911) == (rule, acuity, call_911)


@pytest.mark.parametrize("answer", [None, "", "unknown"])
@pytest.mark.parametrize(("question", "rule"), [("danger", "C4"), ("weapon", "C5")])
def test_not_asked_is_not_no(question: str, rule: str, answer: str | None):
    answers = {**CALM, question: answer}
    assert suggest({code: said for code, said in answers.items() if said is not None}).rule == rule


def test_a_suicide_threat_reported_by_911_is_urgent_until_someone_asks():
    assert suggest({"reported": "SUICTHRT"}).rule == "B4"
    assert suggest({**CALM, "reported": "SUICTHRT"}).rule == "D1"


def test_every_rule_can_be_the_one_that_is_shown():
    shown = {
        suggest({**dict(zip(QUESTIONS, said, strict=False)), "reported": reported}).rule
        for said in product(("yes", "no", ""), repeat=8)
        for reported in ("", "SUICIDE")
    }
    assert shown == set(BY_CODE)


def test_rules_stand_in_the_order_of_their_haste():
    haste = [(rule.acuity, not rule.call_911) for rule in RULES]
    assert haste == sorted(haste)


def test_no_yes_ever_makes_it_less_urgent():
    for said in product(ANSWERS, repeat=5):
        answers = dict(zip(("danger", "weapon", "violence", "psychosis", "medical"), said, strict=True))
        now = suggest(answers)
        for question in answers:
            assert not more_urgent(now, suggest({**answers, question: "yes"})), (answers, question)


def test_the_questions_still_worth_asking_are_those_that_could_raise_it():
    assert could_raise(CALM) == ()
    assert could_raise({**CALM, "danger": "yes", "weapon": "unknown"}) == ("weapon",)
    assert "danger" in could_raise({})
    assert could_raise({"medical": "yes"}) == ()


@pytest.mark.parametrize("question", ["weapon", "violence"])
@pytest.mark.parametrize("answer", ["yes", "unknown", ""])
def test_two_go_unless_weapon_and_violence_were_both_denied(question: str, answer: str):
    assert needs_two({**CALM, question: answer})
    assert not needs_two(CALM)
