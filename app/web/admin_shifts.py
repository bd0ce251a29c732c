"""Plain shifts, written on the wall's clock of the program by whoever may change the rota."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import ROTA_ROLES, allowed
from app.queries.house import program_of
from app.queries.on_call import on_call_page
from app.queries.shifts import final_between, shifts_between
from app.queries.staff import staff_of
from app.rota.shifts import AHEAD_AT_MOST, ROLE_FOR, TIER_NAMES, NewShift, add_shift, end_shift, remove_shift
from app.web.change import change, or_again
from app.web.forms import Form
from app.web.here import me, shell
from app.web.zone import in_zone

bp = Blueprint("admin_shifts", __name__)
AT = "/rota/edit/shifts"
BACK = timedelta(hours=24)
LAYERS_AHEAD = timedelta(days=7)
WHEN = "Write a date and a time, such as 2026-11-10 19:00."


@bp.get(AT)
@allowed(*ROTA_ROLES, purpose="rota")
def show() -> ResponseReturnValue:
    """Shifts from yesterday on, and the holes of the next three days."""
    return _page({})


@bp.post(AT)
@allowed(*ROTA_ROLES, purpose="rota")
def add() -> ResponseReturnValue:
    """Put somebody on call."""

    def act() -> ResponseReturnValue:
        new = _form()
        change(lambda connection: add_shift(connection, shell(), me(), new))
        return redirect(url_for("admin_shifts.show"))

    return or_again(act, _page)


@bp.post(f"{AT}/<shift>/end")
@allowed(*ROTA_ROLES, object="shift", purpose="rota")
def end(shift: str) -> ResponseReturnValue:
    """A running shift ends now."""

    def act() -> ResponseReturnValue:
        change(lambda connection: end_shift(connection, shell(), me(), shift))
        return redirect(url_for("admin_shifts.show"))

    return or_again(act, _page)


@bp.post(f"{AT}/<shift>/remove")
@allowed(*ROTA_ROLES, object="shift", purpose="rota")
def remove(shift: str) -> ResponseReturnValue:
    """A shift that has not begun goes off the rota."""

    def act() -> ResponseReturnValue:
        change(lambda connection: remove_shift(connection, shell(), me(), shift))
        return redirect(url_for("admin_shifts.show"))

    return or_again(act, _page)


@bp.get("/admin/shifts")
@allowed("admin", purpose="rota")
def moved() -> ResponseReturnValue:
    """Where the shifts were, for whoever kept the address."""
    return redirect(url_for("admin_shifts.show"))


def _page(errors: dict[str, str]) -> str:
    now = shell().clock.now()
    with shell().store.read() as connection:
        program = program_of(connection, me().program)
        rows = shifts_between(connection, program.id, now - BACK, now + AHEAD_AT_MOST)
        ahead = final_between(connection, program.id, now, now + LAYERS_AHEAD)
        cover = on_call_page(connection, program.id, program.policy, now)
        staff = staff_of(connection, program.id, now)
    may = [one for one in staff if one.active and set(ROLE_FOR.values()) & set(one.roles)]
    return render_template(
        "admin-shifts.html",
        shifts=rows,
        by_rule=[one for one in ahead if one.id not in {row.id for row in rows}],
        cover=cover,
        staff=[(one.id, f"{one.name}, {one.credential}" if one.credential else one.name) for one in may],
        tiers=tuple(TIER_NAMES.items()),
        given=request.form,
        errors=errors,
        **in_zone(program.zone),
    )


def _form() -> NewShift:
    form = Form(request.form)
    with shell().store.read() as connection:
        zone = program_of(connection, me().program).zone
    person = form.line("person", most=40, needed="Choose who is on call.")
    tier = form.choice("tier", TIER_NAMES, needed="Choose the tier.")
    team = form.line("team", most=10)
    if team and not team.replace(" ", "").isalnum():
        form.wrong("team", "Write a call sign of letters and digits, such as C4.")
    starts_at = form.moment("starts_at", zone, needed=WHEN)
    # When the clocks go back an hour comes twice: the shift runs to the later one, so that no hour is bare.
    ends_at = form.moment("ends_at", zone, needed=WHEN, second=True)
    form.done()
    assert starts_at and ends_at
    return NewShift(person, tier, team or None, starts_at, ends_at)
