"""Small liberties of senders are read as they are meant: null, one thing for a list, a bare reference."""

import json
from typing import Any

from app.eido.schema import SCHEMA, Schema


def settled(value: Any, remarks: list[str], schema: Schema = SCHEMA, path: str = "") -> Any:
    """The value in the shape that the standard asks for. The check refuses what has no such reading."""
    schema = _resolved(schema)
    match schema.get("type"):
        case "array":
            return _list(value, remarks, schema["items"], path)
        case "object":
            return _object(value, remarks, schema, path)
        case "string" if path.endswith("Jcard") and isinstance(value, list):
            remarks.append(f"{path} was sent as JSON; it was read as the text of that JSON.")
            return json.dumps(value)
        case _:
            return value


def _resolved(schema: Schema) -> Schema:
    if "$ref" in schema:
        found: Schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def _list(value: Any, remarks: list[str], items: Schema, path: str) -> Any:
    if not isinstance(value, list):
        if not isinstance(value, dict | str):
            return value
        remarks.append(f"{path} was sent as one value; it was read as a list of one.")
        value = [value]
    present = [part for part in value if part is not None]
    return [settled(part, remarks, items, f"{path}[{number}]") for number, part in enumerate(present)]


def _object(value: Any, remarks: list[str], schema: Schema, path: str) -> Any:
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        remarks.append(f"{path} was sent as a list of one; it was read as that one.")
        value = value[0]
    if isinstance(value, str) and list(schema.get("properties", ())) == ["$ref"]:
        remarks.append(f"{path} was sent as a bare id; it was read as a reference.")
        return {"$ref": value}
    if not isinstance(value, dict):
        return value
    known = schema.get("properties", {})
    # Null and an empty list hold nothing, and generators send them for what is absent.
    return {
        name: settled(part, remarks, known[name], f"{path}.{name}" if path else name)
        if name in known
        else part
        for name, part in value.items()
        if not (name in known and (part is None or (part == [] and known[name].get("type") != "array")))
    }
