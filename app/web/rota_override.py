"""One change of the rota by hand: somebody in instead of somebody, nobody, or a change taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.access import ROTA_ROLES, allowed
from app.queries.rota_edit import House, house_of
from app.rota.overrides import (
    WHYS,
    Change,
    add_override,
    check_coming,
    meant,
    meant_beside,
    meant_undoing,
    number_of,
    put_beside,
    undo_override,
)
from app.rota.preview import Preview, preview, require_may_stand
from app.rota.shifts import TIER_NAMES, NewShift
from app.web.change import change, or_again
from app.web.forms import Form
from app.web.here import me, shell, wants_json
from app.web.rota_look import look_page
from app.web.zone import in_zone
from dispatch.value import Refused

bp = Blueprint("rota_override", __name__, url_prefix="/rota/edit/override")
WHEN: Final = "Write a date and a time, such as 2026-11-10 19:00."
EVERYBODY, NOBODY, BESIDE = "everybody", "nobody", "beside"
FIELDS: Final = ("tier", "starts_at", "ends_at", "instead_of", "person", "why")
TITLE: Final = "Change who is on call"


@dataclass(frozen=True)
class Wanted:
    """What the form says. None: everybody goes off, or nobody comes on. `beside`: nobody goes off for it."""

    tier: str
    starts_at: datetime
    ends_at: datetime
    instead_of: str | None
    person: str | None
    why: str
    beside: bool


@bp.get("")
@allowed(*ROTA_ROLES, purpose="rota")
def show() -> ResponseReturnValue:
    """The form, filled from a shift when one is named in the address."""
    with shell().store.read() as connection:
        house = house_of(connection, me().program)
    return _form_page(_from_address(house), {})


@bp.post("")
@allowed(*ROTA_ROLES, purpose="rota")
def make() -> ResponseReturnValue:
    """A look at it, or in force."""
    typed = {name: request.form.get(name, "") for name in FIELDS}
    if request.form.get("do") == "form":
        return _form_page(typed, {})

    def act() -> ResponseReturnValue:
        wanted = _wanted()
        if wanted.beside:
            return _look_or_force(TITLE, *_beside(wanted), again=True)
        where = wanted.tier, wanted.starts_at, wanted.ends_at, wanted.instead_of, wanted.person

        def of(connection: Connection) -> Change:
            return meant(connection, shell(), me().program, *where)

        def write(connection: Connection) -> int:
            return number_of(connection, add_override(connection, shell(), me(), *where, wanted.why))

        return _look_or_force(TITLE, of, write, again=True)

    return or_again(act, lambda errors: _form_page(typed, errors))


@bp.post("/<override>/undo")
@allowed(*ROTA_ROLES, object="override", purpose="rota")
def undo(override: str) -> ResponseReturnValue:
    """Take a change back, after a look at what that does."""

    def of(connection: Connection) -> Change:
        return meant_undoing(connection, shell(), me().program, override)

    def write(connection: Connection) -> int:
        return number_of(connection, undo_override(connection, shell(), me(), override))

    return _look_or_force("Take a change back", of, write, again=False)


def _beside(wanted: Wanted) -> tuple[Callable[[Connection], Change], Callable[[Connection], int]]:
    """Somebody more: how to look at it, and how to write it."""
    assert wanted.person is not None
    new = NewShift(wanted.person, wanted.tier, None, wanted.starts_at, wanted.ends_at, wanted.why)

    def of(connection: Connection) -> Change:
        return meant_beside(connection, shell(), me().program, new)

    def write(connection: Connection) -> int:
        return put_beside(connection, shell(), me(), new)

    return of, write


def _look_or_force(
    title: str, of: Callable[[Connection], Change], write: Callable[[Connection], int], again: bool
) -> ResponseReturnValue:
    if request.form.get("do") != "force":
        return _look_page(title, of, {}, again)
    read = request.form.get("read", "")

    def act(connection: Connection) -> int:
        require_may_stand(_look(connection, of(connection)), read)
        return write(connection)

    try:
        change(act)
    except Refused as refused:
        if wants_json():
            raise
        return _look_page(title, of, {"": refused.sentence}, again), 409
    return redirect(url_for("rota_edit.show"))


def _look_page(title: str, of: Callable[[Connection], Change], errors: dict[str, str], again: bool) -> str:
    with shell().store.read() as connection:
        made = of(connection)
        check_coming(connection, me().program, made)
        look = _look(connection, made)
        house = house_of(connection, me().program)
    return look_page(title, look, house, again=again, errors=errors)


def _look(connection: Connection, made: Change) -> Preview:
    start = max(made.starts_at, shell().clock.now())
    undoes = made.override is not None and made.override.undoes is not None
    return preview(connection, shell(), me().program, made.before, made.after, start, made.ends_at, undoes)


def _wanted() -> Wanted:
    form = Form(request.form)
    with shell().store.read() as connection:
        zone = house_of(connection, me().program).zone
    tier = form.choice("tier", TIER_NAMES, needed="Choose the tier.")
    starts_at = form.moment("starts_at", zone, needed=WHEN)
    # When the clocks go back an hour comes twice: the change runs to the later one, so that no hour is bare.
    ends_at = form.moment("ends_at", zone, needed=WHEN, second=True)
    instead_of = form.line("instead_of", most=40, needed="Choose who goes off.")
    person = form.line("person", most=40, needed="Choose who comes on, or nobody.")
    if instead_of == BESIDE and person == NOBODY:
        form.wrong("person", "Nobody goes off and nobody comes on. Choose who comes on.")
    why = form.choice("why", WHYS, needed="Choose why.")
    form.done()
    assert starts_at and ends_at
    return Wanted(
        tier,
        starts_at,
        ends_at,
        None if instead_of in (EVERYBODY, BESIDE) else instead_of,
        None if person == NOBODY else person,
        why,
        instead_of == BESIDE,
    )


def _from_address(house: House) -> dict[str, str]:
    """What the address names of a shift, in the county's own time, or of hours that lack somebody. Whatever cannot
    be read stays empty."""
    form = Form(request.args)
    named = form.choice("instead_of", house.names)
    return {
        "tier": form.choice("tier", TIER_NAMES),
        "starts_at": _local(form.line("starts_at"), house.zone),
        "ends_at": _local(form.line("ends_at"), house.zone),
        "instead_of": named or (BESIDE if form.has("starts_at") else ""),
    }


def _local(given: str, zone: str) -> str:
    try:
        at = datetime.fromisoformat(given)
        local = at.replace(tzinfo=at.tzinfo or UTC).astimezone(ZoneInfo(zone))
    except (ValueError, OverflowError):
        return ""
    return local.strftime("%Y-%m-%dT%H:%M")


def _form_page(typed: dict[str, str], errors: dict[str, str]) -> str:
    with shell().store.read() as connection:
        house = house_of(connection, me().program)
    return render_template(
        "rota-edit-override.html",
        given=typed,
        errors=errors,
        staff=list(house.may),
        going=_going(house, typed.get("instead_of", "")),
        everybody=EVERYBODY,
        beside=BESIDE,
        nobody=NOBODY,
        tiers=tuple(TIER_NAMES.items()),
        whys=tuple(WHYS.items()),
        **in_zone(house.zone),
    )


def _going(house: House, chosen: str) -> list[tuple[str, str]]:
    """Who may go off: also somebody who could not be put on call any more."""
    listed = {person for person, _ in house.may}
    more = [(chosen, house.names[chosen])] if chosen in house.names and chosen not in listed else []
    return [*more, *house.may]
