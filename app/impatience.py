"""Tries that nobody says anything of: the next channel begins beside them, and their provider is asked."""

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from app.carriers import Carriers
from app.claims import LOOK_AFTER, Claim
from app.delivered import report
from app.journal import newest
from app.shell import Shell
from app.tables import OUTBOX_LOOKED_FOR, OUTBOX_PATIENT, outbox
from app.tried import begin_next

log = logging.getLogger("standby.impatience")
AT_ONCE = 50
# Asked after half a minute, and once more after a minute and a half; then only a report can say more.
LOOKED_FOR_UNTIL = timedelta(seconds=80)
_SILENT = (
    select(outbox.c.id, outbox.c.delivery)
    .where(OUTBOX_PATIENT, outbox.c.patience_at <= bindparam("now"))
    .order_by(outbox.c.patience_at)
    .limit(AT_ONCE)
)
_UNHEARD = (
    select(outbox.c.id, outbox.c.channel, outbox.c.provider, outbox.c.provider_id, outbox.c.sent_at)
    .where(OUTBOX_LOOKED_FOR, outbox.c.look_at <= bindparam("now"))
    .order_by(outbox.c.look_at)
    .limit(AT_ONCE)
)
_ROW = update(outbox).where(outbox.c.id == bindparam("the_id"))


def grow_impatient(shell: Shell, now: datetime) -> int:
    """Begin the next channel of every urgent try that has not arrived in its time; answers how many."""
    with shell.store.read() as connection:
        silent = connection.execute(_SILENT, {"now": now}).all()
    if not silent:
        return 0
    with shell.store.write(next_in_line=True) as connection:
        for row in silent:
            connection.execute(_ROW.values(patience_at=None), {"the_id": row.id})
            begin_next(connection, row.delivery, now)
        seq = newest(connection)
    shell.told(seq)
    return len(silent)


def to_look_at(shell: Shell, now: datetime) -> list[Any]:
    """The tries to ask their provider about now. Each is noted as asked for before it is: an answer that never comes
    is not waited for."""
    with shell.store.read() as connection:
        rows = list(connection.execute(_UNHEARD, {"now": now}))
    if rows:
        with shell.store.write() as connection:
            for row in rows:
                _note(connection, row, now)
    return rows


def _note(connection: Connection, row: Any, now: datetime) -> None:
    again = row.sent_at is not None and now - row.sent_at < LOOKED_FOR_UNTIL
    look_at = now + 2 * LOOK_AFTER if again else None
    connection.execute(_ROW.values(look_at=look_at), {"the_id": row.id})


def ask_after(shell: Shell, carriers: Carriers, row: Any) -> None:
    """Ask its provider how far it came. Holds no transaction over the question."""
    wire = carriers.wire(row.channel, row.provider)
    if wire is None or not row.provider_id:
        return
    try:
        seen = wire.fetch(row.channel, row.provider_id)
        if seen is not None:
            report(shell, row.id, seen.status, seen.code)
    except Exception as fault:  # nobody waits for this answer: the next look, or a report, will tell
        log.error("asking after %s failed: %s", row.id, type(fault).__name__)


def begin_beside(shell: Shell, claim: Claim, now: datetime) -> None:
    """Its provider has not answered yet: the next channel does not wait for that."""
    with shell.store.write(next_in_line=True) as connection:
        for one in (claim, *claim.beside):
            begin_next(connection, one.delivery, now)
        seq = newest(connection)
    shell.told(seq)
