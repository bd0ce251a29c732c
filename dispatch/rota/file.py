"""A rota as one file: its zone, what its tiers need, and its rules, read from JSON and written to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from dispatch.rota.edit import write_layer
from dispatch.rota.read import Unreadable, layer_of, need_of, word, zone_of
from dispatch.rota.rules import LAYER_PLACES, Assignment, Away, Broken, Override, Rules, TierNeed

ROWS_AT_MOST: Final = 10_000
# What lasts longer than a year is an end that was forgotten.
SPAN_AT_MOST: Final = timedelta(days=366)
SPAN: Final = ("starts_at", "ends_at", "note")
# The lists of a file, and what may stand in their rows. A word that is not known here is a misspelt one.
KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "tiers": ("tier", "people", "bring", "note"),
    "layers": (
        *("id", "name", "tier", "zone", "begins", "ends", "line", "first", "windows", "turn_hours", "team"),
        "note",
    ),
    "shifts": ("id", "tier", "person", "team", *SPAN),
    "overrides": ("id", "tier", "instead_of", "person", "undoes", *SPAN),
    "time_off": ("person", "kind", "tier", *SPAN),
}
V = TypeVar("V")


@dataclass(frozen=True)
class RotaFile:
    """What a rota file says. `rules.broken` holds the rows that cannot be read; `zone` is where its days are."""

    zone: ZoneInfo
    needs: tuple[TierNeed, ...]
    rules: Rules


def read_file(given: Any) -> RotaFile:
    """The rota in a file. Raises `Unreadable` only when the whole is no rota: a row that cannot be read is broken."""
    if not isinstance(given, Mapping):
        raise Unreadable("A rota file is one JSON object with `zone` and `layers`.")
    _spelt(given, ("zone", "name", "note", *KNOWN), "a rota file")
    if "zone" not in given:
        raise Unreadable("The file names no zone. Write one as `zone`, such as America/Chicago.")
    zone = zone_of(given["zone"])
    broken: list[Broken] = []
    overrides: dict[str, Override] = {}
    return RotaFile(
        zone,
        _rows(given, "tiers", lambda row, _: need_of(row), broken),
        Rules(
            layers=_rows(
                given,
                "layers",
                lambda row, number: replace(
                    layer_of({"zone": zone.key, **row}), place=(number + 1) * LAYER_PLACES
                ),
                broken,
            ),
            shifts=_rows(given, "shifts", _shift, broken),
            overrides=_rows(
                given, "overrides", lambda row, number: _override(row, number, overrides), broken
            ),
            away=_rows(given, "time_off", _away, broken),
            broken=tuple(broken),
        ),
    )


def write_file(rota: RotaFile) -> dict[str, Any]:
    """The file that `read_file` reads as this rota. Broken rows are not in it."""
    rules = rota.rules
    return {
        "zone": rota.zone.key,
        "tiers": [_write_need(one) for one in rota.needs],
        "layers": [write_layer(one) for one in sorted(rules.layers, key=lambda one: one.place)],
        "shifts": [
            _filled(id=one.source, tier=one.tier, person=one.person, team=one.team, **_write_span(one))
            for one in sorted(rules.shifts, key=lambda one: (one.place, one.starts_at, one.source))
        ],
        "overrides": [_write_override(one) for one in sorted(rules.overrides, key=lambda one: one.order)],
        "time_off": [
            _filled(person=one.person, kind=one.why, tier=one.tier, **_write_span(one)) for one in rules.away
        ],
    }


def _rows(
    given: Mapping[str, Any],
    name: str,
    read: Callable[[Mapping[str, Any], int], V],
    broken: list[Broken],
) -> tuple[V, ...]:
    rows = given.get(name, [])
    if not isinstance(rows, list) or len(rows) > ROWS_AT_MOST:
        raise Unreadable(f"`{name}` must be a list of at most {ROWS_AT_MOST} rows.")
    found: list[V] = []
    seen: set[str] = set()
    for number, row in enumerate(rows):
        try:
            if not isinstance(row, Mapping):
                raise Unreadable("Write it as an object.")
            _spelt(row, KNOWN[name], f"a row of `{name}`")
            key = "tier" if name == "tiers" else "id"
            if str(row.get(key, number)) in seen:
                raise Unreadable(f"Another row has this `{key}` already. Give each its own.")
            seen.add(str(row.get(key, number)))
            found.append(read(row, number))
        except Unreadable as wrong:
            called = row.get("id") if isinstance(row, Mapping) else None
            broken.append(Broken(str(called or f"{name} {number + 1}")[:80], wrong.sentence, name))
    return tuple(found)


def _spelt(row: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for name in row:
        if name not in known:
            raise Unreadable(f"There is no `{str(name)[:40]}` in {where}. It knows {', '.join(known)}.")


def _shift(row: Mapping[str, Any], number: int) -> Assignment:
    starts_at, ends_at = _span(row)
    team = word(row, "team", 10) if row.get("team") else None
    return Assignment(
        word(row, "person", 40),
        word(row, "tier", 20),
        starts_at,
        ends_at,
        _id(row, f"shift {number + 1}"),
        team,
        number,
    )


def _override(row: Mapping[str, Any], number: int, before: dict[str, Override]) -> Override:
    called = _id(row, f"override {number + 1}")
    if row.get("undoes") is not None:
        undone = before.get(word(row, "undoes", 80))
        if undone is None:
            raise Unreadable(
                "It undoes an override that does not stand above it. Write the id of one that does."
            )
        made = replace(undone, id=called, order=number, instead_of=None, person=None, undoes=undone.id)
    else:
        if "person" not in row:
            raise Unreadable("Say who comes in with `person`; null is nobody.")
        off, on = (
            word(row, name, 40) if row.get(name) is not None else None for name in ("instead_of", "person")
        )
        made = Override(called, number, word(row, "tier", 20), *_span(row), off, on)
    before[called] = made
    return made


def _away(row: Mapping[str, Any], _: int) -> Away:
    starts_at, ends_at = _span(row)
    tier = word(row, "tier", 20) if row.get("tier") else None
    kind = word(row, "kind", 40) if "kind" in row else "time off"
    return Away(word(row, "person", 40), starts_at, ends_at, kind, tier)


def _id(row: Mapping[str, Any], otherwise: str) -> str:
    return word(row, "id", 80) if "id" in row else otherwise


def _span(row: Mapping[str, Any]) -> tuple[datetime, datetime]:
    starts_at, ends_at = _instant(row, "starts_at"), _instant(row, "ends_at")
    if ends_at <= starts_at:
        raise Unreadable("It ends before it starts, or at once. Write a later end.")
    if ends_at - starts_at > SPAN_AT_MOST:
        raise Unreadable("It lasts longer than a year. Write an earlier end.")
    return starts_at, ends_at


def _instant(row: Mapping[str, Any], name: str) -> datetime:
    try:
        found = datetime.fromisoformat(row[name])
        if found.tzinfo is None or not 1970 < found.year < 2200:
            raise ValueError
        return found.astimezone(UTC)
    except (KeyError, TypeError, ValueError):
        raise Unreadable(f"Write `{name}` with its offset, such as 2026-11-02T19:00:00-06:00.") from None


def _write_need(need: TierNeed) -> dict[str, Any]:
    bring = [{"skill": one.skill, "count": one.count, "hard": one.hard} for one in need.bring]
    return {"tier": need.tier, "people": need.people, "bring": bring}


def _write_override(one: Override) -> dict[str, Any]:
    if one.undoes is not None:
        return {"id": one.id, "undoes": one.undoes}
    who = {"instead_of": one.instead_of, "person": one.person}
    return {"id": one.id, "tier": one.tier, **who, **_write_span(one)}


def _write_span(one: Assignment | Override | Away) -> dict[str, str]:
    return {name: getattr(one, name).isoformat().replace("+00:00", "Z") for name in ("starts_at", "ends_at")}


def _filled(**fields: str | None) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value is not None}
