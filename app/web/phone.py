"""A page's own link: one page, one person, half an hour. It answers the page and shows what came of it."""

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import by_page_link
from app.commit import commit
from app.queries.page_link import Link, ask_of, link_of, seq_of
from app.tables import pages
from app.web.forms import Form
from app.web.here import request_key, shell
from app.web.step_words import MINUTES, TEAM_STANDS, hazard_words, needs_words
from app.web.way_on import leads_back
from app.web.zone import opened_by_link
from dispatch.answers import DECLINE_REASONS, MINUTES_AT_MOST
from dispatch.commands import Accept, Command, Decline

bp = Blueprint("phone", __name__)
WHY_NOT = {
    "unfit": "I am not fit to drive or work",
    "knows_person": "I know this person",
    "too_far": "Too far, or no car",
    "other": "Something else",
}


@bp.get("/p/<token>")
@by_page_link("read one's page")
def show(token: str) -> ResponseReturnValue:
    link = _link(token)
    if link.over:
        return _over(link)
    with shell().store.read() as connection:
        ask = ask_of(connection, shell(), link)
    return render_template(
        "phone-page.html",
        **_always(link, token),
        ask=ask,
        needs=needs_words(ask.needs),
        hazards=hazard_words(ask.hazards),
        team=TEAM_STANDS.get(ask.stage),
        minutes=MINUTES,
        seq=ask.seq,
        pulse_url=url_for("phone.pulse", token=token),
    )


@bp.get("/p/<token>/no")
@by_page_link("say no to one's page")
def why_not(token: str) -> ResponseReturnValue:
    link = _link(token)
    return (
        _over(link)
        if link.over
        else render_template("phone-page-no.html", **_always(link, token), reasons=WHY_NOT)
    )


@bp.post("/p/<token>/yes")
@by_page_link("say yes to one's page")
def yes(token: str) -> ResponseReturnValue:
    link = _link(token)
    form = Form(request.form)
    own = form.whole("own", 0, MINUTES_AT_MOST)
    chosen = form.choice("minutes", {str(number) for number in MINUTES})
    form.done()
    minutes = own if own is not None else int(chosen) if chosen else None
    return _ask(link, token, Accept(link.person, link.page, minutes))


@bp.post("/p/<token>/no")
@by_page_link("say no to one's page")
def no(token: str) -> ResponseReturnValue:
    link = _link(token)
    form = Form(request.form)
    reason = form.choice("reason", DECLINE_REASONS) or "other"
    form.done()
    return _ask(link, token, Decline(link.person, link.page, reason))


@bp.post("/p/<token>/shown")
@by_page_link("proof that the page was on a screen", poll=True)
def shown(token: str) -> ResponseReturnValue:
    # Evidence, never an answer. A GET says nothing: carriers and chat programs open links by themselves. This
    # is sent by the page's script once a person could see it.
    link = _link(token)
    with shell().store.write() as connection:
        first = pages.update().where(pages.c.id == link.page, pages.c.shown_at.is_(None))
        connection.execute(first.values(shown_at=shell().clock.now()))
    return "", 204


@bp.get("/p/<token>/pulse")
@by_page_link("keep one's page fresh", poll=True)
def pulse(token: str) -> ResponseReturnValue:
    link = _link(token)
    with shell().store.read() as connection:
        return jsonify(seq=seq_of(connection, link), now=shell().clock.now().isoformat())


def _link(token: str) -> Link:
    with shell().store.read() as connection:
        link = link_of(connection, token, shell().clock.now())
    if link is None:
        abort(404, "This link opens no page. Answer by text, or call the desk.")
    opened_by_link(link.zone)
    return link


def _ask(link: Link, token: str, command: Command) -> ResponseReturnValue:
    if link.over:
        return _over(link)
    commit(shell(), link.incident, command, via="link", key=request_key())
    return redirect(url_for("phone.show", token=token), 303)


def _over(link: Link) -> ResponseReturnValue:
    status = 410 if request.method == "POST" else 200
    return render_template("phone-page-over.html", **_always(link, "")), status


def _always(link: Link, token: str) -> dict[str, object]:
    twilio = shell().settings.outside.twilio
    sender = twilio.sender if twilio and twilio.sender.startswith("+") else ""
    return {
        "ref": link.ref,
        "token": token,
        "text_to": sender,
        "text_instead": f"Text {link.ref} Y or {link.ref} N",
    }


def _way_on() -> tuple[str, str]:
    return (url_for("phone.show", **(request.view_args or {})), "Back to the page")


leads_back(bp, _way_on)
