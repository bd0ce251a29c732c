"""Who is on call, worked out from the rota's rules in the transaction that asks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, or_, select

from app.rota.load import rules_of
from app.tables import duties, people
from dispatch.board import OnCall
from dispatch.rota.final import on_call_at
from dispatch.rota.rules import Assignment

NOT_ASKED = ("break", "unfit", "off")
_INSTANT = timedelta(microseconds=1)


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
    found = on_call_at(rules_of(connection, program, at, at + _INSTANT), at)
    if not found:
        return []
    rows = connection.execute(_WHO, {"ids": [one.person for one in found], "now": at}).all()
    who = {person: (name, credential, duty or "on_call") for person, name, credential, duty in rows}
    return [_shift(one, *who[one.person]) for one in found if one.person in who]


def _shift(one: Assignment, name: str, credential: str, duty: str) -> Shift:
    return Shift(one.person, name, credential, one.tier, one.team, one.ends_at, duty)


def _who() -> Select[Any]:
    now = bindparam("now", type_=duties.c.until.type)
    duty = (
        select(duties.c.person, duties.c.duty)
        .where(or_(duties.c.until.is_(None), duties.c.until > now))
        .subquery()
    )
    return (
        select(people.c.id, people.c.name, people.c.credential, duty.c.duty)
        .outerjoin(duty, duty.c.person == people.c.id)
        .where(people.c.id.in_(bindparam("ids", expanding=True)), people.c.active)
    )


# Made once: every command asks it, and building it costs more than running it.
_WHO = _who()


def who_is_asked(shifts_now: list[Shift]) -> tuple[OnCall, ...]:
    """The part of a shift list that a page may go to, each person once on their first tier."""
    seen: dict[str, OnCall] = {}
    for shift in shifts_now:
        if shift.duty not in NOT_ASKED:
            seen.setdefault(shift.person, OnCall(shift.person, shift.tier))
    return tuple(seen.values())
