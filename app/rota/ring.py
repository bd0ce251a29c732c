"""The test of a phone: we text it, and the answer says that it works, whose it is, and how fast they were."""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from app.codec import load_message
from app.commit import next_ref, record
from app.journal import newest
from app.note import note
from app.outbox import owe
from app.rota.ways import first_way
from app.sessions import Me
from app.shell import Shell
from app.tables import outbox, people, ways
from dispatch.messages import RingTest, RotaNotice, ShiftSoon
from dispatch.value import Refused, require

# A reminder of a shift is a test too.
TESTS = (RingTest.__name__, ShiftSoon.__name__)
ANSWER_WITHIN = timedelta(hours=24)
# An OK without the number means the test only when it is fresh.
BARE_WITHIN = timedelta(hours=1)
AGAIN_AFTER = timedelta(minutes=2)


def ring_first(connection: Connection, shell: Shell, by: Me, person: str) -> int:
    """Test the number that this person's pages go to; the journal's seq."""
    return ring(connection, shell, by, first_way(connection, person, shell.clock.now()))


def ring(connection: Connection, shell: Shell, by: Me, way: str) -> int:
    """Test one number. One that nobody has proved is proved by a code, so that no stranger is texted by us."""
    now = shell.clock.now()
    row = connection.execute(
        select(ways, people.c.phone, people.c.text_blocked_at, people.c.name)
        .join(people, people.c.id == ways.c.person)
        .where(ways.c.id == way)
    ).first()
    if row is None:
        raise Refused("That number is not kept any more. Reload the page.")
    first = row.address == row.phone
    require(
        row.kind == "text",
        "That number takes calls only: ring it yourself and write down that they answered.",
    )
    require(
        row.text_blocked_at is None, f"{row.name} has stopped our texts. They text START to our number first."
    )
    require(
        first or row.verified_at is not None, "Nobody has proved that number. Prove it by its code first."
    )
    waiting = row.tried_at is not None and now - row.tried_at < AGAIN_AFTER
    require(not waiting, "It was rung just now. Give it two minutes, then ring again.")
    connection.execute(ways.update().where(ways.c.id == way).values(tried_at=now))
    seq = note(connection, shell, by, row.person, "PhoneRung", way=way)
    address = None if first else row.address
    owe(connection, None, [RingTest(row.person, next_ref(connection))], now, seq, address=address)
    return seq


def heard_ring(
    connection: Connection, shell: Shell, persons: tuple[str, ...], ref: int | None, now: datetime
) -> bool:
    """Is this OK the answer to a test of one of these people's phones? Then it is noted and told back, and True."""
    test = _test(connection, persons, ref, now)
    if test is None:
        return False
    known = connection.execute(
        select(ways).where(
            ways.c.person == test.person,
            ways.c.kind == "text",
            ways.c.address == (test.address or test.phone),
        )
    ).first()
    if known is not None and (known.answered_at is None or known.answered_at < test.owed_at):
        after = {"answered_at": now, "verified_at": known.verified_at or now}
        connection.execute(ways.update().where(ways.c.id == known.id).values(**after))
        record(
            connection,
            shell,
            program=test.program,
            stream=test.person,
            by=test.person,
            via="sms",
            kind="PhoneAnswered",
            fact=json.dumps({"way": known.id}),
        )
    said = "Your test was heard. This phone works."
    number = load_message(test.kind, test.message).ref
    owe(connection, None, [RotaNotice(test.person, number, said)], now, newest(connection))
    return True


def _test(
    connection: Connection, persons: tuple[str, ...], ref: int | None, now: datetime
) -> Row[Any] | None:
    """The newest test with this number, or a fresh one where no number was said."""
    since = now - (BARE_WITHIN if ref is None else ANSWER_WITHIN)
    rows = connection.execute(
        select(outbox, people.c.phone, people.c.program)
        .join(people, people.c.id == outbox.c.person)
        .where(outbox.c.person.in_(persons), outbox.c.owed_at > since, outbox.c.kind.in_(TESTS))
        .order_by(outbox.c.id.desc())
    )
    for row in rows:
        number = load_message(row.kind, row.message).ref
        if number and ref in (None, number):
            return row
    return None
