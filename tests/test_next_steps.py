"""The steps that a phone offers are the very steps that the rules would take: no more, no fewer."""

import random

import pytest

from dispatch import commands as c
from dispatch.decide import decide
from dispatch.incident import Incident
from dispatch.next_steps import STEPS, command_of, next_steps, page_of
from dispatch.stages import Seat, Stage
from dispatch.value import Refused
from tests.builders import a_board, after_asking, an_incident, asked_now, minute, played

TEAM = ("ana", "ben", "cy", "dee")


def taken(incident: Incident, person: str, code: str, at: float) -> bool:
    """Do the rules take this step now?"""
    minutes = 10 if code == "eta" else None
    try:
        return bool(decide(incident, command_of(code, incident, person, minutes=minutes), a_board(at)))
    except Refused:
        return False


def offered(incident: Incident, person: str) -> list[str]:
    return [step.code for step in next_steps(incident, person)]


def disagreements(incident: Incident, at: float) -> list[tuple[str, str]]:
    return [
        (person, code)
        for person in TEAM
        for code in STEPS
        if (code in offered(incident, person)) != taken(incident, person, code, at)
    ]


@pytest.mark.parametrize("stage", Stage)
def test_in_every_stage_the_steps_offered_are_those_that_the_rules_take(stage: Stage) -> None:
    assert disagreements(an_incident(stage), at=2) == []


@pytest.mark.parametrize("seed", range(60))
def test_however_a_team_gets_there_the_steps_offered_are_those_that_the_rules_take(seed: int) -> None:
    choose = random.Random(seed)
    incident = an_incident(Stage.PAGING, paged=("ana", "ben"))
    for number in range(14):
        at = 1 + number
        incident = moved(incident, choose, at)
        assert disagreements(incident, at + 0.5) == []


def moved(incident: Incident, choose: random.Random, at: float) -> Incident:
    """One more thing happens: a yes, a step, a word of the desk, or the clock; or it is refused."""
    person = choose.choice(TEAM[:3])
    page = page_of(incident, person)
    wishes: list[c.Command] = [
        *([c.Accept(person, page.id, 12)] * 3 if page else []),
        *(command_of(code, incident, person, minutes=10) for code in offered(incident, person)),
        c.GoAlone("dee", "no_second"),
        c.AskPerson("dee", "cy", Seat.SECOND),
        c.Wake(),
    ]
    try:
        return after_asking(incident, choose.choice(wishes), a_board(at, alone_allowed=True))
    except Refused:
        return incident


@pytest.mark.parametrize(
    ("stage", "big"),
    [
        (Stage.ACCEPTED, "go"),
        (Stage.EN_ROUTE, "here"),
        (Stage.STAGED, "here"),
        (Stage.ON_SCENE, "with"),
        (Stage.WITH_PERSON, "done"),
        (Stage.TRANSPORTING, "done"),
    ],
)
def test_the_big_button_is_the_step_that_usually_comes_next(stage: Stage, big: str) -> None:
    assert offered(an_incident(stage), "ana")[0] == big


def test_whoever_is_there_alone_is_offered_a_sign_of_life_before_the_end() -> None:
    incident = played(an_incident(Stage.EN_ROUTE), (3, c.Arrive("ana", "ana")))
    steps = offered(incident, "ana")
    assert steps[0] == "ok"
    assert "with" not in steps and "done" in steps


def test_nobody_is_offered_a_step_of_a_task_they_are_not_on() -> None:
    assert offered(an_incident(Stage.EN_ROUTE), "cy") == []


def test_a_promise_and_a_yes_given_back_have_no_time_of_their_own() -> None:
    untimed = {step.code for step in next_steps(an_incident(Stage.ACCEPTED), "ana") if not step.timed}
    assert untimed == {"eta", "give_back"}


def test_a_step_entered_late_carries_its_true_time() -> None:
    incident = an_incident(Stage.EN_ROUTE)
    facts = decide(incident, command_of("here", incident, "ana", at=minute(7)), a_board(20))
    assert facts[0].at == minute(7)


def test_a_word_is_about_the_page_that_waits_before_any_older_one() -> None:
    incident = played(
        an_incident(Stage.PAGING),
        (1, c.Decline("ana", "i1-1")),
        (2, c.Recall("dee", "wrong_team")),
        (3, c.Dispatch("dee", "ana", "ben")),
    )
    waiting = [page.id for page in incident.open_pages if page.person == "ana"]
    page = page_of(incident, "ana")
    assert "ana" in asked_now(incident) and page is not None and [page.id] == waiting


def test_a_word_is_about_the_page_one_goes_on_when_none_waits() -> None:
    incident = played(an_incident(Stage.ACCEPTED, paged=("ana", "ben")))
    page = page_of(incident, "ana")
    member = incident.member("ana")
    assert page is not None and member is not None and page.id == member.page


def test_a_code_that_is_no_step_asks_nothing() -> None:
    with pytest.raises(KeyError):
        command_of("dance", an_incident(Stage.ACCEPTED), "ana")
