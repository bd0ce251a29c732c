"""The people of a program as the rota's rules see them."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from app.tables import credentials, people, training
from dispatch.rota.staff import Credential, Trained, Worker


def workers_of(connection: Connection, program: str) -> dict[str, Worker]:
    """Everybody who works here now, by id."""
    return _workers(connection, people.c.program == program, people.c.active)


def worker_of(connection: Connection, person: str) -> Worker:
    """One of the staff, also after they were switched off."""
    return _workers(connection, people.c.id == person)[person]


def _workers(connection: Connection, *which: ColumnElement[bool]) -> dict[str, Worker]:
    held: dict[str, list[Credential]] = {}
    for row in connection.execute(
        select(credentials)
        .join(people, people.c.id == credentials.c.person)
        .where(*which, credentials.c.withdrawn_at.is_(None))
        .order_by(credentials.c.added_at, credentials.c.id)
    ):
        counts = _day(row.starts_on), _day(row.ends_on)
        verified = row.verified_at is not None
        held.setdefault(row.person, []).append(Credential(row.kind, *counts, row.state, row.title, verified))
    done: dict[str, list[Trained]] = {}
    for row in connection.execute(
        select(training)
        .join(people, people.c.id == training.c.person)
        .where(*which, training.c.withdrawn_at.is_(None))
        .order_by(training.c.done_on, training.c.id)
    ):
        learned = Trained(row.kind, timedelta(minutes=row.minutes), date.fromisoformat(row.done_on))
        done.setdefault(row.person, []).append(learned)
    rows = connection.execute(select(people).where(*which).order_by(people.c.name))
    return {row.id: _worker(row, tuple(held.get(row.id, ())), tuple(done.get(row.id, ()))) for row in rows}


def _worker(row: Any, held: tuple[Credential, ...], done: tuple[Trained, ...]) -> Worker:
    return Worker(
        id=row.id,
        name=row.name,
        roles=frozenset(row.roles),
        title=row.credential,
        skills=frozenset(row.skills),
        credentials=held,
        training=done,
        week_hours=None if row.week_hours is None else timedelta(hours=row.week_hours),
        hired_on=_day(row.hired_on),
    )


def _day(given: str | None) -> date | None:
    return None if given is None else date.fromisoformat(given)
