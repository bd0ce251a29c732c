"""One request for cover as those who were asked see it, and all of them as a manager does."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.access import ROLES, ROTA_ROLES, allowed
from app.queries.covers import cover_page, covers_page
from app.queries.my_shifts import my_shifts, one_ask
from app.queries.staff import staff_of
from app.rota.cover_answers import decline, give_back, take
from app.rota.cover_desk import approve, assign, close, not_approve
from app.rota.cover_rows import cover_at, place_of
from app.rota.covers import withdraw
from app.rota.sick import call_sick
from app.web.change import change, or_again
from app.web.cover_forms import UNTIL, part_of, until_of
from app.web.forms import Form
from app.web.here import me, shell
from app.web.way_on import leads_back
from app.web.zone import in_zone

bp = Blueprint("covers", __name__)
SICK = ("dispatcher", *ROTA_ROLES)


@bp.get("/shifts/asks/<cover>")
@allowed(*ROLES, object="cover", purpose="own shifts")
def ask(cover: str) -> ResponseReturnValue:
    """What is asked, what it would mean, and the two answers."""
    return _ask_page(cover, {})


@bp.post("/shifts/asks/<cover>/take")
@allowed(*ROLES, object="cover", purpose="own shifts")
def say_yes(cover: str) -> ResponseReturnValue:
    """I take it, or a part of it."""

    def act() -> ResponseReturnValue:
        part = part_of(request.form, _zone())
        change(lambda connection: take(connection, shell(), me(), cover, part))
        return redirect(url_for("covers.ask", cover=cover), 303)

    return or_again(act, lambda errors: _ask_page(cover, errors))


@bp.post("/shifts/asks/<cover>/decline")
@allowed(*ROLES, object="cover", purpose="own shifts")
def say_no(cover: str) -> ResponseReturnValue:
    """Not this one."""
    change(lambda connection: decline(connection, shell(), me(), cover))
    return redirect(url_for("shifts.show", done="no"), 303)


@bp.post("/shifts/asks/<cover>/back")
@allowed(*ROLES, object="cover", purpose="own shifts")
def back(cover: str) -> ResponseReturnValue:
    """I took it and cannot after all."""
    change(lambda connection: give_back(connection, shell(), me(), cover))
    return redirect(url_for("shifts.show", done="back"), 303)


@bp.post("/shifts/asks/<cover>/withdraw")
@allowed(*ROLES, object="cover", purpose="own shifts")
def take_back(cover: str) -> ResponseReturnValue:
    """My own request is not needed any more."""
    change(lambda connection: withdraw(connection, shell(), me(), cover))
    return redirect(url_for("shifts.show", done="withdrawn"), 303)


@bp.get("/rota/covers")
@allowed(*ROTA_ROLES, purpose="rota")
def show() -> ResponseReturnValue:
    """Every request that is open or waits, and what was settled lately."""
    with shell().store.read() as connection:
        page = covers_page(connection, shell(), me().program)
    return render_template("covers.html", page=page, **in_zone(page.place.zone.key))


@bp.get("/rota/covers/<cover>")
@allowed(*ROTA_ROLES, object="cover", purpose="rota")
def one(cover: str) -> ResponseReturnValue:
    """One request: who was asked, what they said, and who could be put in."""
    return _manager_page(cover, {})


@bp.post("/rota/covers/<cover>/assign")
@allowed(*ROTA_ROLES, object="cover", purpose="rota")
def put_in(cover: str) -> ResponseReturnValue:
    """Put somebody in."""

    def act() -> ResponseReturnValue:
        form = Form(request.form)
        person = form.line("person", most=40, needed="Choose who takes it.")
        form.done()
        change(lambda connection: assign(connection, shell(), me(), cover, person))
        return redirect(url_for("covers.show"), 303)

    return or_again(act, lambda errors: _manager_page(cover, errors))


@bp.post("/rota/covers/<cover>/approve")
@allowed(*ROTA_ROLES, object="cover", purpose="rota")
def say_approved(cover: str) -> ResponseReturnValue:
    """The yes counts."""
    return _manager_does(cover, approve)


@bp.post("/rota/covers/<cover>/refuse")
@allowed(*ROTA_ROLES, object="cover", purpose="rota")
def say_not_approved(cover: str) -> ResponseReturnValue:
    """The yes does not count."""
    return _manager_does(cover, not_approve)


@bp.post("/rota/covers/<cover>/close")
@allowed(*ROTA_ROLES, object="cover", purpose="rota")
def settle_otherwise(cover: str) -> ResponseReturnValue:
    """Settled by other means."""
    return _manager_does(cover, close)


@bp.post("/rota/covers/<cover>/back")
@allowed(*ROTA_ROLES, object="cover", purpose="rota")
def put_back(cover: str) -> ResponseReturnValue:
    """The taker cannot after all, and told a manager."""

    def act(connection: Connection, *given: Any) -> int:
        taker = cover_at(connection, cover).taken_by or ""
        return give_back(connection, shell(), me(), cover, taker=taker)

    return _manager_does(cover, act)


@bp.get("/rota/sick")
@allowed(*SICK, purpose="rota")
def sick() -> ResponseReturnValue:
    """Somebody called in: who, and until when."""
    return _sick_page({})


@bp.post("/rota/sick")
@allowed(*SICK, purpose="rota")
def call_off() -> ResponseReturnValue:
    """They are off at once, and everybody who may is asked."""
    still_on: list[int] = []

    def act() -> ResponseReturnValue:
        form = Form(request.form)
        person = form.line("person", most=40, needed="Choose who is sick.")
        form.done()
        with shell().store.read() as connection:
            theirs = my_shifts(connection, shell(), me().program, person)
        first = theirs.next.one.ends_at if theirs.next else None
        until = until_of(request.form, theirs.place.zone.key, shell().clock.now(), first)

        def write(connection: Connection) -> int:
            off = call_sick(connection, shell(), me(), person, until, via="board")
            still_on.extend([off.still_on] if off.still_on else [])
            return off.seq

        change(write)
        return redirect(url_for("covers.sick", done=person, on=still_on[0] if still_on else None), 303)

    return or_again(act, _sick_page)


def _way_on() -> tuple[str, str]:
    mine = request.path.startswith("/shifts")
    return (url_for("shifts.show"), "My shifts") if mine else (url_for("covers.show"), "Requests for cover")


leads_back(bp, _way_on)


def _manager_does(cover: str, act: Any) -> ResponseReturnValue:
    change(lambda connection: act(connection, shell(), me(), cover))
    return redirect(url_for("covers.show"), 303)


def _zone() -> str:
    with shell().store.read() as connection:
        return place_of(connection, me().program).zone.key


def _ask_page(cover: str, errors: dict[str, str]) -> str:
    with shell().store.read() as connection:
        found = one_ask(connection, shell(), me().program, cover, me().id)
        place = place_of(connection, me().program)
    return render_template(
        "cover-ask.html",
        ask=found,
        names=place.names,
        given=request.form,
        errors=errors,
        **in_zone(place.zone.key),
    )


def _manager_page(cover: str, errors: dict[str, str]) -> str:
    with shell().store.read() as connection:
        page = cover_page(connection, shell(), me().program, cover)
    return render_template(
        "cover.html", page=page, given=request.form, errors=errors, **in_zone(page.place.zone.key)
    )


def _sick_page(errors: dict[str, str]) -> str:
    now = shell().clock.now()
    with shell().store.read() as connection:
        place = place_of(connection, me().program)
        staff = staff_of(connection, me().program, now)
    done = place.names.get(request.args.get("done", ""), "")
    return render_template(
        "covers-sick.html",
        staff=[(one.id, one.name) for one in staff if one.active],
        choices=[("shift", "Their shift", "Until the running or next one ends"), *UNTIL],
        done=done,
        still_on=request.args.get("on", type=int) if done else None,
        given=request.form,
        errors=errors,
        **in_zone(place.zone.key),
    )
