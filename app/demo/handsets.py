"""Simulated handsets: what phones would have got, and a way to answer as any of them. Demo only."""

import threading
from collections import deque
from typing import Any, Final, cast

from flask import Blueprint, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import public
from app.delivered import report
from app.demo.county import PASSWORD, PHONES, PROGRAM, SHOWN, STAFF, email
from app.demo.lines import Lines
from app.replies import hear
from app.shell import Shell, new_id
from app.web.forms import Form
from app.web.here import shell, wants_json
from dispatch.value import require
from notify.recorder import Kept, Recorder
from notify.transport import Call, Text

bp = Blueprint("handsets", __name__)
WHY = "the demo holds no real person; its handsets are for whoever tries it"
TEXTS_SHOWN = 12
WHAT = "Write the text to send, such as 2001 Y 15."
# What a visitor may do to a provider: nothing goes through and nobody says so, or everything is refused.
DOES: Final = {"works": "Works", "hangs": "Never answers", "refuses": "Refuses everything"}
SUSPENDED: Final = "30002"  # the provider's code for an account that it has switched off
CALLS: Final = {
    "answer": Lines.pick_up,
    "ignore": Lines.let_it_ring,
    "voicemail": Lines.voicemail,
    "hang_up": Lines.hang_up,
}


@bp.get("/demo")
@public(WHY)
def show() -> ResponseReturnValue:
    accounts = [{"role": one.role, "email": email(one.id), "password": PASSWORD} for one in SHOWN]
    return render_template(
        "handsets.html",
        handsets=_handsets(),
        accounts=accounts,
        providers=handsets().providers(),
        does=DOES,
    )


@bp.get("/demo/handsets.json")
@public(WHY)
def as_json() -> ResponseReturnValue:
    return jsonify({"handsets": _handsets(), "providers": handsets().providers()})


@bp.post("/demo/handsets/<number>")
@public(WHY)
def answer(number: str) -> ResponseReturnValue:
    require(number in PHONES.values(), "That number is not one of the demo's handsets.")
    given = request.get_json(silent=True) if request.is_json else request.form
    form = Form(given if isinstance(given, dict) else {})
    if form.has("call"):
        does = form.choice("call", CALLS, needed="Choose answer, ignore, voicemail or hang_up.")
        form.done()
        CALLS[does](handsets().lines, number)
    elif form.has("digits"):
        digits = form.line("digits", most=20, needed="Type digits, such as 1.")
        form.done()
        require(set(digits) <= set("0123456789*#"), "A phone has the keys 0 to 9, star and hash.")
        handsets().lines.press(number, digits)
    else:
        text = form.words("text", most=1_600, needed=WHAT)
        require(text, WHAT)
        handsets().heard(number, text)
        hear(shell(), number, text, f"demo-{new_id()}")
    return (jsonify({"sent": True}), 200) if wants_json() else redirect(url_for("handsets.show"))


@bp.post("/demo/providers/<provider>")
@public(WHY)
def trouble(provider: str) -> ResponseReturnValue:
    require(provider in handsets().names, "The demo has no such provider.")
    given = request.get_json(silent=True) if request.is_json else request.form
    form = Form(given if isinstance(given, dict) else {})
    does = form.choice("does", DOES, needed="Choose works, hangs or refuses.")
    form.done()
    handsets().let(provider, does)
    return (jsonify({"does": does}), 200) if wants_json() else redirect(url_for("handsets.show"))


class Handsets:
    """What each phone got and sent, by which provider, for the page alone."""

    def __init__(self, shell: Shell, *recorders: Recorder) -> None:
        self._shell = shell
        self._recorders = {recorder.name: recorder for recorder in recorders}
        self._does = dict.fromkeys(self._recorders, "works")
        self._lock = threading.Lock()
        self._talk: dict[str, deque[dict[str, str]]] = {}
        self.lines = Lines(shell)
        for recorder in recorders:
            recorder.subscribe(self._listener(recorder.name))

    @property
    def names(self) -> tuple[str, ...]:
        """The providers, the preferred one first."""
        return tuple(self._recorders)

    def heard(self, number: str, text: str) -> None:
        """Note what a phone sent."""
        self._add(number, {"from": "phone", "text": text})

    def talk(self, number: str) -> list[dict[str, str]]:
        """The conversation on one phone, oldest first."""
        with self._lock:
            return list(self._talk.get(number, ()))

    def let(self, name: str, does: str) -> None:
        """What a visitor does to a provider."""
        recorder = self._recorders[name]
        recorder.mend()
        if does != "works":
            recorder.down(SUSPENDED if does == "refuses" else None)
        self._does[name] = does

    def providers(self) -> list[dict[str, str]]:
        """Each provider: what it was told to do, and what the service has noticed of it."""
        return [{"name": name, "does": does, "seen": self._seen(name)} for name, does in self._does.items()]

    def _seen(self, name: str) -> str:
        down = any(self._shell.health.is_down(PROGRAM, channel, name) for channel in ("text", "call"))
        return "Standby goes round it." if down else "Standby uses it."

    def _listener(self, name: str) -> Any:
        def listener(kept: Kept) -> None:
            if not kept.arrived:
                return
            match kept.what:
                case Text(to=number, body=body, our_id=ours):
                    self._add(number, {"from": "standby", "text": body, "by": name})
                    report(self._shell, int(ours), "delivered", None)
                case Call() as call:
                    self.lines.ring(call)

        return listener

    def _add(self, number: str, said: dict[str, str]) -> None:
        with self._lock:
            self._talk.setdefault(number, deque(maxlen=TEXTS_SHOWN)).append(said)


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
            "calls": handsets().lines.of(PHONES[one.id]),
        }
        for one in STAFF
        if one.role in ("responder", "supervisor") and one.tier
    ]
