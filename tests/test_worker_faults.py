"""F10: whatever the worker calls may fail, again and again; its thread goes on, and what was owed goes out."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from app.clock import SystemClock
from app.heartbeats import beats
from app.house_alarms import standing
from app.shell import Shell
from app.tables import outbox
from app.wiring import shell_for
from app.worker import Worker
from notify.recorder import Recorder
from tests.desk import Call
from tests.house import PHONES, House, a_house, create_schema, furnish, settings_for
from tests.served import until

FAILS_AT_MOST = 60


@contextmanager
def failing(shell: Shell, number: int) -> Iterator[list[str]]:
    """The statement of this number fails, as a database does that is locked or away; and every later one."""
    seen: list[str] = []

    def fail(_: Any, __: Any, statement: str, *more: Any) -> None:
        seen.append(statement)
        if len(seen) >= number:
            raise OperationalError(statement, None, Exception("database is locked"))

    event.listen(shell.store.engine, "before_cursor_execute", fail)
    try:
        yield seen
    finally:
        event.remove(shell.store.engine, "before_cursor_execute", fail)


def test_f10_a_tick_that_fails_at_any_statement_loses_nothing(tmp_path: Path) -> None:
    reached = 0
    for number in range(1, FAILS_AT_MOST):
        folder = tmp_path / str(number)
        folder.mkdir()
        with a_house(folder) as house:
            Call(house).sent()
            with failing(house.shell, number) as seen:
                fails(house)
            reached = max(reached, len(seen))
            for _ in range(20):
                house.pass_time(seconds=1)
            with house.shell.store.read() as connection:
                left = connection.scalars(select(outbox.c.state).where(outbox.c.page.is_not(None))).all()
            assert set(left) <= {"sent", "owed"}, left
            assert all(len(house.recorder.texts_to(PHONES[person])) >= 1 for person in ("ana", "ben")), number
            if len(seen) < number:
                break  # the tick has no statement of this number
    assert reached > 5


def fails(house: House) -> None:
    try:
        house.worker.tick()
    except OperationalError:
        return


def test_f10_the_workers_thread_outlives_a_database_that_is_away(tmp_path: Path) -> None:
    shell = shell_for(settings_for(f"sqlite:///{tmp_path / 'standby.db'}"), SystemClock())
    create_schema(shell)
    furnish(shell)
    worker = Worker(shell, {"text": (Recorder(shell.clock.now),)})
    worker.start()
    try:
        until(lambda: _beaten(shell), 10.0, "the first beat")
        with failing(shell, 1) as seen:
            until(lambda: len(seen) > 3, 20.0, "several failures")
        before = _beaten(shell)
        until(lambda: _beaten(shell) != before, 10.0, "the next beat")
        assert any(thread.name == "worker" and thread.is_alive() for thread in threading.enumerate())
    finally:
        worker.stop()
        shell.store.close()


def _beaten(shell: Shell) -> object:
    with shell.store.read() as connection:
        return beats(connection).get("worker")


def test_f09_a_lock_that_is_held_for_long_is_not_taken_for_a_fault_of_the_incident(tmp_path: Path) -> None:
    with a_page_that_is_over(tmp_path) as house:
        with locked_for(house.shell, times=2):
            house.worker.tick()
            house.worker.tick()
        assert _alarms(house) == [] and house.recorder.texts_to(PHONES["cyd"]) == ()
        house.worker.tick()
        assert len(house.recorder.texts_to(PHONES["cyd"])) == 1, "the next person, without a rest"


def test_f09_an_incident_over_which_the_database_fails_each_time_is_named(tmp_path: Path) -> None:
    with a_page_that_is_over(tmp_path) as house:
        with locked_for(house.shell, times=3):
            for _ in range(3):
                house.worker.tick()
        assert _alarms(house) == ["poisoned"]


@contextmanager
def a_page_that_is_over(tmp_path: Path) -> Iterator[House]:
    """Its time has run out: the clock is to ask the next person."""
    with a_house(tmp_path) as house:
        Call(house).sent()
        house.worker.tick()
        house.clock.move(timedelta(minutes=4))
        yield house


@contextmanager
def locked_for(shell: Shell, times: int) -> Iterator[None]:
    """So many changes of an incident find the database locked; everything else can be written."""
    left = [times]

    def fail(_: Any, __: Any, statement: str, *more: Any) -> None:
        if left[0] and statement.startswith("UPDATE incidents"):
            left[0] -= 1
            raise OperationalError(statement, None, Exception("database is locked"))

    event.listen(shell.store.engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(shell.store.engine, "before_cursor_execute", fail)
    assert left == [0]


def _alarms(house: House) -> list[str]:
    with house.shell.store.read() as connection:
        return [one.kind for one in standing(connection)]
