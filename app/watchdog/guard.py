"""The guard: the service's own thread that watches the watchdog, and ends a process whose parts are dead."""

import logging
import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from app.heartbeats import beat, beats
from app.house_alarms import end_alarm, raise_alarm
from app.own_thread import OwnThread
from app.shell import Shell

log = logging.getLogger("standby.guard")
NAME = "watchdog"
EVERY_SECONDS = 2.0
LATE_SECONDS = 15.0
WELL_FOR = timedelta(seconds=60)
# Looks in a row: about ten seconds for a thread that is gone, a minute and a half for a worker that only stands still.
GONE_LOOKS = 5
STUCK_LOOKS = 45
STUCK_AFTER = timedelta(seconds=60)
SENTENCE = (
    "The watchdog of Standby does not answer and was started anew. Nobody outside would hear of a fault."
)
EXIT_CODE = 70


class Watched(Protocol):
    """What the guard needs of the watchdog."""

    def age(self) -> float: ...

    def start_anew(self) -> None: ...


def _leave(why: str) -> None:
    log.critical("%s: this process ends, and the server starts another", why)
    os._exit(EXIT_CODE)


class Guard:
    """`alive` says of each thread of the service whether it still runs. `leave` ends the process: gunicorn starts a
    new one, which takes up all that is owed and due from the tables."""

    def __init__(
        self,
        shell: Shell,
        watchdog: Watched,
        alive: Mapping[str, Callable[[], bool]],
        leave: Callable[[str], None] = _leave,
    ) -> None:
        self._shell = shell
        self._watchdog = watchdog
        self._alive = alive
        self._leave = leave
        self._looks: dict[str, int] = {}
        self._stands = True  # an alarm may stand from before a restart
        self._well_since: datetime | None = None
        self._thread = OwnThread("guard", self.step, EVERY_SECONDS)

    def start(self) -> None:
        """Look every two seconds until `stop()`."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end."""
        self._thread.stop()

    def step(self) -> None:
        """One look at the watchdog, and one at our own parts."""
        now = self._shell.clock.now()
        self._look_at_watchdog(now)
        self._look_at_parts(now)

    def _look_at_watchdog(self, now: datetime) -> None:
        age = self._watchdog.age()
        beat(self._shell, NAME, now - timedelta(seconds=age))
        if age > LATE_SECONDS:
            self._well_since, self._stands = None, True
            with self._shell.store.write() as connection:
                raise_alarm(connection, NAME, "", SENTENCE, now=now)
            self._watchdog.start_anew()
        elif self._stands:
            # It stands for a while after the watchdog is back: somebody must have the time to read it.
            self._well_since = self._well_since or now
            if now - self._well_since >= WELL_FOR:
                with self._shell.store.write() as connection:
                    end_alarm(connection, NAME, "", now)
                self._stands = False

    def _look_at_parts(self, now: datetime) -> None:
        for name, alive in self._alive.items():
            if self._counted(name, not alive()) >= GONE_LOOKS:
                self._leave(f"the thread {name} is gone")
        with self._shell.store.read() as connection:
            worker = beats(connection).get("worker")
        stuck = worker is not None and now - worker > STUCK_AFTER
        if self._counted("stuck", stuck) >= STUCK_LOOKS:
            self._leave("the worker stands still")

    def _counted(self, what: str, wrong: bool) -> int:
        self._looks[what] = self._looks.get(what, 0) + 1 if wrong else 0
        return self._looks[what]
