"""The second step of every change of the rota: what it does, what it costs, what speaks against it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import render_template, request

from app.queries.rota_edit import House
from app.rota.layers import Plan
from app.rota.preview import Preview
from app.rota.shifts import TIER_NAMES
from app.web.zone import in_zone
from dispatch.rota.clock_words import clock_words
from dispatch.rota.edit import first_shifts
from dispatch.rota.rules import Layer
from dispatch.rota.span_words import span_words
from dispatch.rota.wall import instant

SHIFTS_SHOWN = 14
NEVER_CARRIED = frozenset({"csrf", "key", "do", "read"})
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class ShiftLine:
    """One shift of the layer that is planned. `odd`: it is longer or shorter than the wall says."""

    starts_at: datetime
    ends_at: datetime
    people: tuple[str, ...]
    hours: float
    odd: bool


@dataclass(frozen=True)
class DifferenceLine:
    """What happens in one tier over one span: who goes off it and who comes on."""

    span: str
    tier: str
    off: str
    on: str


@dataclass(frozen=True)
class Shifts:
    """The first shifts of what is planned, and what the clocks do to its hand-overs."""

    lines: tuple[ShiftLine, ...]
    clocks: tuple[str, ...]


def shifts_of(plan: Plan) -> Shifts:
    """The first shifts of the layers that the plan brings in."""
    coming = [layer for layer in plan.written if not layer.id]
    lines: list[ShiftLine] = []
    for layer in coming:
        lines += _lines(layer, SHIFTS_SHOWN - len(lines))
    clocks = dict.fromkeys(said for layer in coming for said in clock_words(layer, layer.begins))
    return Shifts(tuple(lines), tuple(clocks))


def look_page(
    title: str,
    look: Preview,
    house: House,
    *,
    again: bool,
    shifts: Shifts | None = None,
    errors: dict[str, str] | None = None,
) -> str:
    """The page with everything that was typed carried along, unseen. `again`: there is a form to go back to."""
    carried = [
        (name, value)
        for name, values in request.form.lists()
        if name not in NEVER_CARRIED
        for value in values
    ]
    return render_template(
        "rota-edit-look.html",
        title=title,
        look=look,
        shifts=shifts,
        names=house.names,
        carried=carried,
        again=again,
        lines=_difference_lines(look, house),
        tiers=TIER_NAMES,
        errors=errors or {},
        **in_zone(house.zone),
    )


def _difference_lines(look: Preview, house: House) -> list[DifferenceLine]:
    spans: dict[tuple[str, str], dict[str, list[str]]] = {}
    for one in look.differences:
        place = span_words(one.starts_at, one.ends_at, look.zone), TIER_NAMES.get(one.tier, one.tier)
        named = spans.setdefault(place, {"off": [], "on": []})
        named[one.change].append(house.names.get(one.person, "Somebody unknown"))
    return [
        DifferenceLine(*place, ", ".join(named["off"]), ", ".join(named["on"]))
        for place, named in spans.items()
    ]


def _lines(layer: Layer, most: int) -> list[ShiftLine]:
    return [
        _line(begins, ends, people, layer.zone)
        for begins, ends, people in first_shifts(layer, layer.begins, most)
    ]


def _line(begins: datetime, ends: datetime, people: tuple[str, ...], zone: ZoneInfo) -> ShiftLine:
    starts_at, ends_at = instant(begins, zone), instant(ends, zone)
    return ShiftLine(
        starts_at, ends_at, people, (ends_at - starts_at) / HOUR, ends_at - starts_at != ends - begins
    )
