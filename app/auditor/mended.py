"""Ends the alarm of a provider when something has gone through it again and it has been well for two minutes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from app.house_alarms import HouseAlarm, end_alarm, standing
from app.queries.providers import set_up
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
        """The newest thing it did for any program was good, and came after the fault. One that is not set up any more
        does nothing again."""
        provider, _, channel = alarm.about.partition(":")
        carried = set_up(self._shell)
        if carried and (channel, provider) not in carried:
            return True
        known = [self._shell.health.standing(program, channel, provider) for program in ("", *every)]
        seen: list[tuple[datetime, Standing]] = [(one.at, one) for one in known if one.at is not None]
        if not seen:
            return False
        at, last = max(seen, key=lambda one: one[0])
        return at > alarm.seen_at and last.code is None and last.down_since is None
