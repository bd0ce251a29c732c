"""The alarm that no text and no call goes through: it ends when one has gone through, and never by time alone."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from app.house_alarms import HouseAlarm, end_alarm, raise_alarm, standing
from app.queries.health import SILENT
from app.queries.providers import PHONES, providers_down
from app.shell import Shell
from app.tables import programs

SENTENCE = (
    "No text and no call goes through. Call people by phone, from the list. "
    "A test of a phone on Rota, Ready shows when it is over."
)
# The board is red at once; for a hiccup nobody outside is woken.
SURE_AFTER = timedelta(seconds=5)
# One that goes through between many that do not is not the end.
WELL_FOR = timedelta(seconds=15)
_ACTIVE = select(programs.c.id).where(programs.c.active)


class Silent:
    """One alarm for each program whose every way to a phone is down. Health alone would forget: a provider that is not
    asked counts as well again after a while, and so does each one after a restart."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._down_since: dict[str, datetime] = {}
        self._down_at: dict[str, datetime] = {}
        self._well_since: dict[str, datetime] = {}

    def look(self) -> None:
        """Look at each program. Nothing is written while nothing changes."""
        now = self._shell.clock.now()
        with self._shell.store.read() as connection:
            stand = {one.about: one for one in standing(connection) if one.kind == SILENT}
            active = set(connection.scalars(_ACTIVE))
        # What goes through for another program, or as a synthetic page, went through the same providers.
        went = self._shell.health.went_at(PHONES)
        down = {program for program in active if providers_down(self._shell, program).stopped}
        self._down_at |= dict.fromkeys(down, now)
        new = (self._fallen_silent(down, went, now) & active) - stand.keys()
        over = stand.keys() - (self._still(stand, went, now) & active)
        if new or over:
            with self._shell.store.write() as connection:
                for program in sorted(new):
                    raise_alarm(connection, SILENT, program, SENTENCE, now=now, program=program)
                for program in sorted(over):
                    end_alarm(connection, SILENT, program, now)

    def _fallen_silent(self, down: set[str], went: datetime | None, now: datetime) -> set[str]:
        """Every way was down a while ago, and nothing has gone through since."""
        known = {p: at for p, at in self._down_since.items() if went is None or went <= at}
        self._down_since = dict.fromkeys(down, now) | known
        return {program for program, at in self._down_since.items() if now - at >= SURE_AFTER}

    def _still(self, stand: Mapping[str, HouseAlarm], went: datetime | None, now: datetime) -> set[str]:
        """Those of which nobody can say yet that it is over: nothing has gone through since every way was down."""
        last = {p: max(one.raised_at, self._down_at.get(p, one.raised_at)) for p, one in stand.items()}
        well = {program for program, at in last.items() if went is not None and went > at}
        self._well_since = {program: self._well_since.get(program, now) for program in well}
        return {p for p in stand if p not in well or now - self._well_since[p] < WELL_FOR}
