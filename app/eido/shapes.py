"""The shapes of RFC 5491 in a PIDF-LO as a point with its uncertainty."""

import math
import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

from app.eido.values import Point

EARTH_METRES = 6_371_008.8
Spot = tuple[float, float]


class Unread(Exception):
    """A location cannot be read. The reason speaks of the form, never of the place."""


def point_of(shape: Element) -> Point:
    """Latitude comes first and longitude second; both codes of RFC 5491 are WGS 84 in that order."""
    system = shape.get("srsName")
    if system and not re.search(r"[:#](4326|4979)$", system.strip()):
        raise Unread("its coordinates are not in WGS 84 (EPSG 4326 or 4979)")
    (latitude, longitude), uncertainty = SHAPES[local(shape)](shape)
    if latitude == longitude == 0:
        raise Unread("its position is 0 0, which systems send when they have none")
    return Point(
        round(latitude, 7), round(longitude, 7), None if uncertainty is None else round(uncertainty, 1)
    )


def local(element: Element) -> str:
    """The tag without its namespace: senders mix up the namespaces of GML and of the PIDF-LO shapes."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def within(element: Element, name: str) -> Element | None:
    return next((part for part in element.iter() if local(part) == name), None)


def _numbers(element: Element | None) -> list[float]:
    text = (element.text or "") if element is not None else ""
    try:
        numbers = [float(word) for word in text.replace(",", " ").split()]
    except ValueError:
        raise Unread("a coordinate is not a number") from None
    if not all(math.isfinite(number) for number in numbers):
        raise Unread("a coordinate is not a number")
    return numbers


def _spot(shape: Element) -> Spot:
    numbers = _numbers(within(shape, "pos"))
    if len(numbers) not in (2, 3):
        raise Unread("its position is not two or three numbers")
    return _on_earth(numbers[0], numbers[1])


def _on_earth(latitude: float, longitude: float) -> Spot:
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise Unread("its numbers are not a latitude followed by a longitude")
    return latitude, longitude


def _measure(shape: Element, name: str, codes: dict[str, float]) -> float | None:
    """A length or an angle; None where it is absent or in a unit that RFC 5491 does not name."""
    element = within(shape, name)
    numbers = _numbers(element)
    if element is None or len(numbers) != 1 or not 0 <= numbers[0] <= LARGEST:
        return None
    unit = element.get("uom")
    if unit is None:
        return numbers[0]
    return next((numbers[0] * factor for code, factor in codes.items() if unit.strip().endswith(code)), None)


LARGEST = 10_000_000.0  # a quarter of the way round the earth; no angle comes near it
METRES = {"9001": 1.0, "metre": 1.0, "meter": 1.0, "m": 1.0}
DEGREES = {"9102": 1.0, "9101": 180 / math.pi}


def _point(shape: Element) -> tuple[Spot, float | None]:
    return _spot(shape), None


def _round(radius: str) -> Callable[[Element], tuple[Spot, float | None]]:
    return lambda shape: (_spot(shape), _measure(shape, radius, METRES))


def _arc_band(shape: Element) -> tuple[Spot, float | None]:
    """The middle of the band that a cell sector covers; the uncertainty reaches its farthest corner."""
    tower = _spot(shape)
    near, far = (_measure(shape, name, METRES) for name in ("innerRadius", "outerRadius"))
    start, opening = (_measure(shape, name, DEGREES) for name in ("startAngle", "openingAngle"))
    if near is None or far is None or start is None or opening is None:
        return tower, far
    if opening >= 180:
        return tower, far
    middle = moved(tower, start + opening / 2, (near + far) / 2)
    corners = [moved(tower, angle, radius) for angle in (start, start + opening) for radius in (near, far)]
    corners.append(moved(tower, start + opening / 2, far))
    return middle, max(metres(middle, corner) for corner in corners)


def _polygon(shape: Element) -> tuple[Spot, float | None]:
    outline = within(shape, "exterior")
    corners = _corners(shape, shape if outline is None else outline)
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if len(corners) < 3:
        raise Unread("its area has fewer than three corners")
    middle = _centroid(corners)
    return middle, max(metres(middle, corner) for corner in corners)


def _corners(shape: Element, outline: Element) -> list[Spot]:
    listed = within(outline, "posList")
    if listed is None:
        found = [_numbers(part) for part in outline.iter() if local(part) == "pos"]
        if any(len(numbers) not in (2, 3) for numbers in found):
            raise Unread("a corner of its area is not two or three numbers")
        return [_on_earth(numbers[0], numbers[1]) for numbers in found]
    numbers = _numbers(listed)
    width = (
        3 if (shape.get("srsName") or "").strip().endswith("4979") or listed.get("srsDimension") == "3" else 2
    )
    if len(numbers) % width:
        raise Unread("the corners of its area are not pairs of numbers")
    return [_on_earth(numbers[at], numbers[at + 1]) for at in range(0, len(numbers), width)]


def _centroid(corners: list[Spot]) -> Spot:
    """The centre of gravity on a flat map around the first corner; their mean where there is no area."""
    first = corners[0]
    scale = math.cos(math.radians(first[0])) or 1.0
    flat = [(latitude - first[0], _turned(longitude - first[1]) * scale) for latitude, longitude in corners]
    pairs = list(zip(flat, flat[1:] + flat[:1], strict=True))
    crosses = [a[0] * b[1] - b[0] * a[1] for a, b in pairs]
    twice_area = sum(crosses)
    if abs(twice_area) < 1e-15:
        north, east = (sum(corner[axis] for corner in flat) / len(flat) for axis in (0, 1))
    else:
        north, east = (
            sum((a[axis] + b[axis]) * cross for (a, b), cross in zip(pairs, crosses, strict=True))
            / (3 * twice_area)
            for axis in (0, 1)
        )
    return first[0] + north, _turned(first[1] + east / scale)


def _turned(degrees: float) -> float:
    return (degrees + 180) % 360 - 180


def moved(start: Spot, bearing: float, distance: float) -> Spot:
    latitude, longitude = math.radians(start[0]), math.radians(start[1])
    angle, turn = distance / EARTH_METRES, math.radians(bearing)
    sine = math.sin(latitude) * math.cos(angle) + math.cos(latitude) * math.sin(angle) * math.cos(turn)
    reached = math.asin(max(-1.0, min(1.0, sine)))
    east = math.atan2(
        math.sin(turn) * math.sin(angle) * math.cos(latitude), math.cos(angle) - math.sin(latitude) * sine
    )
    return math.degrees(reached), _turned(math.degrees(longitude + east))


def metres(one: Spot, other: Spot) -> float:
    north, east = math.radians(other[0] - one[0]) / 2, math.radians(other[1] - one[1]) / 2
    shrink = math.cos(math.radians(one[0])) * math.cos(math.radians(other[0]))
    chord = math.sin(north) ** 2 + shrink * math.sin(east) ** 2
    return 2 * EARTH_METRES * math.asin(min(1.0, math.sqrt(chord)))


SHAPES: dict[str, Callable[[Element], tuple[Spot, float | None]]] = {
    "Point": _point,
    "Circle": _round("radius"),
    "Sphere": _round("radius"),
    "Ellipse": _round("semiMajorAxis"),
    "Ellipsoid": _round("semiMajorAxis"),
    "ArcBand": _arc_band,
    "Polygon": _polygon,
    "Prism": _polygon,
}
