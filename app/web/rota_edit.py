"""Making and changing the rota's layers: a list, a form, a look at what it does, and the button that counts."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.access import ROTA_ROLES, allowed
from app.queries.rota_edit import changes_ahead, house_of
from app.rota.layers import (
    LayerRow,
    Plan,
    check_lines,
    layer_row,
    layers_of,
    look_at,
    plan_change,
    plan_end,
    plan_new,
    plan_remove,
    plan_replace,
    put_in_force,
)
from app.rota.overrides import WHYS
from app.rota.shifts import TIER_NAMES
from app.web.change import change, or_again
from app.web.forms import Form
from app.web.here import me, shell, wants_json
from app.web.layer_form import (
    LONGER,
    TURNS,
    LayerForm,
    begin_with,
    empty_form,
    form_of,
    layer_from,
    posted,
    wall_at,
    with_rows,
)
from app.web.rota_look import look_page, shifts_of
from app.web.zone import in_zone
from dispatch.rota.edit import write_layer
from dispatch.rota.read import DAYS
from dispatch.rota.wall import wall_of
from dispatch.value import Refused

bp = Blueprint("rota_edit", __name__, url_prefix="/rota/edit")
NEW = "A new layer"


@bp.get("")
@allowed(*ROTA_ROLES, purpose="rota")
def show() -> ResponseReturnValue:
    """Every layer by tier, broken ones first, and the changes that are not over."""
    now = shell().clock.now()
    with shell().store.read() as connection:
        house = house_of(connection, me().program)
        rows = layers_of(connection, me().program)
        changes = changes_ahead(connection, me().program, now)
    said = [(row, row.state(now), _words(row, house.names)) for row in rows]
    return render_template(
        "rota-edit.html",
        tiers=[
            (name, [one for one in said if one[0].tier == tier and one[1] != "over"])
            for tier, name in TIER_NAMES.items()
        ],
        over=[one for one in said if one[1] == "over"],
        changes=changes,
        names=house.names,
        whys=WHYS,
        **in_zone(house.zone),
    )


@bp.get("/layers/new")
@allowed(*ROTA_ROLES, purpose="rota")
def new() -> ResponseReturnValue:
    """The empty form."""
    with shell().store.read() as connection:
        zone = ZoneInfo(house_of(connection, me().program).zone)
    return _form_page(empty_form(shell().clock.now(), zone), {}, None)


@bp.post("/layers/new")
@allowed(*ROTA_ROLES, purpose="rota")
def make() -> ResponseReturnValue:
    """A row more or less, a look at it, or in force."""
    typed = posted(request.form)

    def plan(connection: Connection) -> Plan:
        zone = ZoneInfo(house_of(connection, me().program).zone)
        return plan_new(connection, me().program, layer_from(typed, request.form, zone), shell().clock.now())

    return _steps(NEW, typed, None, plan)


@bp.get("/layers/<layer>")
@allowed(*ROTA_ROLES, object="layer", purpose="rota")
def layer(layer: str) -> ResponseReturnValue:
    """One layer, to be changed from a date on, ended, or removed."""
    return _layer_page(layer, {})


@bp.post("/layers/<layer>")
@allowed(*ROTA_ROLES, object="layer", purpose="rota")
def alter(layer: str) -> ResponseReturnValue:
    """Another from a date on."""
    typed = posted(request.form)
    with shell().store.read() as connection:
        row = layer_row(connection, me().program, layer)

    def plan(connection: Connection) -> Plan:
        now, row = shell().clock.now(), layer_row(connection, me().program, layer)
        zone = _zone(connection, row)
        wanted = layer_from(typed, request.form, zone, 0 if row.layer is None else row.layer.first)
        form = Form(request.form)
        begins = begin_with(form, len(wanted.line))
        starts = wanted.begins
        if row.layer is not None and row.state(now) == "running":
            starts = wall_at(form, "since", typed.since)
        form.done()
        return plan_change(row, wanted, starts, begins, now)

    return _steps(f"Change {row.name}", typed, row, plan)


@bp.post("/layers/<layer>/replace")
@allowed(*ROTA_ROLES, object="layer", purpose="rota")
def replace_person(layer: str) -> ResponseReturnValue:
    """Somebody else in a person's places, from a date on."""

    def plan(connection: Connection) -> Plan:
        form, row = Form(request.form), layer_row(connection, me().program, layer)
        person = form.line("person", most=40, needed="Choose who leaves the line.")
        by = form.line("by", most=40, needed="Choose who comes into the line.")
        at = wall_at(form, "replace_at", request.form.get("replace_at", ""))
        return plan_replace(row, person, by, at, shell().clock.now())

    return _one_step("Somebody else in the line", layer, plan)


