"""Changing a layer from a moment on: what was stays as it was, and the turn goes on where it was."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from dispatch.rota.read import DAYS
from dispatch.rota.rules import Layer, Window
from dispatch.rota.turns import Stretch, stretches
from dispatch.rota.wall import instant, wall_of
from dispatch.value import require

# Whole turns come round within a year of weeks, however odd their length.
_ROUND: Final = timedelta(weeks=60)
_HOUR: Final = timedelta(hours=1)
Line = tuple[tuple[str, ...], ...]


def changed_from(old: Layer, new: Layer, at: datetime, begin_with: int | None = None) -> tuple[Layer, ...]:
    """The layers that stand when `old` becomes `new` from `at` on (a time of old's wall): the old one, ended; the
    new one; and between them, where `at` falls into a turn, that turn's rest. `begin_with` is the place in new's
    line that goes on then; None: whoever's turn it is. Layers that come in have an empty id."""
    at = max(at, old.begins)
    began = at > old.begins
    begins = at if new.zone.key == old.zone.key else wall_of(instant(at, old.zone), new.zone)
    new = replace(new, id="", begins=begins)
    require(
        new.ends is None or new.ends > begins, "The change begins after the layer ends. Write a later end."
    )
    past = (replace(old, ends=at),) if began else ()
    hand_over = _next_hand_over(old, new, at)
    if hand_over is None:
        first = place_of(old, _index_from(old, at), new) if begin_with is None else begin_with
        return (*past, replace(new, first=first))
    running = place_of(old, _index_of_turn(old, hand_over), new) if begin_with is None else begin_with
    following = place_of(old, _index_from(old, hand_over), new) if begin_with is None else begin_with + 1
    rest = replace(new, ends=min(hand_over, new.ends or hand_over), line=(new.line[running],), first=0)
    after = replace(new, begins=hand_over, first=following % len(new.line))
    return (*past, *(one for one in (rest, after) if _works(one)))


def ended(layer: Layer, at: datetime) -> Layer | None:
    """The layer until a time of its wall; None when nothing of it is left."""
    if at <= layer.begins:
        return None
    return replace(layer, ends=at if layer.ends is None else min(at, layer.ends))


def moved(line: Line, place: int, by: int) -> Line:
    """One turn of the line further up (-1) or down (1); at the end of the line it stays."""
    to = place + by
    if not 0 <= place < len(line) or not 0 <= to < len(line):
        return line
    turns = list(line)
    turns[place], turns[to] = turns[to], turns[place]
    return tuple(turns)


def replaced(line: Line, person: str, by: str) -> Line:
    """The line with somebody else in each place of a person."""
    for turn in line:
        require(person not in turn or by not in turn, "They stand in the same turn already. Choose another.")
    return tuple(tuple(by if one == person else one for one in turn) for turn in line)


def first_shifts(
    layer: Layer, start: datetime, most: int
) -> Iterator[tuple[datetime, datetime, tuple[str, ...]]]:
    """The first shifts from a time of the wall on: from, to (both of the wall), and who."""
    found = stretches(layer, start, start + _ROUND)
    for _, (begins, ends, turn) in zip(range(most), found, strict=False):
        yield begins, ends, layer.line[(turn + layer.first) % len(layer.line)]


def place_of(old: Layer, index: int, new: Layer) -> int:
    """Where the people of a turn stand in the new line: the same ones, or most of them, or the same place."""
    turn = set(old.line[index])

    def near(place: int) -> tuple[int, int]:
        return len(turn ^ set(new.line[place])), abs(place - index)

    sharing = [place for place, people in enumerate(new.line) if turn & set(people)]
    return min(sharing, key=near) if sharing else index % len(new.line)


def write_layer(layer: Layer) -> dict[str, Any]:
    """The layer as `layer_of` reads it."""
    written: dict[str, Any] = {
        "id": layer.id,
        "tier": layer.tier,
        "zone": layer.zone.key,
        "name": layer.name,
        "begins": layer.begins.isoformat(timespec="minutes"),
        "line": [list(turn) for turn in layer.line],
        "first": layer.first,
        "windows": [_window(one) for one in layer.windows],
    }
    if layer.ends is not None:
        written["ends"] = layer.ends.isoformat(timespec="minutes")
    if layer.turn is not None:
        written["turn_hours"] = _hours(layer.turn)
    if layer.team is not None:
        written["team"] = layer.team
    return written


def _window(window: Window) -> dict[str, Any]:
    return {
        "days": [DAYS[day] for day in window.days],
        "from": f"{window.starts:%H:%M}",
        "hours": _hours(window.length),
    }


def _hours(length: timedelta) -> float | int:
    hours = length / _HOUR
    return int(hours) if hours.is_integer() else hours


def _next_hand_over(old: Layer, new: Layer, at: datetime) -> datetime | None:
    """When the turn ends that `at` falls into; None where there is nothing to keep: `at` is a hand-over, one turn
    takes all, or the turns are counted anew."""
    same = old.turn is not None and old.turn == new.turn and old.zone.key == new.zone.key
    if not same or len(new.line) == 1 or at <= old.begins:
        return None
    assert old.turn is not None
    into = (at - old.begins) % old.turn
    return at + old.turn - into if into else None


def _index_of_turn(old: Layer, hand_over: datetime) -> int:
    """The place in line of the turn that ends at this hand-over, or of the next that is worked."""
    assert old.turn is not None
    return _index_from(old, hand_over - old.turn)


def _index_from(old: Layer, at: datetime) -> int:
    """The place in line that runs at `at`, or comes next."""
    found = next(_turns(replace(old, ends=None), at), None)
    return 0 if found is None else (found[2] + old.first) % len(old.line)


def _turns(layer: Layer, at: datetime) -> Iterator[Stretch]:
    return stretches(layer, at, max(at, layer.begins) + _ROUND)


def _works(layer: Layer) -> bool:
    """Does it hold a single shift?"""
    return (layer.ends is None or layer.begins < layer.ends) and next(
        _turns(layer, layer.begins), None
    ) is not None
