"""What a person reads when something cannot be done: one sentence, the right status, and a way on."""

import logging
import traceback
from pathlib import Path
from typing import Any

from flask import Flask, jsonify, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from app.record.wrong import Wrong
from app.web.forms import BadFields
from app.web.here import somebody, wants_json
from dispatch.value import Refused

log = logging.getLogger("standby.web")
PLACES_AT_MOST = 4

SENTENCES = {
    400: "That request is not complete. Go back and send it again.",
    401: "Sign in first.",
    403: "You may not do that. Ask a supervisor if you need it.",
    404: "There is nothing at this address. Go back to the board.",
    405: "This address cannot be used that way. Go back and use the buttons on the page.",
    413: "That is too much at once. Send less than 1 MB, or 4 MB for a document from 911.",
    415: "Send this as JSON with Content-Type application/json.",
    429: "Too many tries. Wait a minute, then try again.",
}


def install(app: Flask) -> None:
    """Give every kind of wrong its answer."""

    @app.errorhandler(Refused)
    def refused(fault: Refused) -> ResponseReturnValue:
        return tell(409, fault.sentence)

    @app.errorhandler(BadFields)
    def bad_fields(fault: BadFields) -> ResponseReturnValue:
        return tell(422, " ".join(fault.sentences.values()), fields=fault.sentences)

    @app.errorhandler(Wrong)
    def wrong(fault: Wrong) -> ResponseReturnValue:
        return tell(422, fault.sentence, fields={fault.field: fault.sentence})

    @app.errorhandler(RecursionError)
    def too_deep(_: RecursionError) -> ResponseReturnValue:
        return tell(400, "That is nested too deeply to read. Send it flatter.")

    @app.errorhandler(HTTPException)
    def http(fault: HTTPException) -> ResponseReturnValue:
        status = fault.code or 500
        ours = fault.description if fault.description != type(fault).description else None
        return tell(status, ours or SENTENCES.get(status, "That did not work. Go back and try again."))

    @app.errorhandler(Exception)
    def ours(fault: Exception) -> ResponseReturnValue:
        log.error("unhandled %s in %s", type(fault).__name__, where(fault))
        return tell(500, "Something of ours failed, and nothing was changed. Try again, or call the desk.")


def where(fault: Exception) -> str:
    """The places that a fault came through, the innermost last. Never its text: it may carry words."""
    frames = traceback.extract_tb(fault.__traceback__)[-PLACES_AT_MOST:]
    return ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)


def tell(status: int, sentence: str, **more: Any) -> ResponseReturnValue:
    """One sentence, as JSON for scripts and as a page for people."""
    if wants_json():
        return jsonify({"error": sentence, **more}), status
    signed_in = somebody() is not None
    return render_template("error.html", sentence=sentence, status=status, signed_in=signed_in), status
