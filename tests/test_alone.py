"""One worker on one database: who is alone takes over at once what a dead one left on the wire."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

from sqlalchemy import select

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
print(alone.take(), flush=True)
time.sleep(60)
"""

house = on_both(a_house)


def address(house: House) -> str:
    return house.shell.settings.database_url


def test_only_one_is_alone_and_the_next_one_is_when_it_has_let_go(house: House) -> None:
    first, second = Alone(house.shell.store), Alone(Store(address(house)))
    assert first.take()
    assert not second.take()
    first.let_go()
    assert second.take()
    second.let_go()


def test_a_killed_process_lets_go_at_once(house: House) -> None:
    """F03: nobody waits out the lease of a process that is known to be dead."""
    holder = subprocess.Popen([sys.executable, "-c", HOLD, address(house)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None and holder.stdout.readline().strip() == "True"
        mine = Alone(house.shell.store)
        assert not mine.take()
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait(timeout=10)
        assert any(mine.take() for _ in range(200_000)), "the kernel, or the database, gives it back"
        mine.let_go()
    finally:
        holder.kill()


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
    assert alone or other.take()
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
