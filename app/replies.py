"""A text from a responder's phone, heard once: the rules are asked what it means, and the truth goes back."""

import logging
from dataclasses import replace
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, select

from app.commit import Done, Reply, commit_in, load_incident
from app.journal import newest
from app.meant import meant, page_that_waits
from app.phone_owners import Said, Staff, staff_at
from app.probe import heard as heard_probe
from app.rota.heard import hear_rota
from app.shell import Shell
from app.tables import inbox
from app.told_back import tell_back
from app.ways_health import note_start, note_stop
from dispatch.answers import MINUTES_AT_MOST, Taken
from dispatch.commands import Accept, Command, Decline
from dispatch.incident import Incident
from dispatch.messages import HasIt, Message, NoAlarm, NoHeard, Refusal, StepHeard, YesHeard
from dispatch.next_steps import command_of, page_of
from dispatch.value import Refused
from notify.replies import Reply as Heard
from notify.replies import read

log = logging.getLogger("standby.replies")
MINUTES_LEFT_OUT = f"Minutes go from 0 to {MINUTES_AT_MOST}, so yours were left out. Send them again."


def hear(
    shell: Shell,
    number: str,
    body: str,
    event_id: str,
    via: str = "sms",
    did: Literal["stop", "start"] | None = None,
) -> None:
    """A phone texted. The same `event_id` again does nothing: that it was heard, what it changes and what is
    told back stand in one transaction. The body is read and let go: it is kept nowhere. `did` is what the provider
    says that it did for this text, by words of its own."""
    heard = _as_done(read(body), did)
    now = shell.clock.now()
    with shell.store.write() as connection:
        if heard_probe(connection, shell, body, now):
            return
        staff = staff_at(connection, number)
        if not staff:
            log.warning("text %s is from a number that none of our people has", event_id)
            return
        if not _first_time(connection, f"{via}:{event_id}", now):
            return
        _mirror(connection, shell, number, heard, via, now)
        _act(connection, shell, staff, heard, via, now)
        seq = newest(connection)
    shell.told(seq)


def _as_done(heard: Heard, did: Literal["stop", "start"] | None) -> Heard:
    """Whatever we make of the words, a number that the provider has stopped gets no more texts. An answer that
    starts it again stays an answer."""
    if did is None or heard.keyword == did:
        return heard
    if did == "start" and heard.word != "unknown":
        return replace(heard, opts_in=True)
    return replace(heard, word="keyword", keyword=did)


def _first_time(connection: Connection, event: str, now: datetime) -> bool:
    if connection.scalar(select(inbox.c.event).where(inbox.c.event == event)) is not None:
        return False
    connection.execute(inbox.insert().values(event=event, at=now))
    return True


def _act(connection: Connection, shell: Shell, staff: Staff, heard: Heard, via: str, now: datetime) -> None:
    if heard.word != "keyword":
        _answer(connection, shell, staff, heard, via, now)
    if heard.keyword == "help":
        _cry(connection, shell, staff, now)


def _answer(
    connection: Connection, shell: Shell, staff: Staff, heard: Heard, via: str, now: datetime
) -> None:
    if hear_rota(connection, shell, staff, heard, via, now):
        return
    said = meant(connection, staff, heard, now)
    if said is None:
        return
    if isinstance(said, Message):
        tell_back(connection, None, said, now, staff.number)
        return
    incident = load_incident(connection, said.incident)
    assert incident is not None, "a page has an incident"
    try:
        reply = _told_back(said, heard, staff)
        command = _command(incident, said, heard)
        commit_in(connection, shell, said.incident, command, via, reply=reply, asked_from=staff.number)
    except Taken as taken:
        over = not incident.out
        has_it = HasIt(said.person, said.ref, taken.holder, taken.since, over)
        tell_back(connection, incident, has_it, now, staff.number)
    except Refused as refused:  # the rules said no before anything was written
        named = str(said.ref) in refused.sentence  # then its number need not stand before it again
        no = Refusal(said.person, 0 if named else said.ref, refused.sentence)
        tell_back(connection, incident, no, now, staff.number)


def _command(incident: Incident, said: Said, heard: Heard) -> Command:
    minutes = None if _is_too_long(heard) else heard.minutes
    if heard.word not in ("yes", "no"):
        return command_of(heard.word, incident, said.person, minutes=minutes)
    page = page_of(incident, said.person)
    assert page is not None, "a thread comes from a page"
    if heard.word == "yes":
        return Accept(said.person, page.id, minutes)
    return Decline(said.person, page.id, heard.reason or "other")


def _is_too_long(heard: Heard) -> bool:
    """No yes and no GO is lost for its number; of a check-in the rules make the longest that there is."""
    return heard.word in ("yes", "go") and heard.minutes is not None and heard.minutes > MINUTES_AT_MOST


def _told_back(said: Said, heard: Heard, staff: Staff) -> Reply:
    """What the rules stored, told to the one who asked for it; and what they could not."""

    def reply(done: Done) -> list[Message]:
        left_out = [Refusal(said.person, said.ref, MINUTES_LEFT_OUT)] if _is_too_long(heard) else []
        if heard.word == "no":
            return [NoHeard(said.person, said.ref)]
        if heard.word == "yes":
            return [YesHeard(said.person, said.ref, _partner(done.incident, said.person, staff)), *left_out]
        member = done.incident.member(said.person)
        check_by = member.check_by if member else None
        return [StepHeard(said.person, said.ref, heard.word, check_by), *left_out]  # type: ignore[arg-type]

    return reply


def _partner(incident: Incident, person: str, staff: Staff) -> str | None:
    return next((staff.names[one.person] for one in incident.members if one.person != person), None)


def _mirror(connection: Connection, shell: Shell, number: str, heard: Heard, via: str, now: datetime) -> None:
    """The carrier acts on STOP and START by itself and says so; our record of this number follows, and we stay silent
    to them. A bare YES is an opt-in there too, besides the answer that it is."""
    if heard.keyword == "stop":
        note_stop(connection, shell, number, now, via=via)
    elif heard.keyword == "start" or heard.opts_in:
        note_start(connection, shell, number, now, via=via)


def _cry(connection: Connection, shell: Shell, staff: Staff, now: datetime) -> None:
    """A cry for help is answered: nobody must think that a text has raised an alarm, or answered a page that waits."""
    person, ref = page_that_waits(connection, staff, now) or (staff.ids[0], 0)
    tell_back(connection, None, NoAlarm(person, ref, shell.settings.desk_phone), now, staff.number)
