"""Layers as people change them: each change is planned, shown, checked again, and written with its journal row."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, func, select

from app.note import note
from app.outbox import owe
from app.rota.preview import Preview, preview, require_may_stand, rules_around
from app.rota.shifts import AHEAD_AT_MOST, TIER_NAMES, check_person
from app.sessions import Me
from app.shell import Shell, new_id
from app.tables import rota_layers
from dispatch.messages import Message, RotaNotice
from dispatch.rota.edit import changed_from, ended, place_of, replaced, write_layer
from dispatch.rota.preview import AHEAD_AT_MOST as LOOK_AHEAD
from dispatch.rota.read import Unreadable, layer_of
from dispatch.rota.rules import Layer, Rules
from dispatch.rota.span_words import moment_words
from dispatch.rota.wall import instant, wall_of
from dispatch.value import Refused, require

LAYERS_AT_MOST: Final = 200
LATE_AT_MOST: Final = timedelta(hours=24)
COUNTED_AT_MOST: Final = timedelta(days=400)
_MINUTE: Final = timedelta(minutes=1)
PAST: Final = "That time has passed, and what was stays as it was. Write a time from now on."


@dataclass(frozen=True)
class LayerRow:
    """One layer as it is stored. `layer` is None where it cannot be read; `why` then says what to mend."""

    id: str
    tier: str
    name: str
    place: int
    body: dict[str, Any]
    layer: Layer | None
    why: str = ""

    def state(self, now: datetime) -> str:
        """broken, coming, running or over."""
        if self.layer is None:
            return "broken"
        if instant(self.layer.begins, self.layer.zone) > now:
            return "coming"
        ends = self.layer.ends
        return "over" if ends is not None and instant(ends, self.layer.zone) <= now else "running"


@dataclass(frozen=True)
class Plan:
    """Layers as they will stand: the ids of those that go, and those that are written; a new one has no id. What
    is in `written` stands at `place` in the order of the layers; nothing changes before `since`."""

    kind: str
    gone: tuple[str, ...]
    written: tuple[Layer, ...]
    place: int
    since: datetime


def layers_of(connection: Connection, program: str) -> list[LayerRow]:
    """Every layer of a program, in order."""
    rows = connection.execute(
        select(rota_layers)
        .where(rota_layers.c.program == program)
        .order_by(rota_layers.c.place, rota_layers.c.id)
    )
    return [_layer_row(row) for row in rows]


def layer_row(connection: Connection, program: str, layer: str) -> LayerRow:
    """One layer. Refuses one that is not there any more."""
    row = connection.execute(
        select(rota_layers).where(rota_layers.c.id == layer, rota_layers.c.program == program)
    ).first()
    if row is None:
        raise Refused("That layer is not on the rota any more. Go back to the list.")
    return _layer_row(row)


def plan_new(connection: Connection, program: str, new: Layer, now: datetime) -> Plan:
    """A layer more. One that is counted from a time in the past is in force from now on."""
    last = connection.scalar(select(func.max(rota_layers.c.place)).where(rota_layers.c.program == program))
    layers = _from_now(new, now)
    return Plan("LayerAdded", (), layers, 0 if last is None else int(last) + 1, _begins_at(layers[0]))


def plan_change(row: LayerRow, new: Layer, at: datetime, begin_with: int | None, now: datetime) -> Plan:
    """The layer is another from a time of its wall on. One that was broken, or has not begun, is another
    altogether."""
    require(row.state(now) != "over", "That layer has ended. Make a new one.")
    if row.layer is None or row.state(now) == "coming":
        return _anew(row, new, begin_with, now)
    at = _not_past(at, row.layer.zone, now)
    layers = changed_from(row.layer, new, at, begin_with)
    return Plan("LayerChanged", (), layers, row.place, instant(at, row.layer.zone))


def plan_replace(row: LayerRow, person: str, by: str, at: datetime, now: datetime) -> Plan:
    """Somebody else in a person's places in the line, from a time on."""
    layer = _readable(row)
    require(any(person in turn for turn in layer.line), "That person is not in the line. Choose who is.")
    require(person != by, "That is the same person. Choose another.")
    new = replace(layer, line=replaced(layer.line, person, by))
    return plan_change(row, new, at, None, now)


def plan_end(row: LayerRow, at: datetime, now: datetime) -> Plan:
    """The layer ends at a time of its wall."""
    layer = _readable(row)
    require(row.state(now) != "over", "That layer has ended already.")
    at = _not_past(at, layer.zone, now)
    left = ended(layer, at)
    if left is None:
        raise Refused("It would end before it begins. Remove it instead, or write a later time.")
    require(left != layer, "The layer ends then or earlier already.")
    return Plan("LayerEnded", (), (left,), row.place, instant(at, layer.zone))


def plan_remove(row: LayerRow, now: datetime) -> Plan:
    """A layer that has not begun goes away, and so does one that cannot be read: nobody was on call by it."""
    require(row.state(now) in ("coming", "broken"), "That layer has begun. End it instead.")
    return Plan("LayerRemoved", (row.id,), (), row.place, now if row.layer is None else _begins_at(row.layer))


def look_at(connection: Connection, shell: Shell, program: str, plan: Plan) -> Preview:
    """What the plan does in the 60 days from its first moment on."""
    start = max(shell.clock.now(), plan.since)
    end = start + LOOK_AHEAD
    before = rules_around(connection, program, start, end)
    return preview(connection, shell, program, before, rules_after(before, plan), start, end)


def put_in_force(connection: Connection, shell: Shell, by: Me, plan: Plan, read: str) -> int:
    """Check everything again, write it down and tell those whose times change. `read` is what the one who does it
    has seen of what speaks against it."""
    check_lines(connection, by.program, plan)
    _check_count(connection, by.program)
    look = look_at(connection, shell, by.program, plan)
    require_may_stand(look, read)
    seq = _write(connection, shell, by, plan)
    _tell(connection, shell, by, look, seq)
    return seq


