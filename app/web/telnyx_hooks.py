"""What Telnyx tells us, signed: of a text or a call of ours how far it came, and what a responder texts or types."""

import logging
import re
from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select, update

from app.access import by_signature
from app.delivered import evidence, report
from app.replies import hear
from app.tables import outbox, people
from app.voice import keyed
from app.web.here import shell
from app.web.probe_hook import of_probe
from notify.sip import call_code
from notify.telnyx_codes import call_word, text_word
from notify.telnyx_signature import payload_of

bp = Blueprint("telnyx_hooks", __name__)
log = logging.getLogger("standby.hooks")
HOOK: Final = "/hooks/telnyx/voice"
OUR_ID = re.compile(r"[0-9]{1,9}")
EVENT = re.compile(r"[A-Za-z0-9-]{1,64}")
CALL_ID = re.compile(r"[A-Za-z0-9:_-]{1,90}")
NUMBER = re.compile(r"\+[0-9]{5,20}")
KEYS = re.compile(r"[0-9*#]{0,20}")
WHO = re.compile(r"[a-z_]{1,20}")
MACHINES = ("machine", "fax")
# Telnyx takes any 2xx within two seconds for "heard", and a 200 everywhere.
HEARD: Final = ("", 200)


@bp.post("/hooks/telnyx/sms")
@by_signature("a responder answers by text", "telnyx")
def sms() -> ResponseReturnValue:
    payload = payload_of(request.get_json(silent=True))
    message, number, body = _text(payload.get("id")), _number(payload.get("from")), _text(payload.get("text"))
    if payload.get("direction") != "inbound":
        log.warning("an event that is no text to us came where texts are heard")
    elif EVENT.fullmatch(message) and NUMBER.fullmatch(number):
        hear(shell(), number, body, f"telnyx:{message}")
    else:
        log.warning("a text came without an id or a number")
    return HEARD


@bp.post("/hooks/telnyx/status")
@by_signature("the provider says how far a text came", "telnyx")
def status() -> ResponseReturnValue:
    payload = payload_of(request.get_json(silent=True))
    to = payload.get("to")
    one = to[0] if isinstance(to, list) and to else None
    said = text_word(_text(one.get("status")) if isinstance(one, Mapping) else None)
    ours, known_as = _ours("text", _number(one)), _text(payload.get("id"))
    if of_probe("telnyx", _number(one), said, _code(payload)):
        return HEARD
    if not report(shell(), ours, said, _code(payload)):
        log.warning("a status came for a text that is not ours, or with a word that we do not know")
    elif EVENT.fullmatch(known_as):
        _keep(ours, known_as)
    return HEARD


@bp.post("/hooks/telnyx/call")
@by_signature("the provider says how far a call came", "telnyx")
def progress() -> ResponseReturnValue:
    ours = _ours("call", request.form.get("To", ""))
    said, code = call_word(request.form.get("CallStatus", "")), call_code(request.form.get("ErrorCode"))
    if of_probe("telnyx", request.form.get("To", ""), said, code):
        return HEARD
    if not report(shell(), ours, said, code):
        log.warning("a status came for a call that is not ours, or with a word that we do not know")
    elif CALL_ID.fullmatch(known_as := request.form.get("CallSid", "")):
        _keep(ours, known_as)
    return HEARD


@bp.post("/hooks/telnyx/machine")
@by_signature("the provider guesses whether a machine picked up", "telnyx")
def machine() -> ResponseReturnValue:
    # A guess. A machine begins the next channel now; a human is believed only for the code that they type.
    ours, who = _ours("call", request.form.get("To", "")), request.form.get("AnsweredBy", "")
    if not (WHO.fullmatch(who) and evidence(shell(), ours, who)):
        log.warning("it was said who picked up a call that is not ours, or in a word that we do not know")
    elif who.startswith(MACHINES):
        report(shell(), ours, "machine", None)
    return HEARD


@bp.post(HOOK)
@by_signature("a responder types keys in a call", "telnyx")
def voice() -> ResponseReturnValue:
    call, digits = request.form.get("CallSid", ""), request.form.get("Digits", "")
    known = CALL_ID.fullmatch(call) and KEYS.fullmatch(digits)
    if not known:
        log.warning("keys came without an id, or none that a phone has")
    ours = _ours("call", request.form.get("To", "")) if known else 0
    script = keyed(shell(), ours, digits, request.args.get("s", ""), f"telnyx:{call}", HOOK)
    return Response(script, mimetype="text/xml")


def _ours(channel: str, number: str) -> int:
    """The outbox row that the address names; 0, which no row has, when there is none. The address is not signed, so a
    number that is must be the row's: a body that was signed for one phone says nothing of another's."""
    ours = request.args.get("m", "")
    if not OUR_ID.fullmatch(ours):
        return 0
    asked = (
        select(func.coalesce(outbox.c.address, people.c.phone))
        .join(people, people.c.id == outbox.c.person)
        .where(outbox.c.id == int(ours), outbox.c.channel == channel)
    )
    with shell().store.read() as connection:
        address = connection.scalar(asked)
    return int(ours) if address is not None and number in ("", address) else 0


def _keep(message: int, known_as: str) -> None:
    """An answer to a call names no id, and a send that was not answered none either: the first report does."""
    nameless = (outbox.c.id == message) & outbox.c.provider_id.is_(None)
    with shell().store.read() as connection:
        if connection.scalar(select(outbox.c.id).where(nameless)) is None:
            return
    with shell().store.write() as connection:
        connection.execute(update(outbox).where(nameless).values(provider_id=known_as))


def _code(payload: Mapping[str, Any]) -> str | None:
    errors = payload.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    code = _text(first.get("code")) if isinstance(first, Mapping) else ""
    return code or None


def _number(given: Any) -> str:
    return _text(given.get("phone_number")) if isinstance(given, Mapping) else ""


def _text(given: Any) -> str:
    return given if isinstance(given, str) else ""
