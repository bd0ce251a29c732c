"""Hand-over at a shift's end: what is still with those who go home, taken over by name and one by one."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import ROLES, allowed
from app.objects import DESK
from app.queries.handover import hand_over_page, waits
from app.queries.house import program_of
from app.spoken import DUES
from app.web.change import or_again
from app.web.forms import Form
from app.web.here import ask, me, shell
from app.web.step_words import stands
from app.web.zone import in_zone
from dispatch.commands import TakeOver
from dispatch.value import require

bp = Blueprint("handover", __name__, url_prefix="/rota/hand-over")
OWED = {**DUES, "check": "Check-in"}
FROM = "Choose whose place is taken. Reload the page."
WHO = "Choose who takes it over."


@bp.get("")
@allowed(*ROLES, purpose="hand over")
def show() -> ResponseReturnValue:
    """What waits, and a button for each."""
    return _page({})


@bp.post("/<int:ref>/take")
@allowed("responder", "supervisor", object="team_out", purpose="hand over")
def take(ref: int) -> ResponseReturnValue:
    """I take it over."""

    def act() -> ResponseReturnValue:
        form = Form(request.form)
        outgoing = form.line("from", most=40, needed=FROM)
        form.done()
        _require_leaving(ref, outgoing)
        ask(ref, TakeOver(me().id, outgoing, me().id))
        return redirect(url_for("tasks.task", ref=ref), 303)

    return or_again(act, _page)


@bp.post("/<int:ref>/give")
@allowed(*DESK, object="team_out", purpose="hand over")
def give(ref: int) -> ResponseReturnValue:
    """The desk heard somebody say that they take it over."""

    def act() -> ResponseReturnValue:
        form = Form(request.form)
        outgoing = form.line("from", most=40, needed=FROM)
        taker = form.line("taker", most=40, needed=WHO)
        form.done()
        ask(ref, TakeOver(me().id, outgoing, taker, on_behalf=True))
        return redirect(url_for("handover.show", taken=ref), 303)

    return or_again(act, _page)


def _require_leaving(ref: int, outgoing: str) -> None:
    """Who comes on takes over from who goes off. In the middle of a shift the desk changes a team."""
    here = shell()
    with here.store.read() as connection:
        leaving = waits(connection, me().program, here.clock.now(), ref, outgoing)
    require(leaving, f"{ref} does not wait to be handed over by them. Reload the page, or ask the desk.")


def _page(errors: dict[str, str]) -> str:
    here = shell()
    with here.store.read() as connection:
        program = program_of(connection, me().program)
        page = hand_over_page(connection, program.id, here.clock.now())
    return render_template(
        "handover.html",
        page=page,
        free=[(one.person, f"{one.name}, {one.tier}") for one in page.takers if one.person != me().id],
        i_may=any(one.person == me().id for one in page.takers),
        desk=bool(me().roles & DESK),
        owed=OWED,
        stands=stands,
        taken=request.args.get("taken", type=int),
        errors=errors,
        **in_zone(program.zone),
    )
