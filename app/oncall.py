"""Who is on call, from plain shifts by program and tier. The full rota takes this seam's place later."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select

from app.tables import duties, people, shifts
from dispatch.board import OnCall

NOT_ASKED = ("break", "unfit", "off")


@dataclass(frozen=True)
class Shift:
    """One person's place on call: tier, order in line, call sign of the team if paired, and until when."""

    person: str
    name: str
    credential: str
    tier: str
    team: str | None
    until: datetime
    duty: str


def on_duty(connection: Connection, program: str, at: datetime) -> list[Shift]:
    """Everybody whose shift covers the instant, in the order of the line, with their duty."""
    duty = (
        select(duties.c.person, duties.c.duty)
        .where(or_(duties.c.until.is_(None), duties.c.until > at))
        .subquery()
    )
    found = connection.execute(
        select(
            shifts.c.person,
            people.c.name,
            people.c.credential,
            shifts.c.tier,
            shifts.c.team,
            shifts.c.ends_at,
            duty.c.duty,
        )
        .join(people, people.c.id == shifts.c.person)
        .outerjoin(duty, duty.c.person == shifts.c.person)
        .where(
            shifts.c.program == program,
            shifts.c.ends_at > at,
            shifts.c.starts_at <= at,
            people.c.active,
        )
        .order_by(shifts.c.place_in_line, shifts.c.starts_at, shifts.c.id)
    )
    return [
        Shift(r.person, r.name, r.credential, r.tier, r.team, r.ends_at, r.duty or "on_call") for r in found
    ]


def who_is_asked(shifts_now: list[Shift]) -> tuple[OnCall, ...]:
    """The part of a shift list that a page may go to, each person once on their first tier."""
    seen: dict[str, OnCall] = {}
    for shift in shifts_now:
        if shift.duty not in NOT_ASKED:
            seen.setdefault(shift.person, OnCall(shift.person, shift.tier))
    return tuple(seen.values())
