"""What the telephone provider tells us, signed: a text from a responder, or how far a text of ours came."""

import logging
import re

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select

from app.access import by_signature
from app.commit import commit_in
from app.journal import newest
from app.outbox import note_status
from app.replies import hear
from app.shell import Shell
from app.tables import outbox, pages
from app.web.here import shell
from dispatch.commands import RULE, MarkUnreachable
from notify.outcomes import FAILURES, RANKS

bp = Blueprint("hooks", __name__)
log = logging.getLogger("standby.hooks")
EVENT = re.compile(r"[A-Za-z0-9]{1,64}")
OUR_ID = re.compile(r"[0-9]{1,15}")
# An answer with nothing in it: a text from here would go out beside the outbox, where nobody can follow it.
SILENCE = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@bp.post("/hooks/twilio/sms")
@by_signature("a responder answers by text")
def sms() -> ResponseReturnValue:
    event, number = request.form.get("MessageSid", ""), request.form.get("From", "")
    if EVENT.fullmatch(event) and number:
        hear(shell(), number, request.form.get("Body", ""), event)
    else:
        log.warning("a text came without an id or a number")
    return Response(SILENCE, mimetype="text/xml")


@bp.post("/hooks/twilio/status")
@by_signature("the provider says how far a text came")
def status() -> ResponseReturnValue:
    ours, said = request.args.get("m", ""), request.form.get("MessageStatus", "")
    known = said in RANKS or said in FAILURES
    if not (
        OUR_ID.fullmatch(ours) and known and _noted(shell(), int(ours), said, request.form.get("ErrorCode"))
    ):
        log.warning("a status came for a text that is not ours, or with a word that we do not know")
    return "", 204


def _noted(here: Shell, message: int, said: str, code: str | None) -> bool:
    """Join the report into what is known. A page that will not arrive asks the next person, in the same
    transaction: were they two, a crash between them would leave a page that nobody waits for any more."""
    with here.store.write() as connection:
        if connection.scalar(select(outbox.c.id).where(outbox.c.id == message)) is None:
            return False
        lost = note_status(connection, message, said, (code or "")[:20] or None, here.clock.now())
        if lost is not None:
            _mark(connection, here, lost, code or said)
        seq = newest(connection)
    here.told(seq)
    return True


def _mark(connection: Connection, here: Shell, page: str, code: str) -> None:
    incident = connection.scalar(select(pages.c.incident).where(pages.c.id == page))
    assert incident is not None
    commit_in(connection, here, incident, MarkUnreachable(RULE, page, code[:20]), "clock")
