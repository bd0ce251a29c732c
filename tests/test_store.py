"""The database as we use it: writers take turns, readers never wait, a failed change leaves nothing."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from app.store import FifoLock, Store
from app.tables import heartbeats, metadata

AT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
DEADLINE = 5.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'standby.db'}")
    with store.write() as connection:
        metadata.create_all(connection)
    yield store
    store.close()


def beats(store: Store) -> int:
    with store.read() as connection:
        return connection.scalar(select(func.count()).select_from(heartbeats)) or 0


def begins(store: Store) -> list[str]:
    """Every BEGIN from here on."""
    said: list[str] = []

    def listen(_: Any, __: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("BEGIN"):
            said.append(statement)

    event.listen(store.engine, "before_cursor_execute", listen)
    return said


def test_a_write_takes_the_writers_lock_before_its_first_read(store: Store) -> None:
    said = begins(store)
    with store.write() as connection:
        connection.execute(select(heartbeats)).all()
    assert said == ["BEGIN IMMEDIATE"]


def test_a_read_takes_no_writers_lock(store: Store) -> None:
    said = begins(store)
    with store.read() as connection:
        connection.execute(select(heartbeats)).all()
    assert said == ["BEGIN"]


def test_an_error_in_the_middle_of_a_change_leaves_nothing_and_passes_the_turn_on(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as connection:
        connection.execute(heartbeats.insert().values(name="worker", at=AT))
        raise ZeroDivisionError
    assert beats(store) == 0
    with store.write() as connection:
        connection.execute(heartbeats.insert().values(name="worker", at=AT))
    assert beats(store) == 1


def test_a_reader_does_not_wait_for_a_writer_and_sees_what_was_committed(store: Store) -> None:
    with store.write() as connection:
        connection.execute(heartbeats.insert().values(name="worker", at=AT))
        assert beats(store) == 0
    assert beats(store) == 1


def test_a_commit_is_on_the_disk_when_it_returns(store: Store) -> None:
    with store.read() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def turns(asked: list[tuple[str, bool]]) -> list[str]:
    """The order in which these get their turn, when all wait for one that has it."""
    lock, order = FifoLock(), []
    threads: list[threading.Thread] = []

    def write(name: str, next_in_line: bool) -> None:
        with lock.turn(next_in_line):
            order.append(name)

    with lock.turn():
        for waiting, one in enumerate(asked):
            threads.append(threading.Thread(target=write, args=one))
            threads[-1].start()
            while len(lock._waiting) <= waiting:
                threads[-1].join(0.001)
    for thread in threads:
        thread.join(DEADLINE)
    return order


def test_writers_get_their_turn_in_the_order_they_asked() -> None:
    names = [f"writer {number}" for number in range(12)]
    assert turns([(name, False) for name in names]) == names


def test_the_worker_may_be_next_so_that_a_decided_page_does_not_wait_for_others_being_decided() -> None:
    assert turns([("one", False), ("two", False), ("worker", True)]) == ["worker", "one", "two"]


def test_many_threads_lose_no_write(store: Store) -> None:
    def write(number: int) -> None:
        for turn in range(10):
            with store.write() as connection:
                connection.execute(heartbeats.insert().values(name=f"{number}-{turn}", at=AT))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert beats(store) == 80
