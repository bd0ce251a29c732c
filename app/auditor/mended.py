"""Ends the alarm of a provider when something has gone through it again and it has been well for two minutes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from app.house_alarms import HouseAlarm, end_alarm, standing
from app.shell import Shell
from app.tables import programs
from notify.health import Standing

KIND = "provider"
WELL_FOR = timedelta(minutes=2)


class Mended:
    """Remembers since when each provider with an alarm has been well."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._well_since: dict[str, datetime] = {}

    def look(self) -> None:
        """Look at those that have an alarm; mostly there are none."""
        now = self._shell.clock.now()
        with self._shell.store.read() as connection:
            wrong = [one for one in standing(connection) if one.kind == KIND]
            every = connection.scalars(select(programs.c.id)).all() if wrong else []
        names = {one.about for one in wrong}
        self._well_since = {name: at for name, at in self._well_since.items() if name in names}
        for one in wrong:
            if not self._is_well(one, every):
                self._well_since.pop(one.about, None)
                continue
            since = self._well_since.setdefault(one.about, now)
            if now - since >= WELL_FOR:
                with self._shell.store.write() as connection:
                    end_alarm(connection, KIND, one.about, now)

    def _is_well(self, alarm: HouseAlarm, every: Sequence[str]) -> bool:
        """The newest thing it did for any program was good. After a restart nothing is known of it: then it is given
        the two minutes, and the next fault raises the alarm again."""
        provider, _, channel = alarm.about.partition(":")
        known = [self._shell.health.standing(program, channel, provider) for program in ("", *every)]
        seen: list[tuple[datetime, Standing]] = [(one.at, one) for one in known if one.at is not None]
        if not seen:
            return True
        _, last = max(seen, key=lambda one: one[0])
        return last.code is None and last.down_since is None
