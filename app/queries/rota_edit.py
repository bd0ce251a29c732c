"""Whom a rota can name, and the changes to it that are not over."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.rota.shifts import ROLE_FOR
from app.tables import people, programs, rota_overrides
from dispatch.rota.final import in_force
from dispatch.rota.rules import Override

CHANGES_AT_MOST = 200


@dataclass(frozen=True)
class House:
    """What every page of the editor needs: the zone, everybody's name, and who may be put on call."""

    zone: str
    names: dict[str, str]
    may: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ChangeRow:
    """One override. `back`: it was taken back; `undoes`: it takes another back."""

    id: str
    tier: str
    starts_at: datetime
    ends_at: datetime
    instead_of: str | None
    person: str | None
    why: str
    by: str
    made_at: datetime
    undoes: str | None
    back: bool


def house_of(connection: Connection, program: str) -> House:
    """The house of a program; those who may be put on call work here, can be paged and have a role for a tier."""
    zone = connection.scalar(select(programs.c.zone).where(programs.c.id == program))
    rows = connection.execute(
        select(
            people.c.id, people.c.name, people.c.credential, people.c.roles, people.c.phone, people.c.active
        )
        .where(people.c.program == program)
        .order_by(people.c.name, people.c.id)
    ).all()
    may = [
        (row.id, f"{row.name}, {row.credential}" if row.credential else str(row.name))
        for row in rows
        if row.active and row.phone and set(row.roles) & set(ROLE_FOR.values())
    ]
    return House(str(zone), {row.id: row.name for row in rows}, tuple(may))


def changes_ahead(connection: Connection, program: str, now: datetime) -> list[ChangeRow]:
    """Overrides that are not over, in the order of their time."""
    rows = connection.execute(
        select(rota_overrides)
        .where(rota_overrides.c.program == program, rota_overrides.c.ends_at > now)
        .order_by(rota_overrides.c.starts_at, rota_overrides.c.number)
        .limit(CHANGES_AT_MOST)
    ).all()
    stored = [
        Override(r.id, r.number, r.tier, r.starts_at, r.ends_at, r.instead_of, r.person, r.undoes)
        for r in rows
    ]
    standing = {one.id for one in in_force(stored)}
    return [
        ChangeRow(
            r.id,
            r.tier,
            r.starts_at,
            r.ends_at,
            r.instead_of,
            r.person,
            r.why,
            r.made_by,
            r.made_at,
            r.undoes,
            r.undoes is None and r.id not in standing,
        )
        for r in rows
    ]
