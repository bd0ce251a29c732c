"""A location's PIDF-LO: its civic address in one line, its point, and what else it says."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from app.eido.document import LINE_LENGTH
from app.eido.shapes import SHAPES, Unread, local, point_of
from app.eido.values import Point
from app.eido.words import one_line

XML_LENGTH = 100_000
REST = 60

STREET = (
    "HNP",
    "HNO",
    "HNS",
    "PRM",
    "PRD",
    "STP",
    "STPS",
    "RD",
    "STS",
    "POD",
    "POM",
    "RDSEC",
    "RDBR",
    "RDSUBBR",
)
LABELLED = {"BLD": "Building", "UNIT": "Unit", "FLR": "Floor", "ROOM": "Room", "SEAT": "Seat"}
TOWN = ("A6", "A5", "A4", "A3", "A2")
CIVIC = frozenset({*STREET, *LABELLED, *TOWN, "A1", "PC", "PCN", "LMK", "NAM", "LOC", "country"})


@dataclass(frozen=True)
class Pidf:
    line: str
    street: str
    point: Point | None
    rest: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]


def pidf(xml: str) -> Pidf:
    """Raises Unread where there is nothing to use. A document type is refused: attacks begin with one."""
    root = _parsed(xml)
    civics = [element for element in root.iter() if local(element) == "civicAddress"]
    shapes = [element for element in root.iter() if local(element) in SHAPES]
    reasons = []
    if len(civics) > 1:
        reasons.append("it holds more than one address; the first was used")
    point, used = None, set[Element]()
    if shapes:
        try:
            point = point_of(shapes[0])
            used.update(shapes[0].iter())
        except Unread as unread:
            reasons.append(str(unread))
    parts = _address(civics[0]) if civics else {}
    used.update(parts.values())
    address = {name: one_line(part.text or "") for name, part in parts.items()}
    said = line(address)
    if len(said) > LINE_LENGTH:
        reasons.append("its address is longer than a line and was cut")
    if not address and not point:
        raise Unread(reasons[-1] if reasons else "it holds neither an address nor a position")
    leaves = [
        (local(part), one_line(part.text or "")) for part in root.iter() if part not in used and not len(part)
    ]
    rest = tuple((name, text) for name, text in leaves if text)
    if len(rest) > REST:
        reasons.append("it says more beside than is listed")
    return Pidf(said[:LINE_LENGTH], street(address)[:LINE_LENGTH], point, rest[:REST], tuple(reasons))


def _parsed(xml: str) -> Element:
    if len(xml) > XML_LENGTH:
        raise Unread(f"it is longer than {XML_LENGTH:,} characters")
    try:
        root: Element = fromstring(xml.strip(), forbid_dtd=True)
    except DefusedXmlException:
        raise Unread("it declares a document type, which is refused") from None
    except (ParseError, ValueError, LookupError):
        raise Unread("it is not well-formed XML") from None
    return root


def _address(civic: Element) -> dict[str, Element]:
    """The parts of an address that we can place, the first of each name."""
    found: dict[str, Element] = {}
    for part in civic:
        if local(part) in CIVIC and one_line(part.text or ""):
            found.setdefault(local(part), part)
    return found


def street(address: dict[str, str]) -> str:
    """Number and road. The first PIDF-LO had no RD and put the road into A6."""
    names = [address[name] for name in STREET if name in address]
    return " ".join(names if "RD" in address or "A6" not in address else [*names, address["A6"]])


def line(address: dict[str, str]) -> str:
    """Small to large, as it is said aloud: name, road, unit, town, county, state and post code."""
    inside = [_labelled(label, address[name]) for name, label in LABELLED.items() if name in address]
    towns = [address[name] for name in TOWN if name in address and not (name == "A6" and "RD" not in address)]
    if address.get("PCN", "").casefold() != address.get("A3", "").casefold():
        towns.append(address.get("PCN", ""))
    state = " ".join(address[name] for name in ("A1", "PC") if name in address)
    country = "" if address.get("country", "US").upper() in ("US", "USA") else address["country"]
    before = [address.get("NAM"), address.get("LMK"), street(address), *inside, address.get("LOC")]
    return ", ".join(dict.fromkeys(part for part in [*before, *towns, state, country] if part))


def _labelled(label: str, value: str) -> str:
    """The value 4B needs its label; Apt 4B and Lobby have their own."""
    bare = len(value) == 1 or (len(value) <= 6 and " " not in value and not value.isalpha())
    return f"{label} {value}" if bare else value
