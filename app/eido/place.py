"""Where the team is sent: which of the document's locations is used, and the sentence that says why."""

from dataclasses import dataclass
from datetime import UTC, datetime

from app.eido.document import LINE_LENGTH, Document, Part
from app.eido.pidf import Pidf, pidf
from app.eido.shapes import Unread
from app.eido.values import Place, Point
from app.eido.words import one_line

# Staging and UnitLocation are where responders stand: nobody is sent there to find a person in crisis.
RANK = (
    "CurrentIncident",
    "InitialIncident",
    "Caller",
    "Investigation",
    "Other",
    "RoutingLocation",
    "TowerLocation",
)
WORDS = {
    "CurrentIncident": "the incident's current location",
    "InitialIncident": "the incident's first location",
    "Caller": "the caller's location",
    "Investigation": "the location of an investigation",
    "Other": "a location of another kind",
    "RoutingLocation": "the location that the call was routed by",
    "TowerLocation": "the location of the cell tower",
    "Staging": "a staging place",
    "UnitLocation": "the location of a unit",
}
STREETS = 5
FAR_OFF = ("RoutingLocation", "TowerLocation")


@dataclass(frozen=True)
class Chosen:
    place: Place | None
    why: str
    others: tuple[Place, ...]


def chosen(document: Document, near: list[Part]) -> Chosen:
    """`near` are the incident and the main call: of two locations of a kind, theirs is meant."""
    places = [_place(part) for part in document.root.parts("locationComponent")]
    meant = {part.id for source in near for part in source.links("locationReference")}
    usable = [place for place in places if _kind(place) in RANK and _says_where(place)]
    if not usable:
        return Chosen(None, _nothing(places), tuple(places))
    best = min(usable, key=lambda place: _order(place, meant))
    others = tuple(place for place in places if place is not best)
    return Chosen(best, _why(best, others), others)


def _order(place: Place, meant: set[str]) -> tuple[int, bool, bool, float]:
    age = -place.at.timestamp() if place.at else 0.0
    return RANK.index(_kind(place)), place.id not in meant, not place.line, age


def _kind(place: Place) -> str:
    """A kind that the registry has gained since is a location of another kind."""
    return place.kind if place.kind in WORDS else "Other"


def _says_where(place: Place) -> bool:
    return bool(place.line or place.point or place.directions)


def _why(best: Place, others: tuple[Place, ...]) -> str:
    kind = _kind(best)
    higher = RANK[: RANK.index(kind)]
    unread = [name for name in higher if any(_kind(place) == name for place in others)]
    unsent = [name for name in higher[:2] if name not in unread]
    reasons = [f"the {' and '.join(unread)} location could not be read"] if unread else []
    if unsent:
        reasons.append(f"no {' or '.join(unsent)} location was sent")
    said = f"Used {WORDS[kind]}{_of(best.at)}"
    said += f", because {', and '.join(reasons)}." if reasons else ", which says where the incident is now."
    if kind in FAR_OFF:
        said += " It may lie miles from the person: ask where they are."
    if others:
        said += f" {len(others)} {'other is' if len(others) == 1 else 'others are'} kept below."
    return said


def _of(at: datetime | None) -> str:
    return f" of {at.astimezone(UTC):%H:%M} UTC" if at else ""


def _nothing(places: list[Place]) -> str:
    if not places:
        return "No location was sent. Ask where the person is."
    return f"No location could be used of the {len(places)} that were sent. Ask where the person is."


def _place(part: Part) -> Place:
    kind = part.text("locationTypeDescriptionRegistryText")
    found = _read(part, part.value.get("locationByValue"), "locationByValue")
    described = part.text("locationDescriptionText")
    near = _streets(part, "crossStreetByValue", "Cross street")
    meets = _streets(part, "intersectingStreetByValue", "Corner of")
    known = WORDS.get(kind, WORDS["Other"])
    point: Point | None = found.point if found else None
    line = found.line if found else ""
    directions = ". ".join(said for said in (described.rstrip("."), *meets, *near) if said)
    return Place(part.id, kind, known, line, directions, point, part.when("lastUpdateTimeStamp"))


def _read(part: Part, xml: object, name: str, number: int | None = None) -> Pidf | None:
    if not isinstance(xml, str) or not xml.strip():
        return None
    at = part.at(name, number)
    try:
        found = pidf(xml)
    except Unread as unread:
        part.document.remarks.append(f"{at} was not used: {unread}.")
        return None
    for reason in found.reasons:
        part.document.remarks.append(f"{at} was read in part: {reason}.")
    if not found.reasons:
        part.take(name, number)
    part.document.beside.extend((f"{at}#{tag}", text) for tag, text in found.rest)
    return found


def _streets(part: Part, name: str, label: str) -> list[str]:
    """A street comes as PIDF-LO by the standard, and as its bare name from senders that know no better."""
    said = []
    values = part.value.get(name)
    for number, value in enumerate(values[:STREETS] if isinstance(values, list) else ()):
        if isinstance(value, str) and "<" not in value and len(value) <= LINE_LENGTH:
            street = one_line(value)
            part.take(name, number)
        else:
            found = _read(part, value, name, number)
            street = (found.street or found.line) if found else ""
        if street:
            said.append(f"{label} {street}")
    return said
