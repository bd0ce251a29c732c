"""The rota as people see it: a week, a month, one person, one shift, and the sheet for the wall."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.access import ROLES, ROTA_ROLES, allowed
from app.phones import as_spoken
from app.program_zone import zone_of
from app.queries.rota_fair import FairReport, counted_since, fair_report
from app.queries.rota_history import History, history
from app.queries.rota_month import first_and_last, month_of
from app.queries.rota_person import off_of, shift_at, shifts_of, turn_of
from app.queries.rota_span import RotaSpan, rota_span, waiting_draft, who_of
from app.queries.rota_week import hours_words, monday_of, week_of
from app.rota.ready import findings
from app.rota.shifts import TIER_NAMES
from app.web.forms import Form
from app.web.here import me, shell
from app.web.ready import mend
from app.web.rota_actions import actions_of, fill_href
from dispatch.rota.lint.found import Finding
from dispatch.rota.spans import DAY, day_of

bp = Blueprint("rota", __name__, url_prefix="/rota")
# Numbers are for those who ring people, and for those who keep the rota.
SEES_NUMBERS = frozenset({"dispatcher", "supervisor", "manager", "admin"})
FIVE_WEEKS = 35 * DAY
PERSON_WEEKS = 8
READY_DAYS = 14
READY_SHOWN = 6
FAIR_SHOWN = 14
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 1)
NO_DAY = "There is no such date. Open the rota again and step from week to week."
NO_SHIFT = "Nobody has that shift any more: the rota has changed. Open the week to see who is on."


@bp.get("")
@allowed(*ROLES, purpose="rota")
def show() -> ResponseReturnValue:
    """This week."""
    return _week(monday_of(_today()))


@bp.get("/week/<day>")
@allowed(*ROLES, purpose="rota")
def week(day: str) -> ResponseReturnValue:
    """The week that holds a date."""
    return _week(monday_of(_day(day)))


@bp.get("/month/<month>")
@allowed(*ROLES, purpose="rota")
def month(month: str) -> ResponseReturnValue:
    """A month, two bars to a date."""
    first = _day(f"{month}-01")
    since, until = first_and_last(first)
    with shell().store.read() as connection:
        span = _span(connection, since, until)
    after = (first + timedelta(days=31)).replace(day=1)
    return render_template(
        "rota-month.html",
        cells=month_of(span, since, until, shell().clock.now(), month=first),
        month=first,
        before=(first - DAY).replace(day=1),
        after=after,
        broken=span.broken,
        is_set_up=bool(span.needs),
        **_always(span),
    )


@bp.get("/person")
@allowed(*ROLES, purpose="rota")
def choose() -> ResponseReturnValue:
    """One person, chosen from the list."""
    with shell().store.read() as connection:
        known = who_of(connection, me().program)
    form = Form(request.args)
    return redirect(url_for("rota.person", person=form.choice("person", known) or me().id))


@bp.get("/person/<person>")
@allowed(*ROLES, object="person", purpose="rota")
def person(person: str) -> ResponseReturnValue:
    """One person's shifts and time off, eight weeks from a date."""
    form = Form(request.args)
    since = monday_of(form.day("from", earliest=EARLIEST, latest=LATEST) or _today())
    until = since + (PERSON_WEEKS * 7 - 1) * DAY
    with shell().store.read() as connection:
        span = _span(connection, since, until)
        off = off_of(connection, span.program.id, person, span.starts_at, span.ends_at)
    return render_template(
        "rota-person.html",
        who=span.who[person],
        people=[one for one in span.who.values() if one.active],
        shifts=shifts_of(span, person),
        off=off,
        since=since,
        until=until,
        before=since - PERSON_WEEKS * 7 * DAY,
        after=since + PERSON_WEEKS * 7 * DAY,
        **_always(span),
    )


