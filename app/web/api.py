"""The JSON API for other programs: who is on call, and how far an incident is."""

import re
from datetime import UTC, datetime

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from app.access import by_token, public
from app.api.openapi import DESCRIPTION
from app.audit import trace
from app.objects import REFS_BELOW
from app.queries.api import instant, progress_of, tiers_at
from app.web.forms import BadFields
from app.web.here import shell, token

bp = Blueprint("api", __name__, url_prefix="/api/v1")
HOW_AT = "Write an instant with its offset, such as 2026-11-10T03:00:00-06:00 or 2026-11-10T09:00:00Z."
_AT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


@bp.get("/on-call")
@by_token("read", "rota")
def on_call() -> ResponseReturnValue:
    """Whom a page would ask, now or at `at`."""
    # A misspelt `at` would otherwise read as "now", and somebody would ring the wrong person.
    if not set(request.args) <= {"at", "program"}:
        raise BadFields({"at": "This takes `at` and `program` and nothing else. Look at the spelling."})
    here = shell()
    program = token().program
    if request.args.get("program", program) != program:
        abort(404, "This token sees another program. Leave `program` out, or use that program's token.")
    at = _at(request.args.get("at"), here.clock.now())
    with here.store.read() as connection:
        tiers = tiers_at(connection, program, at)
    return jsonify({"program": program, "at": instant(at), "tiers": tiers})


@bp.get("/incidents/<int:ref>")
@by_token("read", "progress")
def incident(ref: int) -> ResponseReturnValue:
    """Codes, stage and milestones. The look leaves an audit row."""
    here = shell()
    with here.store.write() as connection:
        found = progress_of(connection, token().program, ref) if ref < REFS_BELOW else None
        if found is not None:
            trace(connection, here, token().id, "progress", "progress", [found.id])
    if found is None:
        abort(404, f"There is no incident {str(ref)[:20]} that this token may see.")
    return jsonify(found.said)


@bp.get("/openapi.json")
@public("a description without a secret in it")
def description() -> ResponseReturnValue:
    """This API, in OpenAPI 3.1."""
    return jsonify(DESCRIPTION)


def _at(given: str | None, now: datetime) -> datetime:
    """The instant asked for. A `+` that arrived as a blank is still one."""
    if given is None:
        return now
    said = re.sub(r" (?=\d\d:\d\d$)", "+", given)
    try:
        if not _AT.fullmatch(said):
            raise ValueError
        return datetime.fromisoformat(said.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadFields({"at": HOW_AT}) from None
