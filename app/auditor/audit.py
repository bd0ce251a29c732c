"""One look at every law: what breaks it, how long the look took, and the alarms that follow."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select
from sqlalchemy.exc import SQLAlchemyError

from app.auditor.deadline import TooLong, bounded_read
from app.auditor.law import NAMED, Law, moments
from app.house_alarms import SENTENCE_MOST, end_alarm, open_again, raise_alarm, standing
from app.shell import Shell

log = logging.getLogger("standby.auditor")
SECONDS = 2.0
KIND = "law"
# Behind the calls that there was room for.
MORE = " and more"


@dataclass(frozen=True)
class Finding:
    """What one look found: nothing in `broken` means that the law holds. `unseen` says why it could not be looked
    at, and is empty when it was."""

    law: Law
    broken: tuple[str, ...]
    milliseconds: float
    unseen: str = ""

    @property
    def sentence(self) -> str:
        """What a person reads; empty while the law holds."""
        if self.unseen:
            return f"The law {self.law.name!r} could not be looked at: {self.unseen}."
        if not self.broken:
            return ""
        more = MORE if len(self.broken) > NAMED else ""
        return f"{self.law.sentence} {self.law.of} {', '.join(self.broken[:NAMED])}{more}."

    def says_more_than(self, said: str) -> bool:
        """Is a call named that `said` did not name? One that could not be looked at names none, and one that named no
        more than there was room for may have meant it."""
        if self.unseen or said.endswith(f"{MORE}."):
            return False
        return not self._named(self.sentence[:SENTENCE_MOST]) <= self._named(said)

    def _named(self, said: str) -> set[str]:
        return {word.strip(",.") for word in said.removeprefix(self.law.sentence).split()}


def audit(
    shell: Shell, laws: Iterable[Law], seconds: float = SECONDS, beat: Callable[[], None] = lambda: None
) -> tuple[Finding, ...]:
    """Look at these laws one by one, each within its own time. One that cannot be looked at hides no other."""
    found = []
    for law in laws:
        found.append(_look(shell, law, seconds))
        beat()
    return tuple(found)


def keep_alarms(shell: Shell, found: Sequence[Finding]) -> int:
    """Raise an alarm for each law that is broken or unseen, end those of laws that hold again. An alarm that names
    another call than the one that somebody took is open again. Answers how many stand. Nothing is written while nothing
    is wrong and nothing was."""
    now = shell.clock.now()
    with shell.store.read() as connection:
        stood = {one.about: one.sentence for one in standing(connection) if one.kind == KIND}
    wrong = [one for one in found if one.sentence]
    # What was found before is not forgotten because nobody could look this time.
    kept = {one.law.name: stood[one.law.name] for one in wrong if one.unseen and one.law.name in stood}
    over = [one.law.name for one in found if not one.sentence and one.law.name in stood]
    if wrong or over:
        with shell.store.write() as connection:
            for one in wrong:
                if one.says_more_than(stood.get(one.law.name, one.sentence)):
                    open_again(connection, KIND, one.law.name)
                said = kept.get(one.law.name, one.sentence)
                raise_alarm(connection, KIND, one.law.name, said, now=now)
            for name in over:
                end_alarm(connection, KIND, name, now)
    return len(wrong)


def _look(shell: Shell, law: Law, seconds: float) -> Finding:
    began = time.monotonic()
    broken: tuple[str, ...] = ()
    unseen = ""
    try:
        with bounded_read(shell.store, seconds) as connection:
            broken = tuple(ask(connection, shell, law, shell.clock.now()))
    except TooLong:
        unseen = f"it took longer than {seconds:g} s"
    except SQLAlchemyError as fault:
        unseen = "the database refused"
        log.error("law %s: %s", law.name, type(fault).__name__)
    except Exception as fault:  # a law of ours that fails must be told, and must not stop the next one
        unseen = "it failed"
        log.error("law %s: %s", law.name, type(fault).__name__)
    return Finding(law, broken, (time.monotonic() - began) * 1000, unseen)


def ask(connection: Connection, shell: Shell, law: Law, now: datetime) -> Sequence[str]:
    """Those that break the law now, at most one more than are named."""
    if not isinstance(law.look, Select):
        return law.look(connection, shell, now)
    rows = connection.scalars(law.look.limit(NAMED + 1), moments(law.look, now))
    return [str(one) for one in rows]
