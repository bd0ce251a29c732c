"""Who is on call, from plain shifts by program and tier. The full rota takes this seam's place later."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, or_, select

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
    found = connection.execute(_ON_DUTY, {"program": program, "now": at})
    return [
        Shift(r.person, r.name, r.credential, r.tier, r.team, r.ends_at, r.duty or "on_call") for r in found
    ]


def _on_duty() -> Select[Any]:
    now = bindparam("now", type_=shifts.c.ends_at.type)
    duty = (
        select(duties.c.person, duties.c.duty)
        .where(or_(duties.c.until.is_(None), duties.c.until > now))
        .subquery()
    )
    return (
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
            shifts.c.program == bindparam("program"),
            shifts.c.ends_at > now,
            shifts.c.starts_at <= now,
            people.c.active,
        )
        .order_by(shifts.c.place_in_line, shifts.c.starts_at, shifts.c.id)
    )


# Made once: every command asks it, and building it costs more than running it.
_ON_DUTY = _on_duty()


def who_is_asked(shifts_now: list[Shift]) -> tuple[OnCall, ...]:
    """The part of a shift list that a page may go to, each person once on their first tier."""
    seen: dict[str, OnCall] = {}
    for shift in shifts_now:
        if shift.duty not in NOT_ASKED:
            seen.setdefault(shift.person, OnCall(shift.person, shift.tier))
    return tuple(seen.values())
