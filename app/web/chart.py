"""The notes on a laptop: the whole form, the decision, what is missing, the signature, the addenda."""

from collections.abc import Mapping

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import charts
from app.access import allowed
from app.queries.notes import Notes
from app.web.chart_form import partial, settlement, whole
from app.web.chart_pages import (
    ALL,
    LEVEL_OF_CARE,
    fields_of,
    form_of,
    fragments,
    frame,
    notes_behind,
    read_notes,
)
from app.web.forms import BadFields, Form
from app.web.here import incident_id, me, request_key, shell
from dispatch.notes import may_write

bp = Blueprint("chart", __name__)
ADDENDUM_NEEDED = "Write what you want to add."
TEMPLATES = {ALL: "chart.html", LEVEL_OF_CARE: "decision.html"}
HERE = {ALL: "chart.show", LEVEL_OF_CARE: "chart.decision"}
ONWARD = {ALL: "chart.decision", LEVEL_OF_CARE: "chart.signing"}


@bp.get("/incidents/<int:ref>/chart")
@allowed("responder", "supervisor", object="incident", purpose="chart")
def show(ref: int) -> ResponseReturnValue:
    return _form_or_notes(ref, ALL)


@bp.get("/incidents/<int:ref>/decision")
@allowed("responder", "supervisor", object="incident", purpose="chart")
def decision(ref: int) -> ResponseReturnValue:
    return _form_or_notes(ref, LEVEL_OF_CARE)


@bp.post("/incidents/<int:ref>/chart")
@allowed("responder", "supervisor", object="incident", purpose="chart")
def keep(ref: int) -> ResponseReturnValue:
    return _keep(ref, ALL)


@bp.post("/incidents/<int:ref>/decision")
@allowed("responder", "supervisor", object="incident", purpose="chart")
def keep_decision(ref: int) -> ResponseReturnValue:
    return _keep(ref, LEVEL_OF_CARE)


@bp.post("/incidents/<int:ref>/chart/changes")
@allowed("responder", "supervisor", object="incident", purpose="chart")
def changes(ref: int) -> ResponseReturnValue:
    """What a page that saves itself sends; told back what was kept and what was not."""
    entry = partial(request.form, request.args.get("window", ""))
    saved = charts.save(shell(), incident_id(ref), me().id, entry)
    notes = notes_behind(ref)
    told = {
        "version": saved.version,
        "saved_at": saved.at.isoformat(),
        "errors": saved.sentences,
        "beside": saved.merged.beside,
        "fragments": fragments(notes, request.args.get("page", ""), saved.merged.news),
    }
    nothing = saved.wrong and len(saved.wrong) == len(entry.changes)
    return jsonify(told), 422 if nothing else 200


@bp.get("/incidents/<int:ref>/sign")
@allowed("responder", "supervisor", object="incident", purpose="sign")
def signing(ref: int) -> ResponseReturnValue:
    notes = read_notes(ref, "sign")
    if not may_write(notes.incident, me().id):
        return redirect(url_for("chart.show", ref=ref))
    return render_template("sign.html", **frame(notes, "sign"))


@bp.post("/incidents/<int:ref>/sign")
@allowed("responder", "supervisor", object="incident", purpose="sign")
def sign(ref: int) -> ResponseReturnValue:
    form = Form(request.form)
    seen = form.whole("version", 0, 99_999_999, needed="Load the page again, read the notes, then sign.")
    form.done()
    charts.sign(shell(), incident_id(ref), me().id, seen or 0, key=request_key())
    return redirect(url_for("chart.show", ref=ref), 303)


@bp.post("/incidents/<int:ref>/addenda")
@allowed("responder", "supervisor", object="incident", purpose="addendum")
def add(ref: int) -> ResponseReturnValue:
    form = Form(request.form)
    text = form.words("addendum", needed=ADDENDUM_NEEDED)
    try:
        form.done()
    except BadFields as wrong:
        typed = request.form.get("addendum", "")
        return _notes(ref, read_notes(ref, "chart"), typed, wrong.sentences), 422
    charts.add(shell(), incident_id(ref), me().id, text, key=request_key())
    return redirect(url_for("chart.show", ref=ref, _anchor="addenda"), 303)


def _form_or_notes(ref: int, page: str) -> ResponseReturnValue:
    """The form for those who write; for everybody else, and after signing, the notes as they stand."""
    notes = read_notes(ref, "chart")
    if not may_write(notes.incident, me().id):
        return _notes(ref, notes)
    return render_template(TEMPLATES[page], **form_of(notes, page))


def _notes(ref: int, notes: Notes, typed: str = "", wrong: Mapping[str, str] | None = None) -> str:
    return render_template("notes.html", ref=ref, notes=notes, typed=typed, errors=wrong or {})


def _keep(ref: int, page: str) -> ResponseReturnValue:
    entry = whole(request.form, [field.id for field in fields_of(page)])
    saved = charts.save(shell(), incident_id(ref), me().id, entry)
    choice = settlement(request.form)
    if choice:
        charts.choose(shell(), incident_id(ref), me().id, choice.field, choice.window, choice.take)
    if saved.wrong:
        notes = read_notes(ref, "chart")
        return render_template(TEMPLATES[page], **form_of(notes, page, entry.changes, saved.sentences)), 422
    onward = ONWARD if request.form.get("go") == "on" else HERE
    anchor = f"f-{choice.field}" if choice else None
    return redirect(url_for(onward[page], ref=ref, _anchor=anchor), 303)
