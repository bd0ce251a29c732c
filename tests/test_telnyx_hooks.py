"""What Telnyx says of our texts and calls, over the real wire, and who may say it."""

import itertools
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from app.refused import WRITES_A_MINUTE
from app.tables import inbox, journal, outbox, pages, seats, ways
from app.wiring import wires_for
from notify.telnyx_wire import TelnyxTransport
from tests.house import PHONES, a_house
from tests.loopback import telnyx_shape
from tests.loopback.frame import JSON
from tests.loopback.phone import BUSY, CODE, NOBODY, VOICEMAIL, a_person
from tests.loopback.telnyx_faults import cut_off
from tests.loopback.telnyx_server import FORM, Answer
from tests.loopback.telnyx_signing import headers
from tests.wired import BASE
from tests.wired_twice import WiredTwice, a_house_on_two_wires

HOOKS = f"{BASE}/hooks/telnyx"
ROUTES = ("sms", "status", "call", "machine", "voice")


@pytest.fixture
def house(tmp_path: Path, database_url: str | None) -> Iterator[WiredTwice]:
    """Twilio's account is gone, so that Telnyx carries all."""
    with a_house_on_two_wires(tmp_path, database_url=database_url) as house:
        for channel in ("text", "call"):
            house.shell.health.note("alder", channel, "twilio", "account", "20003")
        yield house


def text_to(house: WiredTwice, person: str) -> str:
    """Telnyx's id of the newest text to this person."""
    return [one.id for one in house.telnyx.messages.values() if one.to == PHONES[person]][-1]


def a_page(house: WiredTwice) -> str:
    incident = house.called()
    house.tick()
    assert house.tries("ana", "text")[0].provider == "telnyx"
    return incident


def page_states(house: WiredTwice, incident: str) -> dict[str, str]:
    return {page.person: page.state for page in house.incident(incident).pages}


def heard_of(house: WiredTwice, person: str, channel: str = "text") -> tuple[int, str | None, str | None]:
    row = house.tries(person, channel)[0]
    return row.reached, row.failed, row.code


def everything(house: WiredTwice) -> list[int]:
    """How many rows each table has that a webhook could touch, and how far they came: equal means no change."""
    with house.shell.store.read() as connection:
        tables = (journal, outbox, inbox, pages, seats)
        counts = [connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables]
        reached = connection.scalar(select(func.sum(outbox.c.reached))) or 0
        failed = connection.scalar(select(func.count()).where(outbox.c.failed.is_not(None))) or 0
        return [*counts, reached, failed]


# --- texts -----------------------------------------------------------------------------------------------
def test_how_far_a_text_came_is_told_by_its_own_id(house: WiredTwice) -> None:
    a_page(house)
    for person in ("ana", "ben"):
        house.telnyx.report_text(text_to(house, person), "delivered")
    assert heard_of(house, "ana") == (5, None, None) and heard_of(house, "ben") == (5, None, None)
    assert {seen.body["webhook_url"] for seen in house.telnyx.sends()} == {
        f"{HOOKS}/status?m={house.tries(person, 'text')[0].id}" for person in ("ana", "ben")
    }


@pytest.mark.parametrize("order", list(itertools.permutations(("queued", "sent", "delivered"))))
def test_any_order_and_any_repetition_of_reports_ends_the_same(
    house: WiredTwice, order: tuple[str, ...]
) -> None:
    a_page(house)
    for status in (*order, *order, *reversed(order)):
        assert house.telnyx.report_text(text_to(house, "ana"), status).status == 200
    assert heard_of(house, "ana") == (5, None, None)


@pytest.mark.parametrize(
    ("status", "code", "failed"),
    [
        ("delivery_failed", "40008", "undelivered"),
        ("sending_failed", "40018", "failed"),
        ("expired", "40005", "undelivered"),
        ("delivery_failed", None, "undelivered"),
        ("delivery_failed", "99999", "undelivered"),
    ],
)
def test_a_text_that_will_not_arrive_begins_the_next_channel_at_once(
    house: WiredTwice, status: str, code: str | None, failed: str
) -> None:
    incident = a_page(house)
    assert not house.telnyx.calls(PHONES["ana"])
    house.telnyx.report_text(text_to(house, "ana"), status, code)
    house.tick()
    assert heard_of(house, "ana")[1:] == (failed, code)
    assert len(house.telnyx.calls(PHONES["ana"])) == 1, "her phone rings now"
    assert page_states(house, incident)["ana"] == "asked"


def test_a_text_that_no_carrier_says_anything_of_has_not_arrived(house: WiredTwice) -> None:
    a_page(house)
    house.telnyx.report_text(text_to(house, "ana"), "delivery_unconfirmed")
    assert heard_of(house, "ana") == (4, None, None)
    house.pass_time(seconds=21)
    assert len(house.telnyx.calls(PHONES["ana"])) == 1


