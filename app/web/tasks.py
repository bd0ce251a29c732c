"""The responder's own pages: what waits for me, the task I am on, each step of it. A sign-in is needed."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.access import allowed
from app.audit import trace
from app.commit import load_incident
from app.passwords import same
from app.queries.my_tasks import mine as what_waits
from app.queries.my_tasks import newest_of
from app.queries.task import Task, task_of
from app.tables import incidents, reads
from app.web.forms import Form
from app.web.here import ask, incident_id, me, shell
from app.web.intake_form import CALLER_KINDS, LANGUAGES
from app.web.step_words import HAZARDS, MINUTES, STEPS, needs_words, outcome, stands
from app.web.way_on import leads_back
from app.web.zone import zone_here
from dispatch.answers import DECLINE_REASONS, MINUTES_AT_MOST
from dispatch.incident import Incident
from dispatch.next_steps import STEPS as CODES
from dispatch.next_steps import command_of, next_steps
from dispatch.value import Refused, require

bp = Blueprint("tasks", __name__)
CARE = ("responder", "supervisor")
LATE = "Choose the step and write when it was, such as 03:30."


@bp.get("/tasks")
@allowed(*CARE, purpose="own tasks")
def mine() -> ResponseReturnValue:
    with shell().store.read() as connection:
        waits = what_waits(connection, shell(), me().program, me().id)
    left = request.args.get("left", type=int)
    return render_template(
        "tasks.html", mine=waits, left=left, stands=stands, seq=waits.seq, pulse_url=url_for("tasks.pulse")
    )


@bp.get("/tasks/pulse")
@allowed(*CARE, purpose="own tasks", poll=True)
def pulse() -> ResponseReturnValue:
    with shell().store.read() as connection:
        return _pulse(newest_of(connection, me().id))


@bp.get("/incidents/<int:ref>/task")
@allowed(*CARE, object="incident", purpose="respond")
def task(ref: int) -> ResponseReturnValue:
    incident = incident_id(ref)
    with shell().store.read() as connection:
        found = task_of(connection, shell(), incident, me().id)
    if found is None:
        return redirect(url_for("tasks.mine", left=ref))
    with shell().store.write() as connection:
        trace(connection, shell(), me().id, "respond", "record", [incident])
        if found.known:
            trace(connection, shell(), me().id, "respond", "plan", [str(found.incident.client)])
    return render_template("phone-task.html", **_shown(ref, found))


@bp.get("/incidents/<int:ref>/task/other")
@allowed(*CARE, object="incident", purpose="respond")
def other(ref: int) -> ResponseReturnValue:
    incident = _incident(ref)
    steps = next_steps(incident, me().id)
    if not steps:
        return redirect(url_for("tasks.task", ref=ref))
    return render_template(
        "phone-other.html", ref=ref, steps=steps, step_words=STEPS, minutes=MINUTES, why_not=DECLINE_REASONS
    )


@bp.get("/incidents/<int:ref>/task/pulse")
@allowed(*CARE, object="incident", purpose="respond", poll=True)
def task_pulse(ref: int) -> ResponseReturnValue:
    with shell().store.read() as connection:
        return _pulse(connection.scalar(select(incidents.c.seq).where(incidents.c.ref == ref)) or 0)


@bp.post("/incidents/<int:ref>/steps/<step>")
@allowed(*CARE, object="incident", purpose="respond")
def take(ref: int, step: str) -> ResponseReturnValue:
    form = Form(request.form)
    minutes = form.whole("minutes", 0, MINUTES_AT_MOST)
    reason = form.choice("reason", DECLINE_REASONS) or "other"
    form.done()
    return _take(ref, step, minutes, reason, None)


@bp.post("/incidents/<int:ref>/steps")
@allowed(*CARE, object="incident", purpose="respond")
def take_late(ref: int) -> ResponseReturnValue:
    form = Form(request.form)
    step = form.choice("step", CODES, needed=LATE)
    at = form.local_time("at", zone_here().key, shell().clock.now())
    if at is None:
        form.wrong("at", LATE)
    form.done()
    return _take(ref, step, None, "other", at)


@bp.post("/incidents/<int:ref>/hazards-read")
@allowed(*CARE, object="incident", purpose="respond")
def hazards_read(ref: int) -> ResponseReturnValue:
    incident, now = incident_id(ref), shell().clock.now()
    with shell().store.write() as connection:
        found = task_of(connection, shell(), incident, me().id)
        if found is None:
            raise Refused(f"You are not on {ref} any more.")
        shown = request.form.get("shown", "")
        require(same(shown, found.digest.hex()), "The hazards changed while you read. Read them again.")
        row = {"at": now, "person": me().id, "purpose": "respond", "what": "hazards", "subject": incident}
        connection.execute(reads.insert().values(shown=found.digest, **row))
    return redirect(url_for("tasks.task", ref=ref), 303)


def _incident(ref: int) -> Incident:
    with shell().store.read() as connection:
        incident = load_incident(connection, incident_id(ref))
    assert incident is not None, "the gate has seen it"
    return incident


def _shown(ref: int, found: Task) -> dict[str, Any]:
    values = found.values
    codes = [step.code for step in found.steps]
    past = found.known.past if found.known else ()
    return {
        "ref": ref,
        "task": found,
        "stands": stands,
        "said": stands(found.me.step.value, found.incident.stage.value),
        "step_words": STEPS,
        "hazard_words": HAZARDS,
        "needs": needs_words(found.incident.needs),
        "caller": CALLER_KINDS.get(values["caller_kind"], "Caller"),
        "language": LANGUAGES.get(values["language"], ""),
        "map": f"geo:0,0?q={quote(', '.join(part for part in (values['place'], found.area) if part))}",
        "seq": found.seq,
        "pulse_url": url_for("tasks.task_pulse", ref=ref),
        "past": [(one.opened_at, outcome(one.disposition, one.stage)) for one in past],
        "ring": "".join(letter for letter in values["callback"] if letter in "+0123456789"),
        # Where base cannot be reached, a sign of life comes before the next step.
        "text_instead": f"Text {ref} {'OK' if 'ok' in codes else codes[0].upper() if codes else 'N'}",
    }


def _take(ref: int, step: str, minutes: int | None, reason: str, at: datetime | None) -> ResponseReturnValue:
    require(step in CODES, "That is not a step. Go back to the task.")
    command = command_of(step, _incident(ref), me().id, minutes=minutes, reason=reason, at=at)
    ask(ref, command, via="phone")
    return redirect(url_for("tasks.task", ref=ref), 303)


def _pulse(seq: int) -> ResponseReturnValue:
    return jsonify(seq=seq, now=shell().clock.now().isoformat())


def _way_on() -> tuple[str, str]:
    ref = (request.view_args or {}).get("ref")
    return (
        (url_for("tasks.task", ref=ref), "Back to the task") if ref else (url_for("tasks.mine"), "My tasks")
    )


leads_back(bp, _way_on)
