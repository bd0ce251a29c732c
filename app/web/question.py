"""The author's side of a review: what the supervisor asks, and the answer."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.access import allowed
from app.audit import trace
from app.commit import Done, load_incident
from app.queries.notes import staff_names
from app.threads import say, thread_of
from app.web.forms import BadFields, Form
from app.web.here import ask, incident_id, me, shell
from dispatch.commands import AnswerQuestion

bp = Blueprint("question", __name__)
STAFF = ("responder", "dispatcher", "supervisor")


@bp.get("/incidents/<int:ref>/question")
@allowed(*STAFF, object="incident", purpose="review")
def show(ref: int) -> ResponseReturnValue:
    return _page(ref)


@bp.post("/incidents/<int:ref>/question")
@allowed(*STAFF, object="incident", purpose="review")
def answer(ref: int) -> ResponseReturnValue:
    form = Form(request.form)
    words = form.words("answer", needed="Write your answer.")
    try:
        form.done()
    except BadFields as wrong:
        return _page(ref, wrong.sentences), 422

    def keep(connection: Connection, done: Done) -> None:
        say(connection, shell(), done.incident.id, "answer", me().id, done.facts[0].at, words)

    ask(ref, AnswerQuestion(me().id), beside=keep)
    return redirect(url_for("question.show", ref=ref), 303)


def _page(ref: int, wrong: dict[str, str] | None = None) -> str:
    """Only what was asked of this person, and what they said."""
    here, incident_of_ref = shell(), incident_id(ref)
    with here.store.read() as connection:
        incident = load_incident(connection, incident_of_ref)
        assert incident is not None
        names = staff_names(connection, incident.program)
        thread = thread_of(connection, here, incident.id, names, me().id)
    with here.store.write() as connection:
        trace(connection, here, me().id, "review", "question", [incident.id])
    asked = incident.question
    waits = asked is not None and asked.to == me().id and asked.answered_at is None
    typed = request.form.get("answer", "")
    return render_template(
        "question.html", ref=ref, thread=thread, waits=waits, errors=wrong or {}, typed=typed
    )
