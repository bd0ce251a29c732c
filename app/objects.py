"""Who may touch which thing: one named rule for each kind of object in a URL."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select

from app.sessions import Me
from app.shell import Shell
from app.tables import (
    calendar_links,
    clients,
    covers,
    credentials,
    house_alarms,
    incidents,
    pages,
    people,
    rota_drafts,
    rota_exceptions,
    rota_layers,
    rota_overrides,
    rota_wishes,
    saved_views,
    seats,
    shifts,
    time_off,
    tokens,
    training,
    ways,
)

DESK = frozenset({"dispatcher", "supervisor"})
# A responder keeps the record they worked on for as long as the review may ask about it.
ACCESS_AFTER = timedelta(days=14)
# An address may hold any number; a column holds no larger one.
REFS_BELOW = 2**31

Rule = Callable[[Connection, Shell, Me, Mapping[str, Any]], bool]


def _none(_: Connection, __: Shell, ___: Me, ____: Mapping[str, Any]) -> bool:
    return True


def _incident(connection: Connection, shell: Shell, me: Me, url: Mapping[str, Any]) -> bool:
    """The desk sees its program's incidents; a responder the ones they said yes to."""
    if url["ref"] >= REFS_BELOW:
        return False
    row = connection.execute(
        select(incidents.c.id, incidents.c.program, incidents.c.opened_at).where(
            incidents.c.ref == url["ref"]
        )
    ).first()
    if row is None or row.program != me.program:
        return False
    if me.roles & DESK:
        return True
    return said_yes(connection, row.id, me.id) and shell.clock.now() - row.opened_at < ACCESS_AFTER


def said_yes(connection: Connection, incident: str, person: str) -> bool:
    """Did this person say yes to a page of this incident?"""
    found = select(pages.c.id).where(
        pages.c.incident == incident, pages.c.person == person, pages.c.state == "accepted"
    )
    return connection.execute(found.limit(1)).first() is not None


def _team_out(connection: Connection, _: Shell, me: Me, url: Mapping[str, Any]) -> bool:
    """An incident of one's own program that somebody is on: its number, never its record."""
    if url["ref"] >= REFS_BELOW:
        return False
    out = (
        select(seats.c.person)
        .join(incidents, incidents.c.id == seats.c.incident)
        .where(seats.c.ref == url["ref"], incidents.c.program == me.program)
    )
    return connection.execute(out.limit(1)).first() is not None


def _client(connection: Connection, shell: Shell, me: Me, url: Mapping[str, Any]) -> bool:
    """Supervisors and the desk by program; a responder while an incident of theirs is about this client; the case
    manager always."""
    row = connection.execute(
        select(clients.c.program, clients.c.case_manager).where(clients.c.id == url["client"])
    ).first()
    if row is None or row.program != me.program:
        return False
    if me.roles & DESK or row.case_manager == me.id:
        return True
    since = shell.clock.now() - ACCESS_AFTER
    mine = (
        select(incidents.c.id)
        .join(pages, pages.c.incident == incidents.c.id)
        .where(
            incidents.c.client == url["client"],
            pages.c.person == me.id,
            pages.c.state == "accepted",
            incidents.c.opened_at > since,
        )
        .limit(1)
    )
    return connection.execute(mine).first() is not None


def _client_kept(connection: Connection, _: Shell, me: Me, url: Mapping[str, Any]) -> bool:
    """Who writes in a client's record: the desk and supervisors of its program, and the case manager."""
    row = connection.execute(
        select(clients.c.program, clients.c.case_manager).where(clients.c.id == url["client"])
    ).first()
    if row is None or row.program != me.program:
        return False
    return bool(me.roles & DESK) or row.case_manager == me.id


def _of_program(table: Any, column: str, key: str) -> Rule:
    def rule(connection: Connection, _: Shell, me: Me, url: Mapping[str, Any]) -> bool:
        program = connection.scalar(select(table.c[column]).where(table.c.id == url[key]))
        return program == me.program

    return rule


def _house_alarm(connection: Connection, _: Shell, me: Me, url: Mapping[str, Any]) -> bool:
    """An alarm of the house that concerns every program, or one's own."""
    row = connection.execute(select(house_alarms.c.program).where(house_alarms.c.id == url["alarm"])).first()
    return row is not None and row.program in (None, me.program)


def _of_colleague(table: Any, key: str) -> Rule:
    """Something of a person of one's own program."""

    def rule(connection: Connection, _: Shell, me: Me, url: Mapping[str, Any]) -> bool:
        program = connection.scalar(
            select(people.c.program).join(table, table.c.person == people.c.id).where(table.c.id == url[key])
        )
        return program == me.program

    return rule


def _mine(table: Any, column: str, key: str) -> Rule:
    def rule(connection: Connection, _: Shell, me: Me, url: Mapping[str, Any]) -> bool:
        return connection.scalar(select(table.c[column]).where(table.c.id == url[key])) == me.id

    return rule


OBJECTS: dict[str, Rule] = {
    "none": _none,
    "incident": _incident,
    "team_out": _team_out,
    "client": _client,
    "client_kept": _client_kept,
    "person": _of_program(people, "program", "person"),
    "shift": _of_program(shifts, "program", "shift"),
    "token": _of_program(tokens, "program", "token"),
    "view": _mine(saved_views, "person", "view"),
    "layer": _of_program(rota_layers, "program", "layer"),
    "override": _of_program(rota_overrides, "program", "override"),
    "cover": _of_program(covers, "program", "cover"),
    "time_off": _of_program(time_off, "program", "leave"),
    "my_time_off": _mine(time_off, "person", "leave"),
    "exception": _of_program(rota_exceptions, "program", "exception"),
    "draft": _of_program(rota_drafts, "program", "draft"),
    "credential": _of_colleague(credentials, "held"),
    "training": _of_colleague(training, "trained"),
    "house_alarm": _house_alarm,
    "way": _of_colleague(ways, "way"),
    "my_way": _mine(ways, "person", "way"),
    "my_wish": _mine(rota_wishes, "person", "wish"),
    "calendar_link": _of_program(calendar_links, "program", "link"),
    "my_calendar_link": _mine(calendar_links, "made_by", "link"),
}