@bp.get("/shift/<person>")
@allowed(*ROLES, object="person", purpose="rota")
def shift(person: str) -> ResponseReturnValue:
    """One shift: whose, why theirs, how to ring them, what was changed about it, and what may be done. Without
    a time, all of that person's shifts."""
    form = Form(request.args)
    if not form.has("at"):
        return redirect(url_for("rota.person", person=person))
    tier, at = form.line("tier", most=20), _instant(form.line("at", most=40))
    with shell().store.read() as connection:
        found = shift_at(connection, me().program, person, tier, at)
        if found is None:
            abort(404, NO_SHIFT)
        span, one = found
        turn = turn_of(connection, span, one)
        lines = _history(connection, span, person)
    return render_template(
        "rota-shift.html",
        shift=one,
        turn=turn,
        lines=lines,
        actions=actions_of(me(), one, shell().clock.now()),
        mine=person == me().id,
        monday=monday_of(one.one.starts_at.astimezone(span.zone).date()),
        **_always(span),
    )


@bp.get("/print/<day>")
@allowed(*SEES_NUMBERS, purpose="rota")
def sheet(day: str) -> ResponseReturnValue:
    """One A4 page for the wall: the week that holds a date, with numbers."""
    monday = monday_of(_day(day))
    with shell().store.read() as connection:
        span = _span(connection, monday, monday + 6 * DAY)
    drawn = week_of(span, monday, shell().clock.now())
    on_it = {bar.person for lane in drawn.lanes for row in lane.rows for bar in row}
    return render_template(
        "rota-print.html",
        week=drawn,
        people=[one for one in span.who.values() if one.id in on_it],
        broken=span.broken,
        **_always(span),
    )


def _week(monday: date) -> str:
    now = shell().clock.now()
    with shell().store.read() as connection:
        span = _span(connection, monday, monday + FIVE_WEEKS - DAY)
        first = span.program.policy.ladder[0].tier if span.program.policy.ladder else None
        fair, ready = _fair(connection, first), _ready(connection)
        draft = waiting_draft(connection, span.program.id)
    drawn = week_of(span, monday, now)
    return render_template(
        "rota.html",
        week=drawn,
        cells=month_of(span, monday, monday + FIVE_WEEKS - DAY, now, week=monday),
        draft=draft,
        fair=fair,
        fair_most=max((line.count.nights for line in fair.lines), default=0),
        fair_shown=FAIR_SHOWN,
        fair_tier=TIER_NAMES.get(first or "", "").lower(),
        ready=ready[:READY_SHOWN],
        ready_more=max(0, len(ready) - READY_SHOWN),
        mend=partial(mend, zone=span.zone),
        broken=span.broken,
        is_set_up=bool(span.needs),
        **_always(span),
    )


def _always(span: RotaSpan) -> dict[str, Any]:
    """What every page of the rota needs."""
    return {
        "program": span.program.name,
        "zone": span.zone,
        "terms": span.terms,
        "tier_names": TIER_NAMES,
        "hours": hours_words,
        "spoken": as_spoken,
        "phones": bool(me().roles & SEES_NUMBERS),
        "keeps": bool(me().roles & set(ROTA_ROLES)),
        "fill": fill_href,
        "here": "rota",
    }


def _fair(connection: Connection, first: str | None) -> FairReport:
    """For those who keep the rota everybody's nights in the tier that is asked first; for others their own."""
    today = _today()
    keeps = me().roles & set(ROTA_ROLES)
    mine, tier = (None, first) if keeps else (me().id, None)
    return fair_report(connection, me().program, counted_since(today), today, mine, tier)


def _ready(connection: Connection) -> tuple[Finding, ...]:
    if not me().roles & set(ROTA_ROLES):
        return ()
    return findings(connection, shell(), me().program, READY_DAYS)


def _history(connection: Connection, span: RotaSpan, person: str) -> History:
    names = {one.id: one.name for one in span.who.values()}
    return history(connection, span.program.id, names, span.zone, person=person, most=8)


def _span(connection: Connection, first: date, last: date) -> RotaSpan:
    zone = zone_of(connection, me().program)
    return rota_span(connection, me().program, day_of(first, zone)[0], day_of(last, zone)[1])


def _today() -> date:
    with shell().store.read() as connection:
        zone = zone_of(connection, me().program)
    return shell().clock.now().astimezone(zone).date()


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        abort(404, NO_DAY)
    if not EARLIEST <= day <= LATEST:
        abort(404, NO_DAY)
    return day


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        abort(404, NO_SHIFT)
    if at.tzinfo is None or not EARLIEST.year <= at.year <= LATEST.year:
        abort(404, NO_SHIFT)
    return at.astimezone(UTC)
