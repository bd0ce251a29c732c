"""What each number and browser takes, as far as anybody has told us: stopped, broken, or well again. One number at a
time: a STOP from one of a person's phones says nothing of their other one."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, or_, select

from app.commit import record
from app.rota.cannot_reach import tell_now
from app.shell import Shell, new_id
from app.tables import people, ways
from dispatch.commands import RULE

# Why a provider said no for good (notify/outcomes.py) -> what becomes of the way.
OPTED_OUT: Final = "opted_out"
BROKEN: Final = "number"
CODE_MOST: Final = 20

_FIRST = ways.alias("first_way")
_OF_THE_FIRST = and_(
    _FIRST.c.person == people.c.id, _FIRST.c.kind == "text", _FIRST.c.address == people.c.phone
)
# To be asked of `people`: STOP came from their first number; or it takes no text for that or another reason.
TEXT_STOPPED: Final = exists().where(_OF_THE_FIRST, _FIRST.c.blocked_at.is_not(None)).correlate(people)
TEXT_LOST: Final = (
    exists()
    .where(_OF_THE_FIRST, or_(_FIRST.c.blocked_at.is_not(None), _FIRST.c.broken_at.is_not(None)))
    .correlate(people)
)


def note_refusal(
    connection: Connection,
    shell: Shell,
    person: str,
    way: str | None,
    address: str | None,
    channel: str,
    why: str,
    code: str | None,
    now: datetime,
) -> tuple[str, ...]:
    """A provider said no for good. What is only this moment's trouble, or the account's, changes nothing here. `way`
    is empty for the number on the staff list. Answers with the people who have lost something by it."""
    if not address or why not in (OPTED_OUT, BROKEN):
        return ()
    if why == OPTED_OUT:
        return note_stop(connection, shell, address, now, by=RULE, via="clock") if channel == "text" else ()
    row = _row(connection, person, way, address, channel, now)
    if row is None or row.broken_at is not None:
        return ()
    said = (code or why)[:CODE_MOST]
    _set(connection, [row.id], broken_at=now, broken_code=said)
    _journal(connection, shell, person, "WayBroken", RULE, "clock", way=row.id, channel=channel, code=said)
    tell_now(connection, shell, (person,), now)
    return (person,)


def note_arrival(
    connection: Connection,
    shell: Shell,
    person: str,
    way: str | None,
    address: str | None,
    channel: str,
    now: datetime,
    sent_at: datetime | None = None,
) -> tuple[str, ...]:
    """Something did arrive there: whatever was said of this way before it was sent is over. A report that comes late,
    of what went out before the STOP, is no START."""
    if not address:
        return ()
    sent = sent_at or now
    lost = or_(ways.c.blocked_at < sent, ways.c.broken_at < sent)
    theirs = or_(ways.c.person == person, ways.c.kind == "text")
    # Asked without a writer's work: nearly every report is of a way that is well.
    found = connection.execute(
        select(ways).where(ways.c.address == address, ways.c.kind == channel, theirs, lost)
    ).all()
    _set(connection, [row.id for row in found], blocked_at=None, broken_at=None, broken_code=None)
    for row in found:
        kind = "TextsStarted" if row.blocked_at is not None else "WayWorks"
        _journal(connection, shell, row.person, kind, RULE, "clock", way=row.id)
    return _told(connection, shell, found, now)


def note_stop(
    connection: Connection, shell: Shell, number: str, now: datetime, *, by: str = "", via: str = "sms"
) -> tuple[str, ...]:
    """Texts to this number are stopped, whoever they are for. `by` empty: each owner is who said so."""
    _keep_first(connection, number, now)
    rows = _texts_at(connection, number, ways.c.blocked_at.is_(None))
    _set(connection, [row.id for row in rows], blocked_at=now)
    for row in rows:
        _journal(connection, shell, row.person, "TextsStopped", by or row.person, via, way=row.id)
    return _told(connection, shell, rows, now)


def note_start(
    connection: Connection, shell: Shell, number: str, now: datetime, *, by: str = "", via: str = "sms"
) -> tuple[str, ...]:
    """Texts to this number are wanted again."""
    rows = _texts_at(connection, number, ways.c.blocked_at.is_not(None))
    _set(connection, [row.id for row in rows], blocked_at=None)
    for row in rows:
        _journal(connection, shell, row.person, "TextsStarted", by or row.person, via, way=row.id)
    return _told(connection, shell, rows, now)


def is_stopped(connection: Connection, number: str) -> bool:
    """Are texts to this number stopped?"""
    return bool(_texts_at(connection, number, ways.c.blocked_at.is_not(None)))


def _told(connection: Connection, shell: Shell, rows: Iterable[Row[Any]], now: datetime) -> tuple[str, ...]:
    """Whoever watches over the people on call hears of it in the same transaction."""
    persons = tuple(row.person for row in rows)
    tell_now(connection, shell, persons, now)
    return persons


def _row(
    connection: Connection, person: str, way: str | None, address: str, channel: str, now: datetime
) -> Row[Any] | None:
    """The row that a refusal is about. A mobile that is rung has one row, of its texts; that a call to it fails says
    nothing of them, so it is left alone."""
    if channel == "text":
        _keep_first(connection, address, now)
    theirs = and_(ways.c.person == person, ways.c.kind == channel)
    # A number that nobody has proved is not theirs yet: a slip of the finger in it is no news of them.
    first = exists().where(people.c.id == person, people.c.phone == address).correlate(ways)
    named = ways.c.id == way if way else and_(ways.c.address == address, first)
    return connection.execute(select(ways).where(theirs, named)).first()


def _keep_first(connection: Connection, number: str, now: datetime) -> None:
    """The number on the staff list gets a row of its own when something is to be written down of it."""
    kept = exists().where(ways.c.person == people.c.id, ways.c.kind == "text", ways.c.address == number)
    without = select(people.c.id).where(people.c.phone == number, people.c.active, ~kept)
    rows = [
        {"id": new_id(), "person": person, "kind": "text", "address": number, "added_at": now}
        for person in connection.scalars(without.order_by(people.c.id))
    ]
    if rows:
        connection.execute(ways.insert(), rows)


def _texts_at(connection: Connection, number: str, state: ColumnElement[bool]) -> list[Row[Any]]:
    wanted = select(ways).where(ways.c.address == number, ways.c.kind == "text", state)
    return list(connection.execute(wanted.order_by(ways.c.person)))


def _set(connection: Connection, ids: list[str], **values: object) -> None:
    if ids:
        connection.execute(ways.update().where(ways.c.id.in_(ids)).values(**values))


def _journal(
    connection: Connection, shell: Shell, person: str, kind: str, by: str, via: str, **fact: str
) -> None:
    program = connection.scalar(select(people.c.program).where(people.c.id == person))
    assert program is not None, "a way has an owner"
    said = json.dumps(fact, sort_keys=True)
    record(connection, shell, program=program, stream=person, by=by, via=via, kind=kind, fact=said)
