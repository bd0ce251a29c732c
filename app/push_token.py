"""The token inside a push: whoever was shown the notice may say so, and nothing else; no table holds it."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode

from app.shell import Shell

SHAPE = re.compile(r"([0-9]{1,15})\.([A-Za-z0-9_-]{22})")


def token_of(shell: Shell, message: int) -> str:
    """For the push of this row."""
    return f"{message}.{_mac(shell, message)}"


def message_of(shell: Shell, token: str) -> int | None:
    """The row that it is about; None when it is not ours. No database is asked."""
    found = SHAPE.fullmatch(token)
    if found is None or not hmac.compare_digest(found[2], _mac(shell, int(found[1]))):
        return None
    return int(found[1])


def _mac(shell: Shell, message: int) -> str:
    mac = hmac.digest(shell.settings.link_key, f"push\0{message}".encode(), hashlib.sha256)
    return urlsafe_b64encode(mac[:16]).rstrip(b"=").decode()
