"""How many webhooks were refused, by provider and reason: kept, for whoever wonders who knocks."""

import logging
from collections import Counter
from datetime import datetime
from threading import Lock

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from app.shell import Shell
from app.tables import counters

log = logging.getLogger("standby.refused")
PREFIX = "refused:"
# Anybody can knock: what a flood of them may cost in writes. The rest is added to the first write of a later minute.
WRITES_A_MINUTE = 60


class Refusals:
    """Counts them. Safe to share between threads."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._lock = Lock()
        self._waiting: Counter[str] = Counter()
        self._minute: datetime | None = None
        self._written = 0

    def note(self, provider: str, reason: str) -> None:
        """One more."""
        name = f"{PREFIX}{provider}:{reason}"
        log.warning("a webhook was %s", name)
        with self._lock:
            self._waiting[name] += 1
            if not self._may_write():
                return
            taken, self._waiting = self._waiting, Counter()
        with self._shell.store.write() as connection:
            for one, more in taken.items():
                _add(connection, one, more)

    def _may_write(self) -> bool:
        minute = self._shell.clock.now().replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute, self._written = minute, 0
        self._written += 1
        return self._written <= WRITES_A_MINUTE


def refusals(connection: Connection) -> dict[str, int]:
    """How many there were, by "provider:reason"."""
    rows = connection.execute(select(counters).where(counters.c.name.startswith(PREFIX)))
    return {row.name.removeprefix(PREFIX): row.value for row in rows}


def _add(connection: Connection, name: str, more: int) -> None:
    add = counters.update().where(counters.c.name == name).values(value=counters.c.value + more)
    if connection.execute(add).rowcount:
        return
    try:
        with connection.begin_nested():
            connection.execute(counters.insert().values(name=name, value=more))
    except IntegrityError:  # another process made it meanwhile
        connection.execute(add)
