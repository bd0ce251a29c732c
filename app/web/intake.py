"""Taking a call down: a number or a place is enough to begin, and what is typed next saves itself."""

from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import allowed
from app.commit import commit
from app.intake import describe, open_incident
from app.queries.advice import advice
from app.queries.intake import Sheet, areas_of, sheet_of
from app.web.forms import Form
from app.web.here import incident_id, me, request_key, shell, wants_json
from app.web.intake_form import QUESTION, Drawn, Taken, changed, drawn, overtaken, read, without
from app.web.intake_page import choices, page_of, pieces, rail
from app.web.zone import zone_here
from app.world import policy_of
from dispatch.commands import Triage
from dispatch.desk import CHANNELS

bp = Blueprint("intake", __name__)
ENOUGH = ("callback", "place", "words")
NOT_ENOUGH = "Write a number or a place: either one is enough to begin."
CHANNEL = "Choose how the call came in."
SEND = "/board?call={ref}&pane=send"


@bp.get("/incidents/new")
@allowed("dispatcher", "supervisor", purpose="intake")
def new() -> ResponseReturnValue:
    return _new_page(channel="phone")


@bp.post("/incidents/new")
@allowed("dispatcher", "supervisor", purpose="intake")
def create() -> ResponseReturnValue:
    taken = _taken()
    form = Form(request.form)
    channel = form.choice("channel", CHANNELS, needed=CHANNEL)
    wrong = {**form.sentences, **taken.wrong}
    if not wrong and not any(taken.fields.get(name) for name in ENOUGH):
        wrong["place"] = NOT_ENOUGH
    if wrong:
        typed = _typed()
        return _new_page(422, wrong=wrong, channel=channel, **asdict(typed))
    fields = {name: text for name, text in taken.fields.items() if text}
    answers = {code: answer for code, answer in taken.answers.items() if answer}
    needs = taken.needs or ()
    done = open_incident(
        shell(), me().id, me().program, channel, answers, needs, fields, "board", request_key()
    )
    return redirect(url_for("intake.show", ref=done.incident.ref))


@bp.get("/incidents/<int:ref>/intake")
@allowed("dispatcher", "supervisor", object="incident", purpose="intake")
def show(ref: int) -> ResponseReturnValue:
    return page(ref)


@bp.post("/incidents/<int:ref>/intake")
@allowed("dispatcher", "supervisor", object="incident", purpose="intake")
def save(ref: int) -> ResponseReturnValue:
    """An autosave sends what changed and is told the rest; a page without scripts sends all of it."""
    saved = _save(ref)
    return _told(ref, saved) if wants_json() else saved.again or redirect(url_for("intake.show", ref=ref))


@bp.post("/incidents/<int:ref>/intake/leave")
@allowed("dispatcher", "supervisor", object="incident", purpose="intake")
def leave(ref: int) -> ResponseReturnValue:
    return _save(ref).again or redirect("/board")


@bp.post("/incidents/<int:ref>/intake/send")
@allowed("dispatcher", "supervisor", object="incident", purpose="intake")
def send(ref: int) -> ResponseReturnValue:
    """Save all of it, triage by what it says now, and go on to choosing the team."""
    saved = _save(ref)
    if saved.again:
        return saved.again
    incident = incident_id(ref)
    with shell().store.read() as connection:
        call = sheet_of(connection, shell(), incident).incident
        said = advice(call, policy_of(connection, call.program))
    if said.take != call.acuity:
        key = request_key()
        commit(shell(), incident, Triage(me().id, said.take), via="board", key=key and f"{key}.triage")
    return redirect(SEND.format(ref=ref))


def page(ref: int, status: int = 200, **typed: Any) -> ResponseReturnValue:
    """The whole page; what was typed and not taken stands where it was typed."""
    values = {"wrong": {}, **rail(), **page_of(incident_id(ref)), **typed}
    return render_template("intake/page.html", **values), status


def _new_page(status: int = 200, **typed: Any) -> ResponseReturnValue:
    with shell().store.read() as connection:
        offered = choices(connection, me().program)
    blank: dict[str, Any] = {"wrong": {}, "values": {}, "answers": {}, "needs": ()}
    return render_template("intake/new.html", **{**blank, **offered, **rail(), **typed}), status


def _taken() -> Taken:
    now = shell().clock.now()
    with shell().store.read() as connection:
        areas = areas_of(connection, me().program)
    today = now.astimezone(zone_here()).date()
    return read(request.form, request.form.getlist("needs"), areas, today)


def _typed() -> Drawn:
    given = request.form
    asked = {name.removeprefix(QUESTION): given[name] for name in given if name.startswith(QUESTION)}
    return Drawn(dict(given), asked, tuple(given.getlist("needs")))


@dataclass(frozen=True)
class _Saved:
    """What a form changed, what of it was refused, and the page to show again when some of it was."""

    wrong: dict[str, str]
    kept: bool
    again: ResponseReturnValue | None


def _save(ref: int) -> _Saved:
    """Save what this person changed; where somebody else did too, ask before it is replaced."""
    incident = incident_id(ref)
    taken = _taken()
    then = drawn(request.form.get("was", "")) if "was" in request.form else None
    with shell().store.read() as connection:
        sheet = sheet_of(connection, shell(), incident)
    stands = (sheet.values, sheet.answers)
    touched = changed(taken, then.values, then.answers, then.needs) if then else taken
    clash = overtaken(touched, then, *stands) if then else {}
    news = changed(without(touched, clash), *stands, sheet.incident.needs)
    if news.fields or news.answers or news.needs is not None:
        describe(
            shell(),
            incident,
            me().id,
            answers=news.answers,
            needs=news.needs,
            fields=news.fields,
            via="board",
            key=request_key(),
        )
    wrong = {**taken.wrong, **clash}
    if wants_json() or not wrong:
        kept = bool(taken.fields or taken.answers or taken.needs is not None)
        return _Saved(wrong, kept, None)
    return _Saved(wrong, True, page(ref, 409 if clash else 422, wrong=wrong, **_over(sheet, then or Drawn())))


def _over(sheet: Sheet, then: Drawn) -> dict[str, Any]:
    """What was typed, laid over what stands: only where this person changed something."""
    typed = _typed()
    values = {name: text for name, text in typed.values.items() if text != then.values.get(name, "")}
    answers = {code: said for code, said in typed.answers.items() if said != then.answers.get(code, "")}
    needs = [need for need in typed.needs if need] if set(typed.needs) - {""} != set(then.needs) else None
    return {
        "values": {**sheet.values, **values},
        "answers": {**sheet.answers, **answers},
        "needs": sheet.incident.needs if needs is None else needs,
    }


def _told(ref: int, saved: _Saved) -> ResponseReturnValue:
    values = page_of(incident_id(ref), whole=False)
    sheet: Sheet = values["sheet"]
    told = {
        "saved_at": (sheet.updated_at or shell().clock.now()).isoformat(),
        "version": sheet.version,
        "errors": saved.wrong,
        "fragments": pieces(values),
        "stands": [sheet.values, sheet.answers, list(sheet.incident.needs)],
    }
    return jsonify(told), 422 if saved.wrong and not saved.kept else 200
