"""The crisis log: the page, saved views, and the file."""

import json
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import saved_views
from app.access import allowed
from app.audit import trace
from app.commit import record
from app.log_file import ROWS_AT_MOST, as_csv
from app.queries.intake import areas_of
from app.queries.log import SORTS, STAGES, Filter, all_lines, count, log_page, responders_of
from app.record.form_decision import DISPOSITIONS, RECOMMENDATIONS
from app.web.forms import Form
from app.web.here import me, shell
from app.web.log_form import Known, cursor, marker, read, written
from app.web.zone import zone_here
from dispatch.desk import CHANNELS
from dispatch.value import require

bp = Blueprint("log", __name__)
DESK = ("dispatcher", "supervisor")


@bp.get("/log")
@allowed(*DESK, purpose="log")
def show() -> ResponseReturnValue:
    form, known = Form(request.args), _known()
    wanted, after = read(form, known), cursor(form)
    if form.sentences:
        return _page(known, wanted, None, errors=form.sentences), 422
    return _page(known, wanted, after)


@bp.post("/log/export")
@allowed(*DESK, purpose="export")
def export() -> ResponseReturnValue:
    """The filtered log as a file. Who took it, with which filter and how many, is journaled and audited."""
    wanted = _wanted()
    here = shell()
    with here.store.read() as connection:
        fits = count(connection, me().program, wanted, zone_here())
        require(
            fits <= ROWS_AT_MOST,
            f"These are {fits:,} incidents. Narrow the dates to {ROWS_AT_MOST:,} or fewer, then export.",
        )
        lines = list(all_lines(connection, me().program, wanted, zone_here(), ROWS_AT_MOST))
    with here.store.write() as connection:
        fact = json.dumps({"filter": written(wanted), "count": len(lines)})
        seq = record(
            connection,
            here,
            program=me().program,
            stream=me().id,
            by=me().id,
            via="board",
            kind="LogExported",
            fact=fact,
        )
        trace(connection, here, me().id, "export", "log", [me().program])
    here.told(seq)
    answer = Response(as_csv(lines), mimetype="text/csv")
    day = here.clock.now().astimezone(zone_here()).strftime("%Y-%m-%d")
    answer.headers["Content-Disposition"] = f'attachment; filename="crisis-log-{day}.csv"'
    return answer


@bp.post("/log/views")
@allowed(*DESK, purpose="log")
def keep() -> ResponseReturnValue:
    wanted = _wanted()
    form = Form(request.form)
    name = form.line("name", most=60, needed="Give the view a name.")
    form.done()
    saved_views.keep(shell(), me().id, name, written(wanted))
    return redirect(_at(written(wanted)), 303)


@bp.get("/log/views/<view>")
@allowed(*DESK, object="view", purpose="log")
def open_view(view: str) -> ResponseReturnValue:
    with shell().store.read() as connection:
        return redirect(_at(saved_views.view(connection, view).query))


@bp.post("/log/views/<view>/delete")
@allowed(*DESK, object="view", purpose="log")
def drop(view: str) -> ResponseReturnValue:
    saved_views.drop(shell(), view)
    return redirect(url_for("log.show"), 303)


def _wanted() -> Filter:
    form = Form(request.form)
    wanted = read(form, _known())
    form.done()
    return wanted


def _page(known: Known, wanted: Filter, after: Any, errors: dict[str, str] | None = None) -> str:
    here = shell()
    with here.store.read() as connection:
        page = log_page(connection, me().program, wanted, zone_here(), after)
        views = saved_views.views_of(connection, me().id)
    with here.store.write() as connection:
        trace(connection, here, me().id, "log", "log", [me().program])
    query = written(wanted)
    return render_template(
        "log.html",
        page=page,
        wanted=wanted,
        query=query,
        first=after is None,
        onward=_at("&".join(part for part in (query, f"after={marker(page.onward)}") if part)),
        views=views,
        known=known,
        errors=errors or {},
        sorts=SORTS,
        stages=STAGES,
        dispositions=DISPOSITIONS,
        care=RECOMMENDATIONS,
        channels=CHANNELS,
        here="log",
    )


def _known() -> Known:
    with shell().store.read() as connection:
        areas = areas_of(connection, me().program)
        return Known(areas, tuple(responders_of(connection, me().program)))


def _at(query: str) -> str:
    return url_for("log.show") + (f"?{query}" if query else "")
