"""One worker on one database: who is alone takes over at once what a dead one left on the wire."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import OperationalError

from app.alone import Alone
from app.claims import LEASE, claim
from app.store import Store
from app.tables import outbox
from app.wiring import carried_by
from app.worker import Worker
from dispatch import commands as c
from tests.crisis import Crisis
from tests.house import House, a_house, on_both

HOLD = """
import sys, time
from app.alone import Alone
from app.store import Store
alone = Alone(Store(sys.argv[1]))
print(alone.join(lambda: None), flush=True)
time.sleep(60)
"""

house = on_both(a_house)


def address(house: House) -> str:
    return house.shell.settings.database_url


def nothing() -> None:
    """What there is to do for who is alone."""


def test_who_comes_while_anybody_works_here_is_not_alone(house: House) -> None:
    """Also when the first of them has gone by then: two overlapping restarts leave the second one's work alone."""
    first, second, third, last = (Alone(Store(address(house))) for _ in range(4))
    assert first.join(nothing)
    assert not second.join(nothing)
    first.let_go()
    assert not third.join(nothing)
    second.let_go()
    third.let_go()
    assert last.join(nothing)
    last.let_go()


def test_nobody_joins_while_the_leases_of_the_dead_are_voided(house: House) -> None:
    first, second = Alone(Store(address(house))), Alone(Store(address(house)))
    order: list[str] = []
    comes = threading.Thread(target=lambda: order.append(f"joined, alone: {second.join(nothing)}"))

    def void() -> None:
        comes.start()
        comes.join(timeout=0.5)
        order.append("voided")

    assert first.join(void)
    comes.join(timeout=10)
    assert order == ["voided", "joined, alone: False"]
    first.let_go()
    second.let_go()


def test_a_share_is_taken_again_when_the_database_ends_its_connection(house: House) -> None:
    mine, other = Alone(Store(address(house))), Alone(Store(address(house)))
    assert mine.join(nothing)
    end_sharing_sessions(house)
    mine.keep()
    assert not other.join(nothing)
    mine.let_go()
    other.let_go()


def test_a_killed_process_lets_go_at_once(house: House) -> None:
    """F03: nobody waits out the lease of a process that is known to be dead."""
    holder = subprocess.Popen([sys.executable, "-c", HOLD, address(house)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None and holder.stdout.readline().strip() == "True"
        mine = Alone(house.shell.store)
        assert not mine.join(nothing)
        mine.let_go()
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait(timeout=10)
        assert any(alone_now(mine) for _ in range(1_000)), "the kernel, or the database, gives it back"
    finally:
        holder.kill()


def test_a_share_that_could_not_be_had_at_once_is_had_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.alone.JOINS_WITHIN_SECONDS", 0.1)
    starting, mine, other = (Alone(Store(address(house))) for _ in range(3))
    starting.join(lambda: mine.join(nothing))
    mine.keep()
    starting.let_go()
    assert not other.join(nothing), "the one that worked without a share has one now"
    for one in (mine, other):
        one.let_go()


def test_a_database_that_refuses_us_for_a_while_does_not_end_the_keeping(house: House) -> None:
    mine, other = Alone(Store(address(house))), Alone(Store(address(house)))
    assert mine.join(nothing)
    end_sharing_sessions(house)
    with nobody_may_connect(house):
        mine.keep()
        mine.keep()
    mine.keep()
    assert not other.join(nothing)
    mine.let_go()
    other.let_go()


@contextmanager
def nobody_may_connect(house: House) -> Iterator[None]:
    """The database takes no new session: it is full, or another one takes its place."""

    def refuse(*_: Any) -> None:
        raise OperationalError("connect", None, Exception("too many clients"))

    event.listen(Engine, "do_connect", refuse)
    try:
        yield
    finally:
        event.remove(Engine, "do_connect", refuse)


def end_sharing_sessions(house: House) -> None:
    """A share of a file has no session that could end."""
    if house.shell.store.is_sqlite:
        return
    ended = (
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock'"
    )
    with house.shell.store.read() as connection:
        connection.exec_driver_sql(ended)


def alone_now(mine: Alone) -> bool:
    try:
        return mine.join(nothing)
    finally:
        mine.let_go()


def on_the_wire(house: House) -> list[int]:
    """Two pages that a worker took, and died over."""
    crisis = Crisis(house).received()
    crisis.ask(c.Triage("ruiz", 1))
    crisis.ask(c.Dispatch("ruiz", "ana", "ben"))
    with house.shell.store.write() as connection:
        return [one.id for one in claim(connection, house.clock.now(), 10, lambda *_: None)]


def beat(house: House, *, alone: bool) -> None:
    """The first beats of a worker that has just been started, while another one works or none does."""
    other = Alone(Store(address(house)))
    assert alone or other.join(nothing)
    worker = Worker(house.shell, carried_by(house.recorder))
    worker.begin()
    try:
        worker.tick()
        house.clock.move(timedelta(seconds=3))
        worker.tick()
    finally:
        worker.let_go()
        other.let_go()


def sent(house: House, ids: list[int]) -> bool:
    with house.shell.store.read() as connection:
        return set(connection.scalars(select(outbox.c.state).where(outbox.c.id.in_(ids)))) == {"sent"}


def test_who_is_alone_looks_for_what_a_dead_one_left_and_sends_it_within_seconds(house: House) -> None:
    left = on_the_wire(house)
    beat(house, alone=True)
    assert sent(house, left)
    assert len(house.texts("ana")) == 1


def test_beside_another_worker_its_lease_is_honoured(house: House) -> None:
    """F14: two at once do as one does."""
    left = on_the_wire(house)
    beat(house, alone=False)
    assert not sent(house, left) and house.texts("ana") == []
    house.clock.move(LEASE)
    for _ in range(2):
        house.pass_time(seconds=3)
    assert sent(house, left)
