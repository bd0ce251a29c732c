"""One call of ours as its row holds it, and the scripts that it is made of."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from app.codec import load_message
from app.shell import Shell
from app.tables import outbox, people, programs
from dispatch.messages import Message, NumberCode
from notify import speech, twiml

HOOK: Final = "/hooks/twilio/voice"
# Two digits are enough: they prove that somebody is there, not who it is.
LOWEST, CODES = 10, 90
CODE_KEYS, MENU_KEYS = 2, 1


@dataclass(frozen=True)
class Ringing:
    """Whom a call is for, what it says, and how far it came (a rank of notify/outcomes.py)."""

    id: int
    person: str
    name: str
    program: str
    message: Message
    delivery: str
    incident: str | None
    reached: int
    zone: ZoneInfo


def ringing(connection: Connection, message_id: int) -> Ringing | None:
    """The call of this row; None when there is none, or it is not a call."""
    row = connection.execute(
        select(outbox, people.c.name, people.c.program, programs.c.zone)
        .join(people, people.c.id == outbox.c.person)
        .join(programs, programs.c.id == people.c.program)
        .where(outbox.c.id == message_id, outbox.c.channel == "call")
    ).first()
    if row is None:
        return None
    return Ringing(
        id=row.id,
        person=row.person,
        name=row.name,
        program=row.program,
        message=load_message(row.kind, row.message),
        delivery=row.delivery or str(row.id),
        incident=row.incident,
        reached=row.reached,
        zone=ZoneInfo(row.zone),
    )


def code_of(shell: Shell, delivery: str) -> str:
    """The two digits that a person types: derived, so that no table holds them and each try says the same."""
    mac = hmac.digest(shell.settings.link_key, f"call\0{delivery}".encode(), hashlib.sha256)
    return str(LOWEST + int.from_bytes(mac[:8]) % CODES)


def opening_script(shell: Shell, call: Ringing, hook: str = HOOK) -> str:
    """What is read out when somebody, or something, picks up. It needs nothing more from us until a key is typed,
    and says before it whom to call should we not be there then."""
    desk = shell.settings.desk_phone
    opening = _opening(shell, call)
    if isinstance(call.message, NumberCode):  # it is typed on their own page, not here
        return twiml.say([opening, opening, opening])
    ask = speech.ask_code(code_of(shell, call.delivery))
    again = f"{opening} {ask}"
    return twiml.ask_keys(
        [f"{opening} {speech.if_cut_off(desk)} {ask}", again, again],
        action=_address(shell, call, "code1", hook),
        keys=CODE_KEYS,
        otherwise=speech.nobody_typed(desk),
    )


def code_script(shell: Shell, call: Ringing, first: str, count: int, hook: str) -> str:
    """The code is asked for again."""
    ask = speech.ask_code(code_of(shell, call.delivery))
    return twiml.ask_keys(
        [f"{first} {ask}", ask],
        action=_address(shell, call, f"code{count}", hook),
        keys=CODE_KEYS,
        otherwise=speech.nobody_typed(shell.settings.desk_phone),
    )


def menu_script(shell: Shell, call: Ringing, first: str, count: int, hook: str, again: bool = False) -> str:
    """What the keys do; `again`: after all of it has been said once more."""
    choices = speech.choices(call.message)
    opening = f"{_opening(shell, call)} " if again else ""
    return twiml.ask_keys(
        [f"{first} {opening}{choices}".strip(), choices],
        action=_address(shell, call, f"menu{count}", hook),
        keys=MENU_KEYS,
        otherwise=speech.nothing_chosen(call.message, shell.settings.desk_phone),
    )


def _opening(shell: Shell, call: Ringing) -> str:
    settings = shell.settings
    return speech.opening(call.message, org=settings.org, name=call.name, demo=settings.demo, zone=call.zone)


def _address(shell: Shell, call: Ringing, stage: str, hook: str) -> str:
    return f"{shell.settings.base_url}{hook}?{urlencode({'m': call.id, 's': stage})}"
