"""Keys typed in a call: the code first, for only a person types it; then the answer, told back as it was stored."""

import re
from typing import Final

from sqlalchemy import Connection, select

from app.commit import Done, Reply, commit_in, load_incident, would_refuse
from app.delivered import report
from app.journal import newest
from app.ringing import HOOK, Ringing, code_of, code_script, menu_script, ringing
from app.rota.ring_heard import heard_call
from app.shell import Shell
from app.tables import inbox, people
from dispatch.commands import Accept, CheckIn, Command, Decline
from dispatch.incident import Incident, Page
from dispatch.messages import (
    AreYouOk,
    Message,
    NoHeard,
    PageResponder,
    Refusal,
    RingTest,
    ShiftSoon,
    StepHeard,
    YesHeard,
)
from dispatch.value import Refused
from notify import speech, twiml
from notify.outcomes import DELIVERED

VIA: Final = "voice"
CODES_AT_MOST: Final = 3
MENUS_AT_MOST: Final = 6
STAGE = re.compile(r"(code|menu)([1-9])")
YES, NO, AGAIN = "1", "2", "9"


def keyed(shell: Shell, message_id: int, digits: str, stage: str, event: str, hook: str = HOOK) -> str:
    """Keys were typed in the call of this outbox row; the script that answers them. `stage` is what the keys were
    asked for, as our own address said it; `event` is the provider's id of the call, so that a second delivery of
    the same keys changes nothing and is told the same. `hook` is the path that further keys are posted to."""
    with shell.store.read() as connection:
        call = ringing(connection, message_id)
    if call is None:
        return twiml.say([f"This call is not known any more. {speech.call_desk(shell.settings.desk_phone)}"])
    found = STAGE.fullmatch(stage)
    asked, count = (found.group(1), int(found.group(2))) if found else ("code", 1)
    if asked == "menu" and call.reached >= DELIVERED:
        return _chosen(shell, call, digits, count, f"{VIA}:{event}:{stage}:{digits}"[:120], hook)
    if digits == code_of(shell, call.delivery):
        return _is_human(shell, call, hook)
    if asked == "code" and count >= CODES_AT_MOST:
        return twiml.say([speech.nobody_typed(shell.settings.desk_phone)])
    return code_script(shell, call, speech.other_code(digits), count + 1 if asked == "code" else 1, hook)


def _is_human(shell: Shell, call: Ringing, hook: str) -> str:
    """The code was typed: that much is known for good, whatever is chosen after it."""
    report(shell, call.id, "human", None)
    if isinstance(call.message, RingTest | ShiftSoon):
        return twiml.say([_test_heard(shell, call)])
    if isinstance(call.message, PageResponder):
        with shell.store.read() as connection:
            over = _over(connection, shell, call, call.message)
        if over is not None:
            return twiml.say([speech.told(over, call.zone)])
    return menu_script(shell, call, "Thank you.", 1, hook)


def _test_heard(shell: Shell, call: Ringing) -> str:
    with shell.store.write() as connection:
        heard_call(connection, shell, call.delivery, shell.clock.now())
        seq = newest(connection)
    shell.told(seq)
    return speech.told(call.message, call.zone)


def _chosen(shell: Shell, call: Ringing, digits: str, count: int, event: str, hook: str) -> str:
    command = _command(call, digits)
    if command is not None:
        return twiml.say([speech.told(_asked(shell, call, command, event), call.zone)])
    if digits == YES:
        return twiml.say([speech.told(call.message, call.zone)])
    if count >= MENUS_AT_MOST:
        return twiml.say([speech.nothing_chosen(call.message, shell.settings.desk_phone)])
    first = "" if digits == AGAIN else speech.NO_SUCH_KEY
    return menu_script(shell, call, first, count + 1, hook, again=digits == AGAIN)


