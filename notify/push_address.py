"""Where a push may go and what it is sealed with: an address at a known push service, and two keys that fit."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePublicKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ENDPOINT_MOST = 1_000
# The push services of Chrome and Edge, Firefox, Safari, and of Edge where Windows carries it.
SERVICES = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
)
# Written so that there is one reading of it: no user, no fragment, no backslash, no space, no other alphabet.
ENDPOINT = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[A-Za-z0-9._~%!$&'()*+,;=:@/?-]*)"
)
P256DH_BYTES, AUTH_BYTES, KEY_BYTES = 65, 16, 32


def is_service(endpoint: str, hosts: tuple[str, ...] = ()) -> bool:
    """May we send there? Anybody who is signed in names an endpoint, so it must be a push service's: over https to a
    known host, or to one that the settings name, and never to a number instead of a name."""
    found = ENDPOINT.fullmatch(endpoint)
    if found is None or len(endpoint) > ENDPOINT_MOST:
        return False
    host, port = found["host"], found["port"]
    if host.rpartition(".")[2].isdecimal() or not 0 < int(port or 443) < 65_536:
        return False
    if host in hosts:
        return True
    known = any(host == service or host.endswith(f".{service}") for service in SERVICES)
    return known and found["scheme"] == "https" and port in (None, "443")


def are_keys(keys: Mapping[str, str]) -> bool:
    """Can something be encrypted with these? A point on the curve, and sixteen bytes."""
    try:
        point, auth = _raw(keys["p256dh"]), _raw(keys["auth"])
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except (KeyError, ValueError, TypeError, AttributeError):
        return False
    return len(point) == P256DH_BYTES and len(auth) == AUTH_BYTES


def public_key(private_key: str) -> str:
    """What browsers are told of our key: they take notices from its owner alone. ValueError when it is none."""
    raw = _raw(private_key)
    if len(raw) != KEY_BYTES:
        raise ValueError("not a key of this curve")
    key = derive_private_key(int.from_bytes(raw, "big"), SECP256R1())
    return _text(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def new_private_key() -> str:
    """A fresh one, as the settings hold it."""
    number = generate_private_key(SECP256R1()).private_numbers().private_value
    return _text(number.to_bytes(KEY_BYTES, "big"))


def _raw(text: str) -> bytes:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,200}={0,2}", text):
        raise ValueError("not base64url")
    return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
