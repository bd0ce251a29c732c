"""My numbers: the first, a second one that rings when the first is flat, the proof of each, and its test."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.access import ROLES, allowed
from app.phones import as_spoken
from app.queries.house import program_of
from app.queries.ready import phones_of
from app.rota.ring import ring, ring_first
from app.rota.ways import CODE_TRIES, KINDS, add_way, prove, remove_way, send_code
from app.web.change import change, or_again
from app.web.forms import BadFields, Form
from app.web.here import me, shell
from app.web.zone import in_zone

bp = Blueprint("ways", __name__, url_prefix="/account/ways")
WRONG = f"That is not the code. You have {CODE_TRIES} tries for each."


@bp.get("")
@allowed(*ROLES, purpose="own numbers")
def show() -> ResponseReturnValue:
    """The page."""
    return _page({})


@bp.post("")
@allowed(*ROLES, purpose="own numbers")
def add() -> ResponseReturnValue:
    """A further number. One for texts gets its code at once."""

    def act() -> ResponseReturnValue:
        form = Form(request.form)
        kind = form.choice("kind", KINDS, needed="Say what the number takes.")
        number = form.line("number", needed="Write the number, such as 218 555 0134.")
        form.done()
        change(lambda connection: add_way(connection, shell(), me(), kind, number))
        return _back()

    return or_again(act, _page)


@bp.post("/<way>/code")
@allowed(*ROLES, object="my_way", purpose="own numbers")
def code(way: str) -> ResponseReturnValue:
    """A fresh code."""

    def act() -> ResponseReturnValue:
        change(lambda connection: send_code(connection, shell(), me(), way))
        return _back()

    return or_again(act, _page)


@bp.post("/<way>/prove")
@allowed(*ROLES, object="my_way", purpose="own numbers")
def prove_way(way: str) -> ResponseReturnValue:
    """The code that came by text proves the number. A wrong one is counted."""
    fits: list[bool] = []

    def act() -> ResponseReturnValue:
        form = Form(request.form)
        typed = "".join(form.line(f"code-{way}", most=12, needed="Type the six digits of the text.").split())
        form.done()

        def tried(connection: Connection) -> int:
            seq, right = prove(connection, shell(), me(), way, typed)
            fits.append(right)
            return seq

        change(tried)
        if not fits[-1]:
            raise BadFields({f"code-{way}": WRONG})
        return _back()

    return or_again(act, _page)


@bp.post("/<way>/remove")
@allowed(*ROLES, object="my_way", purpose="own numbers")
def remove(way: str) -> ResponseReturnValue:
    """Take a number away."""

    def act() -> ResponseReturnValue:
        change(lambda connection: remove_way(connection, shell(), me(), way))
        return _back()

    return or_again(act, _page)


@bp.post("/ring")
@allowed(*ROLES, purpose="own numbers")
def ring_mine() -> ResponseReturnValue:
    """Test the number that pages go to."""

    def act() -> ResponseReturnValue:
        change(lambda connection: ring_first(connection, shell(), me(), me().id))
        return _back()

    return or_again(act, _page)


@bp.post("/<way>/ring")
@allowed(*ROLES, object="my_way", purpose="own numbers")
def ring_way(way: str) -> ResponseReturnValue:
    """Test another number of mine."""

    def act() -> ResponseReturnValue:
        change(lambda connection: ring(connection, shell(), me(), way))
        return _back()

    return or_again(act, _page)


def _back() -> ResponseReturnValue:
    return redirect(url_for("ways.show"))


def _page(errors: dict[str, str]) -> str:
    now = shell().clock.now()
    with shell().store.read() as connection:
        phones = phones_of(connection, me().id, now)
        zone = program_of(connection, me().program).zone
    return render_template(
        "ways.html",
        phones=phones,
        kinds=tuple(KINDS.items()),
        given=request.form,
        spoken=as_spoken,
        errors=errors,
        **in_zone(zone),
    )
