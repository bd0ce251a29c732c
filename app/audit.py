"""Every read of a record leaves a row: who, when, why, what of whom."""

from collections.abc import Iterable

from sqlalchemy import Connection, insert

from app.shell import Shell
from app.tables import reads


def trace(connection: Connection, shell: Shell, person: str, purpose: str, what: str, subjects: Iterable[str]) -> None:
    """Note that `person` was shown `what` (record, plan, chart, board, export) of these incidents or clients."""
    now = shell.clock.now()
    rows = [
        {"at": now, "person": person, "purpose": purpose, "what": what, "subject": subject} for subject in subjects
    ]
    if rows:
        connection.execute(insert(reads), rows)
