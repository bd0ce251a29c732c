"""What a supervisor and the authors of a case said to each other: questions, answers, the finding."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select, true

from app.seal import Locked
from app.shell import Shell, new_id
from app.tables import reviews

WORDS = "reviews.words"
CANNOT_OPEN = "These words cannot be opened: their key is missing, or the row was changed."
KINDS = {"question": "asks", "answer": "answers", "finding": "finds"}


@dataclass(frozen=True)
class Word:
    """One thing said. `to` is whom a question was put to."""

    kind: str
    at: datetime
    by: str
    to: str
    words: str


def thread_of(
    connection: Connection,
    shell: Shell,
    incident_id: str,
    names: Mapping[str, str],
    reader: str | None = None,
) -> tuple[Word, ...]:
    """The thread in order; for a `reader` only what was asked of them and what they said."""
    mine = or_(reviews.c.to == reader, reviews.c.by == reader) if reader else true()
    rows = connection.execute(
        select(reviews).where(reviews.c.incident == incident_id, mine).order_by(reviews.c.at, reviews.c.id)
    )
    return tuple(
        Word(
            row.kind,
            row.at,
            names.get(row.by, "Someone"),
            names.get(row.to, "") if row.to else "",
            _opened(shell, row.id, row.words_sealed),
        )
        for row in rows
    )


def say(
    connection: Connection,
    shell: Shell,
    incident_id: str,
    kind: str,
    by: str,
    at: datetime,
    words: str,
    to: str | None = None,
) -> None:
    """Seal one more thing said, in the transaction that decided it."""
    row = new_id()
    connection.execute(
        reviews.insert().values(
            id=row,
            incident=incident_id,
            by=by,
            to=to,
            at=at,
            kind=kind,
            words_sealed=shell.keyring.seal(WORDS, row, words),
        )
    )


def _opened(shell: Shell, row: str, sealed: bytes | None) -> str:
    try:
        return shell.keyring.open(WORDS, row, sealed)
    except Locked:
        return CANNOT_OPEN
