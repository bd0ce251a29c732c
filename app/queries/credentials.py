"""What is written down of somebody's credentials and training, by whom, and what lapses soon."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from app.tables import credentials, people, rota_exceptions, training

SOON_DAYS = 60
SHOWN_AT_MOST = 200


@dataclass(frozen=True)
class HeldRow:
    """One credential. `left` is the days that it still counts, today included; None: without end."""

    id: str
    kind: str
    state: str | None
    title: str
    starts_on: date | None
    ends_on: date | None
    verified_by: str | None
    verified_at: datetime | None
    left: int | None

    @property
    def soon(self) -> bool:
        """Does it end within 60 days?"""
        return self.left is not None and 0 < self.left <= SOON_DAYS


@dataclass(frozen=True)
class TrainedRow:
    """Hours of training on one day, and who wrote them down."""

    id: str
    kind: str
    minutes: int
    done_on: date
    title: str
    added_by: str


@dataclass(frozen=True)
class ExceptionRow:
    """A rule set aside. `why_sealed` is opened by whoever shows it."""

    id: str
    name: str
    rule: str
    starts_at: datetime
    ends_at: datetime
    made_by: str
    made_at: datetime
    withdrawn_at: datetime | None
    why_sealed: bytes | None


def credentials_of(connection: Connection, person: str, today: date) -> list[HeldRow]:
    """One person's credentials, by kind and the day they end."""
    verifier = people.alias()
    rows = connection.execute(
        select(credentials, verifier.c.name.label("verifier"))
        .outerjoin(verifier, verifier.c.id == credentials.c.verified_by)
        .where(credentials.c.person == person, credentials.c.withdrawn_at.is_(None))
        .order_by(credentials.c.kind, credentials.c.ends_on, credentials.c.id)
    )
    found = []
    for row in rows:
        ends_on = _day(row.ends_on)
        left = None if ends_on is None else max((ends_on - today).days + 1, 0)
        starts_on = _day(row.starts_on)
        told = (row.id, row.kind, row.state, row.title, starts_on, ends_on, row.verifier, row.verified_at)
        found.append(HeldRow(*told, left))
    return found


def training_of(connection: Connection, person: str) -> list[TrainedRow]:
    """One person's training, the latest first."""
    writer = people.alias()
    rows = connection.execute(
        select(training, writer.c.name.label("writer"))
        .join(writer, writer.c.id == training.c.added_by)
        .where(training.c.person == person, training.c.withdrawn_at.is_(None))
        .order_by(training.c.done_on.desc(), training.c.id)
    )
    return [
        TrainedRow(row.id, row.kind, row.minutes, date.fromisoformat(row.done_on), row.title, row.writer)
        for row in rows
    ]


def exceptions_of(connection: Connection, program: str, since: datetime) -> list[ExceptionRow]:
    """Rules set aside that end after `since`, the latest first."""
    maker = people.alias()
    rows = connection.execute(
        select(rota_exceptions, people.c.name, maker.c.name.label("maker"))
        .join(people, people.c.id == rota_exceptions.c.person)
        .join(maker, maker.c.id == rota_exceptions.c.made_by)
        .where(rota_exceptions.c.program == program, rota_exceptions.c.ends_at > since)
        .order_by(rota_exceptions.c.starts_at.desc(), rota_exceptions.c.id)
        .limit(SHOWN_AT_MOST)
    )
    return [
        ExceptionRow(
            r.id,
            r.name,
            r.rule,
            r.starts_at,
            r.ends_at,
            r.maker,
            r.made_at,
            r.withdrawn_at,
            r.why_sealed,
        )
        for r in rows
    ]


def _day(given: str | None) -> date | None:
    return None if given is None else date.fromisoformat(given)
