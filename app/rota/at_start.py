"""The test of the phone at a shift's start, for whoever has not answered the one that came with the reminder."""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, select

from app.commit import next_ref
from app.rota.load import rules_of, terms_of
from app.rota.once import Telling
from app.rota.ways import first_way
from app.tables import people, ways
from dispatch.messages import Message, RingTest
from dispatch.rota.final import final

# After a silence of the service a test that comes later than this would only wake people up.
LATE_AT_MOST = timedelta(minutes=15)
_TICK = timedelta(microseconds=1)


def tests_at_start(connection: Connection, program: str, now: datetime) -> list[Telling]:
    """One test for each shift that begins now, of people whom a text reaches and who were not heard since the
    reminder. Who goes on without a break is not asked again."""
    since = now - LATE_AT_MOST
    found = final(rules_of(connection, program, since, now + _TICK), since, now + _TICK)
    going_on = {one.person for one in found if one.starts_at <= since}
    beginning = {one.person: one.starts_at for one in found if since < one.starts_at <= now}
    asked = beginning.keys() - going_on
    if not asked:
        return []
    before = terms_of(connection, program).remind_before
    rows = connection.execute(
        select(people.c.id, ways.c.answered_at)
        .outerjoin(
            ways,
            (ways.c.person == people.c.id) & (ways.c.kind == "text") & (ways.c.address == people.c.phone),
        )
        .where(
            people.c.id.in_(asked),
            people.c.active,
            people.c.phone.is_not(None),
            ways.c.blocked_at.is_(None),
        )
    ).all()
    return [
        Telling(
            (f"start:{row.id}:{beginning[row.id]:%Y-%m-%dT%H:%M:%S}",),
            partial(_messages, person=row.id, now=now),
        )
        for row in rows
        if row.answered_at is None or row.answered_at < beginning[row.id] - before - LATE_AT_MOST
    ]


def _messages(connection: Connection, person: str, now: datetime) -> list[Message]:
    way = first_way(connection, person, now)
    connection.execute(ways.update().where(ways.c.id == way).values(tried_at=now))
    return [RingTest(person, next_ref(connection))]
