"""Tells a request that Telnyx signed, just now and for our account, from one that anybody could send."""

import hmac
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SIGNATURE_HEADER: Final = "telnyx-signature-ed25519"
TIME_HEADER: Final = "telnyx-timestamp"
# What Telnyx's own client keeps to. Within it the same request may come again, and changes nothing the second time.
TOLERANCE: Final = timedelta(minutes=5)
SIGNATURE_BYTES: Final = 64
HEADER_MOST: Final = 200

Refusal = Literal["signature", "old", "account"]


class TelnyxSignatures:
    """Checks webhooks with the account's public key. Telnyx signs its clock and the body, and not the address: what the
    address says must be held against the body by whoever acts on it. Without a readable key nothing passes. `times` is
    what time it may be: one that is close to any of them was signed just now."""

    def __init__(
        self, public_key: str, sender: str, account: str | None, times: Callable[[], Iterable[datetime]]
    ) -> None:
        self._key: Final = _key(public_key)
        self._sender: Final = sender
        self._account: Final = account
        self._times: Final = times

    def refusal(self, body: bytes, timestamp: str | None, signature: str | None) -> Refusal | None:
        """Why this is not from Telnyx, for the count of refusals alone; None when it is. The old is only called so when
        its signature is right."""
        if not self._signed(body, timestamp or "", signature or ""):
            return "signature"
        return None if self._fresh(timestamp or "") else "old"

    def of_our_form(self, form: Mapping[str, str]) -> bool:
        """A report of a call: it names the account."""
        return self._account is not None and _same(form.get("AccountSid", ""), self._account)

    def of_our_event(self, event: Any) -> bool:
        """An event of a text: it names no account but the number, which must be ours."""
        payload = payload_of(event)
        if payload.get("direction") == "inbound":
            return any(_same(_number(one), self._sender) for one in _list(payload.get("to")))
        return _same(_number(payload.get("from")), self._sender)

    def _signed(self, body: bytes, timestamp: str, signature: str) -> bool:
        if self._key is None or len(signature) > HEADER_MOST or len(timestamp) > HEADER_MOST:
            return False
        try:
            given = b64decode(signature.encode("ascii"), validate=True)
            self._key.verify(given, timestamp.encode("ascii") + b"|" + body)
        except (
            ValueError,
            NotBase64,
            InvalidSignature,
        ):  # not text that Telnyx could have signed, or not by it
            return False
        return len(given) == SIGNATURE_BYTES

    def _fresh(self, timestamp: str) -> bool:
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 11):
            return False
        signed_at = datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(timestamp))
        return any(abs(now - signed_at) <= TOLERANCE for now in self._times())


def payload_of(event: Any) -> Mapping[str, Any]:
    """What an event is about; empty when it is no event."""
    data = event.get("data") if isinstance(event, Mapping) else None
    payload = data.get("payload") if isinstance(data, Mapping) else None
    return payload if isinstance(payload, Mapping) else {}


def _key(public_key: str) -> Ed25519PublicKey | None:
    try:
        return Ed25519PublicKey.from_public_bytes(b64decode(public_key.encode("ascii"), validate=True))
    except (ValueError, NotBase64):
        return None


def _list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []


def _number(given: Any) -> str:
    number = given.get("phone_number") if isinstance(given, Mapping) else None
    return number if isinstance(number, str) else ""


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="replace"), other.encode())
