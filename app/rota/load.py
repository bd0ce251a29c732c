"""The rota's rules as they are stored, read for the span that is asked and no further."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    bindparam,
    cast,
    literal,
    null,
    select,
    union_all,
)

from app.tables import programs, rota_bars, rota_layers, rota_overrides, rota_tiers, shifts, time_off
from dispatch.rota.read import TURN_AT_MOST, Unreadable, layer_of, need_of
from dispatch.rota.rules import LAYER_PLACES, Assignment, Away, Broken, Layer, Override, Rules, TierNeed
from dispatch.rota.terms import RotaTerms, read_terms

# The longest turn, with a day for the clocks; shifts by hand and overrides are shorter.
REACH = TURN_AT_MOST + timedelta(days=1)
_INSTANT = shifts.c.ends_at.type
_FROM, _TO = bindparam("start", type_=_INSTANT), bindparam("end", type_=_INSTANT)
# What begins later than the longest turn can last touches nothing that stands in the span.
_REACH = bindparam("reach", type_=_INSTANT)
_PROGRAM: BindParameter[str] = bindparam("program")
# The columns of every kind of rule, in one statement: what a kind does not have is null.
_COLUMNS = {
    "id": shifts.c.id,
    "place": shifts.c.place_in_line,
    "tier": shifts.c.tier,
    "person": shifts.c.person,
    "starts_at": shifts.c.starts_at,
    "ends_at": shifts.c.ends_at,
    "word": rota_layers.c.body,
    "undoes": rota_overrides.c.undoes,
}


def _kind(kind: str, *where: ColumnElement[bool], **columns: ColumnElement[Any]) -> Any:
    given = (columns.get(name, cast(null(), like.type)).label(name) for name, like in _COLUMNS.items())
    return select(literal(kind).label("kind"), *given).where(*where)


def _dated(table: Any, **columns: ColumnElement[Any]) -> dict[str, ColumnElement[Any]]:
    shared = ("tier", "person", "starts_at", "ends_at")
    return {name: table.c[name] for name in shared if name in table.c} | columns


# Made once and asked at one go: every command asks it, and a statement costs more than the rows that it brings.
_RULES = union_all(
    _kind(
        "layer",
        rota_layers.c.program == _PROGRAM,
        id=rota_layers.c.id,
        place=rota_layers.c.place,
        word=rota_layers.c.body,
    ),
    _kind(
        "shift",
        shifts.c.program == _PROGRAM,
        shifts.c.ends_at > _FROM,
        shifts.c.starts_at < _TO,
        **_dated(shifts, id=shifts.c.id, place=shifts.c.place_in_line, word=shifts.c.team),
    ),
    # Beyond the span: where an assignment of it ends is right only when later changes to it are known.
    _kind(
        "override",
        rota_overrides.c.program == _PROGRAM,
        rota_overrides.c.ends_at > _FROM,
        rota_overrides.c.starts_at < _REACH,
        **_dated(
            rota_overrides,
            id=rota_overrides.c.id,
            place=rota_overrides.c.number,
            word=rota_overrides.c.instead_of,
            undoes=rota_overrides.c.undoes,
        ),
    ),
    _kind(
        "away",
        time_off.c.program == _PROGRAM,
        time_off.c.ends_at > _FROM,
        time_off.c.starts_at < _REACH,
        time_off.c.state == "approved",
        **_dated(time_off, word=time_off.c.kind),
    ),
    _kind(
        "away",
        rota_bars.c.program == _PROGRAM,
        rota_bars.c.ends_at > _FROM,
        rota_bars.c.starts_at < _REACH,
        **_dated(rota_bars, word=rota_bars.c.why),
    ),
)
_NEEDS = select(rota_tiers).where(rota_tiers.c.program == _PROGRAM).order_by(rota_tiers.c.place)
_TERMS = select(programs.c.rota).where(programs.c.id == _PROGRAM)


def rules_of(connection: Connection, program: str, start: datetime, end: datetime) -> Rules:
    """All rules that bear on `start` to `end`; a layer that cannot be read comes back broken, beside the rest."""
    layers: list[Layer] = []
    broken: list[Broken] = []
    written: list[Assignment] = []
    overrides: list[Override] = []
    away: list[Away] = []
    asked = {"program": program, "start": start, "end": end, "reach": end + REACH}
    rows = connection.execute(_RULES, asked).all()
    for kind, name, place, tier, person, starts_at, ends_at, word, undoes in rows:
        if kind == "shift":
            written.append(Assignment(person, tier, starts_at, ends_at, name, word, place))
        elif kind == "override":
            overrides.append(Override(name, place, tier, starts_at, ends_at, word, person, undoes))
        elif kind == "away":
            away.append(Away(person, starts_at, ends_at, word, tier))
        else:
            read = _layer(name, word, (place + 1) * LAYER_PLACES)
            layers.append(read) if isinstance(read, Layer) else broken.append(Broken(name, read))
    layers.sort(key=lambda layer: (layer.place, layer.id))
    return Rules(tuple(layers), tuple(written), tuple(overrides), tuple(away), tuple(broken))


def needs_of(connection: Connection, program: str) -> tuple[TierNeed, ...]:
    """What each tier needs, in the order of the ladder; empty where no rota was set up."""
    rows = connection.execute(_NEEDS, {"program": program})
    return tuple(need_of({"tier": row.tier, "people": row.people, "bring": row.bring}) for row in rows)


def terms_of(connection: Connection, program: str) -> RotaTerms:
    """The program's terms of rest, hours, approval and reminders; what it does not set is ours."""
    return read_terms(connection.scalar(_TERMS, {"program": program}) or {})


@lru_cache(maxsize=20_000)
def _layer(layer: str, body: str, place: int) -> Layer | str:
    """The layer in this text, or the sentence why it cannot be read."""
    try:
        return replace(layer_of({**json.loads(body), "id": layer}), place=place)
    except Unreadable as wrong:
        return wrong.sentence
    except (ValueError, TypeError, RecursionError):
        return "This layer is not readable at all. Write it anew."
