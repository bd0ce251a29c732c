"""Time off and wishes: one's own on the phone, everybody's for those who decide."""

from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import ROLES, ROTA_ROLES, allowed
from app.queries.staff import staff_of
from app.queries.time_off import my_time_off, time_off_page
from app.rota.cover_rows import place_of
from app.rota.time_off import (
    KINDS,
    approve_time_off,
    ask_time_off,
    enter_time_off,
    refuse_time_off,
    withdraw_time_off,
)
from app.rota.wishes import KINDS as WANTS
from app.rota.wishes import PARTS, add_wish, remove_wish
from app.web.change import change, or_again
from app.web.cover_forms import WHEN
from app.web.forms import Form
from app.web.here import me, shell
from app.web.way_on import leads_back
from app.web.zone import in_zone

bp = Blueprint("time_off", __name__)
FOR_WHAT = "Choose what it is for."


@bp.get("/shifts/time-off")
@allowed(*ROLES, purpose="own time off")
def show() -> ResponseReturnValue:
    """My time off and my wishes; with a span in the address, which shifts of mine lie in it."""
    return _mine({})


@bp.post("/shifts/time-off")
@allowed(*ROLES, purpose="own time off")
def ask() -> ResponseReturnValue:
    """Ask for it."""

    def act() -> ResponseReturnValue:
        kind, start, end = _leave()
        change(lambda connection: ask_time_off(connection, shell(), me(), kind, start, end))
        return redirect(url_for("time_off.show", done="asked"), 303)

    return or_again(act, _mine)


@bp.post("/shifts/time-off/<leave>/withdraw")
@allowed(*ROLES, object="my_time_off", purpose="own time off")
def withdraw(leave: str) -> ResponseReturnValue:
    """Take it back."""
    change(lambda connection: withdraw_time_off(connection, shell(), me(), leave))
    return redirect(url_for("time_off.show", done="withdrawn"), 303)


@bp.post("/shifts/wishes")
@allowed(*ROLES, purpose="own time off")
def wish() -> ResponseReturnValue:
    """A day or a night that I would like, or better not."""

    def act() -> ResponseReturnValue:
        form = Form(request.form)
        day = form.day("day")
        if day is None:
            form.wrong("day", "Choose a day.")
        part = form.choice("part", PARTS, needed="Choose the day or the night.")
        kind = form.choice("wants", WANTS, needed="Choose what you would like.")
        form.done()
        assert day
        change(lambda connection: add_wish(connection, shell(), me(), day, part, kind))
        return redirect(url_for("time_off.show", done="wish"), 303)

    return or_again(act, _mine)


@bp.post("/shifts/wishes/<wish>/remove")
@allowed(*ROLES, object="my_wish", purpose="own time off")
def unwish(wish: str) -> ResponseReturnValue:
    """Take a wish away."""
    change(lambda connection: remove_wish(connection, shell(), me(), wish))
    return redirect(url_for("time_off.show", done="unwished"), 303)


@bp.get("/rota/time-off")
@allowed(*ROTA_ROLES, purpose="rota")
def all_of_it() -> ResponseReturnValue:
    """What waits for a word, with the shifts that lie in it, and what is approved."""
    return _all({})


@bp.post("/rota/time-off")
@allowed(*ROTA_ROLES, purpose="rota")
def enter() -> ResponseReturnValue:
    """Write it down for somebody: it counts at once."""

    def act() -> ResponseReturnValue:
        form = Form(request.form)
        person = form.line("person", most=40, needed="Choose who is away.")
        kind, start, end = _leave(form)
        holes = bool(request.form.get("holes"))
        change(lambda connection: enter_time_off(connection, shell(), me(), person, kind, start, end, holes))
        return redirect(url_for("time_off.all_of_it"), 303)

    return or_again(act, _all)


@bp.post("/rota/time-off/<leave>/approve")
@allowed(*ROTA_ROLES, object="time_off", purpose="rota")
def approve(leave: str) -> ResponseReturnValue:
    """It counts."""

    def act() -> ResponseReturnValue:
        holes = bool(request.form.get("holes"))
        change(lambda connection: approve_time_off(connection, shell(), me(), leave, holes))
        return redirect(url_for("time_off.all_of_it"), 303)

    return or_again(act, _all)


@bp.post("/rota/time-off/<leave>/refuse")
@allowed(*ROTA_ROLES, object="time_off", purpose="rota")
def refuse(leave: str) -> ResponseReturnValue:
    """It does not count."""
    change(lambda connection: refuse_time_off(connection, shell(), me(), leave))
    return redirect(url_for("time_off.all_of_it"), 303)


def _way_on() -> tuple[str, str]:
    mine = request.path.startswith("/shifts")
    return (url_for("time_off.show"), "My time off") if mine else (url_for("time_off.all_of_it"), "Time off")


leads_back(bp, _way_on)


def _leave(form: Form | None = None) -> tuple[str, datetime, datetime]:
    form = form or Form(request.form)
    zone = _zone()
    kind = form.choice("kind", KINDS, needed=FOR_WHAT)
    start = form.moment("starts_at", zone, needed=WHEN)
    end = form.moment("ends_at", zone, needed=WHEN, second=True)
    form.done()
    assert start and end
    return kind, start, end


def _zone() -> str:
    with shell().store.read() as connection:
        return place_of(connection, me().program).zone.key


def _mine(errors: dict[str, str]) -> str:
    span, wrong = _looked_at()
    with shell().store.read() as connection:
        page = my_time_off(connection, shell(), me().program, me().id, span)
    return _page("shifts-time-off.html", page, {**wrong, **errors})


def _looked_at() -> tuple[tuple[datetime, datetime] | None, dict[str, str]]:
    """The span that somebody asks about before they ask for it."""
    given = request.values
    if not (given.get("starts_at") and given.get("ends_at")):
        return None, {}
    form = Form(given)
    zone = _zone()
    start = form.moment("starts_at", zone, needed=WHEN)
    end = form.moment("ends_at", zone, needed=WHEN, second=True)
    if start is None or end is None or not start < end:
        return None, form.sentences
    return (start, end), {}


def _all(errors: dict[str, str]) -> str:
    with shell().store.read() as connection:
        page = time_off_page(connection, shell(), me().program)
        staff = staff_of(connection, me().program, shell().clock.now())
    return _page(
        "covers-time-off.html", page, errors, staff=[(one.id, one.name) for one in staff if one.active]
    )


def _page(template: str, page: Any, errors: dict[str, str], **more: Any) -> str:
    values: dict[str, Any] = {"kinds": KINDS, "parts": PARTS, "wants": WANTS, "given": request.values}
    values |= {"page": page, "errors": errors, "done": request.args.get("done", "")}
    return render_template(template, **values, **more, **in_zone(page.place.zone.key))
