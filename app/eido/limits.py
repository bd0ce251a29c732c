"""How much one document may hold, and its copy with the characters removed that no store can keep."""

import hashlib
import json
import math
from dataclasses import dataclass
from typing import Any

from app.eido.schema import ROOT
from app.eido.values import Broken

COMPONENTS = 2_000
VALUES = 100_000
CHARACTERS = 2_000_000
DEPTH = 40
DIGITS = 300

# A lone surrogate is no UTF-8 and PostgreSQL refuses NUL: one such letter must not lose a crisis.
UNSTORABLE = {0: None} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")

WHOLE = "document"


@dataclass
class Counted:
    """What was found so far below one top-level property; `field` is its name if the standard has it."""

    field: str = WHOLE
    values: int = 0
    characters: int = 0


def within(document: object) -> dict[str, Any]:
    """A copy of the document, or Broken when it is no JSON object or holds more than an incident can."""
    if not isinstance(document, dict):
        raise Broken(WHOLE, "The body must be one JSON object: an EIDO document.")
    counted = Counted()
    copied: dict[str, Any] = {}
    for name, value in document.items():
        counted.field = name if isinstance(name, str) and name in ROOT["properties"] else WHOLE
        copied[_text(name, counted)] = _copy(value, 2, counted)
    counted.field = WHOLE
    if sum(len(part) for name, part in copied.items() if isinstance(part, list)) > COMPONENTS:
        raise Broken(
            WHOLE, f"The document holds more than {COMPONENTS:,} components. Send the incident as it is now."
        )
    return copied


def _copy(value: object, depth: int, counted: Counted) -> Any:
    counted.values += 1
    if counted.values > VALUES:
        raise Broken(
            counted.field, f"The document holds more than {VALUES:,} values. Send the incident as it is now."
        )
    if depth > DEPTH:
        raise Broken(counted.field, f"The document is nested deeper than {DEPTH} levels. Send it flatter.")
    if isinstance(value, dict):
        return {_text(name, counted): _copy(part, depth + 1, counted) for name, part in value.items()}
    if isinstance(value, list):
        return [_copy(part, depth + 1, counted) for part in value]
    if isinstance(value, str):
        return _text(value, counted)
    if value is None or isinstance(value, bool):
        return value
    return _number(value, counted)


def _text(value: object, counted: Counted) -> str:
    if not isinstance(value, str):
        raise Broken(counted.field, "A property's name must be text, as in JSON.")
    counted.characters += len(value)
    if counted.characters > CHARACTERS:
        raise Broken(
            counted.field, f"The document holds more than {CHARACTERS:,} characters. Send media as links."
        )
    return value.translate(UNSTORABLE)


def _number(value: object, counted: Counted) -> int | float:
    if isinstance(value, int) and value.bit_length() < DIGITS * 3:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise Broken(
        counted.field, "A value here is nothing that JSON can hold, or a number with too many digits."
    )


def digest(document: dict[str, Any]) -> str:
    """The same for two documents that say the same, whatever their order and white space."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
