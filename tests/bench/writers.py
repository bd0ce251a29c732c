"""Many writers on one SQLite file, and three ways to take turns: python -m tests.bench.writers."""

import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from app.clock import SystemClock
from app.store import FifoLock, Store
from app.tables import heartbeats, metadata
from tests.bench.figures import machine, show, spread

THREADS = 32
WRITES = 25
NOW = SystemClock().now


class Turns:
    """A store whose turns are taken another way."""

    def __init__(self, take: Callable[[], AbstractContextManager[object]]) -> None:
        self._take = take

    def turn(self, next_in_line: bool = False) -> AbstractContextManager[object]:
        """As FifoLock has it."""
        return self._take()


def waits(turns: object) -> list[float]:
    """Wall seconds of each write, by many threads that never pause."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/standby.db")
        with store.write() as connection:
            metadata.create_all(connection)
        store._turn = turns  # type: ignore[assignment]
        took: list[float] = []

        def write(writer: int) -> None:
            for number in range(WRITES):
                asked = time.perf_counter()
                with store.write() as connection:
                    connection.execute(heartbeats.insert().values(name=f"{writer}-{number}", at=NOW()))
                took.append(time.perf_counter() - asked)

        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        store.close()
        return took


def main() -> None:
    """Ours, a plain mutex, and SQLite's own busy wait."""
    mutex = threading.Lock()
    ways: dict[str, object] = {
        "in the order asked (ours)": FifoLock(),
        "a plain mutex": Turns(lambda: mutex),
        "SQLite's busy timeout alone": Turns(nullcontext),
    }
    rows = [[name, *spread(waits(turns))] for name, turns in ways.items()]
    title = f"{THREADS} threads that write without a pause, ms for each write; {machine()}"
    show(title, ["turns", "writes", "p50", "p99", "worst"], rows)


if __name__ == "__main__":
    main()
