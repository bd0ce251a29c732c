"""A call on the real Twilio client: the script goes inside the request, and every answer is a yes, a no or unclear."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest

from notify import twiml
from notify.transport import Call, Letter, Outcome, Push, Text
from notify.twilio_http import Wire
from notify.twilio_wire import CALL_WORDS, TwilioTransport
from tests.loopback import twilio_shape
from tests.loopback.phone import BUSY, CODE, NOBODY, NOTHING, VOICEMAIL, Phone, a_person
from tests.loopback.twilio_faults import Fault, breaking_down, cut_off, refusing, too_many
from tests.loopback.twilio_server import LoopbackTwilio

BEN = "+15005550010"
AMA = "+15005550011"
HOOKS = "https://standby.example/hooks/twilio"
START = datetime(2026, 11, 21, 9, 16, tzinfo=UTC)
SCRIPT = twiml.ask_keys(
    ["Crisis page two. To go on, type this code on your phone: four, seven."],
    action=f"{HOOKS}/voice?m=12&s=code1",
    keys=2,
    otherwise="Nobody typed the code.",
)
CALL = Call(BEN, SCRIPT, f"{HOOKS}/call?m=12", "12", machine_url=f"{HOOKS}/machine?m=12")


@pytest.fixture
def twilio() -> Iterator[LoopbackTwilio]:
    with LoopbackTwilio(now=lambda: START) as server:
        yield server


@pytest.fixture
def wire(twilio: LoopbackTwilio) -> TwilioTransport:
    return wired(twilio)


def wired(
    twilio: LoopbackTwilio, total_seconds: float = 8.0, calls_from: str | None = "+15005550007"
) -> TwilioTransport:
    return TwilioTransport(
        twilio.account_sid, twilio.auth_token, "+15005550006", twilio.base, total_seconds, calls_from
    )


def test_a_call_carries_its_script_and_where_each_thing_is_told(
    twilio: LoopbackTwilio, wire: TwilioTransport
) -> None:
    assert wire.send(CALL) == Outcome("sent", provider_id="CA" + "0" * 31 + "1")
    (seen,) = twilio.sends(BEN)
    assert seen.wrong is None, seen.wrong
    assert seen.path.endswith("/Calls.json")
    form = dict(seen.form)
    (action,) = re.findall(r'action="([^"]*)"', form.pop("Twiml"))
    assert action == f"{HOOKS}/voice?m=12&amp;s=code1#ct=2000&amp;rt=3000&amp;rc=2&amp;rp=all"
    assert form == {
        "To": BEN,
        "From": "+15005550007",
        "Timeout": "30",
        "TimeLimit": "240",
        "StatusCallback": f"{HOOKS}/call?m=12#ct=3000&rt=1500&rc=5&rp=all",
        "StatusCallbackEvent": "completed",
        "MachineDetection": "Enable",
        "AsyncAmd": "true",
        "AsyncAmdStatusCallback": f"{HOOKS}/machine?m=12#ct=3000&rt=1500&rc=5&rp=all",
    }
    (call,) = twilio.calls.values()
    assert call.events == ("initiated", "ringing", "answered", "completed")


def test_where_nobody_asks_who_picked_up_no_machine_is_listened_for(
    twilio: LoopbackTwilio, wire: TwilioTransport
) -> None:
    assert wire.send(replace(CALL, machine_url="")).kind == "sent"
    (seen,) = twilio.sends(BEN)
    assert not {"MachineDetection", "AsyncAmd", "AsyncAmdStatusCallback"} & seen.form.keys()
    (call,) = twilio.calls.values()
    assert call.events == ("initiated", "ringing", "answered", "completed")


def test_the_words_are_those_that_were_given(twilio: LoopbackTwilio, wire: TwilioTransport) -> None:
    wire.send(CALL)
    (call,) = twilio.calls.values()
    given, sent = ElementTree.fromstring(SCRIPT), ElementTree.fromstring(call.script)
    assert [one.text for one in sent.iter("Say")] == [one.text for one in given.iter("Say")]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (too_many(), Outcome("refused", code="20429")),
        (breaking_down(), Outcome("ambiguous", code="20500")),
        (breaking_down(accepted=True), Outcome("ambiguous", code="20500")),
        (cut_off(), Outcome("ambiguous", code="no_answer")),
        (cut_off(accepted=True), Outcome("ambiguous", code="no_answer")),
        (refusing(21211), Outcome("refused", code="21211", permanent=True)),
        (refusing(20003, 401), Outcome("refused", code="20003", account_wide=True)),
        (refusing(99999), Outcome("refused", code="99999")),
        (Fault(400), Outcome("refused", code="400")),
    ],
)
def test_each_answer_is_a_yes_a_no_or_unclear(
    twilio: LoopbackTwilio, wire: TwilioTransport, fault: Fault, outcome: Outcome
) -> None:
    twilio.fault(fault)
    assert wire.send(CALL) == outcome
    assert len(twilio.sends()) == 1, "the wire itself never sends twice"
    assert len(twilio.calls) == (1 if fault.accepted else 0)


def test_a_callback_address_that_twilio_rejects_does_not_cost_the_call(
    twilio: LoopbackTwilio, wire: TwilioTransport
) -> None:
    twilio.fault(refusing(21609))
    outcome = wire.send(CALL)
    assert (outcome.kind, outcome.code, outcome.account_wide) == ("sent", "21609", True)
    first, second = twilio.sends(BEN)
    assert {"StatusCallback", "AsyncAmdStatusCallback"} <= first.form.keys()
    assert not {"StatusCallback", "AsyncAmdStatusCallback", "StatusCallbackEvent"} & second.form.keys()


def test_both_sends_of_a_rejected_callback_share_one_bound(
    twilio: LoopbackTwilio, wire: TwilioTransport
) -> None:
    inner, limits = wire._wire.limit, []

    def noted(method: str) -> object:
        limits.append(inner(method).total)
        return inner(method)

    wire._wire.limit = noted  # type: ignore[assignment,method-assign]
    twilio.fault(refusing(21609))
    wire.send(CALL)
    first, second = limits
    assert second < first < 8.0
    wire.send(CALL)
    assert second < limits[2] < 8.0, "the next send has a bound of its own"


def test_a_look_is_bound_shorter_than_a_send_so_that_both_stay_under_the_lease() -> None:
    wire = Wire("http://127.0.0.1:9", 8.0)
    assert (wire.limit("GET").total, wire.limit("POST").total) == (4.0, 8.0)
    assert wire.limit("GET").total + wire.limit("POST").total < 15


def test_without_a_number_to_call_from_no_call_is_tried(twilio: LoopbackTwilio) -> None:
    assert wired(twilio, calls_from=None).send(CALL) == Outcome("refused", code="not_carried")
    assert not twilio.requests


@pytest.mark.parametrize("what", [Push("https://push.example/1", {}), Letter("ben@alder.example", "x", "y")])
def test_what_is_neither_text_nor_call_is_not_carried(
    twilio: LoopbackTwilio, wire: TwilioTransport, what: Push | Letter
) -> None:
    assert wire.send(what) == Outcome("refused", code="not_carried")
    assert not twilio.requests


def test_an_unclear_call_that_rang_is_found_again_and_one_that_did_not_is_not(
    twilio: LoopbackTwilio, wire: TwilioTransport
) -> None:
    twilio.fault(cut_off(), cut_off(accepted=True))
    wire.send(CALL)
    assert wire.find(CALL, since=START) == ()
    wire.send(CALL)
    (sighting,) = wire.find(CALL, since=START) or ()
    assert (sighting.provider_id, sighting.status, sighting.created) == (*twilio.calls, "queued", START)


def test_calls_to_others_old_ones_and_texts_are_not_found(
    twilio: LoopbackTwilio, wire: TwilioTransport
) -> None:
    wire.send(replace(CALL, to=AMA))
    wire.send(Text(BEN, "Crisis page 2291.", f"{HOOKS}/status?m=13", "13"))
    assert wire.find(CALL, since=START) == ()
    wire.send(CALL)
    assert wire.find(CALL, since=START + timedelta(minutes=1)) == ()
    (call,) = (call for call in twilio.calls.values() if call.to == BEN)
    call.direction = "inbound"
    assert wire.find(CALL, since=START) == ()


@pytest.mark.parametrize(("theirs", "ours"), CALL_WORDS.items())
def test_a_call_is_fetched_in_our_words(
    twilio: LoopbackTwilio, wire: TwilioTransport, theirs: str, ours: str
) -> None:
    sid = wire.send(CALL).provider_id or ""
    twilio.calls[sid].status = theirs
    seen = wire.fetch("call", sid)
    assert seen is not None
    assert (seen.provider_id, seen.status, seen.code) == (sid, ours, None)
    assert wire.fetch("text", sid) is None


def test_to_be_unable_to_look_is_not_to_have_found_nothing(twilio: LoopbackTwilio) -> None:
    stranger = TwilioTransport(twilio.account_sid, "wrong", "+15005550006", twilio.base, 8.0, "+15005550007")
    assert stranger.find(CALL, START) is None
    assert stranger.fetch("call", "CA" + "0" * 32) is None


def test_the_loopback_refuses_what_twilios_description_does_not_allow(twilio: LoopbackTwilio) -> None:
    path = f"/2010-04-01/Accounts/{twilio.account_sid}/Calls.json"
    good = b"To=%2B15005550010&From=%2B15005550007&Timeout=30&Twiml=x"
    assert twilio_shape.fault("POST", path, good, "Basic eDp5") is None
    for wrong in (b"From=%2B15005550007", good + b"&Timeuot=3", good.replace(b"=30", b"=soon")):
        assert twilio_shape.fault("POST", path, wrong, "Basic eDp5") is not None


# --- the phone of the tests, so that what it says of a service can be believed ------------------------------


def rung(twilio: LoopbackTwilio, wire: TwilioTransport, phone: Phone) -> tuple[list[str], list[str]]:
    """What the service was told, as path and word, and what was said in the call."""
    told: list[str] = []

    def post(url: str, pairs: object, headers: dict[str, str]) -> int:
        form = dict(pairs)  # type: ignore[call-overload]
        word = form.get("AnsweredBy") or form.get("Digits") or form["CallStatus"]
        told.append(f"{url.removeprefix(HOOKS).partition('?')[0]} {word}")
        return 503

    twilio.post = post
    wire.send(CALL)
    return told, twilio.ring(BEN, phone).words


def test_a_person_hears_the_words_and_types_the_code_that_was_said(
    twilio: LoopbackTwilio, wire: TwilioTransport
) -> None:
    told, words = rung(twilio, wire, a_person(CODE))
    assert told == [
        "/call initiated",
        "/call ringing",
        "/call in-progress",
        "/machine human",
        "/voice 47",
        "/call completed",
    ]
    assert "application error" in words[-1]  # what a caller hears when the service is not there


@pytest.mark.parametrize(
    ("phone", "end"), [(NOBODY, "no-answer"), (BUSY, "busy"), (Phone("cancelled"), "canceled")]
)
def test_a_phone_that_nobody_picks_up_hears_nothing(
    twilio: LoopbackTwilio, wire: TwilioTransport, phone: Phone, end: str
) -> None:
    assert rung(twilio, wire, phone) == (["/call initiated", "/call ringing", f"/call {end}"], [])


@pytest.mark.parametrize("phone", [VOICEMAIL, a_person(), a_person(NOTHING)])
def test_who_types_nothing_is_told_whom_to_call(
    twilio: LoopbackTwilio, wire: TwilioTransport, phone: Phone
) -> None:
    told, words = rung(twilio, wire, phone)
    assert not [one for one in told if one.startswith("/voice")]
    assert told[-1] == "/call completed" and words[-1] == "Nobody typed the code."
