"""The staff list: who they are, whether they are out now, and what duty they have set."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from app.tables import duties, people, seats, sessions


@dataclass(frozen=True)
class Person:
    """One of the staff. `ref` is the incident they are on now; `sessions` is how often they are signed in."""

    id: str
    name: str
    credential: str
    email: str
    phone: str | None
    roles: tuple[str, ...]
    skills: tuple[str, ...]
    active: bool
    has_code_app: bool
    password_ends_at: datetime | None
    ref: int | None
    duty: str
    duty_until: datetime | None
    sessions: int


def staff_of(connection: Connection, program: str, now: datetime) -> list[Person]:
    """Everybody of a program by name, those switched off last."""
    rows = connection.execute(
        _staff(now).where(people.c.program == program).order_by(people.c.active.desc(), people.c.name)
    )
    return [_person(row) for row in rows]


def person_of(connection: Connection, person: str, now: datetime) -> Person:
    """One of the staff."""
    return _person(connection.execute(_staff(now).where(people.c.id == person)).one())


def _staff(now: datetime) -> Select[Any]:
    signed_in = (
        select(func.count())
        .where(sessions.c.person == people.c.id, sessions.c.ends_at > now)
        .scalar_subquery()
    )
    on_duty = and_(duties.c.person == people.c.id, or_(duties.c.until.is_(None), duties.c.until > now))
    return (
        select(people, seats.c.ref, duties.c.duty, duties.c.until, signed_in.label("sessions"))
        .outerjoin(seats, seats.c.person == people.c.id)
        .outerjoin(duties, on_duty)
    )


def _person(row: Row[Any]) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        credential=row.credential,
        email=row.email,
        phone=row.phone,
        roles=tuple(row.roles),
        skills=tuple(row.skills),
        active=row.active,
        has_code_app=row.totp_sealed is not None,
        password_ends_at=row.password_ends_at,
        ref=row.ref,
        duty=row.duty or "on_call",
        duty_until=row.until,
        sessions=row.sessions,
    )
