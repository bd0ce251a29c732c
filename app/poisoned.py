"""Incidents whose own rules fail: each rests and is tried again, and people are told in its place."""

import logging
from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from app.house_alarms import end_alarm, raise_alarm, standing
from app.journal import newest
from app.outbox import owe
from app.shell import Shell
from app.tables import incidents
from app.world import board_at
from dispatch.announce import in_charge
from dispatch.messages import AlarmStands, Message

log = logging.getLogger("standby.poisoned")
RESTS = timedelta(seconds=30)
STUMBLES = 3
KIND = "poisoned"
# What the people in charge are told; it reads as words in a text.
TOLD_AS = "clock_stopped"
_WHICH = select(incidents.c.ref, incidents.c.program).where(incidents.c.id == bindparam("incident"))
_DUE_ROW = select(incidents.c.id).where(
    incidents.c.id == bindparam("incident"), incidents.c.wake_at <= bindparam("now")
)


class Poisoned:
    """The worker's list of them. Their ladder cannot be climbed, so its end is: whoever is in charge is told at once,
    and again while nobody has taken the alarm of the house that names the incident."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._until: dict[str, datetime] = {}
        self._told: dict[str, datetime] = {}
        self._stumbles: Counter[str] = Counter()

    @property
    def incidents(self) -> tuple[str, ...]:
        """Their ids, the first that failed in front."""
        return tuple(self._until)

    def begin(self, now: datetime) -> None:
        """What failed before a restart is tried again at once; its alarm ends when that goes well."""
        with self._shell.store.read() as connection:
            self._until = {one.about: now for one in standing(connection) if one.kind == KIND}

    def resting(self, now: datetime) -> list[str]:
        """Those that are not tried yet."""
        return [incident for incident, until in self._until.items() if until > now]

    def stumbled(self, incident: str) -> bool:
        """The database failed over it, and not over others: a lock that was held too long, or it is the incident. True
        when it is to be taken for the incident."""
        self._stumbles[incident] += 1
        return self._stumbles[incident] >= STUMBLES

    def note(self, incident: str, why: str) -> None:
        """Its rules failed, just now."""
        log.error("incident %s: %s", incident, why)
        now = self._shell.clock.now()
        self._until[incident] = now + RESTS
        with self._shell.store.write() as connection:
            row = connection.execute(_WHICH, {"incident": incident}).first()
            if row is None:
                return
            sentence = (
                f"{row.ref} cannot be handled by the clock. Page its people by phone and watch it yourself."
            )
            raise_alarm(connection, KIND, incident, sentence, now=now, program=row.program)
        try:
            self._tell(incident, row.program, row.ref, now)
        except Exception as fault:  # what spoiled the incident may have spoiled its program: the alarm stands
            log.error("nobody was told of incident %s: %s", incident, type(fault).__name__)

    def _tell(self, incident: str, program: str, ref: int, now: datetime) -> None:
        with self._shell.store.write() as connection:
            board = board_at(connection, program, now, incident)
            last = self._told.get(incident)
            if last is not None and now - last < board.policy.untaken_again:
                return
            if any(
                one.kind == KIND and one.about == incident and one.taken_by for one in standing(connection)
            ):
                return
            persons = in_charge(board, again=last is not None)
            messages: list[Message] = [AlarmStands(person, ref, TOLD_AS) for person in persons]
            carried, reach = self._shell.settings.carried, board.policy.reach
            seq = newest(connection)
            owe(connection, None, messages, now, seq, carried=carried, reach=reach)
        self._told[incident] = now
        self._shell.told(seq)

    def well_again(self, incident: str) -> None:
        """Its rules ran."""
        self._stumbles.pop(incident, None)
        if self._until.pop(incident, None) is None:
            return
        self._told.pop(incident, None)
        with self._shell.store.write() as connection:
            end_alarm(connection, KIND, incident, self._shell.clock.now())

    def forget_what_is_not_due(self) -> None:
        """Somebody closed it, or changed what fell due: there is nothing left that could fail."""
        now = self._shell.clock.now()
        rested = [incident for incident, until in self._until.items() if until <= now]
        if not rested:
            return
        with self._shell.store.read() as connection:
            asked = [(incident, {"incident": incident, "now": now}) for incident in rested]
            over = [incident for incident, about in asked if connection.scalar(_DUE_ROW, about) is None]
        for incident in over:
            self.well_again(incident)

    def still_due(self, incident: str) -> bool:
        """Nothing came of waking it, and yet its row says so: left in line it would be woken for ever, before all
        others."""
        with self._shell.store.read() as connection:
            asked = {"now": self._shell.clock.now(), "incident": incident}
            return connection.scalar(_DUE_ROW, asked) is not None
