"""From a line that was read to commands: whom it means, which call, what will be asked, and how to say it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.commit import would_refuse
from app.desk_line import Part, Unclear, read_line
from app.desk_steps import BY_CODE, DeskStep, progress, takers
from app.oncall import on_duty
from app.program_zone import zone_of
from app.queries.board import open_incidents, staff_of
from app.queries.sending import named_team
from app.queries.teams import Person, Tie, people_on, ties_of
from app.shell import Shell
from app.spoken import length
from app.web.forms import Form
from dispatch import commands as c
from dispatch.incident import Incident
from dispatch.stages import Seat


@dataclass(frozen=True)
class Wish:
    """Commands of one part of the line, all of one incident, what they do in words, and the note."""

    incident: Incident
    commands: tuple[c.Command, ...]
    words: str
    note: str


@dataclass(frozen=True)
class _Desk:
    """What the line is read against: who is on duty, what binds them, and what is open."""

    people: list[Person]
    ties: Mapping[str, Tie]
    names: Mapping[str, str]
    open_now: list[Incident]
    now: datetime
    zone: str
    by: str


def wishes_of(connection: Connection, shell: Shell, program: str, by: str, line: str) -> tuple[Wish, ...]:
    """What the line asks for, now. Raises `Unclear` or `Refused` with a sentence that says what to write."""
    parts = read_line(line)
    now = shell.clock.now()
    staff = staff_of(connection, program)
    open_now = open_incidents(connection, program)
    ties = ties_of(open_now)
    people = people_on(on_duty(connection, program, now), ties, staff.names, staff.credentials)
    zone = zone_of(connection, program).key
    desk = _Desk(people, ties, staff.names, open_now, now, zone, by)
    return tuple(_wish(connection, shell, desk, part) for part in parts)


def refusals(connection: Connection, shell: Shell, wishes: tuple[Wish, ...]) -> Iterator[str]:
    """What the rules would say to each command as things stand. Nothing is written."""
    for wish in wishes:
        for command in wish.commands:
            sentence = would_refuse(connection, shell, wish.incident, command)
            if sentence:
                yield sentence


def _wish(connection: Connection, shell: Shell, desk: _Desk, part: Part) -> Wish:
    group = _whom(desk, part.who)
    if part.state == "send":
        return _send(connection, shell, desk, part, group)
    incident = _which(desk, part, group)
    if part.state == "ask":
        return _ask(desk, part, group, incident)
    if part.state in ("yes", "no"):
        return _answer(desk, part, group, incident)
    return _step(desk, part, group, incident, BY_CODE[part.state])


def _whom(desk: _Desk, who: str) -> tuple[Person, ...]:
    """A team by its call sign, or one person by the beginning of the name."""
    wanted = who.casefold()
    team = tuple(person for person in desk.people if person.sign.casefold() == wanted)
    if team:
        return team
    named = [p for p in desk.people if wanted in (p.name.casefold(), p.person.casefold())]
    found = named or [person for person in desk.people if person.name.casefold().startswith(wanted)]
    if len(found) > 1:
        names = " or ".join(person.name for person in found)
        raise Unclear(f"Who is {who}: {names}? Write more of the name.")
    if not found:
        raise Unclear(f"{who} is no team and nobody on duty. Look on the board.")
    return (found[0],)


def _which(desk: _Desk, part: Part, group: tuple[Person, ...]) -> Incident:
    """The call that was named, or the only one that these people are on or asked for."""
    if part.call is not None:
        named = next((one for one in desk.open_now if one.ref == part.call), None)
        if named is None:
            raise Unclear(f"{part.call} is not on the board. Look for its number.")
        return named
    if part.state == "ask":
        raise Unclear("Say for which call: Raman ask 2291.")
    mine = {person.person for person in group}
    on = {one.ref: one for one in desk.open_now if mine & _people_of(one)}
    if not on:
        raise Unclear(f"{part.who} is on no call. Write the call's number.")
    if len(on) > 1:
        raise Unclear(f"{part.who} is on {' and '.join(map(str, on))}. Write which.")
    return next(iter(on.values()))


def _people_of(incident: Incident) -> set[str]:
    asked = {page.person for page in incident.open_pages}
    return asked | {member.person for member in incident.members}


def _step(desk: _Desk, part: Part, group: tuple[Person, ...], incident: Incident, step: DeskStep) -> Wish:
    if part.minutes is not None and not step.minutes:
        raise Unclear(f"Minutes say nothing with {step.words.lower()}. Leave the {part.minutes} out.")
    taken_by = takers(incident, tuple(person.person for person in group), step)
    if not taken_by:
        raise Unclear(f"{part.who} is not on {incident.ref}. First: {part.who} yes {incident.ref}.")
    at = _at(desk, part)
    people = tuple(member.person for member in taken_by)
    commands = tuple(progress(step, desk.by, person, at, part.minutes) for person in people)
    minutes = f", {part.minutes} min" if part.minutes is not None else ""
    words = f"{_named(desk, people)}: {step.words.lower()} on {incident.ref}{minutes}{_when(desk, at)}"
    return Wish(incident, commands, words, part.note)


def _answer(desk: _Desk, part: Part, group: tuple[Person, ...], incident: Incident) -> Wish:
    mine = {person.person for person in group}
    states = ("asked", "lapsed") if part.state == "yes" else ("asked", "lapsed", "accepted")
    latest = {page.person: page for page in incident.pages if page.person in mine and page.state in states}
    if not latest:
        raise Unclear(f"{part.who} has no page of {incident.ref} to answer. Ask them first.")
    if part.at:
        raise Unclear("An answer counts from now. Leave the time out, or write it in the note.")
    yes = part.state == "yes"
    commands: tuple[c.Command, ...] = tuple(
        c.Accept(desk.by, page.id, part.minutes, on_behalf=True)
        if yes
        else c.Decline(desk.by, page.id, "other", on_behalf=True)
        for page in latest.values()
    )
    eta = f", {part.minutes} min" if yes and part.minutes is not None else ""
    said = "says yes" if yes else "says no"
    words = f"{_named(desk, tuple(latest))} {said} to {incident.ref}{eta}, heard by voice"
    return Wish(incident, commands, words, part.note)


def _ask(desk: _Desk, part: Part, group: tuple[Person, ...], incident: Incident) -> Wish:
    seats = (*incident.unasked_seats(), *incident.open_seats(), Seat.SECOND)
    if len(group) > 1:
        raise Unclear("Ask one person at a time, by name. To send a team: C4 send 2291.")
    person = group[0]
    words = f"{person.name} is paged for {incident.ref} as {seats[0].value}"
    return Wish(incident, (c.AskPerson(desk.by, person.person, seats[0]),), words, part.note)


def _send(connection: Connection, shell: Shell, desk: _Desk, part: Part, group: tuple[Person, ...]) -> Wish:
    if part.call is None:
        raise Unclear(f"Say to which call: {part.who} send 2291.")
    incident = _which(desk, part, group)
    if not group[0].sign:
        raise Unclear(f"Two go together. Write a team, or {part.who} ask {part.call} to ask one person.")
    lead, second = named_team(connection, shell, incident.id, group[0].sign)
    people = _named(desk, tuple(filter(None, (lead, second))))
    words = f"{group[0].sign} is paged for {incident.ref}: {people}"
    return Wish(incident, (c.Dispatch(desk.by, lead, second),), words, part.note)


def _at(desk: _Desk, part: Part) -> datetime | None:
    form = Form({"at": part.at})
    at = form.local_time("at", desk.zone, desk.now)
    if at is not None and at > desk.now:
        raise Unclear(f"{part.at} is still ahead. Give a time that has passed.")
    return at


def _when(desk: _Desk, at: datetime | None) -> str:
    return f", {length(desk.now - at)} ago" if at else ""


def _named(desk: _Desk, people: tuple[str, ...]) -> str:
    return " and ".join(desk.names.get(person, "Someone") for person in people)


def said(wishes: tuple[Wish, ...]) -> str:
    """The line in words."""
    return ". ".join(wish.words for wish in wishes) + "."
