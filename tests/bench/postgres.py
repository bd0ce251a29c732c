"""What PostgreSQL's one queue of writers costs, beside SQLite's: python -m tests.bench.postgres."""

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from app.clock import SystemClock
from app.store import Store
from app.tables import heartbeats, metadata
from tests.bench.figures import machine, show, spread
from tests.postgres import running_postgres

WRITES = 400
THREADS = 32
NOW = SystemClock().now


class LockAlone(Store):
    """As many processes would write: no queue but the database's own lock."""

    @contextmanager
    def write(self, next_in_line: bool = False) -> Iterator[Connection]:
        with self._writers.begin() as connection:
            yield connection


class NoLock(Store):
    """What our writers must not do: nothing keeps them apart."""

    @contextmanager
    def write(self, next_in_line: bool = False) -> Iterator[Connection]:
        with self._writers.execution_options(standby_write=False).begin() as connection:
            yield connection


def waits(store: Store, threads: int) -> list[float]:
    """Wall seconds of each write of one row, by threads that never pause."""
    with store.write() as connection:
        metadata.create_all(connection)
        connection.execute(heartbeats.delete())
    took: list[float] = []

    def write(writer: int) -> None:
        for number in range(WRITES // threads):
            asked = time.perf_counter()
            with store.write() as connection:
                connection.execute(heartbeats.insert().values(name=f"{writer}-{number}", at=NOW()))
            took.append(time.perf_counter() - asked)

    running = [threading.Thread(target=write, args=(writer,)) for writer in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(120)
    store.close()
    return took


def main() -> None:
    """One writer and many, on both, durable."""
    rows = []
    with (
        running_postgres(durable=True) as server,
        server.database() as url,
        tempfile.TemporaryDirectory() as folder,
    ):
        for name, kind, where in (
            ("SQLite", Store, f"sqlite:///{folder}/standby.db"),
            ("PostgreSQL", Store, url),
            ("PostgreSQL, the lock alone", LockAlone, url),
            ("PostgreSQL, no lock (not ours)", NoLock, url),
        ):
            for threads in (1, THREADS):
                rows.append([name, str(threads), *spread(waits(kind(where), threads))])
    title = f"Writes of one row that wait for the disk, ms for each; {machine()}"
    show(title, ["database", "threads", "writes", "p50", "p99", "worst"], rows)


if __name__ == "__main__":
    main()
