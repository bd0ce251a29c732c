"""A hundred calls in a minute while the first provider hangs on every send: python -m tests.bench.storm."""

import re
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from app.carriers import HANDS_EACH, Carriers
from app.claims import Claim
from app.clock import SystemClock, VirtualClock
from app.commit import commit
from app.intake import open_incident
from app.schema import upgrade
from app.shell import Shell
from app.tables import incidents, journal, outbox
from app.wiring import shell_for
from app.worker import Worker
from dispatch.commands import Dispatch
from notify.telnyx_wire import TelnyxTransport
from notify.transport import Transport, Wires
from notify.twilio_wire import TwilioTransport
from tests.bench.figures import machine, show, spread
from tests.house import PROGRAM, furnish, settings_for
from tests.loopback.telnyx_server import LoopbackTelnyx
from tests.served import CALM, Served

CALLS, WITHIN = 100, 60.0
OTHERS = 30
TAIL = 25.0
TRIAGE_WITHIN = timedelta(minutes=5)
# Each try names its own row in the address for reports.
OURS = re.compile(r"[?&]m=([0-9]+)")


class OnePool(Carriers):
    """The alternative: all providers share the same hands."""

    def choose(self, program: str, channel: str, urgent: bool, refused: Sequence[str]) -> str | None:
        with self._lock:
            if sum(self._busy.values()) >= self._hands:
                return ""
        return super().choose(program, channel, urgent, refused)

    def room(self) -> int:
        with self._lock:
            return max(0, self._hands - sum(self._busy.values()))

    def pool(self, claim: Claim) -> ThreadPoolExecutor:
        return self._pools.setdefault("all", ThreadPoolExecutor(HANDS_EACH))


@contextmanager
def hanging() -> Iterator[str]:
    """A provider that takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def storm(wires: Callable[[Transport, Transport], Wires], one_pool: bool = False) -> tuple[str, ...]:
    """The minute, and what came of it: first pages out of all, their spread, and that of the other timers."""
    with tempfile.TemporaryDirectory() as folder, hanging() as dead, LoopbackTelnyx() as telnyx:
        settings = settings_for(f"sqlite:///{folder}/standby.db", demo_channels=("text", "call"))
        shell = shell_for(settings, SystemClock())
        upgrade(shell.store)
        furnish(shell)
        first = TwilioTransport("AC" + "0" * 32, "t", "+15005550006", dead, calls_from="+15005550006")
        second = TelnyxTransport(telnyx.api_key, telnyx.sender, telnyx.account, telnyx.voice_app, telnyx.base)
        assert second.is_ready(60)
        worker = Worker(shell, wires(first, second))
        if one_pool:
            shared = OnePool(shell, wires(first, second))
            worker._carriers = shared
        due = others(shell)
        worker.start()
        refs = the_minute(shell)
        pages, timers = pages_on_the_wire(shell, telnyx, refs), fired(shell, due)
        stop = threading.Thread(target=worker.stop, daemon=True)
        stop.start()
        stop.join(20)
        return (
            f"{len(pages)} of {CALLS}",
            *spread(pages)[1:],
            f"{len(timers)} of {OTHERS}",
            *spread(timers)[1:],
        )


def others(shell: Shell) -> dict[str, datetime]:
    """Calls that wait for their triage, and whose alarm falls due at some instant of the minute."""
    now = shell.clock.now()
    due = {}
    for number in range(OTHERS):
        at = now + timedelta(seconds=8 + number * (WITHIN - 8) / OTHERS)
        then = replace(shell, clock=VirtualClock(at - TRIAGE_WITHIN))
        words = {"callback": f"218-555-{number:04d}"}
        done = open_incident(then, "ruiz", PROGRAM, "phone", CALM, (), words, "board")
        due[done.incident.id] = at
    return due


def the_minute(shell: Shell) -> list[int]:
    served = Served(shell, {}, 0)
    began, refs = time.monotonic(), []
    for number in range(CALLS):
        incident, ref = served.a_call()
        commit(shell, incident, Dispatch("ruiz"), via="board")
        refs.append(ref)
        time.sleep(max(0.0, began + (number + 1) * WITHIN / CALLS - time.monotonic()))
    time.sleep(TAIL)
    return refs


def pages_on_the_wire(shell: Shell, telnyx: LoopbackTelnyx, refs: list[int]) -> list[float]:
    """Seconds from each decision to the first text or call about it that reached a provider which answers."""
    wall = datetime.now(UTC).timestamp() - time.monotonic()
    first: dict[int, float] = {}
    for seen in tuple(telnyx.requests):
        ours = OURS.search(" ".join(str(value) for value in seen.body.values()))
        if seen.method == "POST" and ours:
            first.setdefault(int(ours.group(1)), seen.at + wall)
    # Several pages to one phone share a text: it is that of the row that they are bundled in.
    carrier = func.coalesce(outbox.c.bundled_in, outbox.c.id)
    waits: dict[int, float] = {}
    with shell.store.read() as connection:
        rows = connection.execute(
            select(incidents.c.ref, outbox.c.owed_at, carrier.label("carrier"))
            .join(outbox, outbox.c.incident == incidents.c.id)
            .where(outbox.c.kind == "PageResponder", incidents.c.ref.in_(refs))
        )
        for row in rows:
            if row.carrier in first:
                waited = first[row.carrier] - row.owed_at.timestamp()
                waits[row.ref] = min(waited, waits.get(row.ref, waited))
    return list(waits.values())


def fired(shell: Shell, due: dict[str, datetime]) -> list[float]:
    """How late the alarm of each of the others was."""
    with shell.store.read() as connection:
        rows = connection.execute(
            select(journal.c.stream, journal.c.recorded_at).where(
                journal.c.kind == "AlarmRaised", journal.c.stream.in_(list(due))
            )
        )
        return [(row.recorded_at - due[row.stream]).total_seconds() for row in rows]


def main() -> None:
    rows = [
        (
            "two providers, hands each (ours)",
            *storm(lambda one, two: {"text": (one, two), "call": (one, two)}),
        ),
        (
            "two providers, one pool of hands",
            *storm(lambda one, two: {"text": (one, two), "call": (one, two)}, one_pool=True),
        ),
        ("one provider, no failover", *storm(lambda one, two: {"text": (one,), "call": (one,)})),
    ]
    show(
        f"{CALLS} calls in {WITHIN:.0f} s, the first provider hangs on every send (ms). {machine()}",
        ("worker", "first pages", "p50", "p99", "worst", "timers", "p50", "p99", "worst"),
        rows,
    )


if __name__ == "__main__":
    main()
