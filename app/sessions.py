"""Server-side sessions: a random id in a cookie, its digest in a row, idle and absolute ends kept by the server."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from app.shell import Shell, digest
from app.tables import people, programs, seats, sessions

SEEN_EVERY = timedelta(seconds=60)
OUT_LIMIT = timedelta(hours=1)
_OF_THEM = (people.c.name, people.c.credential, people.c.program, people.c.roles, people.c.password_ends_at)
# Made once: every request asks it.
_FOUND = (
    select(sessions, *_OF_THEM, programs.c.zone)
    .join(people, people.c.id == sessions.c.person)
    .join(programs, programs.c.id == people.c.program)
    .where(sessions.c.digest == bindparam("token"), people.c.active)
)


@dataclass(frozen=True)
class Me:
    """Who is signed in: their row, their rights, the session's anti-forgery token, and their program's zone.
    `one_time`: they came in with a one-time password and have not chosen their own yet."""

    id: str
    name: str
    credential: str
    program: str
    roles: frozenset[str]
    csrf: str
    session: bytes
    zone: str
    one_time: bool = False


def begin(connection: Connection, shell: Shell, person: str) -> str:
    """A new session; returns the cookie's value, which is kept nowhere else."""
    token = secrets.token_urlsafe(32)
    now = shell.clock.now()
    connection.execute(
        sessions.insert().values(
            digest=digest(token),
            person=person,
            csrf=secrets.token_urlsafe(24),
            created_at=now,
            seen_at=now,
            ends_at=now + timedelta(hours=shell.settings.session_hours),
        )
    )
    return token


def find(connection: Connection, shell: Shell, token: str) -> tuple[Me, datetime] | None:
    """Who this cookie belongs to and when they were last seen; None when ended, idle too long, or switched off."""
    row = connection.execute(_FOUND, {"token": digest(token)}).first()
    now = shell.clock.now()
    if row is None or row.ends_at <= now:
        return None
    if now - row.seen_at > idle_limit(shell, frozenset(row.roles)) and not _still_out(connection, row, now):
        return None
    me = Me(
        row.person,
        row.name,
        row.credential,
        row.program,
        frozenset(row.roles),
        row.csrf,
        bytes(row.digest),
        row.zone,
        one_time=row.password_ends_at is not None,
    )
    return me, row.seen_at


def idle_limit(shell: Shell, roles: frozenset[str]) -> timedelta:
    """How long a session may be silent. A dispatcher's board stays for the shift: a desk that signs itself out in
    the middle of a crisis is the greater danger, and the room is staffed."""
    if "dispatcher" in roles:
        return timedelta(hours=shell.settings.session_hours)
    return timedelta(minutes=shell.settings.idle_minutes)


def _still_out(connection: Connection, row: Row[Any], now: datetime) -> bool:
    """Is this a responder on a task, heard within the hour? The phone that asks "Are you OK?" every twenty minutes
    must not answer with a sign-in page."""
    held = connection.scalar(select(seats.c.incident).where(seats.c.person == row.person))
    return held is not None and now - row.seen_at <= OUT_LIMIT


def touch(connection: Connection, me: Me, now: datetime) -> None:
    """A person did something. Background polls never call this."""
    connection.execute(sessions.update().where(sessions.c.digest == me.session).values(seen_at=now))


def end(connection: Connection, session: bytes) -> None:
    """Sign out."""
    connection.execute(sessions.delete().where(sessions.c.digest == session))


def end_all(connection: Connection, person: str, but: bytes | None = None) -> None:
    """End every session of a person: rights changed, phone lost, left. `but` is one that goes on."""
    ended = sessions.delete().where(sessions.c.person == person)
    connection.execute(ended if but is None else ended.where(sessions.c.digest != but))
