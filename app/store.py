"""The database: one engine, one FIFO queue of writers, reads that never wait for them."""

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

BUSY_MILLISECONDS = 5_000
# The writers' lock of a PostgreSQL database: any number will do, as long as every Standby on it takes the same.
WRITERS_LOCK = 0x57A_4DB1
# How long a writer waits for others than those of its own process: a migration, or a keeper's command.
LOCK_MILLISECONDS = 30_000
# How long a transaction may stand still: whoever was cut off in one holds up every writer until it is ended.
IDLE_MILLISECONDS = 10_000
# Versions before these carry SQLite's WAL-reset race (sqlite.org/wal.html#walresetbug): harmless with one
# process and one checkpointing connection, which is how we run, and named by `standby doctor`.
WAL_RESET_FIXED = (3, 51, 3)


class FifoLock:
    """A lock that is given in the order it was asked for. Without it one writer in eight waited two seconds.

    The one worker may ask to be next: a page that is decided goes out before fifty others are decided.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._held = False

    @contextmanager
    def turn(self, next_in_line: bool = False) -> Iterator[None]:
        """Wait for a turn, have it, and pass it on."""
        self._take(next_in_line)
        try:
            yield
        finally:
            self._pass_on()

    def _take(self, next_in_line: bool) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Event()
            if next_in_line:
                self._waiting.appendleft(turn)
            else:
                self._waiting.append(turn)
        turn.wait()

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._held = False


class Store:
    """Transactions on one database. `write()` waits its turn and holds the writers' lock before it reads
    anything; `read()` sees one instant and waits for nobody. The same on SQLite and PostgreSQL."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url)
        self._readers = self.engine.execution_options(standby_write=False)
        self._writers = self.engine.execution_options(standby_write=True)
        if not self.is_sqlite:
            self._readers = self._readers.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        # In memory every thread shares one connection, so reads take their turn too.
        self._shared = self.is_sqlite and _in_memory(url)
        self._turn = FifoLock()

    @contextmanager
    def write(self, next_in_line: bool = False) -> Iterator[Connection]:
        """One write transaction; committed at the end of the block, rolled back by an exception."""
        with self._turn.turn(next_in_line), self._writers.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view."""
        if self._shared:
            with self._turn.turn(), self._readers.begin() as connection:
                yield connection
        else:
            with self._readers.begin() as connection:
                yield connection

    def checkpoint(self) -> None:
        """Move the write-ahead log into the database. Only the worker calls this: one connection does it."""
        if self.is_sqlite and not self._shared:
            with self._turn.turn(), self.engine.connect() as connection:
                connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(PASSIVE)")  # type: ignore[union-attr]

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def _in_memory(url: str) -> bool:
    return url in ("sqlite://", "sqlite:///:memory:")


def _sqlite_engine(url: str) -> Engine:
    # hide_parameters: what is bound to a statement must not stand in the text of an exception.
    if _in_memory(url):
        engine = create_engine(
            url, poolclass=StaticPool, hide_parameters=True, connect_args={"check_same_thread": False}
        )
    else:
        engine = create_engine(
            url,
            poolclass=QueuePool,
            hide_parameters=True,
            pool_size=16,
            max_overflow=64,
            connect_args={"check_same_thread": False, "timeout": BUSY_MILLISECONDS / 1000},
        )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(raw: Any, _: object) -> None:
    # The driver must not open transactions by itself: its habit begins DEFERRED, which fails under load at
    # the moment a read turns into a write (docs/architecture.md, SQLite).
    raw.isolation_level = None
    assert isinstance(raw, sqlite3.Connection)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_MILLISECONDS}",
        "wal_autocheckpoint=0",
        "temp_store=MEMORY",
        "cache_size=-16000",
    ):
        raw.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("standby_write", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgres_engine(url: str) -> Engine:
    engine = create_engine(url, hide_parameters=True, pool_size=16, max_overflow=64, pool_pre_ping=True)
    event.listen(engine, "connect", _bound)
    event.listen(engine, "begin", _queue)
    return engine


def _bound(raw: Any, _: object) -> None:
    """Nobody waits without end: not for a lock, and not for a transaction that its process forgot."""
    with raw.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {LOCK_MILLISECONDS}")
        cursor.execute(f"SET idle_in_transaction_session_timeout = {IDLE_MILLISECONDS}")
    raw.commit()


def _queue(connection: Connection) -> None:
    # READ COMMITTED, so that what is read after the lock is what the writer before has left. A snapshot taken with
    # the lock's own statement would be older than the lock. It ends with the transaction, however that ends.
    if connection.get_execution_options().get("standby_write", True):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")