def test_who_texted_stop_is_noted_as_stopped(house: WiredTwice) -> None:
    a_page(house)
    house.telnyx.report_text(text_to(house, "ana"), "delivery_failed", "40300")
    with house.shell.store.read() as connection:
        blocked = select(ways.c.blocked_at).where(ways.c.address == PHONES["ana"], ways.c.kind == "text")
        assert connection.scalar(blocked) is not None


def test_a_text_whose_send_was_not_answered_is_known_by_its_report(house: WiredTwice) -> None:
    house.telnyx.fault(cut_off(accepted=True), number=PHONES["ana"])
    house.called()
    house.tick(1)
    house.telnyx.report_text(text_to(house, "ana"), "delivered")
    assert heard_of(house, "ana")[0] == 5
    assert house.tries("ana", "text")[0].provider_id == text_to(house, "ana")


def test_a_responder_answers_by_text(house: WiredTwice) -> None:
    incident = a_page(house)
    assert house.telnyx.receive(PHONES["ana"], "2001 Y 15").status == 200
    house.tick()
    assert house.incident(incident).member("ana") is not None
    assert any("2001: you said yes." in text for text in house.texts("ana"))


def test_the_same_text_twice_is_heard_once(house: WiredTwice) -> None:
    a_page(house)
    message = house.telnyx.new_id()
    for _ in range(3):
        house.telnyx.receive(PHONES["ana"], "2001 Y 15", message)
    house.tick()
    assert len([text for text in house.texts("ana") if "you said yes" in text]) == 1


@pytest.mark.parametrize("m", ["", "0", "99999", "-1", "1;2", "9" * 40, "1e9", "%D9%A1"])
def test_a_report_of_no_text_of_ours_changes_nothing(house: WiredTwice, m: str) -> None:
    a_page(house)
    before = everything(house)
    url = f"{HOOKS}/status?m={m}"
    assert house.telnyx.report_text(text_to(house, "ana"), "delivery_failed", "40008", url).status == 200
    assert everything(house) == before


@pytest.mark.parametrize("status", ["", "exploded", "DELIVERED", "sent\x00", None, 7, ["sent"]])
def test_a_word_that_we_do_not_know_changes_nothing(house: WiredTwice, status: Any) -> None:
    a_page(house)
    before = everything(house)
    assert house.telnyx.report_text(text_to(house, "ana"), status).status == 200
    assert everything(house) == before


def test_what_was_signed_of_one_phone_says_nothing_of_another(house: WiredTwice) -> None:
    """The address of a report is not signed: it could be sent on with another id in it."""
    incident = a_page(house)
    before = everything(house)
    bens = house.tries("ben", "text")[0].id
    url = f"{HOOKS}/status?m={bens}"
    house.telnyx.report_text(text_to(house, "ana"), "delivery_failed", "40008", url)
    assert everything(house) == before and page_states(house, incident)["ben"] == "asked"


def test_events_without_the_parts_that_we_look_for_change_nothing(house: WiredTwice) -> None:
    a_page(house)
    before = everything(house)
    ours = {"direction": "outbound", "from": {"phone_number": house.telnyx.sender}}
    told = {"direction": "inbound", "to": [{"phone_number": house.telnyx.sender}]}
    for route in ("status", "sms"):
        for payload in (
            ours,
            told,
            {**ours, "to": "x"},
            {**ours, "to": [None]},
            {**told, "from": 7, "id": []},
        ):
            url = f"{HOOKS}/{route}?m=1"
            assert house.telnyx.send_event("message.finalized", payload, url).status == 200
    assert everything(house) == before


# --- calls -----------------------------------------------------------------------------------------------
def rung(house: WiredTwice) -> str:
    """Ana was asked by text, and nobody said that it arrived: her phone rings."""
    incident = a_page(house)
    house.pass_time(seconds=21)
    assert house.tries("ana", "call")[0].provider == "telnyx"
    return incident


def test_a_responder_types_the_code_and_accepts(house: WiredTwice) -> None:
    incident = rung(house)
    heard = house.telnyx.ring(PHONES["ana"], a_person(CODE, "1"))
    assert [status for _, _, status in heard.posts] == [200, 200]
    assert all(action.startswith(f"{HOOKS}/voice?") for action, _, _ in heard.posts)
    assert "You have it" in heard.last
    assert house.incident(incident).member("ana") is not None
    assert heard_of(house, "ana", "call")[0] == 5


