"""My time off out of a calendar file: looked at event by event, then asked for in one wish."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.access import allowed
from app.queries.house import program_of
from app.rota.leave_file import EVENTS_AT_MOST, Line, read_leave
from app.rota.time_off import KINDS, ask_several
from app.web.change import change, or_again
from app.web.forms import Form
from app.web.here import me, shell
from app.web.zone import in_zone
from dispatch.value import Refused, require

bp = Blueprint("leave_import", __name__, url_prefix="/shifts/time-off/file")
MINE = ("responder", "supervisor")


@bp.get("")
@allowed(*MINE, purpose="own time off")
def show() -> ResponseReturnValue:
    """The form."""
    return _page({})


@bp.post("")
@allowed(*MINE, purpose="own time off")
def look() -> ResponseReturnValue:
    """Every event of the file; nothing is asked for yet."""

    def act() -> ResponseReturnValue:
        file = request.files.get("file")
        require(file is not None and file.filename, "Choose a file first.")
        assert file is not None
        return _page({}, read_leave(file.read(), ZoneInfo(_zone()), shell().clock.now()))

    return or_again(act, _page)


@bp.post("/ask")
@allowed(*MINE, purpose="own time off")
def ask() -> ResponseReturnValue:
    """Ask for those that were ticked, all of them or none."""

    def act() -> ResponseReturnValue:
        form = Form(request.form)
        kind = form.choice("kind", KINDS, needed="Choose what it is for.")
        form.done()
        spans = tuple(_span(given) for given in request.form.getlist("span")[:EVENTS_AT_MOST])
        require(spans, "Tick at least one.")
        change(lambda connection: ask_several(connection, shell(), me(), kind, spans, source="file"))
        return redirect("/shifts/time-off")

    return or_again(act, _page)


def _span(given: str) -> tuple[datetime, datetime]:
    """A span as our own page wrote it. Anything else is not ours."""
    try:
        start, end = (datetime.fromisoformat(part) for part in given.split("/"))
        if start.tzinfo is None or end.tzinfo is None:
            raise ValueError
    except ValueError:
        raise Refused("That list is not readable. Choose the file again.") from None
    return start, end


def _zone() -> str:
    with shell().store.read() as connection:
        return program_of(connection, me().program).zone


def _page(errors: dict[str, str], lines: list[Line] | None = None) -> str:
    return render_template(
        "leave-import.html",
        lines=lines,
        good=[line for line in lines or [] if not line.why],
        wrong=[line for line in lines or [] if line.why],
        kinds=KINDS,
        errors=errors,
        **in_zone(_zone()),
    )
