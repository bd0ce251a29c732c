"""Tells the alarms of the house outside: once when they rise, again while nobody has them, and when they are over."""

from datetime import timedelta

from app.house_alarms import HouseAlarm, mark_told, standing
from app.own_thread import OwnThread
from app.shell import Shell
from app.watchdog.alarm_path import AlarmPath

EVERY_SECONDS = 5.0
AGAIN_AFTER = timedelta(minutes=10)
# Nobody outside took it: the next try.
TRY_AGAIN_AFTER = timedelta(seconds=30)


class Teller:
    """`start()` gives it a thread of its own, so that a slow mail server holds up neither auditor nor guard."""

    def __init__(self, shell: Shell, path: AlarmPath) -> None:
        self._shell = shell
        self._path = path
        self._known: dict[str, HouseAlarm] = {}
        self._not_before = shell.clock.now()
        self._thread = OwnThread("teller", self.step, EVERY_SECONDS)

    def start(self) -> None:
        """Look every few seconds until `stop()`."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end."""
        self._thread.stop()

    def step(self) -> None:
        """Tell what is due now, in one message; write down that it was told when somebody took it."""
        now = self._shell.clock.now()
        if not self._path.is_set or now < self._not_before:
            return
        with self._shell.store.read() as connection:
            stand = standing(connection)
        due = [one for one in stand if one.taken_by is None and self._is_due(one)]
        ids = {one.id for one in stand}
        over = [one for one in self._known.values() if one.id not in ids]
        self._known |= {one.id: one for one in stand if one.told_at is not None}
        took = self._tell(due, over=False) and self._tell(over, over=True)
        if not took:
            self._not_before = now + TRY_AGAIN_AFTER

    def _is_due(self, alarm: HouseAlarm) -> bool:
        return alarm.told_at is None or self._shell.clock.now() - alarm.told_at >= AGAIN_AFTER

    def _tell(self, alarms: list[HouseAlarm], over: bool) -> bool:
        if not alarms:
            return True
        since = min(one.raised_at for one in alarms)
        words = [f"Over: {one.sentence}" if over else one.sentence for one in alarms]
        if not self._path.tell(words, since.strftime("%Y-%m-%d %H:%M:%S UTC"), over):
            return False
        if over:
            for one in alarms:
                del self._known[one.id]
            return True
        now = self._shell.clock.now()
        with self._shell.store.write() as connection:
            for one in alarms:
                mark_told(connection, one.id, now)
        self._known |= {one.id: one for one in alarms}
        return True
