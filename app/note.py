"""Journaling a change that a person made to the house itself: staff, shifts, numbers, tokens."""

import json
from typing import Any

from sqlalchemy import Connection

from app.commit import record
from app.sessions import Me
from app.shell import Shell


def note(
    connection: Connection, shell: Shell, by: Me, stream: str, kind: str, *, via: str = "board", **fact: Any
) -> int:
    """One row in the journal of the person's program, in the transaction that made the change; its seq."""
    said = json.dumps(fact, sort_keys=True)
    return record(
        connection, shell, program=by.program, stream=stream, by=by.id, via=via, kind=kind, fact=said
    )
