"""The clerk's list on screen and on paper: whom to call by hand when nothing can be sent."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.access import allowed
from app.objects import DESK
from app.phones import as_spoken
from app.queries.by_hand import by_hand, decline_reasons, zone_of
from app.web.here import me, shell
from app.web.zone import in_zone

bp = Blueprint("by_hand", __name__)


@bp.get("/board/by-hand")
@allowed(*DESK, purpose="dispatch")
def show() -> ResponseReturnValue:
    """The list as it is now."""
    here = shell()
    with here.store.read() as connection:
        found = by_hand(connection, me().program, here.clock.now())
        program, zone = zone_of(connection, me().program)
    return render_template(
        "by-hand.html",
        list=found,
        program=program,
        spoken=as_spoken,
        reasons=decline_reasons(),
        here="board",
        **in_zone(zone),
    )
