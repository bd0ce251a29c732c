"""What the telephone provider tells us of a call, signed: keys that were typed, how far it came, who picked up."""

import logging
import re

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app.access import by_signature
from app.delivered import evidence, report
from app.ringing import HOOK
from app.voice import keyed
from app.web.here import shell
from app.web.probe_hook import of_probe
from notify.outcomes import FAILURES, RANKS
from notify.sip import call_code
from notify.twilio_wire import call_word

bp = Blueprint("voice_hooks", __name__)
log = logging.getLogger("standby.hooks")
CALL_ID = re.compile(r"[A-Za-z0-9]{1,64}")
OUR_ID = re.compile(r"[0-9]{1,9}")
KEYS = re.compile(r"[0-9*#]{0,20}")
WHO = re.compile(r"[a-z_]{1,20}")
MACHINES = ("machine", "fax")


@bp.post(HOOK)
@by_signature("a responder types keys in a call")
def voice() -> ResponseReturnValue:
    call, digits = request.form.get("CallSid", ""), request.form.get("Digits", "")
    known = CALL_ID.fullmatch(call) and KEYS.fullmatch(digits)
    if not known:
        log.warning("keys came without an id, or none that a phone has")
    ours = _ours() if known else 0
    script = keyed(shell(), ours, digits, request.args.get("s", ""), f"twilio:{call}", HOOK)
    return Response(script, mimetype="text/xml")


@bp.post("/hooks/twilio/call")
@by_signature("the provider says how far a call came")
def progress() -> ResponseReturnValue:
    said = call_word(request.form.get("CallStatus", ""))
    known = said in RANKS or said in FAILURES
    code = call_code(request.form.get("SipResponseCode"))
    if of_probe("twilio", request.form.get("To", ""), said, code):
        return "", 204
    if not (known and report(shell(), _ours(), said, code)):
        log.warning("a status came for a call that is not ours, or with a word that we do not know")
    return "", 204


@bp.post("/hooks/twilio/machine")
@by_signature("the provider guesses whether a machine picked up")
def machine() -> ResponseReturnValue:
    # A guess. A machine begins the next channel now; a human is believed only for the code that they type.
    who = request.form.get("AnsweredBy", "")
    if not (WHO.fullmatch(who) and evidence(shell(), _ours(), who)):
        log.warning("it was said who picked up a call that is not ours, or in a word that we do not know")
    elif who.startswith(MACHINES):
        report(shell(), _ours(), "machine", None)
    return "", 204


def _ours() -> int:
    """The outbox row that the address names; 0, which no row has, when it names none."""
    ours = request.args.get("m", "")
    return int(ours) if OUR_ID.fullmatch(ours) else 0
