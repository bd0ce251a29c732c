"""A point on the map as it is kept with a call, and how it is written down under its seal."""

import json
from dataclasses import asdict, dataclass

from geopy.distance import great_circle


class Unanswered(Exception):
    """A map service did not answer, or not so that it can be read. It never carries the place."""


@dataclass(frozen=True)
class Found:
    """A point and what the map calls it. `confidence`: address, street, about, or given with the call."""

    lat: float
    lon: float
    label: str
    confidence: str


SURE = {
    "address": "Found.",
    "street": "Only the street was found.",
    "about": "Only about there. Ask for the address.",
    "given": "Sent with the call.",
}


def written(found: Found) -> str:
    """The point as text, to be sealed as "intake.point"."""
    return json.dumps(asdict(found), ensure_ascii=False)


def read(text: str) -> Found | None:
    """The point again; None for an empty text."""
    return Found(**json.loads(text)) if text else None


def metres(one: Found, other: Found) -> float:
    """How far two points are apart. A sphere will do for "the same place"."""
    return float(great_circle((one.lat, one.lon), (other.lat, other.lon)).meters)
