"""Reminders before a shift: who begins when, with whom, and a number that makes the reminder a test of the phone."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, select

from app.commit import next_ref
from app.rota.load import rules_of, terms_of
from app.rota.once import Telling
from app.rota.ways import first_way
from app.tables import people, ways
from app.ways_health import TEXT_LOST
from dispatch.messages import Message, ShiftSoon
from dispatch.rota.final import final
from dispatch.rota.rules import Assignment

_TICK = timedelta(microseconds=1)


def shifts_soon(connection: Connection, program: str, now: datetime) -> list[Telling]:
    """A reminder for every shift that begins within the program's time of reminding, of people whom a text
    reaches. Its key is the person and the start: a shift that is moved or handed on is another."""
    before = terms_of(connection, program).remind_before
    found = final(rules_of(connection, program, now, now + before + _TICK), now, now + before + _TICK)
    beginning = [one for one in found if now < one.starts_at <= now + before and not _goes_on(one, found)]
    if not beginning:
        return []
    rows = connection.execute(
        select(people.c.id, people.c.name, people.c.phone, TEXT_LOST.label("lost")).where(
            people.c.id.in_({one.person for one in found}), people.c.active
        )
    ).all()
    names = {row.id: row.name for row in rows}
    reached = {row.id for row in rows if row.phone and not row.lost}
    return [
        Telling(
            (f"soon:{one.person}:{one.starts_at:%Y-%m-%dT%H:%M:%S}",),
            partial(_messages, one=one, partner=_partner(one, found, names), now=now),
        )
        for one in beginning
        if one.person in reached
    ]


def _goes_on(one: Assignment, found: tuple[Assignment, ...]) -> bool:
    """Is this person on call in this tier already until it begins? Then nothing begins for them."""
    return any(
        (other.person, other.tier) == (one.person, one.tier)
        and other.starts_at < one.starts_at <= other.ends_at
        for other in found
    )


def _partner(one: Assignment, found: tuple[Assignment, ...], names: Mapping[str, str]) -> str | None:
    """Who goes with them, if that is one person: the same call sign, or where there is none the same tier."""
    there = {
        other.person
        for other in found
        if other.tier == one.tier
        and other.starts_at <= one.starts_at < other.ends_at
        and other.team == one.team
        and other.person in names
    } - {one.person}
    return names[there.pop()] if len(there) == 1 else None


def _messages(connection: Connection, one: Assignment, partner: str | None, now: datetime) -> list[Message]:
    way = first_way(connection, one.person, now)
    connection.execute(ways.update().where(ways.c.id == way).values(tried_at=now))
    ref = next_ref(connection)
    return [ShiftSoon(one.person, ref, one.tier, one.starts_at, one.ends_at, partner)]
