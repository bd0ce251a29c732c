"""Looks at a house that is set up and says, in sentences, what is well and what is not."""

import sqlite3
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from app.journal import verify
from app.schema import is_newest
from app.shell import Shell
from app.store import WAL_RESET_FIXED
from app.tables import heartbeats, outbox, people

LATE = timedelta(seconds=30)


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    fine: bool
    sentence: str


def findings(shell: Shell) -> list[Finding]:
    """Everything that can be looked at from here."""
    if not is_newest(shell.store):
        return [Finding(False, "The database is older than this version. Run `standby db upgrade`.")]
    return [_database(shell), _journal(shell), _worker(shell), _owed(shell), _phones(shell), _probes(shell)]


def _database(shell: Shell) -> Finding:
    if not shell.store.is_sqlite or sqlite3.sqlite_version_info >= WAL_RESET_FIXED:
        return Finding(True, "The database's version is sound.")
    return Finding(
        True,
        f"SQLite {sqlite3.sqlite_version} has the WAL-reset race. One process and one checkpointing connection, "
        "as Standby runs, cannot meet it. Never open the file from a second program while it serves.",
    )


def _journal(shell: Shell) -> Finding:
    with shell.store.read() as connection:
        verdict = verify(connection, shell.settings.journal_key)
    return Finding(
        verdict.reason is None, verdict.reason or f"The journal's {verdict.rows} rows hold together."
    )


def _worker(shell: Shell) -> Finding:
    with shell.store.read() as connection:
        beaten = connection.scalar(select(heartbeats.c.at).where(heartbeats.c.name == "worker"))
    if beaten is None:
        return Finding(False, "The worker has never run here. Start `standby serve`.")
    age = shell.clock.now() - beaten
    fine = age < LATE
    return Finding(fine, f"The worker was last heard {int(age.total_seconds())} s ago.")


def _owed(shell: Shell) -> Finding:
    with shell.store.read() as connection:
        failed = connection.scalar(select(func.count()).where(outbox.c.state == "failed")) or 0
    return Finding(failed == 0, f"{failed} messages could not be sent.")


def _phones(shell: Shell) -> Finding:
    with shell.store.read() as connection:
        rows = connection.execute(select(people.c.roles, people.c.phone).where(people.c.active)).all()
    without = sum(1 for row in rows if "responder" in row.roles and not row.phone)
    return Finding(without == 0, f"{without} responders have no phone number and cannot be paged.")


def _probes(shell: Shell) -> Finding:
    numbers = len(shell.settings.outside.watched.probes)
    if not numbers:
        return Finding(
            True,
            "Synthetic pages are off: no provider is tried between pages. Set STANDBY_PROBE_NUMBERS to numbers of your "
            "own whose texts come back to us.",
        )
    return Finding(
        True, f"Synthetic pages go to {numbers} of your own numbers, a text every 5 minutes by each provider."
    )
