"""Simulated handsets: the texts that phones would have got, and a way to answer as any of them. Demo only."""

from typing import Any, cast

from flask import Blueprint, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import public
from app.demo.county import PASSWORD, PHONES, SHOWN, STAFF, email
from app.replies import hear
from app.shell import new_id
from app.web.forms import Form
from app.web.here import shell, wants_json
from dispatch.value import require
from notify.recorder import Recorder

bp = Blueprint("handsets", __name__)
WHY = "the demo holds no real person; its handsets are for whoever tries it"
TEXTS_SHOWN = 12


@bp.get("/demo")
@public(WHY)
def show() -> ResponseReturnValue:
    accounts = [{"role": one.role, "email": email(one.id), "password": PASSWORD} for one in SHOWN]
    return render_template("handsets.html", handsets=_handsets(), accounts=accounts)


@bp.get("/demo/handsets.json")
@public(WHY)
def as_json() -> ResponseReturnValue:
    return jsonify({"handsets": _handsets()})


@bp.post("/demo/handsets/<number>")
@public(WHY)
def answer(number: str) -> ResponseReturnValue:
    require(number in PHONES.values(), "That number is not one of the demo's handsets.")
    given = request.get_json(silent=True) if request.is_json else request.form
    text = Form(given if isinstance(given, dict) else {}).words(
        "text", most=1_600, needed="Write the text to send, such as 2001 Y 15."
    )
    require(text, "Write the text to send, such as 2001 Y 15.")
    handsets().heard(number, text)
    hear(shell(), number, text, f"demo-{new_id()}")
    return (jsonify({"sent": True}), 200) if wants_json() else redirect(url_for("handsets.show"))


class Handsets:
    """What each phone sent, kept beside what it got, for the page alone."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._said: dict[str, list[tuple[str, int]]] = {}

    def heard(self, number: str, text: str) -> None:
        """Note what a phone sent, and how many texts it had got by then."""
        said = self._said.setdefault(number, [])
        said.append((text, len(self._recorder.texts_to(number))))
        del said[:-TEXTS_SHOWN]

    def talk(self, number: str) -> list[dict[str, Any]]:
        """The conversation on one phone, oldest first."""
        got = [text.body for text in self._recorder.texts_to(number)]
        talk: list[dict[str, Any]] = []
        said = list(self._said.get(number, ()))
        for place in range(len(got) + 1):
            talk += [{"from": "phone", "text": text} for text, after in said if after == place]
            if place < len(got):
                talk.append({"from": "standby", "text": got[place]})
        return talk[-TEXTS_SHOWN:]


def handsets() -> Handsets:
    """The demo's handsets."""
    return cast(Handsets, current_app.extensions["handsets"])


def _handsets() -> list[dict[str, Any]]:
    return [
        {
            "person": one.id,
            "name": one.name,
            "number": PHONES[one.id],
            "tier": one.tier or "",
            "team": one.team or "",
            "talk": handsets().talk(PHONES[one.id]),
        }
        for one in STAFF
        if one.role in ("responder", "supervisor") and one.tier
    ]
