"""Who works on a database: each worker holds a share of one lock for as long as it lives, however it ends. Who can have
the whole of it knows that nobody else lives."""

import fcntl
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.store import Store

log = logging.getLogger("standby.alone")
# Any number will do, as long as every Standby on the database takes the same.
WORKERS_LOCK = 0x57A_4DB2
# Somebody else is just taking over what a dead one left: that is one statement.
JOINS_WITHIN_SECONDS = 10.0
TRIES_AGAIN_SECONDS = 0.05


class Alone:
    """A share, held until `let_go()` or the end of the process: the kernel, or the database, gives it back then."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._file: IO[bytes] | None = None
        self._connection: Connection | None = None
        self._joined = self._shares = False

    def join(self, if_alone: Callable[[], object]) -> bool:
        """Work here from now on. Where nobody else does, `if_alone` is run before anybody can; True then."""
        if self._store.is_sqlite:
            return self._join_at_the_file(if_alone)
        self._connection, self._joined = self._own_connection(), True
        if self._asks("pg_try_advisory_lock"):
            if_alone()
            self._shares = self._asks("pg_try_advisory_lock_shared")
            self._asks("pg_advisory_unlock")
            return True
        self._wait(lambda: self._asks("pg_try_advisory_lock_shared"))
        return False

    def keep(self) -> None:
        """Still here? A connection that the database ended takes the share with it. Asked again and again: what was not
        to be had this time is had the next."""
        if not self._joined:
            return
        for _ in range(2):
            try:
                self._shares = self._still_shares()
            except SQLAlchemyError as fault:
                log.warning("our share of the workers' lock is gone: %s", type(fault).__name__)
                self._leave()
            if self._shares:
                return

    def _still_shares(self) -> bool:
        if self._file is not None:
            return self._shares or self._has(fcntl.LOCK_SH)
        if self._connection is None:
            self._connection = self._own_connection()
        if self._shares:
            self._connection.exec_driver_sql("SELECT 1")
            return True
        return self._asks("pg_try_advisory_lock_shared")

    def let_go(self) -> None:
        """Gone from here."""
        self._joined = False
        if self._file is not None:
            self._file.close()
            self._file = None
        self._leave()

    def _leave(self) -> None:
        connection, self._connection, self._shares = self._connection, None, False
        if connection is None:
            return
        with suppress(SQLAlchemyError):
            connection.invalidate()  # its session ends, and the lock with it
            connection.close()

    def _join_at_the_file(self, if_alone: Callable[[], object]) -> bool:
        path = self._store.engine.url.database
        if not path or path == ":memory:":
            if_alone()
            return True
        self._file, self._joined = Path(f"{path}.worker").open("ab"), True
        alone = self._has(fcntl.LOCK_EX)
        if alone:
            if_alone()
        # From the whole to a share is two steps for the kernel: who comes between them finds no work of ours yet.
        self._wait(lambda: self._has(fcntl.LOCK_SH))
        return alone

    def _has(self, how: int) -> bool:
        assert self._file is not None
        try:
            fcntl.flock(self._file, how | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _own_connection(self) -> Connection:
        # Outside any transaction: the lock lives as long as the connection.
        return self._store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def _asks(self, function: str) -> bool:
        assert self._connection is not None
        return bool(self._connection.exec_driver_sql(f"SELECT {function}({WORKERS_LOCK})").scalar())

    def _wait(self, has_share: Callable[[], bool]) -> None:
        ends_at = time.monotonic() + JOINS_WITHIN_SECONDS
        while not has_share():
            if time.monotonic() > ends_at:
                # Whoever holds it stands still. Pages do not wait for that; it is asked for again later.
                log.warning("no share of the workers' lock; working without one")
                return
            time.sleep(TRIES_AGAIN_SECONDS)
        self._shares = True
