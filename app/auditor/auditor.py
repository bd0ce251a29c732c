"""The auditor: a thread that looks at every law each minute, and leaves a heartbeat of its own."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.auditor.audit import SECONDS, Finding, audit, keep_alarms
from app.auditor.law import Law
from app.auditor.laws.every import EVERY
from app.auditor.mended import Mended
from app.auditor.silent import Silent
from app.heartbeats import beat
from app.own_thread import OwnThread
from app.shell import Shell

NAME = "auditor"
EVERY_SECONDS = timedelta(seconds=60)
# After a start the worker is given this long to catch up with what fell due meanwhile.
FIRST_AFTER = timedelta(seconds=20)
BEAT_SECONDS = 3.0


class Auditor:
    """`start()` gives it a thread; `step()` is what the thread does again and again."""

    def __init__(self, shell: Shell, laws: Sequence[Law] = EVERY, seconds: float = SECONDS) -> None:
        self._shell = shell
        self._laws = laws
        self._seconds = seconds
        self._mended = Mended(shell)
        self._silent = Silent(shell)
        self._next = shell.clock.now() + FIRST_AFTER
        self._looked_at: dict[str, datetime] = {}
        self._beaten: datetime | None = None
        self._thread = OwnThread(NAME, self.step, 1.0)
        self.found: tuple[Finding, ...] = ()

    def start(self) -> None:
        """Beat at once, so that a board sees it from the first second; look when the worker has caught up."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end; a look that runs ends with its own time."""
        self._thread.stop(2 * self._seconds)

    def step(self) -> None:
        """Beat; look whether anything goes through, and at the laws when it is time; end the alarms of providers that
        are well again."""
        self._beat()
        self._silent.look()
        self._mended.look()
        now = self._shell.clock.now()
        # A clock that was set back must not make the auditor wait for the time that it has seen already.
        if self._next - EVERY_SECONDS <= now < self._next:
            return
        self._next = now + EVERY_SECONDS
        self.look(now)

    def look(self, now: datetime) -> tuple[Finding, ...]:
        """Look at every law whose time has come, and keep the alarms."""
        due = [law for law in self._laws if self._is_due(law, now)]
        found = audit(self._shell, due, self._seconds, self._beat)
        keep_alarms(self._shell, found)
        self._looked_at |= {one.law.name: now for one in found}
        self.found = found
        return found

    def _is_due(self, law: Law, now: datetime) -> bool:
        last = self._looked_at.get(law.name)
        return last is None or not timedelta(0) <= now - last < law.every

    def _beat(self) -> None:
        now = self._shell.clock.now()
        if self._beaten is None or not timedelta(0) <= now - self._beaten < timedelta(seconds=BEAT_SECONDS):
            beat(self._shell, NAME, now)
            self._beaten = now
