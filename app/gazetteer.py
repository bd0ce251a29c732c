"""The demo county's streets and places, in code: none of them exists, and nothing is asked of anybody."""

import re

from app.places import Found
from app.record.match import place_key

# Street, its town, where number 1 stands, and how far 1000 numbers reach north and east, in degrees.
_STREETS = (
    ("Lake Avenue", "Alder Falls", 46.8710, -96.7480, 0.0000, 0.0190),
    ("Larch Street", "Alder Falls", 46.8655, -96.7350, 0.0120, 0.0000),
    ("Elm Court", "Alder Falls", 46.8742, -96.7291, 0.0040, 0.0030),
    ("Mill Road", "Alder Falls", 46.8590, -96.7600, 0.0000, 0.0230),
    ("Courthouse Square", "Alder Falls", 46.8731, -96.7405, 0.0010, 0.0010),
    ("Depot Street", "Alder Falls", 46.8698, -96.7442, 0.0080, -0.0010),
    ("Sexton Street", "Alder Falls", 46.8680, -96.7520, 0.0090, 0.0020),
    ("Tamarack Street", "Birch Hollow", 46.8610, -96.7720, 0.0080, 0.0000),
    ("Old Ferry Road", "Riverside", 46.8575, -96.7790, 0.0120, 0.0020),
    ("Kestrel Lane", "Nyberg Township", 46.9260, -96.6930, 0.0050, 0.0060),
    ("Orchard Lane", "Alder Falls", 46.8801, -96.7377, 0.0020, 0.0110),
    ("County Road 12", "Nyberg Township", 46.9300, -96.6800, 0.0000, 0.0130),
    ("Granary Road", "Nyberg Township", 46.9420, -96.6600, 0.0150, 0.0000),
    ("Windbreak Lane", "Nyberg Township", 46.9215, -96.6485, 0.0050, 0.0080),
    ("Birch Hollow Road", "Birch Hollow", 46.8010, -96.8300, 0.0000, 0.0160),
    ("Quarry Street", "Birch Hollow", 46.8055, -96.8212, 0.0060, 0.0010),
    ("Ferry Street", "Birch Hollow", 46.7988, -96.8144, 0.0030, 0.0070),
)
_PLACES = (
    ("Lindahl Park", "Alder Falls", 46.8722, -96.7433),
    ("Alder Falls High School", "Alder Falls", 46.8790, -96.7560),
    ("St. Brigid Hospital", "Alder Falls", 46.8643, -96.7289),
    ("Nyberg Grain Elevator", "Nyberg Township", 46.9352, -96.6702),
    ("Birch Hollow Library", "Birch Hollow", 46.8021, -96.8190),
)


class Gazetteer:
    """Finds the streets and places above by their name, with any spelling that the mail would take."""

    def find(self, place: str, area: str) -> Found | None:
        """The door when a number is given, else the street; None for what is not in the county."""
        key = place_key(place)
        for name, town, lat, lon in _PLACES:
            if place_key(name) in key:
                return Found(lat, lon, f"{name}, {town}", "address")
        number, street = _parts(key)
        for name, town, lat, lon, north, east in _STREETS:
            if street == place_key(name):
                along = (number or 500) / 1000
                label = f"{number} {name}, {town}" if number else f"{name}, {town}"
                return Found(
                    round(lat + along * north, 6),
                    round(lon + along * east, 6),
                    label,
                    "address" if number else "street",
                )
        return None


def _parts(key: str) -> tuple[int | None, str]:
    """A place key as its house number and its street, without the door inside the house."""
    found = re.match(r"(?:(\d{1,5}) )?(.*?)(?: apt .*)?$", key)
    assert found is not None
    return (int(found[1]) if found[1] else None), found[2]
