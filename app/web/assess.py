"""The assessment on a phone: one question on a page, saved as it is answered, resumed where it stopped."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import charts
from app.access import allowed
from app.queries.notes import Notes
from app.record import steps
from app.record.chart import screener_answers
from app.record.cssrs import asked
from app.record.cssrs_wording import QUESTIONS
from app.web.chart_form import settlement, whole
from app.web.chart_pages import fields_of, form_of, notes_behind, read_notes
from app.web.here import incident_id, me, shell
from dispatch.notes import may_write

bp = Blueprint("assess", __name__)


@bp.get("/incidents/<int:ref>/assess")
@allowed("responder", "supervisor", object="incident", purpose="chart")
def resume(ref: int) -> ResponseReturnValue:
    """Where to go on, on this device or another."""
    notes = read_notes(ref, "chart")
    if not may_write(notes.incident, me().id):
        return redirect(url_for("chart.show", ref=ref))
    return redirect(_at(ref, steps.resume(notes.chart.kept.answers)))


@bp.get("/incidents/<int:ref>/assess/<step>")
@allowed("responder", "supervisor", object="incident", purpose="chart")
def show(ref: int, step: str) -> ResponseReturnValue:
    _require_step(step)
    notes = read_notes(ref, "chart")
    if not may_write(notes.incident, me().id):
        return redirect(url_for("chart.show", ref=ref))
    return _page(notes, step)


@bp.post("/incidents/<int:ref>/assess/<step>")
@allowed("responder", "supervisor", object="incident", purpose="chart")
def keep(ref: int, step: str) -> ResponseReturnValue:
    """Save the step, then go on or back. What cannot be kept stays on the page with its sentence."""
    _require_step(step)
    entry = whole(request.form, steps.fields(step))
    saved = charts.save(shell(), incident_id(ref), me().id, entry)
    choice = settlement(request.form)
    if choice:
        charts.choose(shell(), incident_id(ref), me().id, choice.field, choice.window, choice.take)
    if saved.wrong:
        return _page(read_notes(ref, "chart"), step, typed=entry.changes, wrong=saved.sentences), 422
    answers = notes_behind(ref).chart.kept.answers
    onward = {
        "back": steps.step_before(answers, step) or step,
        "next": steps.step_after(answers, step) or steps.SIGN,
    }
    return redirect(_at(ref, step if choice else onward.get(request.form.get("go", ""), step)), 303)


def _require_step(step: str) -> None:
    if not steps.is_step(step) or step == steps.SIGN:
        abort(404)


def _at(ref: int, step: str) -> str:
    return (
        url_for("chart.signing", ref=ref)
        if step == steps.SIGN
        else url_for("assess.show", ref=ref, step=step)
    )


def _page(notes: Notes, step: str, **said: Any) -> str:
    answers = notes.chart.kept.answers
    progress, before = steps.progress(step), steps.step_before(answers, step)
    return render_template(
        "assess.html",
        step=step,
        shown=fields_of(step),
        progress=progress,
        bars=_bars(notes, progress),
        back=steps.progress(before) if before else None,
        last=steps.step_after(answers, step) == steps.SIGN,
        **form_of(notes, step, **said),
    )


def _bars(notes: Notes, progress: steps.Progress) -> list[str]:
    """One mark for each question or part: done, now, skipped by the rule of the screener, still to come."""
    applies = {q.number for q in QUESTIONS if q.id in asked(screener_answers(notes.chart.kept.answers))}
    screening = progress.of == QUESTIONS[-1].number
    return [
        _bar(number, progress.at, not screening or number in applies) for number in range(1, progress.of + 1)
    ]


def _bar(number: int, at: int, applies: bool) -> str:
    if number == at:
        return "n"
    if not applies:
        return "k"
    return "d" if number < at else ""
