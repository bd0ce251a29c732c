"""Rules set aside by name: the list, a new one, and taking one back."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import ROTA_ROLES, allowed
from app.queries.credentials import exceptions_of
from app.queries.house import program_of
from app.queries.staff import staff_of
from app.rota.exceptions import FREEABLE, WHY_AT_MOST, NewException, add_exception, withdraw_exception
from app.web.change import change, or_again
from app.web.forms import Form
from app.web.here import me, shell
from app.web.zone import in_zone

bp = Blueprint("rota_exceptions", __name__, url_prefix="/rota/exceptions")
BACK = timedelta(days=400)
WHEN = "Write a date and a time, such as 2026-11-10 19:00."


@bp.get("")
@allowed(*ROTA_ROLES, purpose="rota")
def show() -> ResponseReturnValue:
    """What is set aside, for whom, by whom and why."""
    return _page({})


@bp.post("")
@allowed(*ROTA_ROLES, purpose="rota")
def add() -> ResponseReturnValue:
    """Set a rule aside."""

    def act() -> ResponseReturnValue:
        new = _form()
        change(lambda connection: add_exception(connection, shell(), me(), new))
        return redirect(url_for("rota_exceptions.show"))

    return or_again(act, _page)


@bp.post("/<exception>/withdraw")
@allowed(*ROTA_ROLES, object="exception", purpose="rota")
def withdraw(exception: str) -> ResponseReturnValue:
    """The rule counts again."""

    def act() -> ResponseReturnValue:
        change(lambda connection: withdraw_exception(connection, shell(), me(), exception))
        return redirect(url_for("rota_exceptions.show"))

    return or_again(act, _page)


def _page(errors: dict[str, str]) -> str:
    here, now = shell(), shell().clock.now()
    with here.store.read() as connection:
        program = program_of(connection, me().program)
        rows = exceptions_of(connection, program.id, now - BACK)
        staff = staff_of(connection, program.id, now)
    reasons = {row.id: here.keyring.open("rota_exceptions.why", row.id, row.why_sealed) for row in rows}
    return render_template(
        "rota-exceptions.html",
        rows=rows,
        reasons=reasons,
        staff=[(one.id, one.name) for one in staff if one.active and one.id != me().id],
        rules=tuple(FREEABLE.items()),
        rule_words=FREEABLE,
        given={**request.args.to_dict(), **request.form.to_dict()},
        errors=errors,
        **in_zone(program.zone),
    )


def _form() -> NewException:
    form = Form(request.form)
    with shell().store.read() as connection:
        zone = program_of(connection, me().program).zone
    person = form.line("person", most=40, needed="Choose for whom.")
    rule = form.choice("rule", FREEABLE, needed="Choose which rule.")
    starts_at = form.moment("starts_at", zone, needed=WHEN)
    # Of an hour that comes twice the later one is meant, so that a shift over it is free to its end.
    ends_at = form.moment("ends_at", zone, needed=WHEN, second=True)
    why = form.words("why", most=WHY_AT_MOST, needed="Write why: whoever reads the log asks it first.")
    form.done()
    assert starts_at and ends_at
    return NewException(person, rule, starts_at, ends_at, why)
