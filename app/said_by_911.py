"""What a 911 document says, in the fields of our own intake, and what a newer one adds to them."""

from collections.abc import Mapping
from datetime import date

from app.eido.values import EidoCall
from app.places import Found, written

PERSON_ROLES = ("Patient", "InvolvedPerson", "PersonOfInterest", "Victim", "Suspect")
LONGEST = 60_000
CUT = "\n[The rest is kept below, under From 911.]"


def changes(
    here: Mapping[str, str], was: EidoCall | None, now: EidoCall, areas: tuple[str, ...]
) -> dict[str, str]:
    """What 911 changed since it last wrote, except where the desk wrote over it: the desk's words stay."""
    old = said_by(was, areas) if was else {}
    new = said_by(now, areas)
    fields = {
        name: text
        for name, text in new.items()
        if text and text != old.get(name, "") and here[name] in ("", old.get(name, ""))
    }
    fields |= _added(here, was, now)
    place = fields.get("place", here["place"])
    if new["point"] and place == new["place"] and new["point"] != here["point"]:
        fields["point"] = new["point"]
    else:
        fields.pop("point", None)
    return fields


def _added(here: Mapping[str, str], was: EidoCall | None, now: EidoCall) -> dict[str, str]:
    """Notes and cautions that are new go below what is written: nothing that anybody wrote is replaced."""
    added = {}
    for name, lines in (("words", _notes), ("hazards", _cautions)):
        old = set(lines(was)) if was else set()
        new = [line for line in lines(now) if line not in old and line not in here[name]]
        above = [here[name]] if here[name] else []
        added[name] = _cut("\n".join([*above, *new])) if new else here[name]
    return {name: text for name, text in added.items() if text != here[name]}


def said_by(call: EidoCall, areas: tuple[str, ...]) -> dict[str, str]:
    """A document's words as the fields of our intake. Empty where it says nothing."""
    person = next((one for role in PERSON_ROLES for one in call.people if role in one.roles), None)
    born = _day(person.age.removeprefix("born ")) if person else ""
    age = person.age if person and not born else ""
    place = call.place.casefold()
    return {
        "callback": call.callback or "",
        "caller_name": call.caller_name,
        "caller_kind": "911_center",
        "place": call.place,
        "directions": call.directions,
        "area": next((area for area in areas if area.casefold() in place), ""),
        "point": _point(call),
        "person_name": ", ".join(part for part in (person.name if person else "", age) if part),
        "person_born": born,
        "words": _cut("\n".join(_notes(call))),
        "hazards": _cut("\n".join(_cautions(call))),
    }


def answers_of(call: EidoCall) -> dict[str, str]:
    """The answers that a registry value settles, and the incident type as it was reported."""
    kind = call.kind or ""
    coded = kind.isascii() and kind.isalnum() and len(kind) <= 40
    return {**call.codes, **({"reported": kind.upper()} if coded else {})}


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _point(call: EidoCall) -> str:
    point = call.point
    if point is None:
        return ""
    within = f", within {point.uncertainty_m:.0f} m" if point.uncertainty_m is not None else ""
    return written(Found(point.latitude, point.longitude, f"Sent by 911{within}", "given"))


def _notes(call: EidoCall) -> list[str]:
    return [note.text for note in call.notes if note.text]


def _cautions(call: EidoCall) -> list[str]:
    return [
        f"{caution.words or caution.kind}. {caution.kind}, told by {caution.source or 'the 911 center'}."
        for caution in call.cautions
    ]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - len(CUT)] + CUT
