"""POST /api/v1/eido: a 911 centre hands us a call. The answer says which call it is (docs/eido.md)."""

import json

from flask import Blueprint, g, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from app.access import by_token
from app.eido.read import read
from app.eido.values import Broken
from app.from_911 import take
from app.web.here import shell

bp = Blueprint("eido", __name__)
JSON = "Send the EIDO document as JSON with Content-Type application/json."
UNREADABLE = "The body is not JSON. Send one EIDO document as JSON in UTF-8."


@bp.post("/api/v1/eido")
@by_token("eido", purpose="a 911 centre hands over a call")
def receive() -> ResponseReturnValue:
    if not request.is_json:
        raise UnsupportedMediaType(JSON)
    raw = request.get_data()
    try:
        call = read(_parsed())
    except Broken as broken:
        return jsonify(error=broken.sentence, field=broken.field), 422
    taken = take(shell(), g.token.id, g.token.program, call, _text(raw))
    more = {"note": taken.note} if taken.note else {}
    body = {"ref": taken.ref, "created": taken.created, "applied": taken.applied, **more}
    return jsonify(body), 201 if taken.created else 200


def _text(raw: bytes) -> str:
    return raw.decode(json.detect_encoding(raw), "replace")


def _parsed() -> object:
    try:
        return request.get_json()
    except (BadRequest, RecursionError, ValueError):
        raise Broken("document", UNREADABLE) from None
