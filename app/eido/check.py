"""The check against the schema, and what its findings mean: a refusal, or a remark on a part we only keep."""

from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from app.eido.schema import SCHEMA
from app.eido.values import Broken

VALIDATOR = Draft202012Validator(SCHEMA)
REMARKS = 50

# The call is taken from these; a fault in any other component never costs a crisis its call.
ACTED_ON = frozenset({
    "agencyComponent", "incidentComponent", "callComponent", "callbackComponent", "locationComponent",
    "personComponent", "notesComponent", "cautionComponent",
})  # fmt: skip
ROOT_FIELDS = frozenset({
    "$id", "lastUpdateTimeStamp", "updatedByAgencyReference", "eidoVersion", "issuingElementIdentification",
})  # fmt: skip

KINDS = {
    "string": "text",
    "array": "a list",
    "object": "an object",
    "boolean": "true or false",
    "integer": "a whole number",
}


def check(document: dict[str, Any], remarks: list[str]) -> None:
    said: dict[str, None] = {}
    for finding in VALIDATOR.iter_errors(document):
        field, sentence = _said(finding)
        if _is_acted_on(finding):
            raise Broken(field, sentence)
        said[f"{field}: {sentence} It was kept as it came."] = None
    remarks.extend(list(said)[:REMARKS])
    if len(said) > REMARKS:
        remarks.append(f"{len(said) - REMARKS} more faults of this sort are not listed.")


def _is_acted_on(finding: Any) -> bool:
    path = list(finding.absolute_path)
    if not path:
        return True
    if path[:2] == ["incidentComponent", "dispositionComponent"]:
        return False
    return path[0] in ACTED_ON or path[0] in ROOT_FIELDS


def _said(finding: Any) -> tuple[str, str]:
    """Where and what, in names of the standard only: the validator's own words would quote what was sent."""
    field = trail(finding.absolute_path)
    match finding.validator:
        case "required":
            missing = next(name for name in finding.validator_value if name not in finding.instance)
            return f"{field}.{missing}" if field else missing, "This is missing. The standard requires it."
        case "type":
            return field, f"This must be {KINDS[finding.validator_value]}."
        case "enum":
            return field, f"This must be one of: {', '.join(finding.validator_value)}."
        case "pattern" if finding.schema.get("format") == "date-time":
            return field, "This must be a date and time with its offset, such as 2026-11-21T03:12:00-06:00."
        case "pattern" if field == "eidoVersion":
            return field, "This must be 1.0 or a newer version 1."
        case "minItems":
            return field, "This must hold at least one value."
        case _:
            return field, "This must be an id: some text, not blank, of at most 500 characters."


def trail(path: Any) -> str:
    """["callComponent", 0, "direction"] as callComponent[0].direction."""
    said = ""
    for step in path:
        said += f"[{step}]" if isinstance(step, int) else f".{step}" if said else str(step)
    return said
