"""The desk: take down, triage, hold, send, take back and end, each with the reason that policy asks for."""

from datetime import timedelta

import pytest

from dispatch import commands as c
from dispatch.decide import decide
from dispatch.desk import CANCEL_REASONS, CHANNELS, HAND_OVER_TO, HOLD_REASONS, RECALL_REASONS
from dispatch.facts import Described
from dispatch.stages import Stage
from tests.builders import (
    CALM,
    REF,
    a_board,
    after_asking,
    an_incident,
    asked_now,
    kinds,
    minute,
    played,
    refusal,
    told,
)


def test_a_call_is_on_the_board_before_anything_is_asked():
    incident = after_asking(None, c.Receive("dee", "i1", REF, "clay", "phone"), a_board())
    assert incident.on_board
    assert incident.suggestion is not None and incident.suggestion.rule == "C4"


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_call_comes_in_by_any_channel_on_the_list(channel: str):
    assert decide(None, c.Receive("dee", "i1", REF, "clay", channel), a_board())


@pytest.mark.parametrize(
    ("answers", "needs", "sentence"),
    [
        ((("age", "yes"),), (), "One of the questions is not on the list. Reload the page."),
        ((("danger", "maybe"),), (), "Answer yes, no or not known, or leave it open."),
        (
            (("reported", "he is at 12 Elm St"),),
            (),
            "The incident type must be a code of letters and digits.",
        ),
        ((), ("armour",), "One of the needs is not on the list. Reload the page."),
    ],
)
def test_only_coded_answers_get_into_the_rules(answers: tuple, needs: tuple, sentence: str):
    command = c.Receive("dee", "i1", REF, "clay", "911", answers, needs)
    assert refusal(None, command, a_board()) == sentence


def test_the_same_call_is_not_opened_twice():
    command = c.Receive("dee", "i1", REF, "clay", "phone")
    assert refusal(an_incident(), command, a_board()) == "This call is on the board already."


def test_taking_down_more_changes_only_what_it_names():
    incident = played(an_incident(), (1, c.Describe("dee", (("danger", "yes"),))))
    assert dict(incident.answers) == {**dict(CALM), "danger": "yes"}
    assert incident.needs == ()
    incident = played(incident, (2, c.Describe("dee", needs=("spanish",))))
    assert incident.needs == ("spanish",)


def test_the_callers_words_are_named_in_the_fact_and_never_carried():
    facts = decide(an_incident(), c.Describe("dee", fields=("story",)), a_board())
    assert isinstance(facts[0], Described)
    assert facts[0].fields == ("story",)


def test_less_haste_than_the_rules_suggest_needs_a_reason():
    incident = an_incident(Stage.RECEIVED, answers=(("danger", "yes"),))
    assert refusal(incident, c.Triage("dee", 3), a_board()) == (
        "Rule B1 suggests 1. Give a reason to go lower."
    )
    assert played(incident, (1, c.Triage("dee", 3, "help_there"))).acuity == 3


def test_more_haste_than_the_rules_suggest_needs_none():
    assert played(an_incident(Stage.RECEIVED), (1, c.Triage("dee", 1))).acuity == 1


def test_triage_takes_one_two_or_three():
    assert refusal(an_incident(), c.Triage("dee", 4), a_board()) == "Choose priority 1, 2 or 3."


def test_triage_of_a_held_incident_brings_it_back_to_be_sent():
    incident = played(an_incident(Stage.HELD), (5, c.Triage("dee", 1)))
    assert incident.stage is Stage.TRIAGED
    assert incident.due is not None and incident.due.at == minute(10)


def test_triage_on_the_way_does_not_stop_the_team():
    assert played(an_incident(Stage.EN_ROUTE), (5, c.Triage("dee", 1))).stage is Stage.EN_ROUTE


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        (minute(10), "Choose a time to look again that is still ahead."),
        (
            minute(10) + timedelta(hours=12, seconds=1),
            "Look again within 12 hours. A longer wait needs another plan.",
        ),
    ],
)
def test_a_hold_needs_a_time_to_look_again(at, sentence):
    assert refusal(an_incident(), c.Hold("dee", "asked_later", at), a_board(10)) == sentence


def test_an_untriaged_call_is_not_sent_held_or_handed_over():
    incident = an_incident(Stage.RECEIVED)
    assert refusal(incident, c.Dispatch("dee"), a_board()) == "Triage it first: choose 1, 2 or 3."
    assert (
        refusal(incident, c.Hold("dee", "no_team", minute(9)), a_board()) == "Triage it first, then hold it."
    )
    assert refusal(incident, c.HandOver("dee", "911"), a_board()) == "Triage it first, then hand it over."


