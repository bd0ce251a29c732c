"""One incident at the desk: its page and drawer, and every act of the desk as a form for one command."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import allowed
from app.audit import trace, trace_look
from app.clients import require_client
from app.commit import Done
from app.desk_steps import BY_CODE as STEP_BY_CODE
from app.desk_steps import progress
from app.objects import DESK
from app.queries.board import staff_of
from app.queries.desk_page import PANES, DeskPage, desk_page
from app.queries.same_event import require_linkable
from app.queries.sending import named_team
from app.sentences import QUIET, sentence
from app.spoken import ALARMS
from app.web.forms import Form
from app.web.here import ask, incident_id, me, shell, wants_json
from app.web.zone import zone_here
from dispatch import commands as c
from dispatch.answers import DECLINE_REASONS, MINUTES_AT_MOST
from dispatch.desk import (
    ALONE_REASONS,
    CANCEL_REASONS,
    HAND_OVER_TO,
    HOLD_REASONS,
    LOWER_REASONS,
    RECALL_REASONS,
)
from dispatch.stages import Seat

bp = Blueprint("incident", __name__)
REASONS = {
    "alone": ALONE_REASONS,
    "cancel": CANCEL_REASONS,
    "decline": DECLINE_REASONS,
    "hand_over": HAND_OVER_TO,
    "hold": HOLD_REASONS,
    "lower": LOWER_REASONS,
    "recall": RECALL_REASONS,
}
# Where a form may lead back to, beside the call itself.
BACK = {"board": "board.show", "by-hand": "by_hand.show"}
SAID_AT_MOST = 3
HOLD_AT_MOST = 720


def pane_asked() -> str:
    """The pane that the address names; who to send when it names none."""
    pane = request.args.get("pane", "")
    return pane if pane in PANES else PANES[0]


@bp.get("/incidents/<int:ref>")
@allowed(*DESK, object="incident", purpose="dispatch")
def show(ref: int) -> ResponseReturnValue:
    return render_template("incident.html", page=_page(ref), here="board", reasons=REASONS)


@bp.get("/incidents/<int:ref>/drawer")
@allowed(*DESK, object="incident", purpose="dispatch")
def drawer(ref: int) -> ResponseReturnValue:
    return render_template("_drawer.html", page=_page(ref), reasons=REASONS, drawer=True)


@bp.get("/incidents/<int:ref>/drawer/again")
@allowed(*DESK, object="incident", purpose="dispatch", poll=True)
def drawer_again(ref: int) -> ResponseReturnValue:
    return render_template("_drawer.html", page=_page(ref), reasons=REASONS, drawer=True)


def _page(ref: int) -> DeskPage:
    here = shell()
    with here.store.write() as connection:
        page = desk_page(connection, here, incident_id(ref), pane_asked())
        note = trace if request.endpoint != "incident.drawer_again" else trace_look
        note(connection, here, me().id, "dispatch", "record", [page.incident.id])
    return page


@bp.post("/incidents/<int:ref>/triage")
@allowed(*DESK, object="incident", purpose="dispatch")
def triage(ref: int) -> ResponseReturnValue:
    form = Form(request.form)
    acuity = form.whole("acuity", 1, 3, needed="Choose priority 1, 2 or 3.")
    reason = form.choice("reason", LOWER_REASONS)
    return _asked(ref, form, lambda: c.Triage(me().id, acuity or 0, reason or None))


@bp.post("/incidents/<int:ref>/hold")
@allowed(*DESK, object="incident", purpose="dispatch")
def hold(ref: int) -> ResponseReturnValue:
    form = Form(request.form)
    reason = form.choice("reason", HOLD_REASONS, needed="Choose why nobody is sent yet.")
    again = _look_again(form)
    return _asked(ref, form, lambda: c.Hold(me().id, reason, again))


def _look_again(form: Form) -> datetime:
    now = shell().clock.now()
    minutes = form.whole("minutes", 1, HOLD_AT_MOST)
    at = form.local_time("look_again", zone_here().key, now)
    if at is None and minutes is None:
        form.wrong("look_again", "Say when to look again, as 03:30.")
    return at or now + timedelta(minutes=minutes or 0)


@bp.post("/incidents/<int:ref>/call-911")
@allowed(*DESK, object="incident", purpose="dispatch")
def call_911(ref: int) -> ResponseReturnValue:
    return _asked(ref, Form(request.form), lambda: c.CallEmergency(me().id))


@bp.post("/incidents/<int:ref>/dispatch")
@allowed(*DESK, object="incident", purpose="dispatch")
def send(ref: int) -> ResponseReturnValue:
    form = Form(request.form)
    alone = form.choice("alone", ALONE_REASONS) or None
    lead, second = form.line("lead") or None, form.line("second") or None
    if team := form.line("team"):
        with shell().store.read() as connection:
            lead, second = named_team(connection, shell(), incident_id(ref), team)
    return _asked(ref, form, lambda: c.Dispatch(me().id, lead, second, alone))


@bp.post("/incidents/<int:ref>/ask")
@allowed(*DESK, object="incident", purpose="dispatch")
def ask_person(ref: int) -> ResponseReturnValue:
    form = Form(request.form)
    person = form.line("person", needed="Choose whom to ask.")
    seat = form.choice("seat", [one.value for one in Seat], needed="Choose the seat: lead or second.")
    return _asked(ref, form, lambda: c.AskPerson(me().id, person, Seat(seat)))


@bp.post("/incidents/<int:ref>/accept")
@allowed(*DESK, object="incident", purpose="dispatch")
def accept(ref: int) -> ResponseReturnValue:
    form = Form(request.form)
    page = form.line("page", needed="Choose who said yes.")
    minutes = form.whole("minutes", 0, MINUTES_AT_MOST)
    form.words("words", needed="Write what you heard, as: yes, 15 minutes.")
    return _asked(ref, form, lambda: c.Accept(me().id, page, minutes, on_behalf=True), label="heard")


@bp.post("/incidents/<int:ref>/decline")
@allowed(*DESK, object="incident", purpose="dispatch")
def decline(ref: int) -> ResponseReturnValue:
    form = Form(request.form)
    page = form.line("page", needed="Choose who said no.")
    reason = form.choice("reason", DECLINE_REASONS, needed="Choose why not.")
    return _asked(ref, form, lambda: c.Decline(me().id, page, reason, on_behalf=True), label="heard")


@bp.post("/incidents/<int:ref>/alone")
@allowed(*DESK, object="incident", purpose="dispatch")
def go_alone(ref: int) -> ResponseReturnValue:
    return _for_a_reason(ref, ALONE_REASONS, "Say why one person goes alone.", c.GoAlone)


@bp.post("/incidents/<int:ref>/recall")
@allowed(*DESK, object="incident", purpose="dispatch")
def recall(ref: int) -> ResponseReturnValue:
    return _for_a_reason(ref, RECALL_REASONS, "Choose why the team is taken back.", c.Recall)


@bp.post("/incidents/<int:ref>/cancel")
@allowed(*DESK, object="incident", purpose="dispatch")
def cancel(ref: int) -> ResponseReturnValue:
    return _for_a_reason(ref, CANCEL_REASONS, "Choose why it ends here.", c.Cancel)


@bp.post("/incidents/<int:ref>/hand-over")
@allowed(*DESK, object="incident", purpose="dispatch")
def hand_over(ref: int) -> ResponseReturnValue:
    return _for_a_reason(ref, HAND_OVER_TO, "Choose who has it now.", c.HandOver)


@bp.post("/incidents/<int:ref>/duplicate")
@allowed(*DESK, object="incident", purpose="dispatch")
def duplicate(ref: int) -> ResponseReturnValue:
    form = Form(request.form)
    other = form.whole("of", 1, 99_999_999, needed="Write the number of the other call.") or 0
    form.done()
    with shell().store.read() as connection:
        require_linkable(connection, me().program, other)
    return _asked(ref, form, lambda: c.MarkDuplicate(me().id, other))


@bp.post("/incidents/<int:ref>/alarms/<kind>")
@allowed(*DESK, object="incident", purpose="dispatch")
def take_alarm(ref: int, kind: str) -> ResponseReturnValue:
    known = kind if kind in ALARMS else ""
    return _asked(ref, Form(request.form), lambda: c.TakeAlarm(me().id, known))


@bp.post("/incidents/<int:ref>/progress")
@allowed(*DESK, object="incident", purpose="dispatch")
def step(ref: int) -> ResponseReturnValue:
    form = Form(request.form)
    person = form.line("person", needed="Choose who took the step.")
    code = form.choice("step", STEP_BY_CODE, needed="Choose the step.")
    minutes = form.whole("minutes", 0, MINUTES_AT_MOST)
    at = form.local_time("at", zone_here().key, shell().clock.now())
    return _asked(ref, form, lambda: progress(STEP_BY_CODE[code], me().id, person, at, minutes))


@bp.post("/incidents/<int:ref>/note")
@allowed(*DESK, object="incident", purpose="dispatch")
def note(ref: int) -> ResponseReturnValue:
    form = Form(request.form)
    form.words("words", needed="Write the note.")
    return _asked(ref, form, lambda: c.Describe(me().id))


@bp.post("/incidents/<int:ref>/client")
@allowed(*DESK, object="incident", purpose="dispatch")
def link_client(ref: int) -> ResponseReturnValue:
    form = Form(request.form)
    client = form.line("client") or None
    if client is not None:
        with shell().store.read() as connection:
            require_client(connection, me().program, client)
    return _asked(ref, form, lambda: c.LinkClient(me().id, client))


def _for_a_reason(
    ref: int, among: Collection[str], needed: str, command: Callable[[str, str], c.Command]
) -> ResponseReturnValue:
    form = Form(request.form)
    reason = form.choice("reason", among, needed=needed)
    return _asked(ref, form, lambda: command(me().id, reason))


def _asked(
    ref: int, form: Form, command: Callable[[], c.Command], *, label: str = "note"
) -> ResponseReturnValue:
    """Ask it with the words that were written beside it, and go back to where the person was."""
    words = form.words("words")
    form.done()
    done = ask(ref, command(), words={label: words} if words else None)
    if wants_json():
        return jsonify(said=_said(done))
    if (back := form.choice("back", BACK)) in BACK:
        return redirect(url_for(BACK[back]), 303)
    return redirect(url_for("incident.show", ref=ref, pane=form.choice("pane", PANES) or None), 303)


def _said(done: Done) -> str:
    """What the desk reads back: the first facts, in sentences."""
    with shell().store.read() as connection:
        names = staff_of(connection, me().program).names
    told = [sentence(fact, names) for fact in done.facts if type(fact).__name__ not in QUIET]
    return " ".join(told[:SAID_AT_MOST])