def test_a_responder_declines_by_phone(house: WiredTwice) -> None:
    incident = rung(house)
    assert "You said no" in house.telnyx.ring(PHONES["ana"], a_person(CODE, "2")).last
    assert page_states(house, incident)["ana"] == "declined"


def test_a_person_who_is_taken_for_a_machine_is_believed_for_the_code(house: WiredTwice) -> None:
    incident = rung(house)
    house.telnyx.ring(PHONES["ana"], a_person(CODE, "1", guessed="machine_start"))
    assert house.incident(incident).member("ana") is not None


@pytest.mark.parametrize(("phone", "failed"), [(VOICEMAIL, "machine"), (NOBODY, "no-answer"), (BUSY, "busy")])
def test_a_call_that_nobody_answered_is_lost_and_no_answer(
    house: WiredTwice, phone: Any, failed: str
) -> None:
    incident = rung(house)
    house.telnyx.ring(PHONES["ana"], phone)
    reached, said, _ = heard_of(house, "ana", "call")
    assert reached < 5 and said == failed
    assert house.incident(incident).member("ana") is None


def test_a_call_that_was_picked_up_and_let_go_is_lost_too(house: WiredTwice) -> None:
    rung(house)
    house.telnyx.ring(PHONES["ana"], a_person())
    assert heard_of(house, "ana", "call")[1] == "ended"


def test_a_carriers_no_to_two_calls_is_no_fault_of_the_account(house: WiredTwice) -> None:
    rung(house)
    for sid, one in list(house.telnyx.rings.items()):
        (to,) = [person for person, number in PHONES.items() if number == one.asked["To"]]
        form = [*house.telnyx._of_call(sid, ends=True), ("CallStatus", "failed"), ("ErrorCode", "403")]
        house.telnyx.post_form(f"{HOOKS}/call?m={house.tries(to, 'call')[0].id}", form)
        assert heard_of(house, to, "call")[1:] == ("failed", "sip-403")
    assert len(house.telnyx.rings) > 1 and house.alarms() == {}


def test_the_id_of_a_call_is_learned_from_its_first_report(house: WiredTwice) -> None:
    rung(house)
    assert house.tries("ana", "call")[0].provider_id is None
    house.telnyx.ring(PHONES["ana"], NOBODY)
    (sid,) = [sid for sid, one in house.telnyx.rings.items() if one.asked["To"] == PHONES["ana"]]
    assert house.tries("ana", "call")[0].provider_id == sid and len(sid) > 40


def test_what_was_signed_of_one_call_says_nothing_of_another_phone(house: WiredTwice) -> None:
    rung(house)
    bens = house.tries("ben", "call")[0].id
    sid = [sid for sid, one in house.telnyx.rings.items() if one.asked["To"] == PHONES["ana"]][-1]
    form = telnyx_shape.call_form(
        house.telnyx.rings[sid], house.telnyx.account, "failed", house.clock.now(), 1
    )
    before = everything(house)
    assert house.telnyx.post_form(f"{HOOKS}/call?m={bens}", form).status == 200
    keys = [*form, ("Digits", "1")]
    answer = house.telnyx.post_form(f"{HOOKS}/voice?m={bens}&s=menu1", keys)
    assert answer.status == 200 and "not known" in answer.body
    assert everything(house) == before


# --- who may speak ---------------------------------------------------------------------------------------
def a_body(house: WiredTwice, route: str, account: str | None = None, number: str = "") -> tuple[bytes, str]:
    """A body that changes something where it is believed."""
    mine = house.tries("ana")[0]
    if route in ("sms", "status"):
        event = {
            "direction": "inbound" if route == "sms" else "outbound",
            "id": house.telnyx.new_id(),
            "from": {"phone_number": PHONES["ana"] if route == "sms" else number or house.telnyx.sender},
            "to": [
                {
                    "phone_number": (number or house.telnyx.sender) if route == "sms" else PHONES["ana"],
                    "status": "delivery_failed",
                }
            ],
            "text": "2001 Y",
            "webhook_url": f"{HOOKS}/status?m={mine.id}",
        }
        return json.dumps({"data": {"payload": event}}).encode(), JSON
    fields = {
        "AccountSid": account or house.telnyx.account,
        "CallSid": "v3:abc",
        "CallStatus": "failed",
        "AnsweredBy": "machine_start",
        "Digits": "1",
        "To": PHONES["ana"],
    }
    return urlencode(fields).encode(), FORM


def url_of(house: WiredTwice, route: str) -> str:
    return f"{HOOKS}/{route}?m={house.tries('ana')[0].id}"