def check_lines(connection: Connection, program: str, plan: Plan) -> None:
    """Refuse a layer that names somebody who could not be on call in its tier."""
    for layer in plan.written:
        if layer.id:
            continue
        require(layer.tier in TIER_NAMES, "There is no such tier. Choose one from the list.")
        for person in dict.fromkeys(person for turn in layer.line for person in turn):
            check_person(connection, program, person, layer.tier)


def rules_after(before: Rules, plan: Plan) -> Rules:
    """The rules with the plan in force."""
    written = {layer.id for layer in plan.written} | set(plan.gone)
    staying = [layer for layer in before.layers if layer.id not in written]
    coming = [
        replace(layer, id=layer.id or f"new {number}", place=plan.place * 1000)
        for number, layer in enumerate(plan.written)
    ]
    return replace(before, layers=(*staying, *coming))


def _layer_row(row: Row[Any]) -> LayerRow:
    try:
        body = json.loads(row.body)
        if not isinstance(body, dict):
            raise ValueError
    except ValueError:
        why = "This layer is not readable at all. Write it anew."
        return LayerRow(row.id, row.tier, row.name, row.place, {}, None, why)
    try:
        layer = layer_of({**body, "id": row.id})
    except Unreadable as wrong:
        return LayerRow(row.id, row.tier, row.name, row.place, body, None, wrong.sentence)
    except (ValueError, TypeError):
        why = "This layer is not readable at all. Write it anew."
        return LayerRow(row.id, row.tier, row.name, row.place, body, None, why)
    return LayerRow(row.id, row.tier, row.name, row.place, body, layer)


def _readable(row: LayerRow) -> Layer:
    if row.layer is None:
        raise Refused("That layer cannot be read. Mend it first.")
    return row.layer


def _anew(row: LayerRow, new: Layer, begin_with: int | None, now: datetime) -> Plan:
    """Another layer in the place of one that nobody was on call by yet."""
    first = begin_with
    if first is None:
        first = 0 if row.layer is None else place_of(row.layer, row.layer.first, new)
    layers = _from_now(replace(new, first=first), now)
    began = [] if row.layer is None else [_begins_at(row.layer)]
    return Plan("LayerChanged", (row.id,), layers, row.place, min([_begins_at(layers[0]), *began]))


def _from_now(new: Layer, now: datetime) -> tuple[Layer, ...]:
    """The layer from now on, its turns counted from where it says."""
    begins_at = instant(new.begins, new.zone)
    require(begins_at - now <= AHEAD_AT_MOST, "A layer can begin at most 400 days ahead.")
    require(now - begins_at <= COUNTED_AT_MOST, "Count the turns from a time of the last 400 days.")
    require(
        new.ends is None or instant(new.ends, new.zone) > now,
        "That layer is over already. Write a later end.",
    )
    if begins_at >= now:
        return (replace(new, id=""),)
    layers = changed_from(new, new, _minute(now, new.zone))[1:]
    require(layers, "That layer is over already. Write a later end.")
    return layers


def _not_past(at: datetime, zone: ZoneInfo, now: datetime) -> datetime:
    """A time of the wall that has not passed. A form that lay open for a while means now."""
    require(now - instant(at, zone) <= LATE_AT_MOST, PAST)
    require(instant(at, zone) - now <= AHEAD_AT_MOST, "Change a layer at most 400 days ahead.")
    return max(at, _minute(now, zone))


def _minute(now: datetime, zone: ZoneInfo) -> datetime:
    """The next whole minute on the wall."""
    wall = wall_of(now, zone)
    whole = wall.replace(second=0, microsecond=0)
    return whole if whole == wall else whole + _MINUTE


def _begins_at(layer: Layer) -> datetime:
    return instant(layer.begins, layer.zone)


def _check_count(connection: Connection, program: str) -> None:
    count = connection.scalar(select(func.count()).where(rota_layers.c.program == program)) or 0
    require(count < LAYERS_AT_MOST, f"A program keeps at most {LAYERS_AT_MOST} layers. Remove some first.")


def _write(connection: Connection, shell: Shell, by: Me, plan: Plan) -> int:
    seq = 0
    for gone in plan.gone:
        connection.execute(rota_layers.delete().where(rota_layers.c.id == gone))
        seq = note(connection, shell, by, gone, "LayerRemoved")
    for layer in plan.written:
        seq = _write_one(connection, shell, by, plan, layer)
    return seq


def _write_one(connection: Connection, shell: Shell, by: Me, plan: Plan, layer: Layer) -> int:
    known = replace(layer, id=layer.id or new_id())
    body = write_layer(known)
    kind = "LayerEnded" if layer.id else plan.kind
    values = {"tier": known.tier, "name": known.name, "body": json.dumps(body, sort_keys=True)}
    if layer.id:
        connection.execute(rota_layers.update().where(rota_layers.c.id == layer.id).values(**values))
    else:
        connection.execute(
            rota_layers.insert().values(
                id=known.id,
                program=by.program,
                place=plan.place,
                made_by=by.id,
                made_at=shell.clock.now(),
                **values,
            )
        )
    return note(connection, shell, by, known.id, kind, **body)


def _tell(connection: Connection, shell: Shell, by: Me, look: Preview, seq: int) -> None:
    first = {one.person: one.starts_at for one in reversed(look.differences)}
    messages: list[Message] = [
        RotaNotice(
            person, 0, f"your times on call change from {moment_words(at, look.zone)} on. See My shifts."
        )
        for person, at in first.items()
        if person != by.id
    ]
    owe(connection, None, messages, shell.clock.now(), seq)
