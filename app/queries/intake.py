"""What was taken down of one call, opened for those who may read it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.codec import load
from app.intake import CODED, SEALED
from app.shell import Shell
from app.tables import incidents, intake, programs
from dispatch.incident import Incident


@dataclass(frozen=True)
class Sheet:
    """The incident as the rules know it, and the words beside it: every field, empty when unknown."""

    incident: Incident
    values: dict[str, str]
    version: int
    updated_at: datetime | None
    point_state: str | None
    callback_index: bytes | None
    place_index: bytes | None

    @property
    def answers(self) -> dict[str, str]:
        """The coded answers by question."""
        return dict(self.incident.answers)


def sheet_of(connection: Connection, shell: Shell, incident: str) -> Sheet:
    """The intake of one incident. The caller leaves the audit row."""
    state = connection.scalar(select(incidents.c.state).where(incidents.c.id == incident))
    assert state is not None
    row = connection.execute(select(intake).where(intake.c.incident == incident)).first()
    if row is None:
        blank = dict.fromkeys((*SEALED, *CODED), "")
        return Sheet(load(Incident, state), blank, 0, None, None, None, None)
    found = row._mapping
    values = {name: found[name] or "" for name in CODED}
    values |= {
        name: shell.keyring.open(f"intake.{name}", incident, found[f"{name}_sealed"]) for name in SEALED
    }
    return Sheet(
        load(Incident, state),
        values,
        row.version,
        row.updated_at,
        row.point_state,
        row.callback_index,
        row.place_index,
    )


def areas_of(connection: Connection, program: str) -> tuple[str, ...]:
    """The names of a program's areas."""
    return tuple(connection.scalar(select(programs.c.areas).where(programs.c.id == program)) or ())
