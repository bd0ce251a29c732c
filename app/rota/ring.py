"""The test of a phone, a browser or a mailbox: we ring it, and the answer says that it works and how fast they were."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, func, select

from app.commit import next_ref
from app.journal import newest
from app.note import note
from app.outbox import owe
from app.rota.ways import first_way
from app.sessions import Me
from app.shell import Shell
from app.tables import people, rings, ways
from app.ways_health import is_stopped
from dispatch.messages import RingTest
from dispatch.own_plan import NAMES, TAKES
from dispatch.value import Refused, require

Why = Literal["asked", "start", "weekly", "reminder"]
AGAIN_AFTER: Final = timedelta(minutes=2)
# A test is answered within a day, or not at all.
ANSWER_WITHIN: Final = timedelta(hours=24)
NOT_PROVED: Final = {
    "text": "Nobody has proved that number. Prove it by its code first.",
    "call": "Nobody has proved that number. Prove it by its code first.",
    "push": "That browser has not been heard yet. Turn notices on in it again.",
    "email": "Nobody has proved that address. Prove it by its code first.",
}


def ring_first(connection: Connection, shell: Shell, by: Me, person: str, channel: str = "text") -> int:
    """Test the number that this person's pages go to; the journal's seq."""
    return ring(connection, shell, by, first_way(connection, person, shell.clock.now()), channel)


def ring(connection: Connection, shell: Shell, by: Me, way: str, channel: str = "") -> int:
    """Test one way. One that nobody has proved is proved by a code, so that no stranger hears from us."""
    now = shell.clock.now()
    row = _way(connection, way)
    channel = channel or TAKES[row.kind][0]
    first = row.kind == "text" and row.address == row.phone
    require(channel in TAKES[row.kind], f"That way takes no {NAMES.get(channel, 'such test')}.")
    require(channel in shell.settings.carried, f"Nobody carries {NAMES[channel]} for this house yet.")
    require(
        channel != "text" or not is_stopped(connection, row.address),
        f"{row.name} has stopped our texts there. They text START to our number first.",
    )
    require(first or row.verified_at is not None, NOT_PROVED[row.kind])
    waits = _rung_since(connection, row.person, way, channel, now - AGAIN_AFTER)
    require(not waits, "It was rung just now. Give it two minutes, then ring again.")
    ring_now(connection, row.person, way, channel, "asked", now)
    return note(connection, shell, by, row.person, "PhoneRung", way=way, channel=channel)


def ring_now(connection: Connection, person: str, way: str, channel: str, why: Why, now: datetime) -> None:
    """Owe one test by one channel of one way, and write down that it was."""
    row = _way(connection, way)
    first = row.kind == "text" and row.address == row.phone
    if channel == TAKES[row.kind][0]:
        connection.execute(ways.update().where(ways.c.id == way).values(tried_at=now))
    (delivery,) = owe(
        connection,
        None,
        [RingTest(person, next_ref(connection))],
        now,
        newest(connection),
        address=None if first else row.address,
        channel=channel,
        way=None if first else way,
    )
    connection.execute(
        rings.insert().values(
            person=person, way=way, channel=channel, why=why, delivery=delivery, rung_at=now
        )
    )


def last_heard(
    connection: Connection, persons: Iterable[str], since: datetime
) -> dict[tuple[str, str, str], datetime]:
    """When each way of these people was last heard by each channel, as (person, way, channel)."""
    rows = connection.execute(
        select(rings.c.person, rings.c.way, rings.c.channel, func.max(rings.c.answered_at).label("heard"))
        .where(rings.c.person.in_(sorted(persons)), rings.c.rung_at > since, rings.c.answered_at.is_not(None))
        .group_by(rings.c.person, rings.c.way, rings.c.channel)
    )
    return {(row.person, row.way or "", row.channel): row.heard for row in rows}


def _rung_since(connection: Connection, person: str, way: str, channel: str, since: datetime) -> bool:
    found = select(rings.c.id).where(
        rings.c.person == person, rings.c.rung_at > since, rings.c.way == way, rings.c.channel == channel
    )
    return connection.execute(found.limit(1)).first() is not None


def _way(connection: Connection, way: str) -> Row[Any]:
    row = connection.execute(
        select(ways, people.c.phone, people.c.name)
        .join(people, people.c.id == ways.c.person)
        .where(ways.c.id == way)
    ).first()
    if row is None:
        raise Refused("That way is not kept any more. Reload the page.")
    return row
