"""The worker's lock: who holds it knows that no other worker lives on this database, however the last one ended."""

import fcntl
from pathlib import Path
from typing import IO

from sqlalchemy import Connection

from app.store import Store

# Any number will do, as long as every Standby on the database takes the same.
WORKERS_LOCK = 0x57A_4DB2


class Alone:
    """Held until `let_go()` or the end of the process: the kernel, or the database, gives it back then."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._file: IO[bytes] | None = None
        self._connection: Connection | None = None

    def take(self) -> bool:
        """True when nobody else works here. Never waits."""
        if not self._store.is_sqlite:
            return self._take_of_postgres()
        path = self._store.engine.url.database
        if not path or path == ":memory:":
            return True
        file = Path(f"{path}.worker").open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def _take_of_postgres(self) -> bool:
        # On a connection of its own, outside any transaction: the lock lives as long as the connection.
        connection = self._store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        taken = connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({WORKERS_LOCK})").scalar()
        if not taken:
            connection.close()
            return False
        self._connection = connection
        return True

    def let_go(self) -> None:
        """Another may work here now."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._connection is not None:
            self._connection.invalidate()  # its session ends, and the lock with it
            self._connection.close()
            self._connection = None
