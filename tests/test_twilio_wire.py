"""The real Twilio client against a server that speaks Twilio's API: what goes out, what comes of it."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from notify.signature import Signatures
from notify.transport import Outcome, Text
from notify.twilio_wire import TwilioTransport
from tests.loopback import twilio_shape
from tests.loopback.dripping import dripping
from tests.loopback.twilio_faults import Fault, breaking_down, cut_off, held, refusing, too_many
from tests.loopback.twilio_server import LoopbackTwilio

BEN = "+15005550010"
AMA = "+15005550011"
CALLBACK = "https://standby.example/hooks/twilio/status?id=o1"
START = datetime(2026, 11, 21, 9, 16, tzinfo=UTC)
TEXT = Text(to=BEN, body="Crisis page 2291.", callback_url=CALLBACK, our_id="o1")


@pytest.fixture
def twilio() -> Iterator[LoopbackTwilio]:
    with LoopbackTwilio(now=lambda: START) as server:
        yield server


@pytest.fixture
def wire(twilio: LoopbackTwilio) -> TwilioTransport:
    return wired(twilio)


def wired(
    twilio: LoopbackTwilio, sender: str = "+15005550006", total_seconds: float = 8.0
) -> TwilioTransport:
    return TwilioTransport(twilio.account_sid, twilio.auth_token, sender, twilio.base, total_seconds)


def test_a_text_goes_out_with_a_short_life_and_a_callback_that_is_tried_again(
    twilio: LoopbackTwilio, wire: TwilioTransport
) -> None:
    assert wire.send(TEXT) == Outcome("sent", provider_id="SM" + "0" * 31 + "1")
    (seen,) = twilio.sends(BEN)
    assert seen.form == {
        "To": BEN,
        "From": "+15005550006",
        "Body": "Crisis page 2291.",
        "ValidityPeriod": "120",
        "StatusCallback": CALLBACK + "#ct=3000&rt=1500&rc=5&rp=all",
    }
    assert seen.wrong is None


def test_a_messaging_service_is_named_as_one(twilio: LoopbackTwilio) -> None:
    service = "MG" + "a" * 32
    assert wired(twilio, sender=service).send(TEXT).kind == "sent"
    (seen,) = twilio.sends()
    assert seen.form["MessagingServiceSid"] == service
    assert "From" not in seen.form


def test_a_text_that_may_wait_says_how_long(twilio: LoopbackTwilio, wire: TwilioTransport) -> None:
    wire.send(Text(BEN, "Notes.", CALLBACK, "o2", valid_for=timedelta(hours=4)))
    assert twilio.sends()[0].form["ValidityPeriod"] == "14400"


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (too_many(), Outcome("refused", code="20429")),
        (Fault(429), Outcome("refused", code="429")),
        (breaking_down(), Outcome("ambiguous", code="20500")),
        (breaking_down(accepted=True), Outcome("ambiguous", code="20500")),
        (Fault(500), Outcome("ambiguous", code="500")),
        (Fault(500, 21610), Outcome("ambiguous", code="21610")),
        (Fault(502), Outcome("ambiguous", code="502")),
        (Fault(503, 20503), Outcome("ambiguous", code="20503")),
        (Fault(408), Outcome("ambiguous", code="408")),
        (cut_off(), Outcome("ambiguous", code="no_answer")),
        (cut_off(accepted=True), Outcome("ambiguous", code="no_answer")),
        (refusing(21211), Outcome("refused", code="21211", permanent=True)),
        (refusing(21614), Outcome("refused", code="21614", permanent=True)),
        (refusing(21612), Outcome("refused", code="21612")),
        (refusing(21610), Outcome("refused", code="21610", permanent=True)),
        (refusing(21606), Outcome("refused", code="21606", account_wide=True)),
        (refusing(21608), Outcome("refused", code="21608", account_wide=True)),
        (refusing(30034), Outcome("refused", code="30034", account_wide=True)),
        (refusing(20003, 401), Outcome("refused", code="20003", account_wide=True)),
        (refusing(21611), Outcome("refused", code="21611")),
        (refusing(99999), Outcome("refused", code="99999")),
        (Fault(400), Outcome("refused", code="400")),
        (Fault(307), Outcome("refused", code="307")),
    ],
)
def test_each_answer_is_a_yes_a_no_or_unclear(
    twilio: LoopbackTwilio, wire: TwilioTransport, fault: Fault, outcome: Outcome
) -> None:
    twilio.fault(fault)
    assert wire.send(TEXT) == outcome
    assert len(twilio.sends()) == 1, "the wire itself never sends twice"
    assert len(twilio.messages) == (1 if fault.accepted else 0)


def test_no_answer_within_the_bound_is_unclear(twilio: LoopbackTwilio) -> None:
    twilio.fault(held(accepted=True))
    hurried = wired(twilio, total_seconds=0.2)
    assert hurried.send(TEXT) == Outcome("ambiguous", code="no_answer")
    assert len(twilio.messages) == 1


@pytest.mark.parametrize("what", ["headers", "body"])
def test_an_answer_that_drips_is_not_waited_for(what: str) -> None:
    with dripping(what) as base:  # type: ignore[arg-type]
        hurried = TwilioTransport("AC" + "0" * 32, "token", "+15005550006", base, 0.4)
        began = time.monotonic()
        assert hurried.send(TEXT) == Outcome("ambiguous", code="no_answer")
        assert hurried.find(TEXT, START) is None
        assert time.monotonic() - began < 4.0


def test_where_nobody_listens_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    nowhere = TwilioTransport("AC" + "0" * 32, "token", "+15005550006", f"http://127.0.0.1:{port}")
    assert nowhere.send(TEXT) == Outcome("refused", code="unreachable")
    assert nowhere.find(TEXT, START) is None
    assert nowhere.fetch("text", "SM" + "0" * 32) is None


def test_wrong_credentials_are_a_fault_of_the_account(twilio: LoopbackTwilio) -> None:
    stranger = TwilioTransport(twilio.account_sid, "wrong", "+15005550006", twilio.base)
    assert stranger.send(TEXT) == Outcome("refused", code="20003", account_wide=True)


def test_a_callback_address_that_twilio_rejects_does_not_cost_the_page(
    twilio: LoopbackTwilio, wire: TwilioTransport
) -> None:
    twilio.fault(refusing(21609))
    outcome = wire.send(TEXT)
    assert (outcome.kind, outcome.code, outcome.account_wide) == ("sent", "21609", True)
    first, second = twilio.sends(BEN)
    assert "StatusCallback" in first.form
    assert "StatusCallback" not in second.form


def test_an_unclear_send_that_arrived_is_found_again(twilio: LoopbackTwilio, wire: TwilioTransport) -> None:
    twilio.fault(cut_off(accepted=True))
    assert wire.send(TEXT).kind == "ambiguous"
    found = wire.find(TEXT, since=START)
    assert found is not None
    (sighting,) = found
    assert (sighting.provider_id, sighting.status, sighting.created) == (*twilio.messages, "queued", START)


def test_an_unclear_send_that_never_arrived_is_not_found(
    twilio: LoopbackTwilio, wire: TwilioTransport
) -> None:
    twilio.fault(cut_off())
    wire.send(TEXT)
    assert wire.find(TEXT, since=START) == ()


def test_only_the_same_words_to_the_same_phone_since_then_are_found(
    twilio: LoopbackTwilio, wire: TwilioTransport
) -> None:
    wire.send(TEXT)
    wire.send(Text(BEN, "Crisis page 2292.", CALLBACK, "o2"))
    wire.send(Text(AMA, TEXT.body, CALLBACK, "o3"))
    assert len(wire.find(TEXT, since=START) or ()) == 1
    assert wire.find(TEXT, since=START + timedelta(minutes=1)) == ()


def test_a_text_is_found_though_twilio_tells_whole_seconds_and_its_clock_is_behind(
    wire: TwilioTransport,
) -> None:
    wire.send(TEXT)
    assert len(wire.find(TEXT, since=START + timedelta(seconds=5.7)) or ()) == 1


def test_to_be_unable_to_look_is_not_to_have_found_nothing(twilio: LoopbackTwilio) -> None:
    assert TwilioTransport(twilio.account_sid, "wrong", "+15005550006", twilio.base).find(TEXT, START) is None


def test_a_text_is_fetched_with_its_state_and_its_code(twilio: LoopbackTwilio, wire: TwilioTransport) -> None:
    sid = wire.send(TEXT).provider_id or ""
    twilio.messages[sid].status, twilio.messages[sid].error_code = "undelivered", 30005
    seen = wire.fetch("text", sid)
    assert seen is not None
    assert (seen.provider_id, seen.status, seen.code) == (sid, "undelivered", "30005")
    assert wire.fetch("text", "SM" + "f" * 32) is None


def test_sixteen_threads_share_one_wire_and_keep_their_connections(twilio: LoopbackTwilio) -> None:
    wire = wired(twilio)
    outcomes: list[Outcome] = []
    threads = [
        threading.Thread(target=lambda: outcomes.extend(wire.send(TEXT) for _ in range(5))) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({outcome.provider_id for outcome in outcomes}) == 80
    assert twilio.connections <= 16


def test_no_text_and_no_number_is_logged(wire: TwilioTransport, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        wire.send(TEXT)
    assert TEXT.body not in caplog.text
    assert BEN not in caplog.text


def test_the_loopback_refuses_what_twilios_description_does_not_allow(twilio: LoopbackTwilio) -> None:
    assert twilio.shape_check == ("openapi-core" if twilio_shape.SPEC.is_file() else "field lists")
    path = f"/2010-04-01/Accounts/{twilio.account_sid}/Messages.json"
    for body in (b"Body=x", b"To=%2B15005550010&ValidityPeriod=soon", b"To=%2B15005550010&StatusCalback=x"):
        assert twilio_shape.fault("POST", path, body, "Basic eDp5") is not None
    assert twilio_shape.fault("POST", path, b"To=%2B15005550010&ValidityPeriod=120", "Basic eDp5") is None


def test_callbacks_and_replies_come_signed_in_the_order_asked_for() -> None:
    posted: list[tuple[str, dict[str, str]]] = []
    with LoopbackTwilio(now=lambda: START) as twilio:
        ours = Signatures("https://standby.example", twilio.account_sid, [twilio.auth_token])

        def post(url: str, pairs: object, headers: dict[str, str]) -> int:
            path, _, query = url.removeprefix("https://standby.example").partition("?")
            form = list(pairs)  # type: ignore[call-overload]
            assert ours.genuine(path, query, form, headers["X-Twilio-Signature"])
            posted.append((url, dict(form)))
            return 204

        twilio.post = post
        sid = wired(twilio).send(TEXT).provider_id or ""
        assert twilio.call_back(sid, "queued", "sent", "undelivered", error_code=30005) == [204, 204, 204]
        assert twilio.receive(BEN, "2291 Y 15") == 204
    states = [(form.get("MessageStatus"), form.get("ErrorCode")) for _, form in posted]
    assert states == [("queued", None), ("sent", None), ("undelivered", "30005"), (None, None)]
    assert {url for url, _ in posted[:3]} == {CALLBACK}
    assert posted[3][1]["Body"] == "2291 Y 15"


def test_a_callback_can_come_before_the_answer_to_the_send() -> None:
    posted: list[str] = []

    def post(url: str, pairs: object, headers: dict[str, str]) -> int:
        posted.append(url)
        return 204

    with LoopbackTwilio(callbacks=("sent",), callbacks_first=True, post=post) as twilio:
        wired(twilio).send(TEXT)
        assert posted == [CALLBACK]
