"""The supervisor's review: the queue, one case on a page, a question to an author, the finding."""

from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.access import allowed
from app.audit import trace
from app.commit import Done
from app.journal import newest
from app.queries.case import review_page
from app.queries.review import STATES, Queue, left_queue, queue_of
from app.threads import say
from app.web.forms import BadFields, Form
from app.web.here import ask, incident_id, me, shell
from dispatch.commands import AskAuthor, SignOff
from dispatch.review import FINDINGS

bp = Blueprint("review", __name__)
# A finding that says there is something in it says also what.
WORDS_NEEDED = {
    "learn": "Write what there is to learn.",
    "concern": "Write what the concern is, and what is to be done.",
}
FOLLOW_UP = {"yes": "Yes", "no": "No"}


@bp.get("/review")
@allowed("supervisor", purpose="review")
def queue() -> ResponseReturnValue:
    return render_template("review.html", page=None, **_queue())


@bp.get("/review/changes")
@allowed("supervisor", purpose="review", poll=True)
def changes() -> ResponseReturnValue:
    """Rows that changed after a number, in the form that live.js takes."""
    given = request.args.get("after", "")
    after = int(given) if given.isascii() and given.isdecimal() and len(given) < 16 else 0
    here = shell()
    with here.store.read() as connection:
        seq = newest(connection)
        found = queue_of(connection, here, me().program)
        gone = left_queue(connection, me().program, after)
    rows = {
        f"case-{row.ref}": render_template("review_row.html", row=row, ref=None)
        for row in found.rows
        if row.seq > after
    }
    return jsonify(
        seq=seq,
        now=here.clock.now().isoformat(),
        rows=rows,
        gone=[f"case-{ref}" for ref in gone],
        order=[f"case-{row.ref}" for row in found.rows],
        counts={"late": found.late, "waiting": found.open},
    )


@bp.get("/review/<int:ref>")
@allowed("supervisor", object="incident", purpose="review")
def show(ref: int) -> ResponseReturnValue:
    return _page(ref)


@bp.post("/review/<int:ref>/ask")
@allowed("supervisor", object="incident", purpose="review")
def ask_author(ref: int) -> ResponseReturnValue:
    form = Form(request.form)
    to = form.line("to", most=40, needed="Choose whom you ask.")
    question = form.words("question", needed="Write your question.")
    try:
        form.done()
    except BadFields as wrong:
        return _page(ref, wrong.sentences), 422

    def keep(connection: Connection, done: Done) -> None:
        say(connection, shell(), done.incident.id, "question", me().id, done.facts[0].at, question, to)

    ask(ref, AskAuthor(me().id, to), beside=keep)
    return redirect(url_for("review.show", ref=ref, _anchor="thread"), 303)


@bp.post("/review/<int:ref>/sign-off")
@allowed("supervisor", object="incident", purpose="review")
def sign_off(ref: int) -> ResponseReturnValue:
    form = Form(request.form)
    finding = form.choice("finding", FINDINGS, needed="Choose what you found.")
    words = form.words("found", needed=WORDS_NEEDED.get(finding, ""))
    follow_up = form.choice("follow_up", FOLLOW_UP, needed="Say whether there is something to do.")
    try:
        form.done()
    except BadFields as wrong:
        return _page(ref, wrong.sentences), 422

    def keep(connection: Connection, done: Done) -> None:
        say(connection, shell(), done.incident.id, "finding", me().id, done.facts[0].at, words)

    ask(ref, SignOff(me().id, finding, follow_up == "yes"), beside=keep)
    return redirect(url_for("review.show", ref=ref), 303)


def _page(ref: int, wrong: dict[str, str] | None = None) -> str:
    """The case beside the queue; what was typed stands in its fields again."""
    here, incident = shell(), incident_id(ref)
    with here.store.read() as connection:
        page = review_page(connection, here, incident, me().id)
    with here.store.write() as connection:
        trace(connection, here, me().id, "review", "record", [incident])
    return render_template(
        "review.html",
        page=page,
        ref=ref,
        typed=request.form,
        errors=wrong or {},
        findings=list(FINDINGS.items()),
        follow_up=list(FOLLOW_UP.items()),
        **_queue(),
    )


def _queue() -> dict[str, Any]:
    here = shell()
    with here.store.read() as connection:
        found: Queue = queue_of(connection, here, me().program)
        seq = newest(connection)
    wanted = request.args.get("state", "")
    return {
        "queue": found,
        "rows": found.of(wanted),
        "states": STATES,
        "wanted": wanted,
        "here": "review",
        "seq": seq,
        "live_url": url_for("review.changes"),
    }
