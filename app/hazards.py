"""What could hurt a team, at a place or with a client: who told it, when, and when to look at it again."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, false, or_, select

from app.commit import record
from app.once import grant, granted
from app.shell import Shell, new_id
from app.tables import hazards, people
from dispatch.value import Refused

KINDS = {
    "weapon": "Weapon",
    "animals": "Animals",
    "people": "Other people there",
    "site": "The place itself",
    "health": "Infection or substance",
    "other": "Something else",
}
SOURCES = {
    "caller": "Caller",
    "team": "Our team",
    "family": "Family",
    "911": "911",
    "record": "The record",
    "other": "Somebody else",
}
# How long until somebody must look at it again; a wall that nobody reviews becomes a slander.
REVIEWS = {"30": "In 1 month", "182": "In 6 months", "365": "In 1 year", "": "Never: part of the place"}


@dataclass(frozen=True)
class Hazard:
    """One hazard, opened. `stale`: its review was due and nobody looked."""

    id: str
    of_client: bool
    kind: str
    source: str
    told_by: str
    words: str
    since: datetime
    review_by: datetime | None
    stale: bool


def add_hazard(
    shell: Shell,
    by: str,
    program: str,
    *,
    kind: str,
    source: str,
    words: str,
    client: str | None = None,
    place: bytes | None = None,
    review_days: int | None = None,
    key: str | None = None,
) -> str:
    """A new hazard of a client or at a place (its blind index); returns its id."""
    if (client is None) == (place is None):
        raise Refused("Say where the person is first: a hazard belongs to a place or to a client.")
    now = shell.clock.now()
    hazard = new_id()
    with shell.store.write() as connection:
        made = granted(connection, by, key)
        if made is not None:
            return made
        connection.execute(
            hazards.insert().values(
                id=hazard,
                client=client,
                place_index=place,
                kind=kind,
                source=source,
                told_by=by,
                since=now,
                review_by=now + timedelta(days=review_days) if review_days else None,
                words_sealed=shell.keyring.seal("hazards.words", hazard, words),
            )
        )
        fact = json.dumps({"hazard": hazard, "kind": kind, "source": source})
        said = json.dumps({"words": words}, ensure_ascii=False)
        seq = _note(connection, shell, program, client or hazard, by, "HazardAdded", fact, said)
        grant(connection, by, key, hazard, seq, now)
    shell.told(seq)
    return hazard


def withdraw_hazard(
    shell: Shell,
    by: str,
    program: str,
    hazard: str,
    *,
    client: str | None = None,
    place: bytes | None = None,
) -> None:
    """A hazard of this client, or at this place, no longer holds. The row stays, with the day it ended."""
    with shell.store.write() as connection:
        ours = (hazards.c.id == hazard) & hazards.c.withdrawn_at.is_(None) & _belongs(program, client, place)
        changed = connection.execute(hazards.update().where(ours).values(withdrawn_at=shell.clock.now()))
        if not changed.rowcount:
            raise Refused("That hazard is withdrawn already. Reload the page.")
        seq = _note(
            connection,
            shell,
            program,
            client or hazard,
            by,
            "HazardWithdrawn",
            json.dumps({"hazard": hazard}),
            None,
        )
    shell.told(seq)


def hazards_of(
    connection: Connection,
    shell: Shell,
    program: str,
    *,
    client: str | None = None,
    place: bytes | None = None,
) -> list[Hazard]:
    """Standing hazards of this client and at this place, newest first. The caller leaves the audit row."""
    rows = connection.execute(
        select(hazards, people.c.name)
        .outerjoin(people, people.c.id == hazards.c.told_by)
        .where(_belongs(program, client, place), hazards.c.withdrawn_at.is_(None))
        .order_by(hazards.c.since.desc(), hazards.c.id)
    )
    now = shell.clock.now()
    return [
        Hazard(
            row.id,
            row.client is not None,
            KINDS.get(row.kind, row.kind),
            SOURCES.get(row.source, row.source),
            row.name or "",
            shell.keyring.open("hazards.words", row.id, row.words_sealed),
            row.since,
            row.review_by,
            row.review_by is not None and row.review_by <= now,
        )
        for row in rows
    ]


def _belongs(program: str, client: str | None, place: bytes | None) -> ColumnElement[bool]:
    """A place has no program of its own, and what was told of it is about somebody: it stays with the program
    whose people wrote it down."""
    of_client = hazards.c.client == client if client else false()
    ours = hazards.c.told_by.in_(select(people.c.id).where(people.c.program == program))
    return or_(of_client, and_(hazards.c.place_index == place, ours) if place else false())


def _note(
    connection: Connection,
    shell: Shell,
    program: str,
    stream: str,
    by: str,
    kind: str,
    fact: str,
    words: str | None,
) -> int:
    return record(
        connection,
        shell,
        program=program,
        stream=stream,
        by=by,
        via="board",
        kind=kind,
        fact=fact,
        words=words,
    )
