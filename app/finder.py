"""Puts calls on the map beside the desk's work: one thread asks a map service, and no call waits for it."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select

from app.commit import record
from app.geocode import Geocoder
from app.own_thread import OwnThread
from app.places import Found, Unanswered, written
from app.seal import Locked
from app.shell import Shell
from app.tables import POINT_WANTED, incidents, intake
from dispatch.commands import RULE

log = logging.getLogger("standby.finder")
AT_ONCE = 10
LOOK_EVERY_SECONDS = 2.0
# After these waits the next try; then it stays words until somebody changes the place.
TRY_AGAIN = (timedelta(seconds=30), timedelta(minutes=2))


@dataclass(frozen=True)
class _Wanted:
    incident: str
    program: str
    place: str
    area: str
    tries: int
    sealed: bytes


class Finder:
    """`step()` looks up what waits, once. `start()` gives it its own thread, for a map service may hang."""

    def __init__(self, shell: Shell, geocoder: Geocoder | None) -> None:
        self._shell = shell
        self._geocoder = geocoder
        self._thread = OwnThread("finder", self.step, LOOK_EVERY_SECONDS)

    def start(self) -> None:
        """Run until `stop()`. Without a map service there is nothing to do."""
        if self._geocoder is None:
            return
        self._shell.listeners.append(lambda _: self._thread.nudge())
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end. A hanging look-up ends by its own time-out, and nothing waits for it."""
        self._thread.stop(1.0)

    def step(self) -> int:
        """Look up what waits now; answers how many. No transaction is open while the map service is asked."""
        if self._geocoder is None:
            return 0
        waiting = self._waiting()
        for one in waiting:
            if self._thread.stopping:
                break
            self._settle(one, *self._look(self._geocoder.find, one))
        return len(waiting)

    def _waiting(self) -> list[_Wanted]:
        now = self._shell.clock.now()
        with self._shell.store.read() as connection:
            rows = connection.execute(
                select(
                    intake.c.incident,
                    intake.c.place_sealed,
                    intake.c.area,
                    intake.c.point_tries,
                    incidents.c.program,
                )
                .join(incidents, incidents.c.id == intake.c.incident)
                .where(
                    POINT_WANTED,
                    or_(intake.c.point_at.is_(None), intake.c.point_at <= now),
                )
                # The newest first: a call of tonight does not wait behind a year without a map service.
                .order_by(intake.c.updated_at.desc())
                .limit(AT_ONCE)
            ).all()
        return [self._opened(row) for row in rows]

    def _opened(self, row: Any) -> _Wanted:
        try:
            place = self._shell.keyring.open("intake.place", row.incident, row.place_sealed)
        except Locked:
            place = ""  # its key is away: it counts as a try, and stays words
        return _Wanted(row.incident, row.program, place, row.area or "", row.point_tries, row.place_sealed)

    def _look(self, find: Callable[[str, str], Found | None], one: _Wanted) -> tuple[str, Found | None]:
        if not one.place:
            return "failed", None
        try:
            found = find(one.place, one.area)
        except Unanswered as fault:
            log.warning("no answer for incident %s: %s", one.incident, fault)
            return ("wanted" if one.tries < len(TRY_AGAIN) else "failed"), None
        return ("found" if found else "not_found"), found

    def _settle(self, one: _Wanted, state: str, found: Found | None) -> None:
        """Save what came of it, unless the place was changed meanwhile: then the new one comes next."""
        shell = self._shell
        now = shell.clock.now()
        row: dict[str, Any] = {"point_state": state, "point_tries": one.tries + 1, "point_at": None}
        if state == "wanted":
            row["point_at"] = now + TRY_AGAIN[one.tries]
        if found:
            row["point_sealed"] = shell.keyring.seal("intake.point", one.incident, written(found))
        same = (intake.c.incident == one.incident) & (intake.c.point_state == "wanted")
        same &= intake.c.place_sealed == one.sealed
        with shell.store.write() as connection:
            if not connection.execute(intake.update().where(same).values(row)).rowcount:
                return
            seq = record(
                connection,
                shell,
                program=one.program,
                stream=f"point-{one.incident}",
                by=RULE,
                via="geocoder",
                kind="PlaceLookedUp",
                fact=json.dumps({"incident": one.incident, "state": state, "tries": one.tries + 1}),
                words=json.dumps({"point": written(found)}) if found else None,
            )
            connection.execute(incidents.update().where(incidents.c.id == one.incident).values(seq=seq))
        shell.told(seq)
