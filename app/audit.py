"""Every read of a record leaves a row: who, when, why, what of whom."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import Connection, insert, select

from app.shell import Shell
from app.tables import reads


def trace(
    connection: Connection, shell: Shell, person: str, purpose: str, what: str, subjects: Iterable[str]
) -> None:
    """Note that `person` was shown `what` (record, plan, chart, board, export) of these incidents or clients."""
    now = shell.clock.now()
    rows = [
        {"at": now, "person": person, "purpose": purpose, "what": what, "subject": subject}
        for subject in subjects
    ]
    if rows:
        connection.execute(insert(reads), rows)


# A page that refreshes itself shows the same thing again and again: one row for each while of looking.
SAME_LOOK = timedelta(minutes=10)


def trace_look(
    connection: Connection, shell: Shell, person: str, purpose: str, what: str, subjects: Iterable[str]
) -> None:
    """The same, for what a page shows anew with each autosave: a look is noted once in ten minutes."""
    shown = set(subjects)
    since = shell.clock.now() - SAME_LOOK
    noted = set(
        connection.scalars(
            select(reads.c.subject).where(
                reads.c.subject.in_(shown),
                reads.c.at > since,
                reads.c.person == person,
                reads.c.purpose == purpose,
                reads.c.what == what,
            )
        )
    )
    trace(connection, shell, person, purpose, what, sorted(shown - noted))
