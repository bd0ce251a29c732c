"""Is the rota ready? What is to mend, with the way to where it is mended; and the phones, to be rung from here."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import ROTA_ROLES, allowed
from app.phones import as_spoken
from app.queries.house import program_of
from app.queries.ready import ready_page
from app.rota.load import needs_of
from app.rota.ring import ring, ring_first
from app.rota.ways import confirm
from app.web.change import change
from app.web.forms import Form
from app.web.here import me, shell
from app.web.zone import in_zone
from dispatch.reach import CHANNELS
from dispatch.rota.lint.found import Finding

bp = Blueprint("ready", __name__, url_prefix="/rota/ready")
RINGS = (*ROTA_ROLES, "dispatcher")


@dataclass(frozen=True)
class Way:
    """Where a finding is mended: the words of the button, and its address."""

    words: str
    href: str


@bp.get("")
@allowed(*RINGS, purpose="rota")
def show() -> ResponseReturnValue:
    """The next 60 days, the most urgent first."""
    with shell().store.read() as connection:
        program = program_of(connection, me().program)
        set_up = bool(needs_of(connection, program.id))
        page = ready_page(connection, shell(), program.id, set_up)
    return render_template(
        "ready.html",
        page=page,
        keeps=bool(me().roles & set(ROTA_ROLES)),
        mend=partial(mend, zone=ZoneInfo(program.zone)),
        spoken=as_spoken,
        **in_zone(program.zone),
    )


@bp.post("/people/<person>/ring")
@allowed(*RINGS, object="person", purpose="test a phone")
def ring_person(person: str) -> ResponseReturnValue:
    """Test the number that their pages go to, by text or by a call."""
    channel = ring_channel()
    change(lambda connection: ring_first(connection, shell(), me(), person, channel or "text"))
    return _back()


@bp.post("/ways/<way>/ring")
@allowed(*RINGS, object="way", purpose="test a phone")
def ring_way(way: str) -> ResponseReturnValue:
    """Test one way by one of its channels."""
    channel = ring_channel()
    change(lambda connection: ring(connection, shell(), me(), way, channel))
    return _back()


@bp.post("/ways/<way>/confirm")
@allowed(*RINGS, object="way", purpose="test a phone")
def confirm_way(way: str) -> ResponseReturnValue:
    """I rang it, and they answered."""
    change(lambda connection: confirm(connection, shell(), me(), way))
    return _back()


def ring_channel() -> str:
    """By which channel the form wants to ring; empty: the way's own."""
    form = Form(request.form)
    channel = form.choice("channel", CHANNELS)
    form.done()
    return channel


def _back() -> ResponseReturnValue:
    return redirect(url_for("ready.show", _anchor="phones"))


def mend(one: Finding, zone: ZoneInfo) -> Way | None:
    """Where this is mended."""
    at = _AT.get(one.kind)
    return None if at is None else Way(at[0], url_for(at[1], **_named(at[1], one, zone)))


_OVERRIDE = ("Put somebody on", "rota_override.show")
_WEEK = ("Show the week", "rota.week")
_AT: Mapping[str, tuple[str, str]] = {
    "gap": _OVERRIDE,
    "few": _OVERRIDE,
    "bring": _OVERRIDE,
    "composition": _OVERRIDE,
    "rest": _WEEK,
    "nights_running": _WEEK,
    "week_hours": _WEEK,
    "two_tiers": _WEEK,
    "clocks": _WEEK,
    "moved": _WEEK,
    "paper": ("Their credentials", "admin_credentials.show"),
    "training_hours": ("Their training", "admin_credentials.show"),
    "time_off": ("Decide", "time_off.all_of_it"),
    "cover": ("Open the request", "covers.one"),
    "broken": ("Mend the layer", "rota_edit.layer"),
    "gone": ("Mend the layer", "rota_edit.layer"),
    "no_number": ("Their phones", "ready.show"),
    "stopped": ("Their phones", "ready.show"),
    "unverified": ("Their phones", "ready.show"),
    "second_way": ("Their phones", "ready.show"),
    "silent": ("Their phones", "ready.show"),
}


def _named(endpoint: str, one: Finding, zone: ZoneInfo) -> dict[str, Any]:
    """What the address of this page names."""
    start, end = one.starts_at.isoformat(), one.ends_at.isoformat()
    every: dict[str, dict[str, Any]] = {
        "rota_override.show": {"tier": one.tier or "", "starts_at": start, "ends_at": end},
        "rota.week": {"day": str(one.starts_at.astimezone(zone).date())},
        "admin_credentials.show": {"person": one.person or ""},
        "covers.one": {"cover": one.about},
        "rota_edit.layer": {"layer": one.about},
        "ready.show": {"_anchor": f"phones-{one.person}"},
    }
    return every.get(endpoint, {})
