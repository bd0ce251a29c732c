"""Who the document speaks of: people, agencies and agents, with the names they gave in NIEM and in jCard."""

import json
import re
from typing import Any

from app.eido.callback import phone_of
from app.eido.document import LINE_LENGTH, Document, Part
from app.eido.values import Agency, Person
from app.eido.words import one_line

CALLERS = ("Caller", "ReportingParty")
NAME_PARTS = ("personGivenName", "personMiddleName", "personSurName")
NUMBERS = ("value", "integerValue", "unsignedIntegerValue", "decimalValue", "doubleValue")
UNITS = {"ANN": "years", "A": "years", "YEARS": "years", "YEAR": "years", "MON": "months", "MONTHS": "months"}


def people(document: Document) -> tuple[Person, ...]:
    return tuple(_person(part) for part in document.root.parts("personComponent"))


def _person(part: Part) -> Person:
    roles = part.texts("personIncidentRoleRegistryText")
    described = part.part("ncPersonComponent")
    back = part.link("callBackReference")
    phone = phone_of(back) if back else None
    name = _name(described) if described else ""
    age = _age(described) if described else ""
    return Person(part.id, roles, name, age, phone.number if phone else None)


def caller(found: tuple[Person, ...], linked: set[str]) -> Person | None:
    """The one who called. Where several did, the one whom the main call refers to."""
    callers = [person for person in found if set(person.roles) & set(CALLERS)]
    return min(callers, key=lambda person: (person.id not in linked, not person.name), default=None)


def _name(person: Part) -> str:
    """The first name given; the published NIEM file makes each a list of objects with a `value`."""
    names = person.value.get("name")
    first = _first(names)
    if isinstance(first, dict):
        full = _joined(first.get("personFullName"))
        said = full or " ".join(_joined(first.get(part)) for part in NAME_PARTS)
        used = {"personFullName"} if full else set(NAME_PARTS)
        whole = set(first) <= used and all(_bare(word) for word in first.values())
    else:
        said, whole = _said(first), True
    if said.strip() and whole and not (isinstance(names, list) and len(names) > 1):
        person.take("name")
    return one_line(said)[:LINE_LENGTH]


def _age(person: Part) -> str:
    described = _said(person.value.get("ageDescription"))
    if described:
        _take_bare(person, "ageDescription", {"value"})
        return described
    measure = _first(person.value.get("ageMeasure"))
    if isinstance(measure, dict):
        number = next((said for said in (_said(measure.get(name)) for name in NUMBERS) if said), "")
        unit = _said(measure.get("unit")) or _said(measure.get("timeUnitCode"))
        if number:
            _take_bare(person, "ageMeasure", {*NUMBERS, "unit", "timeUnitCode"})
            return f"{number} {UNITS.get(unit.upper(), unit) or 'years'}"
    born = _first(person.value.get("birthDate"))
    date = _said(born.get("date")) if isinstance(born, dict) else _said(born)
    if date:
        _take_bare(person, "birthDate", {"date"})
        return f"born {date}"
    return ""


def _take_bare(person: Part, name: str, known: set[str]) -> None:
    """Taken when all of it was used: one entry with known fields. Else the whole is left over."""
    value = person.value.get(name)
    entry = _first(value)
    fields = entry.values() if isinstance(entry, dict) and set(entry) <= known else [entry]
    if all(_bare(field) for field in fields) and not (isinstance(value, list) and len(value) > 1):
        person.take(name)


def _bare(value: Any) -> bool:
    if isinstance(value, list):
        return all(_bare(part) for part in value)
    return list(value) == ["value"] and _bare(value["value"]) if isinstance(value, dict) else True


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _joined(value: Any) -> str:
    return " ".join(_said(part) for part in (value if isinstance(value, list) else [value]))


def _said(value: Any) -> str:
    """The text in a NIEM value: bare, or as {"value": …}, each alone or as the first of a list."""
    for _ in range(4):
        value = _first(value)
        if not isinstance(value, dict):
            break
        value = value.get("value")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return one_line(str(value))[:LINE_LENGTH]


def agencies(document: Document) -> tuple[Agency, ...]:
    return tuple(
        Agency(
            part.id,
            name_of(part),
            part.texts("agencyRoleDescriptionRegistryText"),
            part.texts("agencyType"),
            part.true("incidentOwningAgencyIndicator"),
        )
        for part in document.root.parts("agencyComponent")
    )


def agency(document: Document, found: tuple[Agency, ...]) -> str:
    """The owner of the incident, else who took the call, else who sent the document."""
    sender = document.root.value.get("updatedByAgencyReference")
    by = document.find(sender)
    for is_it in (
        lambda one: one.owner,
        lambda one: "CallReceiving" in one.roles,
        lambda one: by is not None and one.id == by.id,
    ):
        named = next((one.name for one in found if is_it(one)), "")
        if named:
            return named
    return (
        found[0].name
        if found
        else one_line(str(sender["$ref"]) if isinstance(sender, dict) else "")[:LINE_LENGTH]
    )


def name_of(part: Part | None) -> str:
    """An agency's or agent's name from its jCard, else its id."""
    if part is None:
        return ""
    field = "agencyJcard" if "agencyJcard" in part.value else "agentJcard"
    card = part.value.get(field)
    name, alone = _carded(card) if isinstance(card, str) else ("", False)
    if name and alone:
        part.take(field)
    return name[:LINE_LENGTH] or part.id


def _carded(card: str) -> tuple[str, bool]:
    """The formatted name of a jCard, or of a vCard's FN line, and whether the card says nothing else."""
    try:
        value = json.loads(card[:20_000])
        properties = [entry for entry in value[1] if isinstance(entry, list) and len(entry) > 3]
    except (ValueError, RecursionError, TypeError, LookupError):
        found = re.search(r"^FN[^:\n]*:(.+)$", card[:20_000], re.IGNORECASE | re.MULTILINE)
        return (one_line(found[1]), False) if found else ("", False)
    named = next((entry[3] for kind in ("fn", "org") for entry in properties if entry[0] == kind), "")
    alone = all(entry[0] in ("version", "fn") for entry in properties)
    return (one_line(named), alone) if isinstance(named, str) else ("", False)
