"""The journal: all that happened, in order, each row carrying the hash of the one before it."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select

from app.codec import dump
from app.seal import Keyring
from app.tables import journal
from dispatch.facts import Fact

WORDS = "journal.words"
_START = b"\0" * 32
_APPEND = insert(journal)
_NEWEST = select(func.max(journal.c.seq))
_LAST_OF_CHAIN = (
    select(journal.c.hash)
    .where(journal.c.chain == bindparam("chain"))
    .order_by(journal.c.seq.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Entry:
    """What goes into one row besides its number and hash. `chain` is the program, `stream` the incident or
    person."""

    chain: str
    stream: str
    at: datetime
    by: str
    via: str
    kind: str
    fact: str
    words: str | None = None


def append(
    connection: Connection, key: bytes, keyring: Keyring, entries: list[Entry], recorded_at: datetime
) -> int:
    """Write entries of one chain in order and return the last seq. The hash covers the sealed words too."""
    last = _last(connection, entries[0].chain)
    rows = []
    for entry in entries:
        sealed = None if entry.words is None else keyring.seal(WORDS, entry.stream, entry.words)
        last = _hash(key, last, entry, recorded_at, sealed)
        rows.append(_row(entry, recorded_at, last, sealed))
    connection.execute(_APPEND, rows)
    return newest(connection)


def entries_of(facts: list[Fact], chain: str, stream: str, via: str, words: Mapping[str, str]) -> list[Entry]:
    """Journal entries of an incident's facts; the person's words travel with the first of them."""
    said = json.dumps(dict(words), sort_keys=True, ensure_ascii=False) if words else None
    return [
        Entry(
            chain,
            stream,
            fact.at,
            fact.by,
            via,
            type(fact).__name__,
            dump(fact),
            said if first == 0 else None,
        )
        for first, fact in enumerate(facts)
    ]


def newest(connection: Connection) -> int:
    """The seq of the newest row; 0 when there is none."""
    return connection.scalar(_NEWEST) or 0


def words_of(keyring: Keyring, stream: str, sealed: bytes | None) -> dict[str, str]:
    """The sealed words of a row, opened."""
    said: dict[str, str] = json.loads(keyring.open(WORDS, stream, sealed)) if sealed else {}
    return said


@dataclass(frozen=True)
class Verdict:
    """What verifying found: how many rows, and the first bad one with the reason, if any."""

    rows: int
    bad_seq: int | None = None
    reason: str | None = None


def verify(connection: Connection, key: bytes) -> Verdict:
    """Walk every chain in order and name the first row that does not follow from the one before."""
    last: dict[str, bytes] = {}
    count = 0
    for row in _all(connection):
        count += 1
        entry = Entry(row.chain, row.stream, row.at, row.by, row.via, row.kind, row.fact)
        expected = _hash(key, last.get(row.chain, _START), entry, row.recorded_at, row.words_sealed)
        if not hmac.compare_digest(expected, bytes(row.hash)):
            return Verdict(count, row.seq, f"Row {row.seq} was changed, or a row before it is missing.")
        last[row.chain] = expected
    return Verdict(count)


def broken_links(connection: Connection, key: bytes, most: int) -> list[int]:
    """Among the newest `most` rows, those that do not follow from the one before. Costs the same however long the
    journal is, so it may be asked each minute; `verify` walks it all."""
    rows = connection.execute(
        select(journal).where(journal.c.seq > newest(connection) - most).order_by(journal.c.seq)
    )
    last: dict[str, bytes] = {}
    broken: list[int] = []
    for row in rows.all():
        before = last.get(row.chain)
        if before is None:
            before = _before(connection, row.chain, row.seq)
        entry = Entry(row.chain, row.stream, row.at, row.by, row.via, row.kind, row.fact)
        expected = _hash(key, before, entry, row.recorded_at, row.words_sealed)
        if not hmac.compare_digest(expected, bytes(row.hash)):
            broken.append(row.seq)
        last[row.chain] = bytes(row.hash)
    return broken


def _before(connection: Connection, chain: str, seq: int) -> bytes:
    earlier = select(journal.c.hash).where(journal.c.chain == chain, journal.c.seq < seq)
    found = connection.scalar(earlier.order_by(journal.c.seq.desc()).limit(1))
    return bytes(found) if found else _START


def _all(connection: Connection) -> Iterator[Row[Any]]:
    return iter(connection.execute(select(journal).order_by(journal.c.seq)).yield_per(1_000))


def _last(connection: Connection, chain: str) -> bytes:
    found = connection.scalar(_LAST_OF_CHAIN, {"chain": chain})
    return bytes(found) if found else _START


def _hash(key: bytes, last: bytes, entry: Entry, recorded_at: datetime, sealed: bytes | None) -> bytes:
    said = (
        entry.chain,
        entry.stream,
        entry.at.isoformat(),
        recorded_at.isoformat(),
        entry.by,
        entry.via,
        entry.kind,
        entry.fact,
    )
    return hmac.digest(key, last + "\0".join(said).encode() + b"\0" + (sealed or b""), hashlib.sha256)


def _row(entry: Entry, recorded_at: datetime, row_hash: bytes, sealed: bytes | None) -> dict[str, object]:
    return {
        "chain": entry.chain,
        "stream": entry.stream,
        "at": entry.at,
        "recorded_at": recorded_at,
        "by": entry.by,
        "via": entry.via,
        "kind": entry.kind,
        "fact": entry.fact,
        "words_sealed": sealed,
        "hash": row_hash,
    }
