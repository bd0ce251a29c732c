"""The shifts of a program, as they are written down."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.tables import people, shifts

AT_MOST = 500


@dataclass(frozen=True)
class ShiftRow:
    """One shift. `active` is false when its person was switched off: nobody stands behind it then."""

    id: str
    person: str
    name: str
    credential: str
    phone: str | None
    tier: str
    team: str | None
    starts_at: datetime
    ends_at: datetime
    active: bool


def shifts_between(connection: Connection, program: str, start: datetime, end: datetime) -> list[ShiftRow]:
    """Every shift that touches the span, by start and place in line."""
    rows = connection.execute(
        select(shifts, people.c.name, people.c.credential, people.c.phone, people.c.active)
        .join(people, people.c.id == shifts.c.person)
        .where(shifts.c.program == program, shifts.c.ends_at > start, shifts.c.starts_at < end)
        .order_by(shifts.c.starts_at, shifts.c.place_in_line, shifts.c.id)
        .limit(AT_MOST)
    )
    return [
        ShiftRow(
            r.id, r.person, r.name, r.credential, r.phone, r.tier, r.team, r.starts_at, r.ends_at, r.active
        )
        for r in rows
    ]
