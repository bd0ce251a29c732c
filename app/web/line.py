"""The command line of the board: says what Enter will do, and does it with the buttons' own commands."""

from flask import Blueprint, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select

from app.access import allowed
from app.commit import commit_in
from app.desk_line import Unclear
from app.objects import DESK
from app.tables import asked
from app.web.forms import tidy
from app.web.here import me, request_key, shell, wants_json
from app.web.line_wishes import Wish, refusals, said, wishes_of
from dispatch.value import Refused

bp = Blueprint("line", __name__)
LINE_AT_MOST = 4_000


@bp.get("/board/echo")
@allowed(*DESK, purpose="dispatch", poll=True)
def echo() -> ResponseReturnValue:
    here = shell()
    # The page leaves notes out; should one come all the same, it is dropped before anything looks at it.
    line = "|".join(piece.partition(";")[0] for piece in _line(request.args.get("c", "")).split("|"))
    if not line.strip(" |"):
        return jsonify(ok=False, words="")
    try:
        with here.store.read() as connection:
            wishes = wishes_of(connection, here, me().program, me().id, line)
            refused = next(refusals(connection, here, wishes), "")
    except (Unclear, Refused) as fault:
        return jsonify(ok=False, words=fault.sentence)
    return jsonify(ok=not refused, words=refused or said(wishes))


@bp.post("/board/command")
@allowed(*DESK, purpose="dispatch")
def command() -> ResponseReturnValue:
    words = _do(_line(request.form.get("c", "")))
    return jsonify(said=words) if wants_json() else redirect(url_for("board.show"), 303)


def _line(given: str) -> str:
    return tidy(given[:LINE_AT_MOST])


def _do(line: str) -> str:
    """All of the line or nothing of it: half a line done is a line that nobody can repeat."""
    here, key = shell(), request_key()
    with here.store.write() as connection:
        if key and _done_before(connection, key):
            return "Done already."
        try:
            wishes = wishes_of(connection, here, me().program, me().id, line)
            seq = _ask_each(connection, wishes, key)
        except Unclear as unclear:
            raise Refused(unclear.sentence) from None
        except Refused as refused:
            raise Refused(f"{refused.sentence} Nothing of the line was done.") from None
    here.told(seq)
    return said(wishes)


def _ask_each(connection: Connection, wishes: tuple[Wish, ...], key: str | None) -> int:
    seq = 0
    every = [(each, one) for each in wishes for one in each.commands]
    for number, (wish, one) in enumerate(every):
        mine = f"{key}.{number}" if key else None
        note = {"note": wish.note} if wish.note else None
        seq = commit_in(connection, shell(), wish.incident.id, one, "board", mine, note).seq
    return seq


def _done_before(connection: Connection, key: str) -> bool:
    mine = (asked.c.key == f"{key}.0") & (asked.c.by == me().id)
    return connection.execute(select(asked.c.seq).where(mine)).first() is not None
