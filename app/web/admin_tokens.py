"""Admin: API tokens for 911 centres, monitoring and rota displays. Shown once; revoked at once."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.access import allowed
from app.accounts import add_token_in
from app.note import note
from app.queries.house import tokens_of
from app.tables import tokens
from app.web.change import change, or_again
from app.web.forms import Form
from app.web.here import me, shell
from dispatch.value import require

bp = Blueprint("admin_tokens", __name__, url_prefix="/admin/tokens")
SCOPES = {
    "eido": "Send calls from a 911 center",
    "read": "Read who is on call, an incident's stages, and the metrics",
}


@bp.get("")
@allowed("admin", purpose="tokens")
def show() -> ResponseReturnValue:
    """All of them."""
    return _page({})


@bp.post("")
@allowed("admin", purpose="tokens")
def add() -> ResponseReturnValue:
    """A new one; this answer is the only one that shows it."""

    def act() -> ResponseReturnValue:
        form = Form(request.form)
        name = form.line("name", most=80, needed="Write who uses it, such as North 911 center.")
        scope = form.choice("scope", SCOPES, needed="Choose what it may do.")
        form.done()
        made: list[str] = []

        def write(connection: Connection) -> int:
            token, seq = add_token_in(connection, shell(), name, scope, me().program, me().id, "board")
            made.append(token)
            return seq

        change(write)
        return render_template(
            "admin-once.html", name=name, secret=made[0], what="token", scope=SCOPES[scope]
        )

    return or_again(act, _page)


@bp.post("/<token>/revoke")
@allowed("admin", object="token", purpose="tokens")
def revoke(token: str) -> ResponseReturnValue:
    """It opens nothing from this second on."""

    def write(connection: Connection) -> int:
        open_one = tokens.update().where(tokens.c.id == token, tokens.c.revoked_at.is_(None))
        changed = connection.execute(open_one.values(revoked_at=shell().clock.now()))
        require(changed.rowcount, "That token is revoked already.")
        return note(connection, shell(), me(), token, "TokenRevoked")

    def act() -> ResponseReturnValue:
        change(write)
        return redirect(url_for("admin_tokens.show"))

    return or_again(act, _page)


def _page(errors: dict[str, str]) -> str:
    with shell().store.read() as connection:
        known = tokens_of(connection, me().program)
    return render_template(
        "admin-tokens.html", tokens=known, scopes=SCOPES, given=request.form, errors=errors
    )
