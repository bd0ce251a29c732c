"""Telnyx's webhook signature as its documentation describes it, apart from the product and the SDK."""

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def headers(key: Ed25519PrivateKey, at: int, body: bytes) -> dict[str, str]:
    """The two headers: the time in whole seconds, and an Ed25519 signature of "time|body" in base64."""
    signed = str(at).encode() + b"|" + body
    return {
        "telnyx-timestamp": str(at),
        "telnyx-signature-ed25519": base64.b64encode(key.sign(signed)).decode(),
    }


def public_key(key: Ed25519PrivateKey) -> str:
    """As the portal shows it: the 32 bytes in base64."""
    return base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
