"""Rows of the journal as lines to read: when it was written down, about which call, and the sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from app.codec import FACTS, load_fact
from app.journal import words_of
from app.seal import Keyring, Locked
from app.sentences import QUIET, entered_late, sentence
from app.spoken import INTAKE_FIELDS
from app.tables import incidents, journal
from dispatch import facts as f

SAID = tuple(kind for kind in FACTS if kind not in QUIET)
RED_FACTS = (f.Lapsed, f.CheckMissed, f.LadderExhausted)
STORY_AT_MOST = 1_000
NOTES_LOOKED_AT = 8
VIA = {
    "board": "board",
    "sms": "text",
    "voice": "call",
    "link": "page link",
    "phone": "phone page",
    "clock": "by rule",
    "eido": "911 center",
}


@dataclass(frozen=True)
class LogLine:
    """One line of the board's log."""

    seq: int
    at: datetime
    ref: int
    said: str
    late: str
    red: bool


@dataclass(frozen=True)
class StoryLine:
    """One line of an incident's story. `words` are (label, text): what a person said or wrote, opened."""

    seq: int
    at: datetime
    said: str
    late: str
    red: bool
    via: str
    words: tuple[tuple[str, str], ...]


def last_lines(
    connection: Connection, program: str, names: Mapping[str, str], zone: ZoneInfo, most: int
) -> tuple[LogLine, ...]:
    """The newest facts of a program's incidents, oldest first."""
    rows = connection.execute(
        select(journal)
        .where(journal.c.chain == program, journal.c.kind.in_(SAID))
        .order_by(journal.c.seq.desc())
        .limit(most)
    ).all()
    streams = {row.stream for row in rows}
    found = connection.execute(select(incidents.c.id, incidents.c.ref).where(incidents.c.id.in_(streams)))
    refs = {row.id: row.ref for row in found}
    lines = []
    for row in reversed(rows):
        fact = load_fact(row.kind, row.fact)
        late = entered_late(row.at, row.recorded_at, zone)
        red = isinstance(fact, RED_FACTS)
        lines.append(LogLine(row.seq, row.recorded_at, refs[row.stream], sentence(fact, names), late, red))
    return tuple(lines)


def story_of(
    connection: Connection, keyring: Keyring, incident: str, names: Mapping[str, str], zone: ZoneInfo
) -> tuple[StoryLine, ...]:
    """All that happened with one incident, oldest first, with the words that lie sealed beside it. The caller
    leaves the audit row."""
    rows = connection.execute(
        select(journal)
        .where(journal.c.stream == incident, journal.c.kind.in_(SAID))
        .order_by(journal.c.seq.desc())
        .limit(STORY_AT_MOST)
    ).all()
    return tuple(
        StoryLine(
            seq=row.seq,
            at=row.recorded_at,
            said=sentence(fact, names),
            late=entered_late(row.at, row.recorded_at, zone),
            red=isinstance(fact, RED_FACTS),
            via=VIA.get(row.via, row.via),
            words=_labeled(words_of(keyring, incident, row.words_sealed)),
        )
        for row in reversed(rows)
        for fact in [load_fact(row.kind, row.fact)]
    )


def _labeled(words: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    labels = {**INTAKE_FIELDS, "note": "note", "reason": "reason", "heard": "heard"}
    return tuple((labels.get(name, name.replace("_", " ")), text) for name, text in words.items() if text)


def last_note(connection: Connection, keyring: Keyring, incident: str) -> str:
    """The newest note that the desk or a responder left on an incident."""
    rows = connection.execute(
        select(journal.c.words_sealed)
        .where(journal.c.stream == incident, journal.c.words_sealed.is_not(None))
        .order_by(journal.c.seq.desc())
        .limit(NOTES_LOOKED_AT)
    )
    try:
        notes = (words_of(keyring, incident, row.words_sealed).get("note", "") for row in rows)
        return next((note for note in notes if note), "")
    except Locked:
        return ""