def _command(call: Ringing, digits: str) -> Command | None:
    match call.message, digits:
        case PageResponder(page=page), "1":
            return Accept(call.person, page)
        case PageResponder(page=page), "2":
            return Decline(call.person, page)
        case AreYouOk(), "1":
            return CheckIn(call.person, call.person)
        case _:
            return None


def _asked(shell: Shell, call: Ringing, command: Command, event: str) -> Message:
    """Ask it of the rules once, however often these keys are delivered; what then stands, to be told back."""
    assert call.incident is not None, "a page and a check-in have an incident"
    refused: str | None = None
    with shell.store.write() as connection:
        if _first_time(connection, event, shell):
            try:
                commit_in(
                    connection, shell, call.incident, command, VIA, reply=_reply(connection, call, command)
                )
            except Refused as no:  # the rules said no before anything was written
                refused = no.sentence
        incident = load_incident(connection, call.incident)
        assert incident is not None
        said = _stands(connection, call, incident, command, refused)
        seq = newest(connection)
    shell.told(seq)
    return said


def _first_time(connection: Connection, event: str, shell: Shell) -> bool:
    if connection.scalar(select(inbox.c.event).where(inbox.c.event == event)) is not None:
        return False
    connection.execute(inbox.insert().values(event=event, at=shell.clock.now()))
    return True


def _reply(connection: Connection, call: Ringing, command: Command) -> Reply | None:
    """A yes is texted too: a call can break off before it is told back, and the next step is taken by text."""
    if not isinstance(command, Accept):
        return None

    def reply(done: Done) -> list[Message]:
        return [_yes(connection, call, done.incident)]

    return reply


def _stands(
    connection: Connection, call: Ringing, incident: Incident, command: Command, refused: str | None
) -> Message:
    """What is true now, whoever made it so."""
    member = incident.member(call.person)
    if isinstance(command, CheckIn):
        if refused is None and member is not None:
            return StepHeard(call.person, incident.ref, "ok", member.check_by)
        return Refusal(call.person, incident.ref, refused or f"You are not on {incident.ref} any more.")
    assert isinstance(command, Accept | Decline)
    if member is not None and isinstance(command, Accept):
        return _yes(connection, call, incident)
    page = incident.page(command.page)
    if isinstance(command, Decline) and page is not None and page.state == "declined":
        return NoHeard(call.person, incident.ref)
    late = _late(connection, call, incident, page)
    return Refusal(
        call.person, incident.ref, late or refused or f"{incident.ref} does not need you any more."
    )


def _over(connection: Connection, shell: Shell, call: Ringing, message: PageResponder) -> Message | None:
    """What is told in place of the menu when there is nothing left to choose; None while there is."""
    incident = load_incident(connection, call.incident or "")
    if incident is None:
        return None
    if incident.member(call.person) is not None:
        return _yes(connection, call, incident)
    yes = would_refuse(connection, shell, incident, Accept(call.person, message.page))
    no = would_refuse(connection, shell, incident, Decline(call.person, message.page))
    if yes is None or no is None:
        return None
    return Refusal(
        call.person, incident.ref, _late(connection, call, incident, incident.page(message.page)) or yes
    )


def _yes(connection: Connection, call: Ringing, incident: Incident) -> YesHeard:
    partner = next((one.person for one in incident.members if one.person != call.person), None)
    return YesHeard(call.person, incident.ref, _name(connection, partner) if partner else None)


def _late(connection: Connection, call: Ringing, incident: Incident, page: Page | None) -> str | None:
    """Who has the seat that was asked for, and since when; None when nobody else has it."""
    holder = incident.in_seat(page.seat) if page is not None else None
    if holder is None or holder.person == call.person or incident.open_seats():
        return None
    since = holder.accepted_at.astimezone(call.zone).strftime("%H:%M")
    name = _name(connection, holder.person)
    return f"{name} has it since {since}. You are not needed on {incident.ref}."


def _name(connection: Connection, person: str) -> str:
    name: str = connection.execute(select(people.c.name).where(people.c.id == person)).scalar_one()
    return name
