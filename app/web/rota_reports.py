"""What the rota has been: who carried how much of it, as a page and a file for payroll; and every change of it."""

from datetime import date

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from app.access import ROLES, ROTA_ROLES, allowed
from app.audit import trace
from app.program_zone import zone_of
from app.queries.rota_fair import DAYS_AT_MOST, counted_since, fair_report, pay_lines
from app.queries.rota_history import history
from app.queries.rota_span import who_of
from app.queries.rota_week import hours_words
from app.rota.pay_file import as_csv
from app.rota.shifts import TIER_NAMES
from app.web.forms import BadFields, Form
from app.web.here import me, shell
from app.web.rota import EARLIEST, LATEST

bp = Blueprint("rota_reports", __name__, url_prefix="/rota")


@bp.get("/fair")
@allowed(*ROLES, purpose="rota")
def fair() -> ResponseReturnValue:
    """Who carried how much: of everybody for those who keep the rota, of oneself for others."""
    today, errors = _today(), {}
    try:
        first, last = _span(today)
    except BadFields as bad:
        first, last, errors = counted_since(today), today, bad.sentences
    tier = Form(request.args).choice("tier", TIER_NAMES)
    with shell().store.read() as connection:
        report = fair_report(connection, me().program, first, last, _whose(), tier or None)
        zone = zone_of(connection, me().program)
    page = render_template(
        "rota-fair.html",
        report=report,
        tier=tier,
        tiers=tuple(TIER_NAMES.items()),
        given=request.args,
        errors=errors,
        hours=hours_words,
        today=today,
        everybody=_whose() is None,
        zone=zone,
        here="rota",
    )
    return page, 422 if errors else 200


@bp.get("/fair.csv")
@allowed(*ROLES, purpose="export")
def fair_file() -> ResponseReturnValue:
    """The same for payroll: a row for each person's day or night. Who took it is noted."""
    first, last = _span(_today())
    here = shell()
    with here.store.read() as connection:
        body = as_csv(pay_lines(connection, me().program, first, last, _whose()))
    with here.store.write() as connection:
        trace(connection, here, me().id, "export", "rota", [me().program])
    answer = Response(body, mimetype="text/csv")
    name = f"on-call-hours-{first.isoformat()}-to-{last.isoformat()}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.get("/history")
@allowed(*ROLES, purpose="rota")
def changes() -> ResponseReturnValue:
    """Every change of the rota, newest first."""
    form = Form(request.args)
    before = form.whole("before", 1, 2**31 - 1) if form.has("before") else None
    with shell().store.read() as connection:
        known, zone = who_of(connection, me().program), zone_of(connection, me().program)
        person = form.choice("person", known)
        form.done()
        page = history(
            connection,
            me().program,
            {one.id: one.name for one in known.values()},
            zone,
            person=person or None,
            before=before,
            everything=_whose() is None or person == me().id,
        )
    return render_template(
        "rota-history.html",
        page=page,
        people=list(known.values()),
        person=person,
        first=before is None,
        zone=zone,
        here="rota",
    )


def _whose() -> str | None:
    """Whose figures this visitor may see; None is everybody's."""
    return None if me().roles & set(ROTA_ROLES) else me().id


def _span(today: date) -> tuple[date, date]:
    form = Form(request.args)
    first = form.day("from", earliest=EARLIEST, latest=LATEST) or counted_since(today)
    last = form.day("to", earliest=EARLIEST, latest=LATEST) or max(today, first)
    if last < first:
        form.wrong("to", "The last day is before the first. Write a later one.")
    if (last - first).days >= DAYS_AT_MOST:
        form.wrong("to", f"Count at most {DAYS_AT_MOST} days at once. Write an earlier last day.")
    form.done()
    return first, last


def _today() -> date:
    with shell().store.read() as connection:
        zone = zone_of(connection, me().program)
    return shell().clock.now().astimezone(zone).date()
