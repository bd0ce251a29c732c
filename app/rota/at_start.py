"""The test of the phone at a shift's start, for whoever has not answered the one that came with the reminder."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import Connection, select

from app.reaching import ways_for
from app.rota.load import rules_of, terms_of
from app.rota.once import Telling
from app.rota.ring import ring_now
from app.rota.ways import first_way
from app.shell import Shell
from app.tables import people, ways
from dispatch.reach import Way
from dispatch.rota.final import final

# After a silence of the service a test that comes later than this would only wake people up.
LATE_AT_MOST = timedelta(minutes=15)
# The least loud first: a call is for whom nothing else reaches.
BY: Final = ("text", "push", "email", "call")
_TICK = timedelta(microseconds=1)


def tests_at_start(connection: Connection, shell: Shell, program: str, now: datetime) -> list[Telling]:
    """One test for each shift that begins now, of people whom anything reaches and who were not heard since the
    reminder. Who goes on without a break is not asked again."""
    since = now - LATE_AT_MOST
    found = final(rules_of(connection, program, since, now + _TICK), since, now + _TICK)
    going_on = {one.person for one in found if one.starts_at <= since}
    beginning = {one.person: one.starts_at for one in found if since < one.starts_at <= now}
    asked = beginning.keys() - going_on
    if not asked:
        return []
    before = terms_of(connection, program).remind_before
    silent = [
        person
        for person, heard in _heard(connection, asked).items()
        if heard is None or heard < beginning[person] - before - LATE_AT_MOST
    ]
    theirs = ways_for(connection, silent, shell.settings.carried)
    return [
        Telling(
            (f"start:{person}:{beginning[person]:%Y-%m-%dT%H:%M:%S}",),
            act=partial(_ring, person=person, way=min(theirs[person], key=_loudness), now=now),
        )
        for person in silent
        if theirs[person]
    ]


def _heard(connection: Connection, persons: set[str]) -> dict[str, datetime | None]:
    """When each of these people was last heard by any way of theirs."""
    rows = connection.execute(
        select(people.c.id, ways.c.answered_at)
        .outerjoin(ways, ways.c.person == people.c.id)
        .where(people.c.id.in_(persons), people.c.active)
        .order_by(people.c.id)
    )
    heard: dict[str, datetime | None] = {}
    for row in rows:
        heard[row.id] = max(filter(None, (heard.get(row.id), row.answered_at)), default=None)
    return heard


def _loudness(way: Way) -> int:
    return BY.index(way.channel)


def _ring(connection: Connection, person: str, way: Way, now: datetime) -> int:
    ring_now(connection, person, way.id or first_way(connection, person, now), way.channel, "start", now)
    return 1
