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
    if not (OUR_ID.fullmatch(ours) and report(shell(), int(ours), said, request.form.get("ErrorCode"))):
        log.warning("a status came for a text that is not ours, or with a word that we do not know")
    return "", 204
