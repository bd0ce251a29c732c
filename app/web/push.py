"""Notices in a browser: its key, its address, the script that shows them, and the word that one was seen."""

from flask import Blueprint, Response, abort, current_app, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.access import ROLES, allowed, public
from app.push_seen import Said, seen
from app.rota.browsers import add_browser, key_for_browsers
from app.rota.ways import remove_way
from app.web.change import change
from app.web.forms import Form
from app.web.here import me, shell, wants_json
from notify.push_address import ENDPOINT_MOST

bp = Blueprint("push", __name__)
KEY_MOST = 200
SAYS: dict[str, Said] = {"shown": "shown", "opened": "opened"}


@bp.get("/sw.js")
@public("the script that shows notices: a browser fetches it again by itself, without a session")
def script() -> Response:
    """At the root, so that it may show notices for the whole site and open any page of it."""
    return current_app.send_static_file("sw.js")


@bp.get("/push/key")
@allowed(*ROLES, purpose="own numbers")
def key() -> ResponseReturnValue:
    """What a browser needs before it gives an address."""
    return jsonify(key=key_for_browsers(shell()))


@bp.post("/push/subscribe")
@allowed(*ROLES, purpose="own numbers")
def subscribe() -> ResponseReturnValue:
    """This browser takes pages of mine, when it has shown the test that goes out now."""
    form = Form(request.form)
    endpoint = form.line(
        "endpoint", most=ENDPOINT_MOST, needed="This browser gave no address. Use a current one."
    )
    keys = {
        name: form.line(
            name, most=KEY_MOST, needed="This browser gave no keys. Reload the page and try again."
        )
        for name in ("p256dh", "auth")
    }
    form.done()
    agent = request.headers.get("User-Agent", "")
    change(lambda connection: add_browser(connection, shell(), me(), endpoint, keys, agent))
    return _done()


@bp.post("/push/<way>/remove")
@allowed(*ROLES, object="my_way", purpose="own numbers")
def remove(way: str) -> ResponseReturnValue:
    """No more notices there."""
    change(lambda connection: remove_way(connection, shell(), me(), way))
    return _done()


@bp.post("/push/seen")
@public("a browser says that it showed a notice: it has no session, and the token in the notice is the key")
def saw() -> ResponseReturnValue:
    """Shown, or tapped. Any number of times, in any order."""
    said = SAYS.get(request.form.get("said", ""))
    if said is None or not seen(shell(), request.form.get("seen", ""), said):
        abort(404, "There is no such notice.")
    return "", 204


def _done() -> ResponseReturnValue:
    return ("", 204) if wants_json() else redirect(url_for("ways.show"))
