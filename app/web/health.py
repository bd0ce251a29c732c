"""What a monitor asks: is the house well (/healthz), and its figures (/metrics). No id, no name, no words."""

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from app.access import by_token, public
from app.queries.figures import figures
from app.queries.health import pulse
from app.web.here import shell, token

bp = Blueprint("health", __name__)
NO_DATABASE = "The database does not answer. Look at the disk and at the log."


@bp.get("/healthz")
@public("a monitor without rights must see whether pages go out")
def healthz() -> ResponseReturnValue:
    """200 when it is well, 503 when pages may be late or lost."""
    here = shell()
    try:
        with here.store.read() as connection:
            beat = pulse(connection, here.clock.now())
    except SQLAlchemyError:
        return jsonify({"ok": False, "error": NO_DATABASE}), 503
    said = {
        "ok": beat.fine,
        "worker_seconds": beat.worker_seconds,
        "auditor_seconds": beat.auditor_seconds,
        "watchdog_seconds": beat.watchdog_seconds,
        "oldest_owed_seconds": beat.oldest_owed_seconds,
        "oldest_due_seconds": beat.oldest_due_seconds,
        "house_alarms": beat.house_alarms,
        "journal_seq": beat.journal_seq,
    }
    return jsonify(said if beat.fine else {**said, "error": beat.sentence}), 200 if beat.fine else 503


@bp.get("/metrics")
@by_token("read", "monitoring")
def metrics() -> ResponseReturnValue:
    """Prometheus text: a scrape sends the token as its bearer."""
    here = shell()
    with here.store.read() as connection:
        text = figures(connection, token().program, here.clock.now())
    return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")
