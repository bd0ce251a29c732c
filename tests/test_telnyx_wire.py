"""The real Telnyx client against a server that speaks Telnyx's API: what goes out, what comes of it."""

import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notify.outcomes import CODES, FAILURES, RANKS
from notify.telnyx_codes import CALL_WORDS, ROWS, TELNYX_CODES, TEXT_WORDS, call_word, text_word
from notify.telnyx_wire import TelnyxTransport, key_of
from notify.transport import Call, Letter, Outcome, Text
from tests.loopback import telnyx_shape
from tests.loopback.telnyx_faults import (
    Fault,
    breaking_down,
    cut_off,
    dripping,
    held,
    refusing,
    too_many,
)
from tests.loopback.telnyx_server import LoopbackTelnyx

BEN = "+15005550010"
HOOKS = "https://standby.example/hooks/telnyx"
START = datetime(2026, 11, 21, 9, 16, tzinfo=UTC)
TEXT = Text(to=BEN, body="Crisis page 2291.", callback_url=f"{HOOKS}/status?m=1", our_id="1")
SCRIPT = "<Response><Say>Crisis page 2291.</Say></Response>"
CALL = Call(BEN, SCRIPT, f"{HOOKS}/call?m=2", "2", f"{HOOKS}/machine?m=2", timedelta(seconds=25))


@pytest.fixture
def telnyx() -> Iterator[LoopbackTelnyx]:
    with LoopbackTelnyx(now=lambda: START) as server:
        yield server


@pytest.fixture
def wire(telnyx: LoopbackTelnyx) -> TelnyxTransport:
    return wired(telnyx)


def wired(telnyx: LoopbackTelnyx, api_key: str = "", total_seconds: float = 8.0) -> TelnyxTransport:
    made = TelnyxTransport(
        api_key or telnyx.api_key,
        telnyx.sender,
        telnyx.account,
        telnyx.voice_app,
        telnyx.base,
        total_seconds,
    )
    assert made.is_ready(60)
    return made


# --- what goes out ---------------------------------------------------------------------------------------
def test_a_text_goes_out_with_its_own_callback_and_a_key(
    telnyx: LoopbackTelnyx, wire: TelnyxTransport
) -> None:
    outcome = wire.send(TEXT)
    assert outcome == Outcome("sent", provider_id=next(iter(telnyx.messages)))
    (seen,) = telnyx.sends(BEN)
    assert seen.body == {
        "to": BEN,
        "from": telnyx.sender,
        "text": "Crisis page 2291.",
        "type": "SMS",
        "webhook_url": TEXT.callback_url,
        "use_profile_webhooks": False,
    }
    assert seen.wrong is None and seen.key == key_of(TEXT, TEXT.callback_url)


def test_a_call_goes_out_with_its_words_and_says_how_it_went(
    telnyx: LoopbackTelnyx, wire: TelnyxTransport
) -> None:
    assert wire.send(CALL) == Outcome("sent")
    (seen,) = telnyx.calls(BEN)
    assert seen.wrong is None
    assert seen.body == {
        "ApplicationSid": telnyx.voice_app,
        "To": BEN,
        "From": telnyx.sender,
        "Texml": SCRIPT,
        "StatusCallback": CALL.callback_url,
        "StatusCallbackEvent": "initiated ringing answered completed",
        "StatusCallbackMethod": "POST",
        "Timeout": 25,
        "TimeLimit": 300,
        "MachineDetection": "Enable",
        "AsyncAmd": True,
        "AsyncAmdStatusCallback": CALL.machine_url,
        "AsyncAmdStatusCallbackMethod": "POST",
        "CancelPlaybackOnMachineDetection": False,
        "CancelPlaybackOnDetectMessageEnd": False,
    }


def test_the_id_of_a_call_is_kept_where_the_answer_tells_it(
    telnyx: LoopbackTelnyx, wire: TelnyxTransport
) -> None:
    telnyx.tells_call_id = True
    assert wire.send(CALL) == Outcome("sent", provider_id=next(iter(telnyx.rings)))


