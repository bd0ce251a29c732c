"""The house itself: its parts, its providers and its alarms; and "I have it" for an alarm of the house."""

from flask import Blueprint, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import allowed
from app.commit import record
from app.house_alarms import take
from app.objects import DESK
from app.queries.by_hand import zone_of
from app.queries.house_parts import house_parts
from app.web.here import me, shell, wants_json
from app.web.zone import in_zone
from dispatch.value import require

bp = Blueprint("house", __name__)


@bp.get("/board/house")
@allowed(*DESK, purpose="dispatch")
def show() -> ResponseReturnValue:
    """Everything that keeps pages going, and how it is."""
    here = shell()
    with here.store.read() as connection:
        found = house_parts(connection, here, me().program, here.clock.now())
        _, zone = zone_of(connection, me().program)
    return render_template("house.html", house=found, here="board", **in_zone(zone))


@bp.post("/board/house/<alarm>/take")
@allowed(*DESK, object="house_alarm", purpose="dispatch")
def have(alarm: str) -> ResponseReturnValue:
    """Say by name that somebody sees to it."""
    here = shell()
    with here.store.write() as connection:
        taken = take(connection, alarm, me().id, here.clock.now())
        require(taken, "It is over, or somebody else has it.")
        told = {"program": me().program, "stream": alarm, "kind": "HouseAlarmTaken", "fact": "{}"}
        seq = record(connection, here, by=me().id, via="board", **told)
    here.told(seq)
    if wants_json():
        return jsonify(said=f"{me().name} has it.")
    return redirect(url_for("house.show"), 303)