@pytest.mark.parametrize("route", ROUTES)
def test_a_missing_or_wrong_signature_is_refused_and_counted(house: WiredTwice, route: str) -> None:
    a_page(house)
    before = everything(house)
    body, kind = a_body(house, route)
    stamp = int(house.clock.now().timestamp())
    stranger = headers(Ed25519PrivateKey.generate(), stamp, body)
    for given in ({}, stranger, {**stranger, "telnyx-signature-ed25519": "AAAA"}):
        answer = house.telnyx.post_raw(url_of(house, route), body, {"Content-Type": kind, **given})
        assert answer.status == 403
    assert house.refused() == {"telnyx:signature": 3} and everything(house) == before


@pytest.mark.parametrize("route", ROUTES)
def test_an_old_body_is_refused_and_counted(house: WiredTwice, route: str) -> None:
    a_page(house)
    before = everything(house)
    body, kind = a_body(house, route)
    old = house.clock.now() - timedelta(minutes=5, seconds=1)
    assert house.telnyx.post_signed(url_of(house, route), body, kind, at=old).status == 403
    assert house.refused() == {"telnyx:old": 1} and everything(house) == before


@pytest.mark.parametrize("route", ROUTES)
def test_a_body_for_another_account_is_refused_and_counted(house: WiredTwice, route: str) -> None:
    a_page(house)
    before = everything(house)
    body, kind = a_body(house, route, account="00000000-0000-4000-8000-000000000000", number="+15005550199")
    assert house.telnyx.post_signed(url_of(house, route), body, kind).status == 403
    assert house.refused() == {"telnyx:account": 1} and everything(house) == before


@pytest.mark.parametrize("route", ROUTES)
def test_every_refusal_says_the_same(house: WiredTwice, route: str) -> None:
    a_page(house)
    body, kind = a_body(house, route, account="0", number="+15005550199")
    url = url_of(house, route)
    old = house.clock.now() - timedelta(hours=1)
    answers: set[tuple[int, str]] = set()
    for answer in (
        house.telnyx.post_raw(url, body, {"Content-Type": kind}),
        house.telnyx.post_signed(url, body, kind, at=old),
        house.telnyx.post_signed(url, body, kind),
    ):
        assert isinstance(answer, Answer)
        answers.add((answer.status, answer.body.replace("nonce", "")))
    assert len({status for status, _ in answers}) == 1 == len({"does not fit" in text for _, text in answers})


def test_the_same_body_signed_for_our_account_is_believed(house: WiredTwice) -> None:
    """What the refusals above are held against: it is the signature that they lack."""
    a_page(house)
    before = everything(house)
    body, kind = a_body(house, "status")
    assert house.telnyx.post_signed(url_of(house, "status"), body, kind).status == 200
    assert everything(house) != before and house.refused() == {}


def test_one_providers_signature_opens_none_of_the_others_routes(house: WiredTwice) -> None:
    a_page(house)
    body, kind = a_body(house, "call")
    assert house.telnyx.post_signed(f"{BASE}/hooks/twilio/call?m=1", body, kind).status == 403
    pairs = [("AccountSid", house.twilio.account_sid), ("CallStatus", "failed")]
    assert house.twilio._post(f"{HOOKS}/call?m=1", pairs) == 403
    assert house.refused() == {"twilio:signature": 1, "telnyx:signature": 1}


def test_twilios_refusals_are_counted_too(house: WiredTwice) -> None:
    a_page(house)
    other = [("AccountSid", "AC" + "7" * 32), ("MessageStatus", "failed")]
    assert house.twilio._post(f"{BASE}/hooks/twilio/status?m=1", other) == 403
    assert house.refused() == {"twilio:account": 1}


def test_a_flood_of_strangers_costs_a_bounded_number_of_writes(house: WiredTwice) -> None:
    a_page(house)
    client = house.app.test_client()
    for _ in range(WRITES_A_MINUTE + 40):
        assert client.post("/hooks/telnyx/status").status_code == 403
    assert house.refused() == {"telnyx:signature": WRITES_A_MINUTE}
    house.clock.move(timedelta(minutes=1))
    client.post("/hooks/telnyx/status")
    assert house.refused() == {"telnyx:signature": WRITES_A_MINUTE + 41}, "none is forgotten"


def test_where_telnyx_is_not_set_nobody_speaks_in_its_name(tmp_path: Path) -> None:
    with a_house(tmp_path) as demo:
        for route in ROUTES:
            assert demo.app.test_client().post(f"/hooks/telnyx/{route}").status_code == 403


def test_both_providers_are_wired_from_settings_the_first_one_first(house: WiredTwice) -> None:
    wires = wires_for(house.shell)
    assert [one.name for one in wires["text"]] == ["twilio", "telnyx"]
    assert [one.name for one in wires["call"]] == ["twilio", "telnyx"]
    assert isinstance(wires["text"][1], TelnyxTransport)
