"""What the telephone provider tells us, signed: a text from a responder, or how far a text of ours came."""

import logging
import re
from collections.abc import Mapping
from typing import Final, Literal

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app.access import by_signature
from app.delivered import report
from app.replies import hear
from app.web.here import shell
from app.web.probe_hook import of_probe

bp = Blueprint("hooks", __name__)
log = logging.getLogger("standby.hooks")
EVENT = re.compile(r"[A-Za-z0-9]{1,64}")
OUR_ID = re.compile(r"[0-9]{1,15}")
# What Twilio's Advanced Opt-Out says that it did for a text, by words that the county chose there. Verified in its help
# pages (How to Track Opt-Out, Opt-In and Help Messages), not with an account.
OPT_OUT_TYPES: Final[Mapping[str, Literal["stop", "start"]]] = {"STOP": "stop", "START": "start"}
# An answer with nothing in it: a text from here would go out beside the outbox, where nobody can follow it.
SILENCE = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@bp.post("/hooks/twilio/sms")
@by_signature("a responder answers by text")
def sms() -> ResponseReturnValue:
    event, number = request.form.get("MessageSid", ""), request.form.get("From", "")
    if EVENT.fullmatch(event) and number:
        did = OPT_OUT_TYPES.get(request.form.get("OptOutType", ""))
        hear(shell(), number, request.form.get("Body", ""), event, did=did)
    else:
        log.warning("a text came without an id or a number")
    return Response(SILENCE, mimetype="text/xml")


@bp.post("/hooks/twilio/status")
@by_signature("the provider says how far a text came")
def status() -> ResponseReturnValue:
    ours, said = request.args.get("m", ""), request.form.get("MessageStatus", "")
    code = request.form.get("ErrorCode")
    if of_probe("twilio", request.form.get("To", ""), said, code):
        return "", 204
    if not (OUR_ID.fullmatch(ours) and report(shell(), int(ours), said, code)):
        log.warning("a status came for a text that is not ours, or with a word that we do not know")
    return "", 204
