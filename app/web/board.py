"""The live board: the page, what changed since a number, and the pulse that says that it is live."""

from typing import cast

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select

from app.access import allowed
from app.audit import trace
from app.journal import newest
from app.objects import DESK
from app.queries.desk_page import DeskPage, desk_page
from app.tables import incidents
from app.web.boards import Boards, render_row
from app.web.here import me, shell
from app.web.incident import REASONS, pane_asked
from app.web.zone import zone_here

bp = Blueprint("board", __name__)


@bp.record_once
def keep_boards(state: BlueprintSetupState) -> None:
    """One set of drawn boards for each service."""
    state.app.extensions["boards"] = Boards()


def boards() -> Boards:
    """The drawn boards of this service."""
    return cast(Boards, current_app.extensions["boards"])


@bp.get("/board")
@allowed(*DESK, purpose="dispatch")
def show() -> ResponseReturnValue:
    here = shell()
    drawn = boards().drawn(here, me().program, zone_here())
    opened = _opened(request.args.get("call", ""))
    with here.store.write() as connection:
        subjects = [me().program, *([opened.incident.id] if opened else [])]
        trace(connection, here, me().id, "dispatch", "board", subjects)
    snapshot = drawn.snapshot
    return render_template(
        "board.html",
        board=snapshot,
        calls=[Markup(render_row(row)) for row in snapshot.calls],
        teams=[Markup(render_row(row)) for row in snapshot.teams],
        seq=snapshot.seq,
        alarms=snapshot.counts["alarms"],
        here="board",
        page=opened,
        reasons=REASONS,
    )


@bp.get("/board/changes")
@allowed(*DESK, purpose="dispatch", poll=True)
def changes() -> ResponseReturnValue:
    given = request.args.get("after", "")
    after = int(given) if given.isascii() and given.isdecimal() and len(given) < 16 else 0
    answer = boards().changes(shell(), me().program, zone_here(), after, me().csrf)
    return Response(answer, mimetype="application/json")


@bp.get("/board/pulse")
@allowed(*DESK, purpose="dispatch", poll=True)
def pulse() -> ResponseReturnValue:
    with shell().store.read() as connection:
        seq = newest(connection)
    house = boards().house(shell(), me().program)
    return jsonify(seq=seq, now=shell().clock.now().isoformat(), house=house)


def _opened(call: str) -> DeskPage | None:
    """The call whose drawer is open in the address, when it is one of ours."""
    if not (call.isascii() and call.isdecimal() and len(call) < 10):
        return None
    with shell().store.read() as connection:
        mine = (incidents.c.ref == int(call)) & (incidents.c.program == me().program)
        found = connection.scalar(select(incidents.c.id).where(mine))
        return desk_page(connection, shell(), found, pane_asked()) if found else None
