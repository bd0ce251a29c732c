"""What the people of a night see of the house: the board, their tasks, what is to be reviewed."""

import sqlite3
from random import Random

from app.codec import load
from dispatch.incident import Incident


class Eyes:
    """Each look is a plain select on a connection of its own."""

    db: sqlite3.Connection
    chance: Random

    def refs(self) -> list[int]:
        return [row["ref"] for row in self.db.execute("SELECT ref FROM incidents ORDER BY ref")]

    def some_ref(self) -> int:
        return self.chance.choice(self.refs())

    def incident_by_ref(self, ref: int) -> Incident | None:
        return next(iter(self._incidents("ref = ?", ref)), None)

    def board(self) -> list[Incident]:
        """What the desk sees: all that is theirs, and every alarm."""
        return self._incidents("on_board OR alarms > 0")

    def is_busy(self) -> bool:
        return bool(self.db.execute("SELECT EXISTS (SELECT 1 FROM incidents WHERE on_board)").fetchone()[0])

    def to_review(self) -> list[Incident]:
        return self._incidents("reviewable")

    def tasks_of(self, person: str) -> list[Incident]:
        mine = "id IN (SELECT incident FROM worked_on WHERE person = ?) AND stage != 'reviewed'"
        return self._incidents(mine, person)

    def _incidents(self, where: str, *values: object) -> list[Incident]:
        rows = self.db.execute(f"SELECT state FROM incidents WHERE {where} ORDER BY ref", values)
        return [load(Incident, row["state"]) for row in rows]
