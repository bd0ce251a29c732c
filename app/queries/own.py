"""One's own sessions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.sessions import Me
from app.tables import sessions


@dataclass(frozen=True)
class OwnSession:
    """One session of one's own; `this` is the one that asks."""

    since: datetime
    seen_at: datetime
    ends_at: datetime
    this: bool


def own_sessions(connection: Connection, me: Me, now: datetime) -> list[OwnSession]:
    """Every session that still runs, this one first."""
    rows = connection.execute(
        select(sessions)
        .where(sessions.c.person == me.id, sessions.c.ends_at > now)
        .order_by(sessions.c.seen_at.desc())
    ).all()
    found = [OwnSession(r.created_at, r.seen_at, r.ends_at, bytes(r.digest) == me.session) for r in rows]
    return sorted(found, key=lambda one: not one.this)