@pytest.mark.parametrize(("asked", "given"), [(1, 5), (40, 40), (600, 120)])
def test_a_call_rings_within_what_telnyx_takes(
    telnyx: LoopbackTelnyx, wire: TelnyxTransport, asked: int, given: int
) -> None:
    wire.send(replace(CALL, ring_for=timedelta(seconds=asked)))
    assert telnyx.calls()[0].body["Timeout"] == given


def test_what_it_does_not_carry_is_refused_and_asked_of_nobody(telnyx: LoopbackTelnyx) -> None:
    without_calls = TelnyxTransport(telnyx.api_key, telnyx.sender, None, None, telnyx.base)
    assert without_calls.send(CALL) == Outcome("refused", code="not_carried")
    assert without_calls.send(Letter("a@b.example", "s", "b")) == Outcome("refused", code="not_carried")
    assert not telnyx.requests


# --- what comes of it ------------------------------------------------------------------------------------
FAULTS = [
    (too_many(), Outcome("refused", code="10011")),
    (Fault(429), Outcome("refused", code="429")),
    (breaking_down(), Outcome("ambiguous", code="10007")),
    (breaking_down(accepted=True), Outcome("ambiguous", code="10007")),
    (Fault(500), Outcome("ambiguous", code="500")),
    (Fault(502), Outcome("ambiguous", code="502")),
    (Fault(503, text="<html>busy</html>"), Outcome("ambiguous", code="503")),
    (Fault(500, "40300"), Outcome("ambiguous", code="40300")),
    (Fault(408), Outcome("ambiguous", code="408")),
    (Fault(409), Outcome("ambiguous", code="409")),
    (Fault(200, accepted=True, text="<html>welcome</html>"), Outcome("ambiguous", code="unreadable")),
    (Fault(200, accepted=True, text="{"), Outcome("ambiguous", code="unreadable")),
    (cut_off(), Outcome("ambiguous", code="no_answer")),
    (cut_off(accepted=True), Outcome("ambiguous", code="no_answer")),
    (refusing("40310"), Outcome("refused", code="40310", permanent=True)),
    (refusing("40300"), Outcome("refused", code="40300", permanent=True)),
    (refusing("10009", 401), Outcome("refused", code="10009", account_wide=True)),
    (Fault(401), Outcome("refused", code="401", account_wide=True)),
    (refusing("20100", 403), Outcome("refused", code="20100", account_wide=True)),
    (refusing("40305"), Outcome("refused", code="40305", account_wide=True)),
    (refusing("40318"), Outcome("refused", code="40318")),
    (refusing("10002"), Outcome("refused", code="10002")),
    (refusing("99999"), Outcome("refused", code="99999")),
    (Fault(400), Outcome("refused", code="400")),
    (Fault(307, location="/v2/messages"), Outcome("refused", code="307")),
]


@pytest.mark.parametrize(("fault", "outcome"), FAULTS)
def test_each_answer_to_a_text_is_a_yes_a_no_or_unclear(
    telnyx: LoopbackTelnyx, wire: TelnyxTransport, fault: Fault, outcome: Outcome
) -> None:
    telnyx.fault(fault)
    assert wire.send(TEXT) == outcome
    assert len(telnyx.sends()) == 1, "the wire itself never sends twice"
    assert len(telnyx.messages) == (1 if fault.accepted else 0)


@pytest.mark.parametrize(("fault", "outcome"), FAULTS)
def test_each_answer_to_a_call_is_a_yes_a_no_or_unclear(
    telnyx: LoopbackTelnyx, wire: TelnyxTransport, fault: Fault, outcome: Outcome
) -> None:
    telnyx.fault(fault)
    assert wire.send(CALL) == outcome
    assert len(telnyx.calls()) == 1
    assert len(telnyx.rings) == (1 if fault.accepted else 0)


@pytest.mark.parametrize("fault", [held(accepted=True), dripping("headers"), dripping("body")])
@pytest.mark.parametrize("what", [TEXT, CALL])
def test_no_whole_answer_within_the_bound_is_unclear_however_its_bytes_come(
    telnyx: LoopbackTelnyx, fault: Fault, what: Text | Call
) -> None:
    hurried = wired(telnyx, total_seconds=0.4)
    telnyx.fault(fault)
    began = time.monotonic()
    assert hurried.send(what) == Outcome("ambiguous", code="no_answer")
    assert time.monotonic() - began < 0.4 + 0.6, "a slow machine is forgiven; a slow server is not waited for"
    assert len(telnyx.messages) + len(telnyx.rings) == 1