def test_two_seats_need_two_people():
    assert refusal(an_incident(), c.Dispatch("dee", "ana", "ana"), a_board()) == (
        "Choose two different people, or leave one open."
    )


def test_who_is_out_elsewhere_is_not_sent():
    assert refusal(an_incident(), c.Dispatch("dee", "ana"), a_board(busy={"ana": 2290})) == (
        "Ana is on 2290. Choose someone who is free."
    )


def test_one_goes_alone_only_where_policy_allows_it():
    command = c.Dispatch("dee", "ana", alone="no_second")
    assert refusal(an_incident(), command, a_board()) == "This program always sends two. Ask the next person."
    incident = after_asking(an_incident(), command, a_board(alone_allowed=True))
    assert list(asked_now(incident)) == ["ana"]


@pytest.mark.parametrize("answer", ["yes", "unknown", ""])
def test_nobody_goes_alone_when_a_weapon_is_known_or_was_not_asked_about(answer: str):
    incident = an_incident(acuity=1, answers=(("danger", "no"), ("violence", "no"), ("weapon", answer)))
    command = c.Dispatch("dee", "ana", alone="no_second")
    assert refusal(incident, command, a_board(alone_allowed=True)) == (
        "Weapon and violence must be answered no before anyone goes alone. Send two."
    )


def test_going_alone_needs_a_yes_first():
    assert refusal(an_incident(Stage.PAGING), c.GoAlone("dee", "no_second"), a_board(alone_allowed=True)) == (
        "Nobody has said yes yet. One must, before going alone."
    )


@pytest.mark.parametrize("stage", [Stage.PAGING, Stage.ACCEPTED, Stage.EN_ROUTE, Stage.STAGED])
@pytest.mark.parametrize(
    "command",
    [
        c.Cancel("dee", "by_phone"),
        c.MarkDuplicate("dee", 2290),
        c.HandOver("dee", "police"),
        c.Recall("dee", "wrong_team"),
    ],
)
def test_whoever_was_asked_or_said_yes_is_stood_down_once(stage: Stage, command: c.Command):
    incident = an_incident(stage)
    messages = told(incident, command, a_board(1))
    assert sorted(message.to for message in messages) == ["ana", "ben"]
    after = after_asking(incident, command, a_board(1))
    assert after.open_pages == ()
    assert after.out == ()


def test_a_recalled_team_leaves_the_incident_with_the_desk():
    incident = played(an_incident(Stage.EN_ROUTE), (9, c.Recall("dee", "not_safe")))
    assert (incident.stage, incident.members, incident.alone) == (Stage.TRIAGED, (), None)
    assert incident.due is not None and (incident.due.what, incident.due.at) == ("send", minute(24))


@pytest.mark.parametrize(
    ("command", "codes"),
    [
        (lambda code: c.Hold("dee", code, minute(9)), HOLD_REASONS),
        (lambda code: c.Cancel("dee", code), CANCEL_REASONS),
        (lambda code: c.HandOver("dee", code), HAND_OVER_TO),
        (lambda code: c.Recall("dee", code), RECALL_REASONS),
    ],
)
def test_an_end_needs_a_reason_from_its_list(command, codes):
    incident = an_incident(Stage.ACCEPTED if codes is RECALL_REASONS else Stage.TRIAGED)
    for code in codes:
        assert decide(incident, command(code), a_board())
    assert refusal(incident, command("because"), a_board()).startswith("Choose ")


def test_an_incident_is_not_its_own_duplicate():
    assert refusal(an_incident(), c.MarkDuplicate("dee", REF), a_board()) == (
        "An incident cannot be a duplicate of itself."
    )


def test_a_team_that_is_there_is_not_cancelled():
    assert refusal(an_incident(Stage.ON_SCENE), c.Cancel("dee", "by_phone"), a_board()) == (
        "The team is there, or it is over. It cannot be cancelled."
    )


def test_a_client_is_linked_and_unlinked_by_a_person():
    incident = played(an_incident(), (1, c.LinkClient("dee", "client-7")))
    assert incident.client == "client-7"
    assert refusal(incident, c.LinkClient("dee", "client-7"), a_board()) == (
        "That is who it is linked to already."
    )
    assert played(incident, (2, c.LinkClient("dee", None))).client is None


def test_a_call_to_911_is_on_the_record():
    assert kinds(decide(an_incident(), c.CallEmergency("dee"), a_board(3))) == ["EmergencyCalled"]
