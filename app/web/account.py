"""One's own page: password, code app, sessions, and being on a break or not fit."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import ROLES, allowed
from app.duty import DUTIES, UNFIT, set_duty
from app.own import (
    drop_code_app,
    end_others,
    keep_code_app,
    keep_password,
    offer,
    offered,
    password_of,
)
from app.passwords import code_step, fits, hashed, new_totp_secret, totp_link
from app.queries.house import program_of
from app.queries.own import own_sessions
from app.queries.staff import person_of
from app.tries import TOO_MANY, note_wrong, too_many
from app.web.change import change, or_again
from app.web.duty_form import duty_of
from app.web.forms import BadFields, Form
from app.web.here import me, shell
from app.web.zone import in_zone

bp = Blueprint("account", __name__, url_prefix="/account")
WRONG = "That is not your password now. Try again."


@bp.get("")
@allowed(*ROLES, purpose="own account")
def show() -> ResponseReturnValue:
    """The page."""
    return _page({})


@bp.post("/password")
@allowed(*ROLES, purpose="own account")
def change_password() -> ResponseReturnValue:
    """A new password, for the old one."""

    def act() -> ResponseReturnValue:
        _require_password("old")
        new_hash = _new_hash()
        change(lambda connection: keep_password(connection, shell(), me(), new_hash))
        return redirect(url_for("account.show"))

    return or_again(act, _page)


@bp.post("/code/new")
@allowed(*ROLES, purpose="own account")
def offer_code() -> ResponseReturnValue:
    """A fresh secret, shown once, that counts only when a code confirms it."""

    def act() -> ResponseReturnValue:
        _require_password("password_for_code")
        return _code_page(new_totp_secret(), {})

    return or_again(act, _page)


@bp.post("/code")
@allowed(*ROLES, purpose="own account")
def keep_code() -> ResponseReturnValue:
    """The code proves that the app has the secret."""
    secrets: list[str] = []

    def act() -> ResponseReturnValue:
        now = shell().clock.now()
        secret = offered(shell().keyring, me(), request.form.get("offer", ""), now)
        secrets.append(secret)
        step = code_step(secret, Form(request.form).line("code", most=12), now, None)
        if step is None:
            raise BadFields({"code": "That code does not fit. Wait for the next one."})
        change(lambda connection: keep_code_app(connection, shell(), me(), secret, step))
        return redirect(url_for("account.show"))

    return or_again(act, lambda errors: _code_page(secrets[0], errors) if secrets else _page(errors))


@bp.post("/code/off")
@allowed(*ROLES, purpose="own account")
def drop_code() -> ResponseReturnValue:
    """Back to the password alone."""

    def act() -> ResponseReturnValue:
        _require_password("password_for_code")
        change(lambda connection: drop_code_app(connection, shell(), me()))
        return redirect(url_for("account.show"))

    return or_again(act, _page)


@bp.post("/sessions/end")
@allowed(*ROLES, purpose="own account")
def end_sessions() -> ResponseReturnValue:
    """Everywhere else is signed out."""

    def act() -> ResponseReturnValue:
        change(lambda connection: end_others(connection, shell(), me()))
        return redirect(url_for("account.show"))

    return or_again(act, _page)


@bp.post("/duty")
@allowed("responder", "supervisor", purpose="own duty")
def duty() -> ResponseReturnValue:
    """On a break, not fit, or ready."""

    def act() -> ResponseReturnValue:
        wish = duty_of(request.form, _zone(), shell().clock.now())
        change(lambda connection: set_duty(connection, shell(), me(), me().id, *wish))
        return redirect(url_for("account.show"))

    return or_again(act, _page)


def _require_password(field: str) -> None:
    """The password as it is now. Wrong tries count as at the door: an open session is no place to guess."""
    with shell().store.read() as connection:
        kept, email = password_of(connection, me())
    if too_many(shell(), email):
        raise BadFields({field: TOO_MANY})
    if not fits(kept, request.form.get(field, "")):
        note_wrong(shell(), email)
        raise BadFields({field: WRONG})


def _new_hash() -> str:
    new = request.form.get("new", "")
    if new == request.form.get("old", ""):
        raise BadFields({"new": "That is the old password. Choose another."})
    try:
        return hashed(new)
    except ValueError as wrong:
        raise BadFields({"new": str(wrong)}) from None


def _zone() -> str:
    with shell().store.read() as connection:
        return program_of(connection, me().program).zone


def _code_page(secret: str, errors: dict[str, str]) -> str:
    here = shell()
    with here.store.read() as connection:
        _, email = password_of(connection, me())
    return render_template(
        "account-code.html",
        secret=secret,
        link=totp_link(secret, email, here.settings.org),
        offer=offer(here.keyring, me(), secret, here.clock.now()),
        errors=errors,
    )


def _page(errors: dict[str, str]) -> str:
    now = shell().clock.now()
    with shell().store.read() as connection:
        person = person_of(connection, me().id, now)
        sessions = own_sessions(connection, me(), now)
        zone = program_of(connection, me().program).zone
    values: dict[str, Any] = {"person": person, "sessions": sessions, "duties": DUTIES, "unfit": UNFIT}
    return render_template("account.html", **values, errors=errors, **in_zone(zone))
