"""The people of a program as the rota's rules see them."""

from datetime import date, timedelta

from sqlalchemy import Connection, select

from app.tables import credentials, people, training
from dispatch.rota.staff import Credential, Trained, Worker


def workers_of(connection: Connection, program: str) -> dict[str, Worker]:
    """Everybody who works here now, by id."""
    held: dict[str, list[Credential]] = {}
    for row in connection.execute(
        select(credentials)
        .join(people, people.c.id == credentials.c.person)
        .where(people.c.program == program, credentials.c.withdrawn_at.is_(None))
        .order_by(credentials.c.added_at, credentials.c.id)
    ):
        held.setdefault(row.person, []).append(
            Credential(
                row.kind,
                _day(row.starts_on),
                _day(row.ends_on),
                row.state,
                row.title,
                row.verified_at is not None,
            )
        )
    done: dict[str, list[Trained]] = {}
    for row in connection.execute(
        select(training)
        .join(people, people.c.id == training.c.person)
        .where(people.c.program == program, training.c.withdrawn_at.is_(None))
        .order_by(training.c.done_on, training.c.id)
    ):
        learned = Trained(row.kind, timedelta(minutes=row.minutes), date.fromisoformat(row.done_on))
        done.setdefault(row.person, []).append(learned)
    rows = connection.execute(
        select(people).where(people.c.program == program, people.c.active).order_by(people.c.name)
    )
    return {
        row.id: Worker(
            id=row.id,
            name=row.name,
            roles=frozenset(row.roles),
            title=row.credential,
            skills=frozenset(row.skills),
            credentials=tuple(held.get(row.id, ())),
            training=tuple(done.get(row.id, ())),
            week_hours=None if row.week_hours is None else timedelta(hours=row.week_hours),
            hired_on=_day(row.hired_on),
        )
        for row in rows
    }


def _day(given: str | None) -> date | None:
    return None if given is None else date.fromisoformat(given)
