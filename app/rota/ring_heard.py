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
from app.told_back import tell_back
from dispatch.messages import Refusal, RingTest, RotaNotice, ShiftSoon

# A reminder of a shift is a test too.
TESTS: Final = (RingTest.__name__, ShiftSoon.__name__)
# An OK without the number means the test only when it is fresh.
BARE_WITHIN: Final = timedelta(hours=1)
_TESTED = (
    select(outbox, people.c.program)
    .join(people, people.c.id == outbox.c.person)
    .where(outbox.c.kind.in_(TESTS))
)
# A test of the first number has no address of its own: where it went to stands with its ring.
_WHERE_TO = (
    _TESTED.add_columns(ways.c.address.label("way_address"))
    .outerjoin(rings, rings.c.delivery == outbox.c.delivery)
    .outerjoin(ways, ways.c.id == rings.c.way)
)
ELSEWHERE: Final = (
    "That test went to another number of yours. Answer it there, so that we know that it works."
)


def heard_ring(
    connection: Connection,
    shell: Shell,
    persons: tuple[str, ...],
    number: str,
    ref: int | None,
    now: datetime,
) -> bool:
    """Is this OK by text the answer to a test of one of these people's phones? Then it is noted and told back. Only the
    phone that was tested proves that it works: from another one nothing is noted, and where to answer is told."""
    tests = _tests(connection, persons, "text", ref, now)
    if not tests:
        return False
    test = next((one for one in tests if number == (one.address or one.way_address)), None)
    if test is None:
        elsewhere = Refusal(tests[0].person, _ref(tests[0]), ELSEWHERE)
        tell_back(connection, None, elsewhere, now, number)
        return True
    _heard(connection, shell, test, "sms", now)
    said = RotaNotice(test.person, _ref(test), "Your test was heard. This phone works.")
    owe(connection, None, [said], now, newest(connection), asked_from=number)
    return True


def heard_letter(connection: Connection, shell: Shell, person: str, ref: int, now: datetime) -> bool:
    """The number of a letter was typed on its owner's own page."""
    tests = _tests(connection, (person,), "email", ref, now)
    if not tests:
        return False
    _heard(connection, shell, tests[0], "board", now)
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


def _tests(
    connection: Connection, persons: tuple[str, ...], channel: str, ref: int | None, now: datetime
) -> list[Row[Any]]:
    """The tests by this channel with this number, or the fresh ones where no number was said; the newest first."""
    since = now - (BARE_WITHIN if ref is None else ANSWER_WITHIN)
    rows = connection.execute(
        _WHERE_TO.where(
            outbox.c.person.in_(persons),
            outbox.c.owed_at > since,
            outbox.c.channel == channel,
            outbox.c.spare.is_(False),  # a letter that was not sent yet proves no mailbox
        ).order_by(outbox.c.id.desc())
    )
    return [row for row in rows if _ref(row) and ref in (None, _ref(row))]


def _ref(test: Row[Any]) -> int:
    return load_message(test.kind, test.message).ref
