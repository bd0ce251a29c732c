"""The real service for faults: on either database, with its serving process within reach of a kill."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path

import requests
from sqlalchemy import func, select

from app.clock import VirtualClock
from app.commit import commit, load_incident
from app.intake import open_incident
from app.journal import verify
from app.shell import Shell
from app.tables import journal, outbox, pages
from dispatch import commands as c
from dispatch.incident import Incident
from tests.faults.strace import KILL, Injection, injected
from tests.house import PHONES, PROGRAM
from tests.loopback.twilio_server import LoopbackTwilio
from tests.served import CALM, Desk, Served, a_service, until

DIES_WITHIN = 20.0
SOON = 20.0
# The lease of a dead sender, and a machine that is busy with other tests.
AFTER_THE_LEASE = 40.0
REACHES_NOTHING = (requests.ConnectionError, requests.Timeout, HTTPException, OSError)


@dataclass
class Stricken:
    """The service, the loopback provider it sends through, and what a test does to both."""

    served: Served
    twilio: LoopbackTwilio
    on_sqlite: bool
    _desks: dict[str, Desk] = field(default_factory=dict)

    @property
    def shell(self) -> Shell:
        """Our own view of its database."""
        return self.served.shell

    @property
    def serving(self) -> int:
        """The process that serves and sends. The one that was started only keeps it alive, and a watchdog is its
        sister."""
        assert self.served.process is not None
        keeper = self.served.process.pid
        same = Path(f"/proc/{keeper}/cmdline").read_bytes()
        until(lambda: _children(keeper, same), SOON, "the serving process")
        return _children(keeper, same)[0]

    @contextmanager
    def dying(self, calls: str, nth: int | str = 1, fault: str = KILL) -> Iterator[Injection]:
        """While this lasts the serving process is killed at its `nth` such call, and nobody starts another."""
        pid = self.serving
        assert self.served.process is not None
        os.kill(self.served.process.pid, signal.SIGSTOP)
        with injected(pid, calls, fault, nth) as injection:
            yield injection
        if self.served.process is not None and not injection.dead:
            os.kill(self.served.process.pid, signal.SIGCONT)

    def again(self) -> None:
        """Whatever is left of the service is killed, and it is started anew."""
        self.served.kill()
        self.served.start()

    def desk(self, person: str = "ruiz") -> Desk:
        """Somebody signed in; their session outlives every kill."""
        if person not in self._desks:
            self._desks[person] = self.served.desk(person)
        return self._desks[person]

    def a_call(self, minutes_ago: float = 0) -> tuple[str, int]:
        """A triaged call, written beside the service; its id and its spoken number."""
        shell = self.earlier(minutes_ago)
        words = {"callback": "218-555-0147"}
        incident = open_incident(shell, "ruiz", PROGRAM, "phone", CALM, (), words, "board").incident
        commit(shell, incident.id, c.Triage("ruiz", 2, "known_pattern"), via="board")
        return incident.id, incident.ref

    def a_page(self, minutes_ago: float = 0, lead: str = "ana", second: str = "ben") -> tuple[str, int]:
        """The same, and two people are being asked."""
        incident, ref = self.a_call(minutes_ago)
        commit(self.earlier(minutes_ago), incident, c.Dispatch("ruiz", lead, second), via="board")
        return incident, ref

    def earlier(self, minutes: float) -> Shell:
        """Our view as it was some minutes ago: what is asked through it was asked then."""
        then = self.shell.clock.now() - timedelta(minutes=minutes)
        return replace(self.shell, clock=VirtualClock(then)) if minutes else self.shell

    def over(self, incident: str) -> None:
        """Nobody is wanted any more, and everybody was told, so that the next test finds them free and its faults
        meet its own messages."""
        commit(self.shell, incident, c.Cancel("ruiz", "caller_withdrew"), via="board")
        until(
            lambda: self.count(incident, "owed", "sending", "ambiguous") == 0,
            AFTER_THE_LEASE,
            "the last word",
        )

    def incident(self, incident: str) -> Incident:
        with self.shell.store.read() as connection:
            found = load_incident(connection, incident)
        assert found is not None
        return found

    def pages(self, incident: str) -> list[tuple[str, str]]:
        """Whom was asked, in order, and what became of it."""
        found = select(pages.c.person, pages.c.state).where(pages.c.incident == incident).order_by(pages.c.id)
        with self.shell.store.read() as connection:
            return [(row.person, row.state) for row in connection.execute(found)]

    def count(self, incident: str, *states: str) -> int:
        """How many of its messages are in one of these states; in any when none is named."""
        found = select(func.count()).where(outbox.c.incident == incident)
        found = found.where(outbox.c.state.in_(states)) if states else found
        with self.shell.store.read() as connection:
            return connection.scalar(found) or 0

    def facts(self, incident: str) -> list[str]:
        """What the journal says of it, in order."""
        found = select(journal.c.kind).where(journal.c.stream == incident).order_by(journal.c.seq)
        with self.shell.store.read() as connection:
            return list(connection.scalars(found))

    def taken(self, person: str, ref: int) -> list[str]:
        """The pages about this call that the provider took for this person's phone."""
        held = list(self.twilio.messages.values())
        about = [text for text in held if text.to == PHONES[person] and f"Crisis page {ref}" in text.body]
        return [text.sid for text in about]

    def sound(self) -> None:
        """What must hold after every fault: the journal's chain has no break."""
        with self.shell.store.read() as connection:
            verdict = verify(connection, self.shell.settings.journal_key)
        assert verdict.reason is None, verdict.reason


def _children(keeper: int, command: bytes) -> list[int]:
    pids = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
    return [int(pid) for pid in pids if Path(f"/proc/{pid}/cmdline").read_bytes() == command]


@contextmanager
def stricken(folder: Path, database_url: str | None, **settings: str) -> Iterator[Stricken]:
    """A service that may be killed as often as a test likes."""
    with LoopbackTwilio(check_shape=False) as twilio:
        with a_service(folder, twilio, database_url, **settings) as served:
            twilio.webhook_base = twilio.public_base = served.address
            yield Stricken(served, twilio, database_url is None)


def struck(house: Stricken, calls: str, nth: int, act: Callable[[], object]) -> bool:
    """Do something while the service dies at the `nth` such call of one of its threads, and start it again. True
    when it was answered first."""

    def answered() -> bool:
        try:
            act()
        except REACHES_NOTHING:
            return False
        return True

    with ThreadPoolExecutor(1) as pool, house.dying(calls, nth) as kill:
        answer = pool.submit(answered)
        until(lambda: kill.dead or answer.done(), DIES_WITHIN, "the kill, or an answer")
        house.served.kill()
    house.served.start()
    return answer.result()