def test_an_answer_without_an_end_is_none(telnyx: LoopbackTelnyx, wire: TelnyxTransport) -> None:
    telnyx.fault(Fault(200, accepted=True, text="x" * 2_000_000))
    assert wire.send(TEXT) == Outcome("ambiguous", code="no_answer"), "it is not read to its end"


def test_where_nobody_listens_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    nowhere = TelnyxTransport("KEY", "+15005550107", "a", "b", f"http://127.0.0.1:{port}/v2")
    assert nowhere.is_ready(60)
    assert nowhere.send(TEXT) == Outcome("refused", code="unreachable")
    assert nowhere.send(CALL) == Outcome("refused", code="unreachable")
    assert nowhere.fetch("text", "40319a2e-0000-4000-8000-000000000001") is None


def test_wrong_credentials_are_a_fault_of_the_account(telnyx: LoopbackTelnyx) -> None:
    assert wired(telnyx, api_key="wrong").send(TEXT) == Outcome("refused", code="10009", account_wide=True)


def test_a_callback_address_that_telnyx_rejects_does_not_cost_the_page(
    telnyx: LoopbackTelnyx, wire: TelnyxTransport
) -> None:
    telnyx.fault(refusing("10003", 422))
    outcome = wire.send(TEXT)
    assert (outcome.kind, outcome.code, outcome.account_wide) == ("sent", "10003", True)
    first, second = telnyx.sends(BEN)
    assert "webhook_url" in first.body and "webhook_url" not in second.body
    assert first.key != second.key, "another request under the same key would be refused"


# --- once more -------------------------------------------------------------------------------------------
def test_a_text_that_is_sent_again_after_an_unclear_answer_is_one_text(
    telnyx: LoopbackTelnyx, wire: TelnyxTransport
) -> None:
    telnyx.fault(cut_off(accepted=True))
    assert wire.send(TEXT).kind == "ambiguous"
    assert wire.send(TEXT) == Outcome("sent", provider_id=next(iter(telnyx.messages)))
    assert len(telnyx.messages) == 1 and len(telnyx.sends()) == 2


def test_without_that_promise_it_goes_out_twice_rather_than_never(
    telnyx: LoopbackTelnyx, wire: TelnyxTransport
) -> None:
    telnyx.honours_keys = False
    telnyx.fault(cut_off(accepted=True))
    wire.send(TEXT)
    assert wire.send(TEXT).kind == "sent" and len(telnyx.messages) == 2


def test_no_two_texts_have_the_same_key() -> None:
    url = TEXT.callback_url
    others = (
        replace(TEXT, our_id="11"),
        replace(TEXT, body="Crisis page 2292."),
        replace(TEXT, to="+15005550011"),
    )
    keys = {key_of(TEXT, url), key_of(TEXT, ""), key_of(TEXT, "https://other.example/?m=1")}
    keys |= {key_of(one, url) for one in others}
    assert len(keys) == 6 and all(telnyx_shape.KEY.fullmatch(key) for key in keys)
    assert key_of(replace(TEXT), url) in keys, "the next attempt has the first one's key"


def test_it_cannot_be_asked_for_what_it_holds(wire: TelnyxTransport) -> None:
    wire.send(TEXT)
    assert wire.find(TEXT, START) is None and wire.find(CALL, START) is None


def test_a_text_and_a_call_are_fetched_with_their_state(
    telnyx: LoopbackTelnyx, wire: TelnyxTransport
) -> None:
    message = wire.send(TEXT).provider_id or ""
    telnyx.messages[message].status, telnyx.messages[message].code = "delivery_failed", "40008"
    seen = wire.fetch("text", message)
    assert seen is not None
    assert (seen.provider_id, seen.status, seen.code, seen.created) == (
        message,
        "undelivered",
        "40008",
        START,
    )
    wire.send(CALL)
    sid = next(iter(telnyx.rings))
    telnyx.rings[sid].status = "no-answer"
    rung = wire.fetch("call", sid)
    assert rung is not None and (rung.provider_id, rung.status, rung.created) == (sid, "no-answer", START)


