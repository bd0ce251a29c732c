"""What a view has at hand: the shell, who is asking, and the one way to ask for a change."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, cast

from flask import current_app, g, request
from sqlalchemy import Row, select

from app.commit import Beside, Done, commit
from app.sessions import Me
from app.shell import Shell
from app.tables import incidents
from dispatch.commands import Command
from dispatch.value import Refused

BESIDE_THE_WISH = frozenset({"csrf", "key"})


def shell() -> Shell:
    """The service's parts."""
    return cast(Shell, current_app.extensions["standby"])


def me() -> Me:
    """Who is signed in. Only for views behind the session door."""
    return cast(Me, g.me)


def somebody() -> Me | None:
    """Who is signed in, if anybody."""
    return cast(Me | None, g.get("me"))


def token() -> Row[Any]:
    """The API token that asks. Only for views behind the token door."""
    return cast(Row[Any], g.token)


def incident_id(ref: int) -> str:
    """The id behind a spoken number. Raises `Refused` when there is none."""
    with shell().store.read() as connection:
        found = connection.scalar(select(incidents.c.id).where(incidents.c.ref == ref))
    if found is None:
        raise Refused(f"There is no incident {ref}. Look on the board.")
    return str(found)


def ask(
    ref: int,
    command: Command,
    *,
    via: str = "board",
    words: Mapping[str, str] | None = None,
    beside: Beside | None = None,
) -> Done:
    """Ask one thing of the incident with this number. The form's `key` makes a double click one act."""
    return commit(shell(), incident_id(ref), command, via=via, key=request_key(), words=words, beside=beside)


def request_key() -> str | None:
    """What makes this wish count once: the form's `key` field or the Idempotency-Key header, bound to what is
    wished. A page that a browser brought back has its old key and may carry another call by now: that is
    another wish, and must not be answered with what the first one did."""
    given = (request.form.get("key") or request.headers.get("Idempotency-Key") or "").strip()
    if not given:
        return None
    wished = sorted((name, values) for name, values in request.form.lists() if name not in BESIDE_THE_WISH)
    said = json.dumps([given, request.method, request.path, wished])
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def wants_json() -> bool:
    """Did a script ask, rather than a page?"""
    return request.path.startswith("/api/") or request.headers.get("X-Standby") == "1" or request.is_json
