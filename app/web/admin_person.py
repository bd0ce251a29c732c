"""Admin: what can be done to one person's account. Each act says what it ends."""

from collections.abc import Callable

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app import staff
from app.access import allowed
from app.duty import set_duty
from app.passwords import one_time_password
from app.queries.house import program_of
from app.queries.staff import person_of
from app.sessions import Me
from app.shell import Shell
from app.web.admin_people import person_page, shown_once
from app.web.change import change, or_again
from app.web.duty_form import duty_of
from app.web.here import me, shell

bp = Blueprint("admin_person", __name__, url_prefix="/admin/people/<person>")
Act = Callable[[Connection, Shell, Me, str], int]


@bp.post("/off")
@allowed("admin", object="person", purpose="staff")
def off(person: str) -> ResponseReturnValue:
    """They do not work here any more."""
    return _do(person, staff.switch_off)


@bp.post("/sign-out")
@allowed("admin", object="person", purpose="staff")
def sign_out(person: str) -> ResponseReturnValue:
    """A phone was lost."""
    return _do(person, staff.sign_out_everywhere)


@bp.post("/code-off")
@allowed("admin", object="person", purpose="staff")
def code_off(person: str) -> ResponseReturnValue:
    """The phone with the code app is gone."""
    return _do(person, staff.take_code_app_away)


@bp.post("/on")
@allowed("admin", object="person", purpose="staff")
def on(person: str) -> ResponseReturnValue:
    """They work here again."""
    return _with_password(person, staff.switch_on)


@bp.post("/password")
@allowed("admin", object="person", purpose="staff")
def password(person: str) -> ResponseReturnValue:
    """A one-time password. Nobody chooses it."""
    return _with_password(person, staff.reset_password)


@bp.post("/duty")
@allowed("admin", object="person", purpose="staff")
def duty(person: str) -> ResponseReturnValue:
    """On a break, not fit, or ready."""

    def act() -> ResponseReturnValue:
        with shell().store.read() as connection:
            zone = program_of(connection, me().program).zone
        wish = duty_of(request.form, zone, shell().clock.now())
        change(lambda connection: set_duty(connection, shell(), me(), person, *wish))
        return redirect(url_for("admin_people.show", person=person))

    return or_again(act, lambda errors: person_page(person, errors))


def _do(person: str, wanted: Act) -> ResponseReturnValue:
    def act() -> ResponseReturnValue:
        change(lambda connection: wanted(connection, shell(), me(), person))
        return redirect(url_for("admin_people.show", person=person))

    return or_again(act, lambda errors: person_page(person, errors))


def _with_password(
    person: str, wanted: Callable[[Connection, Shell, Me, str, str], int]
) -> ResponseReturnValue:
    secret = one_time_password()

    def act() -> ResponseReturnValue:
        change(lambda connection: wanted(connection, shell(), me(), person, secret))
        with shell().store.read() as connection:
            one = person_of(connection, person, shell().clock.now())
        return shown_once(one.id, one.name, one.email, secret)

    return or_again(act, lambda errors: person_page(person, errors))
