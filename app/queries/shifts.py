"""The shifts of a program: as they were written by hand, and as the whole rota has them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.rota.load import rules_of
from app.tables import people, shifts
from dispatch.rota.final import final

AT_MOST = 500


@dataclass(frozen=True)
class ShiftRow:
    """One shift; `id` is the rule that made it. `active` is false when its person was switched off: nobody stands
    behind it then."""

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
    """Every shift written by hand that touches the span, by start and place in line."""
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


def final_between(connection: Connection, program: str, start: datetime, end: datetime) -> list[ShiftRow]:
    """Everybody's time on call that touches the span, from layers and by hand, after every change of it."""
    found = final(rules_of(connection, program, start, end), start, end)
    rows = connection.execute(
        select(people.c.id, people.c.name, people.c.credential, people.c.phone, people.c.active).where(
            people.c.program == program
        )
    )
    who = {row.id: row for row in rows}
    return [
        ShiftRow(
            one.source,
            one.person,
            who[one.person].name,
            who[one.person].credential,
            who[one.person].phone,
            one.tier,
            one.team,
            one.starts_at,
            one.ends_at,
            who[one.person].active,
        )
        for one in found
        if one.person in who
    ]
