"""The rota's rules as they are stored, read for the span that is asked and no further."""

import json
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, literal, select, union_all

from app.tables import programs, rota_bars, rota_layers, rota_overrides, rota_tiers, shifts, time_off
from dispatch.rota.read import Unreadable, layer_of, need_of
from dispatch.rota.rules import Assignment, Away, Broken, Layer, Override, Rules, TierNeed
from dispatch.rota.terms import RotaTerms, read_terms

# Hand-written shifts come first in line; a layer's place is its own hundred.
LAYER_PLACES = 1000
_INSTANT = shifts.c.ends_at.type
_FROM, _TO = bindparam("start", type_=_INSTANT), bindparam("end", type_=_INSTANT)
_PROGRAM: BindParameter[str] = bindparam("program")
# Made once: every command asks these, and building a statement costs more than running it.
_LAYERS = (
    select(rota_layers.c.id, rota_layers.c.body, rota_layers.c.place)
    .where(rota_layers.c.program == _PROGRAM)
    .order_by(rota_layers.c.place, rota_layers.c.id)
)
_SHIFTS = (
    select(shifts)
    .where(shifts.c.program == _PROGRAM, shifts.c.ends_at > _FROM, shifts.c.starts_at < _TO)
    .order_by(shifts.c.place_in_line, shifts.c.starts_at, shifts.c.id)
)
# No upper end: where an assignment of the span ends is right only when later changes to it are known.
_OVERRIDES = select(rota_overrides).where(
    rota_overrides.c.program == _PROGRAM, rota_overrides.c.ends_at > _FROM
)
_AWAY = union_all(
    select(
        time_off.c.person,
        time_off.c.starts_at,
        time_off.c.ends_at,
        time_off.c.kind,
        literal(None).label("tier"),
    ).where(time_off.c.program == _PROGRAM, time_off.c.ends_at > _FROM, time_off.c.state == "approved"),
    select(
        rota_bars.c.person, rota_bars.c.starts_at, rota_bars.c.ends_at, rota_bars.c.why, rota_bars.c.tier
    ).where(rota_bars.c.program == _PROGRAM, rota_bars.c.ends_at > _FROM),
)
_NEEDS = select(rota_tiers).where(rota_tiers.c.program == _PROGRAM).order_by(rota_tiers.c.place)
_TERMS = select(programs.c.rota).where(programs.c.id == _PROGRAM)


def rules_of(connection: Connection, program: str, start: datetime, end: datetime) -> Rules:
    """All rules that bear on `start` to `end`; a layer that cannot be read comes back broken, beside the rest."""
    asked = {"program": program, "start": start, "end": end}
    layers: list[Layer] = []
    broken: list[Broken] = []
    for row in connection.execute(_LAYERS, asked):
        read = _layer(row.id, row.body, row.place * LAYER_PLACES)
        if isinstance(read, Layer):
            layers.append(read)
        else:
            broken.append(Broken(row.id, read))
    return Rules(
        layers=tuple(layers),
        shifts=tuple(_assignment(row) for row in connection.execute(_SHIFTS, asked)),
        overrides=tuple(_override(row) for row in connection.execute(_OVERRIDES, asked)),
        away=tuple(Away(*row) for row in connection.execute(_AWAY, asked)),
        broken=tuple(broken),
    )


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
    except (ValueError, TypeError):
        return "This layer is not readable at all. Write it anew."


def _assignment(row: Row[Any]) -> Assignment:
    return Assignment(row.person, row.tier, row.starts_at, row.ends_at, row.id, row.team, row.place_in_line)


def _override(row: Row[Any]) -> Override:
    return Override(
        row.id, row.number, row.tier, row.starts_at, row.ends_at, row.instead_of, row.person, row.undoes
    )
