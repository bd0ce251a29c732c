"""The answer to a test: by text, by the code of a call, by a notice that was seen, or by the number of a letter."""

import json
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from app.codec import load_message
from app.commit import record
from app.journal import newest
from app.outbox import owe
from app.rota.ring import ANSWER_WITHIN
from app.rota.ways import first_way
from app.shell import Shell
from app.tables import outbox, people, rings, ways
from dispatch.messages import RingTest, RotaNotice, ShiftSoon

# A reminder of a shift is a test too.
TESTS: Final = (RingTest.__name__, ShiftSoon.__name__)
# An OK without the number means the test only when it is fresh.
BARE_WITHIN: Final = timedelta(hours=1)
_TESTED = (
    select(outbox, people.c.phone, people.c.program)
    .join(people, people.c.id == outbox.c.person)
    .where(outbox.c.kind.in_(TESTS))
)


def heard_ring(
    connection: Connection, shell: Shell, persons: tuple[str, ...], ref: int | None, now: datetime
) -> bool:
    """Is this OK by text the answer to a test of one of these people's phones? Then it is noted and told back."""
    test = _test(connection, persons, "text", ref, now)
    if test is None:
        return False
    _heard(connection, shell, test, "sms", now)
    said = "Your test was heard. This phone works."
    number = load_message(test.kind, test.message).ref
    owe(connection, None, [RotaNotice(test.person, number, said)], now, newest(connection))
    return True


def heard_letter(connection: Connection, shell: Shell, person: str, ref: int, now: datetime) -> bool:
    """The number of a letter was typed on its owner's own page."""
    test = _test(connection, (person,), "email", ref, now)
    if test is None:
        return False
    _heard(connection, shell, test, "board", now)
    return True


def heard_call(connection: Connection, shell: Shell, delivery: str, now: datetime) -> bool:
    """The code of a call was typed: only a person does that."""
    return _heard_of(connection, shell, delivery, "call", "voice", now)


def heard_push(connection: Connection, shell: Shell, delivery: str, now: datetime) -> bool:
    """A notice was shown, or opened."""
    return _heard_of(connection, shell, delivery, "push", "push", now)


def _heard_of(
    connection: Connection, shell: Shell, delivery: str, channel: str, via: str, now: datetime
) -> bool:
    wanted = _TESTED.where(outbox.c.delivery == delivery, outbox.c.channel == channel)
    test = connection.execute(wanted.limit(1)).first()
    if test is None:
        return False
    _heard(connection, shell, test, via, now)
    return True


def _heard(connection: Connection, shell: Shell, test: Row[Any], via: str, now: datetime) -> None:
    """The first answer counts; the way it came by is proved."""
    way = test.way or first_way(connection, test.person, now)
    ring = connection.execute(select(rings).where(rings.c.delivery == test.delivery)).first()
    if ring is None:  # a reminder that was answered
        connection.execute(
            rings.insert().values(
                person=test.person,
                way=way,
                channel=test.channel,
                why="reminder",
                delivery=test.delivery,
                rung_at=test.owed_at,
                answered_at=now,
            )
        )
    elif ring.answered_at is None:
        connection.execute(rings.update().where(rings.c.id == ring.id).values(answered_at=now))
    else:
        return
    known = connection.execute(select(ways).where(ways.c.id == way)).first()
    if known is None:  # taken away meanwhile
        return
    if known.answered_at is None or known.answered_at < now:
        after = {"answered_at": now, "verified_at": known.verified_at or now}
        connection.execute(ways.update().where(ways.c.id == way).values(**after))
    record(
        connection,
        shell,
        program=test.program,
        stream=test.person,
        by=test.person,
        via=via,
        kind="PhoneAnswered",
        fact=json.dumps({"way": way, "channel": test.channel}, sort_keys=True),
    )


def _test(
    connection: Connection, persons: tuple[str, ...], channel: str, ref: int | None, now: datetime
) -> Row[Any] | None:
    """The newest test by this channel with this number, or a fresh one where no number was said."""
    since = now - (BARE_WITHIN if ref is None else ANSWER_WITHIN)
    rows = connection.execute(
        _TESTED.where(
            outbox.c.person.in_(persons), outbox.c.owed_at > since, outbox.c.channel == channel
        ).order_by(outbox.c.id.desc())
    )
    for row in rows:
        number = load_message(row.kind, row.message).ref
        if number and ref in (None, number):
            return row
    return None
