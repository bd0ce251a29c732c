"""Twilio's webhook signature as its documentation describes it, apart from the product and the SDK."""

import base64
import hashlib
import hmac
from collections.abc import Sequence


def sign(token: str, url: str, pairs: Sequence[tuple[str, str]]) -> str:
    """The published algorithm, written out here so that a mistake in the product cannot agree with itself."""
    text = url
    for name in sorted({name for name, _ in pairs}):
        for value in sorted({value for key, value in pairs if key == name}):
            text += name + value
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()
