"""Beside the intake: who it is, whether it is the same event, what could hurt the team, and 911."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.access import allowed
from app.clients import create_client, require_client
from app.commit import record
from app.hazards import KINDS, REVIEWS, SOURCES, add_hazard, withdraw_hazard
from app.queries.intake import Sheet, sheet_of
from app.queries.same_event import require_linkable
from app.tables import told_apart
from app.web.forms import Form
from app.web.here import ask, incident_id, me, request_key, shell
from app.web.intake import page
from dispatch.commands import CallEmergency, LinkClient, MarkDuplicate, Triage
from dispatch.desk import LOWER_REASONS
from dispatch.value import Refused, require

bp = Blueprint("intake_links", __name__)
EXPLAINED = ("other",)


@bp.post("/incidents/<int:ref>/intake/emergency")
@allowed("dispatcher", "supervisor", object="incident", purpose="intake")
def emergency(ref: int) -> ResponseReturnValue:
    ask(ref, CallEmergency(me().id))
    return _back(ref)


@bp.post("/incidents/<int:ref>/intake/triage")
@allowed("dispatcher", "supervisor", object="incident", purpose="intake")
def triage(ref: int) -> ResponseReturnValue:
    """A human takes, raises or lowers it. What was written stays on the page when the rules refuse."""
    form = Form(request.form)
    acuity = form.whole("acuity", 1, 3, needed="Choose priority 1, 2 or 3.")
    reason = form.choice("reason", LOWER_REASONS)
    why = form.words("why", most=2_000)
    if reason in EXPLAINED and not why:
        form.wrong("why", "Write why in your words: the list does not say it.")
    wrong = form.sentences
    if not wrong:
        try:
            ask(ref, Triage(me().id, acuity or 0, reason or None), words={"note": why} if why else None)
        except Refused as refused:
            wrong = {"reason": refused.sentence}
    if wrong:
        return page(ref, 422, lower_typed=request.form, lower_wrong=wrong)
    return _back(ref)


@bp.post("/incidents/<int:ref>/intake/client")
@allowed("dispatcher", "supervisor", object="incident", purpose="intake")
def link(ref: int) -> ResponseReturnValue:
    """A person says who it is; an empty `client` takes the link away."""
    client = Form(request.form).line("client", most=40)
    if client:
        with shell().store.read() as connection:
            require_client(connection, me().program, client)
    ask(ref, LinkClient(me().id, client or None))
    return _back(ref)


@bp.post("/incidents/<int:ref>/intake/client/new")
@allowed("dispatcher", "supervisor", object="incident", purpose="intake")
def make_client(ref: int) -> ResponseReturnValue:
    """A record for somebody we do not know yet, from what was taken down."""
    values = _sheet(ref).values
    name = values["person_name"].partition(",")[0].strip()
    require(name, "Write the person's name first. Then a record can be made.")
    said = {"name": name, "born": values["person_born"], "guardian": values["guardian"]}
    if values["caller_kind"] == "self":
        said["phone"] = values["callback"]
    key = request_key()
    client = create_client(shell(), me().id, me().program, said, key=key and f"{key}.client")
    ask(ref, LinkClient(me().id, client))
    return _back(ref)


@bp.post("/incidents/<int:ref>/intake/apart")
@allowed("dispatcher", "supervisor", object="incident", purpose="intake")
def apart(ref: int) -> ResponseReturnValue:
    """Not the same: this client, or that other call, is not suggested for this call again."""
    form = Form(request.form)
    kind = form.choice("kind", ("client", "incident"), needed="Reload the page, then choose again.")
    other = form.line("other", most=40, needed="Reload the page, then choose again.")
    form.done()
    incident = incident_id(ref)
    here = shell()
    row = {"incident": incident, "kind": kind, "other": other}
    with here.store.write() as connection:
        known = [told_apart.c[name] == value for name, value in row.items()]
        if connection.execute(select(told_apart.c.at).where(*known)).first() is None:
            now = here.clock.now()
            connection.execute(told_apart.insert().values(**row, by=me().id, at=now))
            record(
                connection,
                here,
                program=me().program,
                stream=f"apart-{incident}",
                by=me().id,
                via="board",
                kind="ToldApart",
                fact="{}",
            )
    return _back(ref)


@bp.post("/incidents/<int:ref>/intake/duplicate")
@allowed("dispatcher", "supervisor", object="incident", purpose="intake")
def duplicate(ref: int) -> ResponseReturnValue:
    """This call is the same event as one that is being answered: it ends here, and the other goes on."""
    form = Form(request.form)
    of = form.whole("of", 1, 99_999_999, needed="Choose which call it is the same as.") or 0
    form.done()
    with shell().store.read() as connection:
        require_linkable(connection, me().program, of)
    ask(ref, MarkDuplicate(me().id, of))
    return redirect(url_for("intake.show", ref=of))


@bp.post("/incidents/<int:ref>/intake/hazards")
@allowed("dispatcher", "supervisor", object="incident", purpose="intake")
def hazard(ref: int) -> ResponseReturnValue:
    form = Form(request.form)
    words = form.words("hazard", most=500, needed="Write what could hurt the team.")
    kind = form.choice("hazard_kind", KINDS, needed="Choose what kind of hazard it is.")
    source = form.choice("hazard_source", SOURCES, needed="Choose who told it.")
    review = form.choice("hazard_review", REVIEWS)
    of = form.choice("hazard_of", ("place", "client"), needed="Choose: this place, or this client.")
    if form.sentences:
        return page(ref, 422, hazard_typed=request.form, hazard_wrong=form.sentences)
    sheet = _sheet(ref)
    add_hazard(
        shell(),
        me().id,
        me().program,
        kind=kind,
        source=source,
        words=words,
        client=sheet.incident.client if of == "client" else None,
        place=sheet.place_index if of == "place" else None,
        review_days=int(review) if review else None,
        key=request_key(),
    )
    return _back(ref)


@bp.post("/incidents/<int:ref>/intake/hazards/<hazard>/withdraw")
@allowed("dispatcher", "supervisor", object="incident", purpose="intake")
def withdraw(ref: int, hazard: str) -> ResponseReturnValue:
    sheet = _sheet(ref)
    withdraw_hazard(
        shell(), me().id, me().program, hazard, client=sheet.incident.client, place=sheet.place_index
    )
    return _back(ref)


def _sheet(ref: int) -> Sheet:
    incident = incident_id(ref)
    with shell().store.read() as connection:
        return sheet_of(connection, shell(), incident)


def _back(ref: int) -> ResponseReturnValue:
    return redirect(url_for("intake.show", ref=ref))
