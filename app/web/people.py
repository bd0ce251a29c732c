"""People: find a client without a name in any address, read the record with an audit row, and keep it."""

from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import allowed
from app.audit import trace
from app.clients import PLAN_PARTS, WORDS, case_managers, change_client, create_client, write_plan
from app.hazards import KINDS, REVIEWS, SOURCES, add_hazard, withdraw_hazard
from app.objects import OBJECTS
from app.queries.people import Record, lines_of, record_of
from app.web.forms import Form
from app.web.here import me, request_key, shell
from app.web.zone import zone_here

bp = Blueprint("people", __name__)
SEEN = ("dispatcher", "supervisor", "responder")
PRONOUNS = ("", "she, her", "he, him", "they, them")
# Field -> most characters.
LENGTHS = {"name": 120, "phone": 60, "address": 300, "language": 60, "guardian": 300}


@bp.get("/people")
@allowed(*SEEN, purpose="people")
def index() -> ResponseReturnValue:
    return _list("")


@bp.post("/people")
@allowed(*SEEN, purpose="people")
def find() -> ResponseReturnValue:
    """A search is posted: a name in an address would stand in every log on its way."""
    return _list(Form(request.form).line("name", most=120))


@bp.get("/people/new")
@allowed("dispatcher", "supervisor", purpose="people")
def new() -> ResponseReturnValue:
    return _edit_page(None, {})


@bp.post("/people/new")
@allowed("dispatcher", "supervisor", purpose="people")
def create() -> ResponseReturnValue:
    said, manager, pronouns, wrong = _read_client()
    if wrong:
        return _edit_page(None, wrong, 422)
    client = create_client(
        shell(), me().id, me().program, said, case_manager=manager, pronouns=pronouns, key=request_key()
    )
    return redirect(url_for("people.show", client=client))


@bp.get("/people/<client>")
@allowed(*SEEN, object="client", purpose="record")
def show(client: str) -> ResponseReturnValue:
    return _page(client)


@bp.get("/people/<client>/edit")
@allowed(*SEEN, object="client_kept", purpose="record")
def edit(client: str) -> ResponseReturnValue:
    return _edit_page(_record(client), {})


@bp.post("/people/<client>/edit")
@allowed(*SEEN, object="client_kept", purpose="record")
def change(client: str) -> ResponseReturnValue:
    said, manager, pronouns, wrong = _read_client()
    if wrong:
        return _edit_page(_record(client), wrong, 422)
    change_client(shell(), me().id, client, said, case_manager=manager, pronouns=pronouns)
    return redirect(url_for("people.show", client=client))


@bp.get("/people/<client>/plan")
@allowed(*SEEN, object="client_kept", purpose="plan")
def plan(client: str) -> ResponseReturnValue:
    return _plan_page(client, {})


@bp.post("/people/<client>/plan")
@allowed(*SEEN, object="client_kept", purpose="plan")
def keep_plan(client: str) -> ResponseReturnValue:
    """A new version; the old ones stay and can be read."""
    form = Form(request.form)
    said = {part: form.words(part) for part in PLAN_PARTS}
    review = form.day("review_by", earliest=_today())
    if not any(said.values()):
        form.wrong("helps", "Write at least what helps.")
    if form.sentences:
        return _plan_page(client, form.sentences, 422)
    write_plan(shell(), me().id, client, said, _end_of(review), request_key())
    return redirect(url_for("people.show", client=client))


@bp.post("/people/<client>/hazards")
@allowed(*SEEN, object="client_kept", purpose="record")
def hazard(client: str) -> ResponseReturnValue:
    form = Form(request.form)
    words = form.words("hazard", most=500, needed="Write what could hurt the team.")
    kind = form.choice("hazard_kind", KINDS, needed="Choose what kind of hazard it is.")
    source = form.choice("hazard_source", SOURCES, needed="Choose who told it.")
    review = form.choice("hazard_review", REVIEWS)
    if form.sentences:
        return _page(client, 422, typed=request.form, wrong=form.sentences)
    days = int(review) if review else None
    add_hazard(
        shell(),
        me().id,
        me().program,
        kind=kind,
        source=source,
        words=words,
        client=client,
        review_days=days,
        key=request_key(),
    )
    return redirect(url_for("people.show", client=client))