@bp.post("/layers/<layer>/end")
@allowed(*ROTA_ROLES, object="layer", purpose="rota")
def end(layer: str) -> ResponseReturnValue:
    """The layer ends at a date."""

    def plan(connection: Connection) -> Plan:
        form, row = Form(request.form), layer_row(connection, me().program, layer)
        at = wall_at(form, "end_at", request.form.get("end_at", ""))
        return plan_end(row, at, shell().clock.now())

    return _one_step("End the layer", layer, plan)


@bp.post("/layers/<layer>/remove")
@allowed(*ROTA_ROLES, object="layer", purpose="rota")
def remove(layer: str) -> ResponseReturnValue:
    """A layer that nobody was on call by goes away."""

    def plan(connection: Connection) -> Plan:
        return plan_remove(layer_row(connection, me().program, layer), shell().clock.now())

    return _one_step("Remove the layer", layer, plan)


def _steps(
    title: str, typed: LayerForm, row: LayerRow | None, plan: Callable[[Connection], Plan]
) -> ResponseReturnValue:
    """The steps of the large form: rows, a look, in force."""
    do = request.form.get("do", "")
    rows = with_rows(typed, do)
    if rows is not None or do == "form":
        return _form_page(rows or typed, {}, row)
    return or_again(lambda: _look_or_force(title, plan, True), lambda errors: _form_page(typed, errors, row))


def _one_step(title: str, layer: str, plan: Callable[[Connection], Plan]) -> ResponseReturnValue:
    return or_again(lambda: _look_or_force(title, plan, False), lambda errors: _layer_page(layer, errors))


def _look_or_force(title: str, plan: Callable[[Connection], Plan], again: bool) -> ResponseReturnValue:
    if request.form.get("do") != "force":
        return _look(title, plan, {}, again)
    read = request.form.get("read", "")
    try:
        change(lambda connection: put_in_force(connection, shell(), me(), plan(connection), read))
    except Refused as refused:
        if wants_json():
            raise
        return _look(title, plan, {"": refused.sentence}, again), 409
    return redirect(url_for("rota_edit.show"))


def _look(title: str, plan: Callable[[Connection], Plan], errors: dict[str, str], again: bool) -> str:
    with shell().store.read() as connection:
        planned = plan(connection)
        check_lines(connection, me().program, planned)
        look = look_at(connection, shell(), me().program, planned)
        house = house_of(connection, me().program)
    return look_page(title, look, house, shifts=shifts_of(planned), again=again, errors=errors)


def _layer_page(layer: str, errors: dict[str, str]) -> str:
    with shell().store.read() as connection:
        row = layer_row(connection, me().program, layer)
        zone = _zone(connection, row)
    return _form_page(form_of(row, shell().clock.now(), zone), errors, row)


def _form_page(typed: LayerForm, errors: dict[str, str], row: LayerRow | None) -> str:
    now = shell().clock.now()
    with shell().store.read() as connection:
        house = house_of(connection, me().program)
        zone = ZoneInfo(house.zone) if row is None else _zone(connection, row)
    in_line = dict.fromkeys(person for turn in typed.line for person in turn)
    return render_template(
        "rota-edit-layer.html",
        typed=typed,
        errors=errors,
        row=row,
        state="new" if row is None else row.state(now),
        hour=(wall_of(now, zone).replace(minute=0) + timedelta(hours=1)).isoformat(timespec="minutes")[:16],
        staff=house.may,
        names=house.names,
        turn_choices=[
            (
                str(number + 1),
                f"Turn {number + 1}: " + ", ".join(house.names.get(one, "somebody") for one in turn),
            )
            for number, turn in enumerate(turn for turn in typed.line if turn)
        ],
        in_line=[(person, house.names.get(person, "Somebody unknown")) for person in in_line],
        days=DAYS,
        turns=TURNS,
        longer=LONGER,
        tiers=tuple(TIER_NAMES.items()),
        given=request.form,
        layer_zone=zone.key,
        **in_zone(house.zone),
    )


def _zone(connection: Connection, row: LayerRow) -> ZoneInfo:
    """The layer's own zone, and the program's for one that cannot be read."""
    if row.layer is not None:
        return row.layer.zone
    return ZoneInfo(house_of(connection, me().program).zone)


def _words(row: LayerRow, names: dict[str, str]) -> dict[str, object]:
    """What the list says of a layer."""
    if row.layer is None:
        return {}
    written = write_layer(row.layer)
    return {
        "line": [", ".join(names.get(one, "somebody unknown") for one in turn) for turn in row.layer.line],
        "windows": form_of(row, shell().clock.now(), row.layer.zone).windows if written["windows"] else (),
        "turn": _turn_words(written.get("turn_hours")),
        "begins": row.layer.begins,
        "ends": row.layer.ends,
    }


def _turn_words(hours: float | None) -> str:
    if hours is None:
        return "each shift is a turn"
    known = {168: "a turn is a week", 24: "a turn is a day", 336: "a turn is two weeks"}
    return known.get(int(hours), f"a turn is {hours:g} hours")
