"""From a committed dispatch to the page on the wire: python -m tests.bench.page_latency."""

import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from app.clock import SystemClock
from app.commit import commit
from app.schema import upgrade
from app.shell import Shell
from app.tables import incidents, journal, outbox
from app.wiring import carried_by, shell_for
from app.worker import Worker
from dispatch.commands import Dispatch
from notify.transport import Wires
from notify.twilio_wire import TwilioTransport
from tests.bench.elsewhere import SPAWN, Wire, a_wire
from tests.bench.figures import machine, show, spread
from tests.house import furnish, settings_for
from tests.served import Desk, Served, a_service, until

SINGLES = 40
AT_ONCE = 50
ROUNDS = 3
TARGET = "target p50 20, p99 250"


class Cycling(Worker):
    """The alternative: no commit nudges it; it looks every so many seconds and then sends all there is."""

    def __init__(self, shell: Shell, wires: Wires, every: float) -> None:
        super().__init__(shell, wires)
        self._every = every

    def nudge(self) -> None:
        """Deaf."""

    def _run(self) -> None:
        while not self._stopping.wait(self._every):
            self.tick()
            while self._out:
                self._nudged.wait(1)
                self._nudged.clear()
                self.tick()


def sent_after(shell: Shell, wire: Wire, refs: list[int]) -> list[float]:
    """For each incident: seconds from the decision's own instant, which is before its commit, to its first
    page on the wire."""
    until(lambda: len(_first_sent(shell, wire, refs)) == len(refs), 60, "every first page")
    wall = datetime.now(UTC).timestamp() - time.monotonic()
    with shell.store.read() as connection:
        decided = connection.execute(
            select(incidents.c.ref, journal.c.recorded_at)
            .join(journal, journal.c.stream == incidents.c.id)
            .where(journal.c.kind == "Dispatched", incidents.c.ref.in_(refs))
        ).all()
    first = _first_sent(shell, wire, refs)
    return [first[row.ref] + wall - row.recorded_at.timestamp() for row in decided]


def _first_sent(shell: Shell, wire: Wire, refs: list[int]) -> dict[int, float]:
    """When each incident's first page was on the wire. Pages to one phone may share a text."""
    at = {ours: seen for seen, ours in reversed(wire.sends())}
    with shell.store.read() as connection:
        rows = connection.execute(
            select(incidents.c.ref, func.coalesce(outbox.c.bundled_in, outbox.c.id).label("text"))
            .join(outbox, outbox.c.incident == incidents.c.id)
            .where(outbox.c.page.is_not(None), incidents.c.ref.in_(refs))
        ).all()
    first: dict[int, float] = {}
    for row in rows:
        if row.text in at:
            first[row.ref] = min(at[row.text], first.get(row.ref, at[row.text]))
    return first


def in_threads(acts: list[Callable[[], object]]) -> None:
    """All at once."""
    start = threading.Barrier(len(acts))

    def act(one: Callable[[], object]) -> None:
        start.wait()
        one()

    threads = [threading.Thread(target=act, args=(one,)) for one in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)


def beside(
    make: Callable[[Shell, Wires], Worker], rounds: int, pause: float
) -> list[tuple[str, list[float]]]:
    """One process: the worker's threads, and commits beside them."""
    with tempfile.TemporaryDirectory() as folder, a_wire() as wire:
        shell = shell_for(settings_for(f"sqlite:///{folder}/standby.db"), SystemClock())
        upgrade(shell.store)
        furnish(shell)
        served = Served(shell, {}, 0)
        worker = make(
            shell, carried_by(TwilioTransport(wire.account_sid, wire.auth_token, wire.sender, wire.base))
        )
        worker.start()
        singles: list[float] = []
        for number in range(rounds):
            incident, ref = served.a_call()
            threading.Event().wait(pause * (number % 7) / 7)
            commit(shell, incident, Dispatch("ruiz"), via="board")
            singles += sent_after(shell, wire, [ref])
        crowd: list[float] = []
        for _ in range(ROUNDS if pause == 0 else 1):
            calls = [served.a_call() for _ in range(AT_ONCE)]
            in_threads(
                [lambda one=one: commit(shell, one, Dispatch("ruiz"), via="board") for one, _ in calls]
            )
            crowd += sent_after(shell, wire, [ref for _, ref in calls])
        worker.stop()
        shell.store.close()
        return [("one at a time", singles), (f"{AT_ONCE} at once", crowd)]


def over_http() -> list[tuple[str, list[float]]]:
    """The real service under gunicorn, and dispatchers who press Send all at once."""
    with tempfile.TemporaryDirectory() as folder, a_wire() as wire, a_service(Path(folder), wire) as served:  # type: ignore[arg-type]
        desk = served.desk()
        singles: list[float] = []
        for _ in range(SINGLES):
            _, ref = served.a_call()
            desk.post(f"/incidents/{ref}/dispatch")
            singles += sent_after(served.shell, wire, [ref])
        crowd: list[float] = []
        for _ in range(ROUNDS):
            refs = [served.a_call()[1] for _ in range(AT_ONCE)]
            crowders = SPAWN.Process(target=press_send, args=(desk, refs))
            crowders.start()
            crowd += sent_after(served.shell, wire, refs)
            crowders.join(60)
        return [("one at a time", singles), (f"{AT_ONCE} at once", crowd)]


def press_send(desk: Desk, refs: list[int]) -> None:
    """In a process of their own, each on a connection of its own."""
    cookies = desk.http.cookies
    desks = [Desk(desk.address, desk.csrf) for _ in refs]
    for one in desks:
        one.http.cookies.update(cookies)
        one.http.get(f"{one.address}/board/pulse", headers={"X-Standby": "1"}, timeout=30)
    posts = zip(desks, refs, strict=True)
    in_threads([lambda one=one, ref=ref: one.post(f"/incidents/{ref}/dispatch") for one, ref in posts])


def main() -> None:
    """All ways, one table."""
    ways: list[tuple[str, list[tuple[str, list[float]]]]] = [
        ("nudged by the commit", beside(Worker, SINGLES, 0)),
        ("nudged, over HTTP", over_http()),
        ("looks each second", beside(lambda s, t: Cycling(s, t, 1.0), 7, 1.0)),
        ("looks every 5 s", beside(lambda s, t: Cycling(s, t, 5.0), 7, 5.0)),
    ]
    rows = [[way, case, *spread(seconds)] for way, cases in ways for case, seconds in cases]
    title = f"From a committed dispatch to the page on the wire, ms ({TARGET}); {machine()}"
    show(title, ["worker", "dispatches", "pages", "p50", "p99", "worst"], rows)


if __name__ == "__main__":
    main()
