"""Who saw what: the audit rows of a program's people and tokens, newest first, by keyset."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select

from app.tables import incidents, people, reads, tokens

A_PAGE = 100


@dataclass(frozen=True)
class Read:
    """One row: who was shown what of whom, and why. `ref` is the spoken number when it was an incident."""

    id: int
    at: datetime
    who: str
    purpose: str
    what: str
    subject: str
    ref: int | None


def reads_of(
    connection: Connection, program: str, person: str, subject: str, before: int | None
) -> list[Read]:
    """A page of rows older than `before`. `subject` is a spoken number or an id; empty asks for all."""
    wanted: list[ColumnElement[bool]] = [or_(people.c.program == program, tokens.c.program == program)]
    if person:
        wanted.append(reads.c.person == person)
    if subject:
        wanted.append(reads.c.subject == _subject(connection, program, subject))
    if before is not None:
        wanted.append(reads.c.id < before)
    rows = connection.execute(
        select(reads, func.coalesce(people.c.name, tokens.c.name).label("who"), incidents.c.ref)
        .outerjoin(people, people.c.id == reads.c.person)
        .outerjoin(tokens, tokens.c.id == reads.c.person)
        .outerjoin(incidents, incidents.c.id == reads.c.subject)
        .where(*wanted)
        .order_by(reads.c.id.desc())
        .limit(A_PAGE)
    )
    return [Read(r.id, r.at, r.who, r.purpose, r.what, r.subject, r.ref) for r in rows]


def _subject(connection: Connection, program: str, said: str) -> str:
    if not (said.isascii() and said.isdecimal() and len(said) < 9):
        return said
    found = connection.scalar(
        select(incidents.c.id).where(incidents.c.ref == int(said), incidents.c.program == program)
    )
    return found or said
