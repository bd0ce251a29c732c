"""A try that will not arrive: the next channel begins now; with none left, the next person is asked now."""

import logging
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from app.commit import commit_in
from app.shell import Shell
from app.tables import pages
from app.tried import begin_next, nothing_left
from dispatch.commands import RULE, MarkUnreachable
from dispatch.value import Refused

log = logging.getLogger("standby.lost")
_INCIDENT = select(pages.c.incident).where(pages.c.id == bindparam("page"))


def lost(
    connection: Connection, shell: Shell, delivery: str, page: str | None, code: str | None, now: datetime
) -> str | None:
    """In the transaction that found it out: were they two, a crash between them would leave a page that nobody
    waits for. Answers the incident whose rules failed over it, if they did: its page waits for its time-out."""
    begin_next(connection, delivery, now)
    if page is None or not nothing_left(connection, delivery, now):
        return None
    return _unreachable(connection, shell, page, code or "unknown")


def _unreachable(connection: Connection, shell: Shell, page: str, code: str) -> str | None:
    incident = str(connection.scalar(_INCIDENT, {"page": page}))
    try:
        # A fault in one incident must not undo what else this transaction writes down.
        with connection.begin_nested():
            commit_in(connection, shell, incident, MarkUnreachable(RULE, page, code[:20]), "clock")
    except Refused:
        return None
    except Exception as fault:  # its text may hold what a person wrote
        log.error("incident %s: %s", incident, type(fault).__name__)
        return incident
    return None
