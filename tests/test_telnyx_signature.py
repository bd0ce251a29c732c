"""Whether a webhook is from Telnyx: its signature over time and body, its age, and whose account it is about."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from notify.telnyx_signature import TelnyxSignatures
from tests.loopback.telnyx_signing import headers, public_key

NOW = datetime(2025, 11, 21, 8, 56, tzinfo=UTC)
STAMP = int(NOW.timestamp())
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
SENDER, ACCOUNT = "+15005550107", "f5586561-8ff0-4291-a51b-c7dfe4139ff9"
BODY = b'{"data":{"event_type":"message.finalized"}}'
# The key of RFC 8032, section 7.1, test 3, and a signature that OpenSSL's command line made with it of "time|body":
# `openssl pkeyutl -sign -rawin`. Neither went through our code.
RFC_PUBLIC = "/FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU="
OPENSSL_SIGNED = "G7TPWkxk6Ny4Z4j3kILI15sEUzGvec4ioUVjZAmWdH7OVYh3nV3Utt1dl5uUOUiHF4IdXl7kxVNv7TqXAQ0RAQ=="


def ours(
    key: str | None = None, account: str | None = ACCOUNT, at: datetime = NOW, wall: datetime | None = None
) -> TelnyxSignatures:
    times = (at, wall or at)
    return TelnyxSignatures(public_key(KEY) if key is None else key, SENDER, account, lambda: times)


def said(body: bytes = BODY, at: int = STAMP, key: Ed25519PrivateKey = KEY) -> tuple[bytes, str, str]:
    made = headers(key, at, body)
    return body, made["telnyx-timestamp"], made["telnyx-signature-ed25519"]


def test_a_signature_that_openssl_made_with_a_published_key_is_right() -> None:
    assert STAMP == 1763715360
    rfc = ours(RFC_PUBLIC)
    assert rfc.refusal(BODY, "1763715360", OPENSSL_SIGNED) is None
    assert rfc.refusal(BODY, "1763715361", OPENSSL_SIGNED) == "signature"
    assert ours().refusal(BODY, "1763715360", OPENSSL_SIGNED) == "signature"


def test_what_telnyx_signed_just_now_passes() -> None:
    assert ours().refusal(*said()) is None
    form = b"CallStatus=completed&To=%2B15005550010&Note=s%C3%AD"
    assert ours().refusal(*said(form)) is None
    assert ours().refusal(*said(b"")) is None


@pytest.mark.parametrize("seconds", [-300, -299, 0, 300])
def test_five_minutes_either_way_are_forgiven(seconds: int) -> None:
    assert ours().refusal(*said(at=STAMP + seconds)) is None


@pytest.mark.parametrize("seconds", [-301, -86_400, 301, 86_400])
def test_an_old_body_is_refused_though_its_signature_is_right(seconds: int) -> None:
    assert ours().refusal(*said(at=STAMP + seconds)) == "old"


def test_a_body_that_was_right_is_refused_when_it_comes_again_later() -> None:
    kept = said()
    assert ours().refusal(*kept) is None
    assert ours(at=NOW + timedelta(minutes=5, seconds=1)).refusal(*kept) == "old"


@pytest.mark.parametrize("apart", [timedelta(minutes=12), -timedelta(minutes=9), timedelta(days=1)])
def test_while_our_time_and_the_wall_clock_are_apart_either_will_do(apart: timedelta) -> None:
    between = ours(at=NOW, wall=NOW + apart)
    assert between.refusal(*said()) is None
    assert between.refusal(*said(at=STAMP + int(apart.total_seconds()))) is None
    assert between.refusal(*said(at=STAMP + int(apart.total_seconds()) * 2)) == "old"


def test_a_stranger_learns_nothing_of_time() -> None:
    assert ours().refusal(*said(at=STAMP - 9_999, key=OTHER)) == "signature"


@pytest.mark.parametrize("stamp", ["", "0", "-1", "1e9", " 1763715360", "1763715360.5", "９", "x" * 999])
def test_a_changed_time_breaks_the_signature(stamp: str) -> None:
    body, _, signature = said()
    assert ours().refusal(body, stamp, signature) == "signature"


@pytest.mark.parametrize(
    "stamp", ["-1763715360", "1763715360.0", "1763715360 ", "9" * 12, "9" * 40, "soon", ""]
)
def test_a_time_that_is_none_is_old_even_when_it_is_signed(stamp: str) -> None:
    signature = base64.b64encode(KEY.sign(stamp.encode() + b"|" + BODY)).decode()
    assert ours().refusal(BODY, stamp, signature) == "old"


def test_a_time_without_a_year_is_old() -> None:
    assert ours().refusal(*said(at=99_999_999_999)) == "old"


def test_a_changed_body_breaks_the_signature() -> None:
    _, stamp, signature = said()
    for changed in (BODY + b" ", BODY[:-1], b"", BODY.replace(b"final", b"FINAL")):
        assert ours().refusal(changed, stamp, signature) == "signature"


def test_time_and_body_cannot_be_shifted_against_each_other() -> None:
    signature = base64.b64encode(KEY.sign(f"{STAMP}|{STAMP}|x".encode())).decode()
    assert ours().refusal(f"{STAMP}|x".encode(), str(STAMP), signature) is None
    assert ours().refusal(b"x", f"{STAMP}|{STAMP}", signature) == "old"


@pytest.mark.parametrize(
    "signature", [None, "", "x", "é", "\x00", "AAAA", "=" * 10_000, base64.b64encode(b"s" * 64).decode()]
)
def test_a_missing_or_wrong_signature_does_not_pass(signature: str | None) -> None:
    body, stamp, right = said()
    assert ours().refusal(body, stamp, signature) == "signature"
    assert ours().refusal(body, None, right) == "signature"
    for changed in (right[:-4], right + "AAAA", right.swapcase(), right.replace("=", ""), f" {right}"):
        assert ours().refusal(body, stamp, changed) == "signature"


@pytest.mark.parametrize("key", ["", "x", "é", "AAAA", "A" * 43, base64.b64encode(b"k" * 31).decode()])
def test_without_a_readable_key_nothing_passes(key: str) -> None:
    assert ours(key).refusal(*said()) == "signature"


# --- whose account ---------------------------------------------------------------------------------------
def outbound(number: Any) -> dict[str, Any]:
    return {"data": {"payload": {"direction": "outbound", "from": {"phone_number": number}}}}


def inbound(*numbers: Any) -> dict[str, Any]:
    to = [{"phone_number": number} for number in numbers]
    return {"data": {"payload": {"direction": "inbound", "from": {"phone_number": SENDER}, "to": to}}}


def test_an_event_of_our_number_is_ours() -> None:
    assert ours().of_our_event(outbound(SENDER))
    assert ours().of_our_event(inbound(SENDER)) and ours().of_our_event(inbound("+15005550199", SENDER))


@pytest.mark.parametrize(
    "event",
    [
        outbound("+15005550199"),
        outbound(None),
        outbound(["+15005550107"]),
        inbound("+15005550199"),
        inbound(),
        {"data": {"payload": {"direction": "outbound", "from": SENDER}}},
        {"data": {"payload": {"direction": "inbound", "to": SENDER}}},
        {"data": {"payload": []}},
        {"data": None},
        {},
        [],
        None,
        "x",
        7,
    ],
)
def test_an_event_of_another_number_or_of_none_is_not_ours(event: Any) -> None:
    assert not ours().of_our_event(event)


def test_a_report_of_a_call_must_name_our_account() -> None:
    assert ours().of_our_form({"AccountSid": ACCOUNT})
    for form in ({}, {"AccountSid": ""}, {"AccountSid": ACCOUNT[:-1]}, {"AccountSid": "é"}):
        assert not ours().of_our_form(form)
    assert not ours(account=None).of_our_form({"AccountSid": ACCOUNT})
    assert not ours(account=None).of_our_form({"AccountSid": ""})
