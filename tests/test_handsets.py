"""The demo's phones ring, and its providers break, by the same rules as real ones."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.handset_stage import ANA, Demo, a_demo, called
from tests.wired import a_call, incident_at


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    with a_demo(tmp_path) as demo:
        yield demo


def test_a_text_that_nobody_answers_makes_the_phone_ring_and_the_call_is_answered_on_its_keys(
    demo: Demo,
) -> None:
    incident = called(demo)
    assert demo.call(ANA)["state"] == "ringing"
    assert demo.post(f"handsets/{ANA}", call="answer")[0] == 200
    assert (demo.call(ANA)["state"], demo.call(ANA)["keys"]) == ("talking", 2)
    demo.type_code(ANA)
    assert demo.call(ANA)["said"][-1]["text"].startswith("Thank you. To accept, press one.")
    demo.post(f"handsets/{ANA}", digits="1")
    assert demo.call(ANA)["said"][-1]["text"].startswith("You have it: two, zero, zero, one.")
    assert (demo.call(ANA)["state"], demo.call(ANA)["end"]) == ("over", "The call is over.")
    assert incident_at(demo.house.shell, incident).member("ana") is not None


def test_a_phone_rings_out_by_itself_and_rings_again(demo: Demo) -> None:
    called(demo)
    demo.pass_seconds(29)
    assert demo.call(ANA)["state"] == "ringing"
    demo.pass_seconds(2)
    first, *more = demo.phone(ANA)["calls"]
    assert first["end"] == "Nobody picked up."
    assert [call["state"] for call in more] == ["ringing"]


@pytest.mark.parametrize(
    ("does", "end", "failed"),
    [("ignore", "Nobody picked up.", "no-answer"), ("voicemail", "Voicemail picked up.", "machine")],
)
def test_who_lets_it_ring_or_has_it_go_to_voicemail_has_answered_nothing(
    demo: Demo, does: str, end: str, failed: str
) -> None:
    incident = called(demo)
    demo.post(f"handsets/{ANA}", call=does)
    assert demo.phone(ANA)["calls"][0]["end"] == end
    row = next(row for row in demo.tries("ana") if row.channel == "call")
    assert row.failed == failed and row.reached < 5
    assert incident_at(demo.house.shell, incident).member("ana") is None


def test_a_call_that_is_put_down_before_the_code_is_no_answer(demo: Demo) -> None:
    called(demo)
    demo.post(f"handsets/{ANA}", call="answer")
    demo.post(f"handsets/{ANA}", call="hang_up")
    row = next(row for row in demo.tries("ana") if row.channel == "call")
    assert row.failed == "ended"


def test_a_second_call_to_a_phone_that_talks_finds_it_busy(demo: Demo) -> None:
    called(demo)
    demo.post(f"handsets/{ANA}", call="answer")
    row = next(row for row in demo.tries("ana") if row.channel == "call")
    (call,) = demo.handsets._recorders["north"].calls_to(ANA)
    demo.handsets.lines.ring(call)
    assert len(demo.phone(ANA)["calls"]) == 1
    assert next(one for one in demo.tries("ana") if one.id == row.id).failed == "busy"


@pytest.mark.parametrize("does", ["hangs", "refuses"])
def test_with_one_provider_broken_the_other_carries_the_page_and_its_call(demo: Demo, does: str) -> None:
    assert demo.post("providers/north", does=does) == (200, {"does": does})
    a_call(demo.house.shell)
    demo.pass_seconds(20)
    assert [said["by"] for said in demo.phone(ANA)["talk"]] == ["south"]
    demo.pass_seconds(60)
    assert demo.phone(ANA)["calls"], "a text that may never arrive does not keep the call waiting"
    demo.post("providers/north", does="works")
    told = demo.house.app.test_client().get("/demo/handsets.json").get_json()
    assert [one["does"] for one in told["providers"]] == ["works", "works"]


def test_the_page_shows_a_ringing_phone_without_any_script(demo: Demo) -> None:
    called(demo)
    page = demo.house.app.test_client().get("/demo").get_data(as_text=True)
    card = page[page.index('id="hs-lindqvist"') : page.index('id="hs-osei"')]
    assert "Ringing: Standby" in card and re.search(r'value="answer">Answer</button>', card)
    answer = demo.house.app.test_client().post(f"/demo/handsets/{ANA}", data={"call": "answer"})
    assert answer.status_code == 302
    page = demo.house.app.test_client().get("/demo").get_data(as_text=True)
    assert "type this code on your phone" in page


@pytest.mark.parametrize(
    ("address", "given", "status", "sentence"),
    [
        (f"handsets/{ANA}", {"call": "answer"}, 409, "No call rings there now. Wait for the next page."),
        (f"handsets/{ANA}", {"digits": "1"}, 409, "No call rings there now. Wait for the next page."),
        (f"handsets/{ANA}", {"digits": "x"}, 409, "A phone has the keys 0 to 9, star and hash."),
        (f"handsets/{ANA}", {"digits": ""}, 422, "Type digits, such as 1."),
        (f"handsets/{ANA}", {"call": "explode"}, 422, "Choose answer, ignore, voicemail or hang_up."),
        (f"handsets/{ANA}", {}, 409, "Write the text to send, such as 2001 Y 15."),
        ("handsets/+12025550100", {"call": "answer"}, 409, "That number is not one of the demo's handsets."),
        ("providers/west", {"does": "hangs"}, 409, "The demo has no such provider."),
        ("providers/north", {"does": "melts"}, 422, "Choose works, hangs or refuses."),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(
    demo: Demo, address: str, given: dict[str, str], status: int, sentence: str
) -> None:
    answered, told = demo.post(address, **given)
    assert (answered, told["error"]) == (status, sentence)


def test_a_phone_that_rings_takes_no_keys_before_it_is_picked_up(demo: Demo) -> None:
    called(demo)
    assert demo.post(f"handsets/{ANA}", digits="1") == (409, {"error": "Pick it up first."})
    demo.post(f"handsets/{ANA}", call="answer")
    assert demo.post(f"handsets/{ANA}", call="answer") == (409, {"error": "That call is picked up already."})