@bp.post("/people/<client>/hazards/<hazard>/withdraw")
@allowed(*SEEN, object="client_kept", purpose="record")
def withdraw(client: str, hazard: str) -> ResponseReturnValue:
    withdraw_hazard(shell(), me().id, me().program, hazard, client=client)
    return redirect(url_for("people.show", client=client))


def _read_client() -> tuple[dict[str, str], str | None, str, dict[str, str]]:
    form = Form(request.form)
    said = {name: form.line(name, most=most) for name, most in LENGTHS.items()}
    said["know"] = form.words("know", most=4_000)
    born = form.day("born", latest=_today())
    said["born"] = born.isoformat() if born else ""
    if not said["name"]:
        form.wrong("name", "Write the name. Without a name nobody finds the record again.")
    with shell().store.read() as connection:
        managers = [person for person, _ in case_managers(connection, me().program)]
    manager = form.choice("case_manager", managers)
    pronouns = form.choice("pronouns", PRONOUNS)
    return said, manager or None, pronouns, form.sentences


def _today() -> date:
    here = shell()
    return here.clock.now().astimezone(zone_here()).date()


def _end_of(day: date | None) -> datetime | None:
    """The last moment of a local day."""
    return datetime.combine(day, time(23, 59, 59), zone_here()) if day else None


def _list(text: str) -> ResponseReturnValue:
    here = shell()
    with here.store.read() as connection:
        lines = lines_of(connection, here, me(), text, _today())
    with here.store.write() as connection:
        trace(connection, here, me().id, "people", "list", [line.client for line in lines])
    may_add = bool(me().roles & {"dispatcher", "supervisor"})
    return render_template("people/list.html", lines=lines, text=text, may_add=may_add)


def _record(client: str) -> Record:
    here = shell()
    with here.store.read() as connection:
        found = record_of(connection, here, client, _today())
    with here.store.write() as connection:
        trace(connection, here, me().id, "record", "record", [client])
        if found.plans:
            trace(connection, here, me().id, "record", "plan", [client])
    return found


def _page(client: str, status: int = 200, **typed: Any) -> ResponseReturnValue:
    record = _record(client)
    here = shell()
    with here.store.read() as connection:
        keeps = OBJECTS["client_kept"](connection, here, me(), {"client": client})
    offered = {"kinds": [*KINDS.items()], "sources": [*SOURCES.items()], "reviews": [*REVIEWS.items()]}
    blank: dict[str, Any] = {"typed": {}, "wrong": {}}
    page = {**blank, "record": record, "keeps": keeps, **offered, **typed}
    return render_template("people/record.html", **page), status


def _edit_page(record: Record | None, wrong: dict[str, str], status: int = 200) -> ResponseReturnValue:
    with shell().store.read() as connection:
        managers = case_managers(connection, me().program)
    blank = dict.fromkeys((*WORDS, "pronouns", "case_manager"), "")
    stands = (
        {"pronouns": record.pronouns, "case_manager": record.case_manager_id, **record.said} if record else {}
    )
    typed = request.form if wrong else {}
    page = render_template(
        "people/edit.html",
        record=record,
        values={**blank, **stands, **typed},
        managers=[("", "Nobody"), *managers],
        pronouns=[(each, each or "Not said") for each in PRONOUNS],
        wrong=wrong,
    )
    return page, status


def _plan_page(client: str, wrong: dict[str, str], status: int = 200) -> ResponseReturnValue:
    record = _record(client)
    last = record.plans[0].said if record.plans else {}
    page = render_template(
        "people/plan.html",
        record=record,
        parts=PLAN_PARTS,
        values={**last, **(request.form if wrong else {})},
        wrong=wrong,
    )
    return page, status
