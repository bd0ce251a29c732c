"""Once a week every way of whoever is on call soon is rung by day, where it was not heard of late."""

from datetime import datetime, time, timedelta
from functools import partial
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from app.reaching import ways_for
from app.rota.load import rules_of
from app.rota.once import Telling, waiting
from app.rota.ring import last_heard, ring_now
from app.rota.ways import first_way
from app.shell import Shell
from app.tables import people, seats, ways
from dispatch.reach import Way
from dispatch.rota.final import final

AHEAD: Final = timedelta(days=7)
HEARD_WITHIN: Final = timedelta(days=7)
# Never at night: a test that wakes somebody is answered with a switch.
FROM, UNTIL = time(10), time(18)
MINUTES: Final = (UNTIL.hour - FROM.hour) * 60
# Looked at every ten minutes, and a few at a time: nobody is woken by a second's delay of these.
EVERY_MINUTES, AT_MOST = 10, 3


def weekly_tests(
    connection: Connection, shell: Shell, program: str, zone: ZoneInfo, now: datetime
) -> list[Telling]:
    """A test for each way by each channel of whoever is on call in the next seven days, at a minute of the day that is
    its own, where it was not heard for seven days. Whoever is out on a call is left alone."""
    local = now.astimezone(zone)
    if not FROM <= local.time() < UNTIL or local.minute % EVERY_MINUTES:
        return []
    found = final(rules_of(connection, program, now, now + AHEAD), now, now + AHEAD)
    persons = {one.person for one in found} - set(connection.scalars(select(seats.c.person)))
    active = select(people.c.id).where(people.c.id.in_(persons), people.c.active).order_by(people.c.id)
    staff = list(connection.scalars(active))
    heard = _heard(connection, staff, now)
    year, week, _ = local.isocalendar()
    due = [
        Telling(
            (f"weekly:{person}:{way.channel}:{way.id or 'first'}:{year}-W{week:02d}",),
            act=partial(_ring, person=person, way=way, now=now),
        )
        for person, theirs in ways_for(connection, staff, shell.settings.carried).items()
        for way in theirs
        if (person, way.id, way.channel) not in heard and _its_minute(person, way, local)
    ]
    return waiting(connection, due)[:AT_MOST]


def _heard(connection: Connection, persons: list[str], now: datetime) -> set[tuple[str, str, str]]:
    """The ways that were heard within the week; the number on the staff list has no id."""
    firsts = select(ways.c.id).join(people, people.c.id == ways.c.person)
    first = set(
        connection.scalars(
            firsts.where(people.c.id.in_(persons), ways.c.kind == "text", ways.c.address == people.c.phone)
        )
    )
    heard = last_heard(connection, persons, now - HEARD_WITHIN)
    return {(person, "" if way in first else way, channel) for person, way, channel in heard}


def _its_minute(person: str, way: Way, local: datetime) -> bool:
    """Has the minute of the day come that is this way's own? So a house's tests are spread over the day."""
    mark = sha256(f"{person}:{way.id}:{way.channel}".encode()).digest()
    own = int.from_bytes(mark[:4]) % (MINUTES - EVERY_MINUTES)
    return (local.hour - FROM.hour) * 60 + local.minute >= own


def _ring(connection: Connection, person: str, way: Way, now: datetime) -> int:
    ring_now(connection, person, way.id or first_way(connection, person, now), way.channel, "weekly", now)
    return 1