def test_what_it_does_not_know_is_not_fetched(telnyx: LoopbackTelnyx, wire: TelnyxTransport) -> None:
    assert wire.fetch("text", "40319a2e-0000-4000-8000-0000000000ff") is None
    assert wire.fetch("text", "") is None and wire.fetch("call", "v3:none") is None
    assert wired(telnyx, api_key="wrong").fetch("call", "v3:none") is None


# --- beside the sends ------------------------------------------------------------------------------------
def test_sixteen_threads_share_one_wire_and_keep_their_connections(telnyx: LoopbackTelnyx) -> None:
    wire = wired(telnyx)
    outcomes: list[Outcome] = []

    def five(who: int) -> None:
        outcomes.extend(wire.send(replace(TEXT, our_id=f"{who}-{number}")) for number in range(5))

    threads = [threading.Thread(target=five, args=(who,)) for who in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({outcome.provider_id for outcome in outcomes}) == 80
    assert telnyx.connections <= 16


def test_no_text_no_number_and_no_key_is_logged(
    telnyx: LoopbackTelnyx, wire: TelnyxTransport, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        wire.send(TEXT)
        wire.send(CALL)
    assert not [secret for secret in (TEXT.body, BEN, telnyx.api_key) if secret in caplog.text]


def test_its_client_is_not_imported_where_it_is_not_set() -> None:
    asked = "import sys, app.wiring, app.factory; print('telnyx' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_the_wire_is_there_at_once_and_its_client_soon_after(telnyx: LoopbackTelnyx) -> None:
    asked = (
        "import sys, time; from notify.telnyx_wire import TelnyxTransport; began = time.monotonic();"
        "wire = TelnyxTransport('k', '+15005550107'); print(time.monotonic() - began, wire.is_ready(0));"
        "print(wire.is_ready(60), 'telnyx' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    first, second = said.stdout.splitlines()
    assert float(first.split()[0]) < 1.0 and first.split()[1] == "False"
    assert second == "True True"


# --- the tables ------------------------------------------------------------------------------------------
def test_no_code_of_one_provider_is_one_of_the_others() -> None:
    only_http = {code for code in CODES if len(code) == 3}
    twilios = {code for code in CODES if code not in TELNYX_CODES} | only_http
    assert set(TELNYX_CODES) <= set(CODES) and len(twilios) >= 30
    assert all(CODES[code] == row.why for code, row in ROWS.items()), "no other row stands over one of these"
    five = {code for code in TELNYX_CODES if len(code) == 5}
    assert not five & {code for code in twilios if code.startswith(("21", "30", "204", "205"))}


def test_a_number_is_given_up_only_by_a_code_whose_meaning_is_published() -> None:
    given_up = {code: row for code, row in ROWS.items() if row.why in ("number", "opted_out")}
    assert set(given_up) == {"40001", "40310", "40300"}
    assert all(row.sure == "published" for row in given_up.values())


def test_every_word_of_telnyx_is_a_word_of_ours() -> None:
    known = RANKS.keys() | FAILURES.keys()
    assert set(TEXT_WORDS.values()) | set(CALL_WORDS.values()) <= known
    assert text_word("sent") != text_word("delivered") == "delivered"
    assert call_word("completed") in FAILURES, "that a call is over is no answer"
    assert text_word("new_word") == "new_word" and text_word(None) == call_word(None) == ""


def test_the_loopback_refuses_what_the_published_fields_do_not_allow() -> None:
    good = {"to": BEN, "from": "+15005550107", "text": "x"}
    assert telnyx_shape.message_fault(good) is None
    for wrong in (
        {"webhok_url": "x"},
        {"use_profile_webhooks": "false"},
        {"encoding": "utf8"},
        {"type": "RCS"},
    ):
        assert telnyx_shape.message_fault({**good, **wrong}) is not None
    assert telnyx_shape.message_fault({"to": BEN, "text": "x"}) is not None
    call = {"ApplicationSid": "1", "To": BEN, "From": BEN, "Texml": "<Response/>"}
    assert telnyx_shape.call_fault(call) is None
    for wrong_call in ({"timeout": 30}, {"Timeout": 1}, {"AsyncAmd": "true"}, {"Url": "https://x.example"}):
        assert telnyx_shape.call_fault({**call, **wrong_call}) is not None
