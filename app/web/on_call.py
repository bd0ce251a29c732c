"""The on-call page: who is on now and next, until when, how to ring them, and every hole said plainly."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.access import allowed
from app.objects import DESK
from app.phones import as_spoken
from app.queries.house import program_of
from app.queries.on_call import on_call_page
from app.web.here import me, shell
from app.web.zone import in_zone

bp = Blueprint("on_call", __name__)


@bp.get("/on-call")
@allowed("dispatcher", "supervisor", "manager", "admin", purpose="rota")
def show() -> ResponseReturnValue:
    """The page. Numbers are for those who ring people."""
    here = shell()
    with here.store.read() as connection:
        program = program_of(connection, me().program)
        cover = on_call_page(connection, program.id, program.policy, here.clock.now())
    return render_template(
        "on-call.html",
        cover=cover,
        program=program.name,
        phones=bool(me().roles & DESK),
        spoken=as_spoken,
        **in_zone(program.zone),
    )
