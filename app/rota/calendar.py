"""Calendar feeds: one person's shifts, or a whole program's, behind a secret link that can be taken back."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from icalendar import Calendar, Event, vDuration
from sqlalchemy import Connection, Row, select

from app.note import note
from app.rota.load import rules_of
from app.rota.shifts import TIER_NAMES
from app.sessions import Me
from app.shell import Shell, digest, new_id
from app.tables import calendar_links, people, programs
from dispatch.rota.final import final
from dispatch.rota.rules import Assignment
from dispatch.value import require

BACK, AHEAD = timedelta(days=60), timedelta(days=180)
LINKS_AT_MOST = 5
USED_EVERY = timedelta(minutes=10)
AGAIN = timedelta(hours=1)
WHOSE = {"person": "My own shifts", "program": "Everybody's shifts"}


def make_link(connection: Connection, shell: Shell, by: Me, whose: str) -> tuple[str, int]:
    """A new link; its secret is kept nowhere else. Returns it and the journal's seq."""
    mine = select(calendar_links.c.id).where(
        calendar_links.c.made_by == by.id,
        calendar_links.c.whose == whose,
        calendar_links.c.revoked_at.is_(None),
    )
    count = len(connection.execute(mine).all())
    require(count < LINKS_AT_MOST, f"You have {LINKS_AT_MOST} such links. Take one back first.")
    secret, link = secrets.token_urlsafe(32), new_id()
    connection.execute(
        calendar_links.insert().values(
            id=link,
            program=by.program,
            whose=whose,
            made_by=by.id,
            digest=digest(secret),
            created_at=shell.clock.now(),
        )
    )
    return secret, note(connection, shell, by, link, "CalendarLinkMade", whose=whose)


def revoke_link(connection: Connection, shell: Shell, by: Me, link: str) -> int:
    """It opens nothing from this second on."""
    standing = calendar_links.update().where(
        calendar_links.c.id == link, calendar_links.c.revoked_at.is_(None)
    )
    changed = connection.execute(standing.values(revoked_at=shell.clock.now()))
    require(changed.rowcount, "That link is taken back already.")
    return note(connection, shell, by, link, "CalendarLinkRevoked")


def find_link(connection: Connection, secret: str) -> Row[Any] | None:
    """The link behind a secret, while it stands and its maker works here."""
    found = (
        select(calendar_links, people.c.name, programs.c.name.label("program_name"), programs.c.zone)
        .join(people, people.c.id == calendar_links.c.made_by)
        .join(programs, programs.c.id == calendar_links.c.program)
        .where(
            calendar_links.c.digest == digest(secret),
            calendar_links.c.revoked_at.is_(None),
            people.c.active,
            people.c.program == calendar_links.c.program,
        )
    )
    return connection.execute(found).first()


def feed(connection: Connection, link: Row[Any], now: datetime) -> bytes:
    """The calendar: names of staff, tiers and times, no phone number and no word about any client.

    Times are UTC: the hour that comes twice in autumn is told apart in every client's own zone.
    """
    start, end = now - BACK, now + AHEAD
    found = final(rules_of(connection, link.program, start, end), start, end)
    names = {
        row.id: row.name
        for row in connection.execute(
            select(people.c.id, people.c.name).where(people.c.program == link.program)
        )
    }
    calendar = Calendar()
    calendar.add("prodid", "-//Standby//Rota//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", link.name if link.whose == "person" else link.program_name)
    calendar.add("x-wr-timezone", link.zone)
    calendar.add("refresh-interval", vDuration(AGAIN), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for one in found:
        if link.whose == "program" or one.person == link.made_by:
            calendar.add_component(_event(one, names.get(one.person, "Someone"), link, now))
    return bytes(calendar.to_ical())


def _event(one: Assignment, name: str, link: Row[Any], now: datetime) -> Event:
    tier = TIER_NAMES.get(one.tier, one.tier.capitalize())
    event = Event()
    event.add("uid", f"{_uid(link.program, one)}@standby")
    event.add("dtstamp", now)
    event.add("dtstart", one.starts_at)
    event.add("dtend", one.ends_at)
    team = f", {one.team}" if one.team else ""
    event.add("summary", f"On call: {tier}{team}" if link.whose == "person" else f"{tier}: {name}{team}")
    event.add("categories", ["On call"])
    event.add("transp", "OPAQUE")
    return event


def _uid(program: str, one: Assignment) -> str:
    # The same shift keeps its name from one reading to the next, so that a client changes it and adds none.
    said = f"{program} {one.tier} {one.person} {one.starts_at.isoformat()}"
    return hashlib.sha256(said.encode()).hexdigest()[:32]
