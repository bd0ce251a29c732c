"""The API in OpenAPI 3.1, written by hand: what is promised to programs outside."""

from typing import Any

from app.queries.api import MILESTONES
from app.world import TIERS
from dispatch.desk import CHANNELS
from dispatch.stages import Stage

INSTANT = {"type": "string", "format": "date-time", "examples": ["2026-11-10T09:00:00Z"]}
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"type": "string", "description": "What is wrong and what to do, in a sentence."},
        "field": {"type": "string", "description": "Where in the document."},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
ON_CALL = {
    "type": "object",
    "required": ["program", "at", "tiers"],
    "properties": {
        "program": {"type": "string"},
        "at": INSTANT,
        "tiers": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tier", "people"],
                "properties": {
                    "tier": {"enum": list(TIERS)},
                    "people": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["name", "until"],
                            "properties": {"name": {"type": "string"}, "until": INSTANT},
                        },
                    },
                },
            },
        },
    },
}
CODE_OR_NULL = {"type": ["string", "null"]}
INCIDENT = {
    "type": "object",
    "required": ["ref", "program", "stage", "acuity", "channel", "alarms", "milestones"],
    "properties": {
        "ref": {"type": "integer"},
        "program": {"type": "string"},
        "stage": {"enum": [stage.value for stage in Stage]},
        "acuity": {"enum": [1, 2, 3, None]},
        "channel": {"enum": list(CHANNELS)},
        "area": CODE_OR_NULL,
        "disposition": CODE_OR_NULL,
        "level_of_care": CODE_OR_NULL,
        "alarms": {"type": "integer", "minimum": 0, "description": "Alarms that nobody has taken."},
        "milestones": {
            "type": "object",
            "required": list(MILESTONES),
            "properties": {name: {"type": ["string", "null"], "format": "date-time"} for name in MILESTONES},
        },
    },
}
# The part of NENA-STA-021 without which a document cannot be read; docs/eido.md has the whole.
COMPONENT = {
    "type": "object",
    "required": ["$id", "lastUpdateTimeStamp", "updatedByAgencyReference"],
    "properties": {
        "$id": {"type": "string", "minLength": 1, "maxLength": 500},
        "lastUpdateTimeStamp": {"type": "string", "format": "date-time"},
        "updatedByAgencyReference": {
            "type": "object",
            "required": ["$ref"],
            "properties": {"$ref": {"type": "string"}},
        },
    },
}
EIDO = {
    "type": "object",
    "description": "An Emergency Incident Data Object of NENA-STA-021, by value, with an incident or a call.",
    "required": ["$id", "lastUpdateTimeStamp", "updatedByAgencyReference"],
    "properties": {
        **COMPONENT["properties"],  # type: ignore[dict-item]
        "eidoVersion": {"type": "string", "examples": ["1.0"]},
        "incidentComponent": COMPONENT,
        "callComponent": {"type": "array", "items": COMPONENT},
    },
}
MADE = {
    "type": "object",
    "required": ["ref", "created"],
    "properties": {"ref": {"type": "integer"}, "created": {"type": "boolean"}},
}


def _answer(words: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _wrong(words: str) -> dict[str, Any]:
    return _answer(words, {"$ref": "#/components/schemas/Error"})


NO_TOKEN = {
    "401": _wrong("No token, an unknown one, or a revoked one."),
    "403": _wrong("The token has another scope."),
}
DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Standby",
        "version": "1",
        "summary": "Who is on call, how far an incident is, and calls from a 911 center.",
        "description": "Every refusal is JSON with a sentence in `error`. Keys may be added.",
    },
    "security": [{"token": []}],
    "components": {
        "securitySchemes": {
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "Made by an admin. The scope `read` reads, the scope `eido` sends calls.",
            }
        },
        "schemas": {"Error": ERROR, "OnCall": ON_CALL, "Incident": INCIDENT, "Eido": EIDO, "Made": MADE},
    },
    "paths": {
        "/api/v1/on-call": {
            "get": {
                "operationId": "onCall",
                "summary": "Whom a page would ask, by tier, now or at an instant.",
                "parameters": [
                    {"name": "at", "in": "query", "schema": INSTANT, "description": "With its offset."},
                    {
                        "name": "program",
                        "in": "query",
                        "schema": {"type": "string"},
                        "description": "The token's own; left out, it is that one.",
                    },
                ],
                "responses": {
                    "200": _answer("Who is on call.", {"$ref": "#/components/schemas/OnCall"}),
                    **NO_TOKEN,
                    "404": _wrong("The token sees another program."),
                    "422": _wrong("`at` is not an instant with its offset, or a parameter is unknown."),
                },
            }
        },
        "/api/v1/incidents/{ref}": {
            "get": {
                "operationId": "incident",
                "summary": "Stage, codes and milestones of an incident of the token's program.",
                "parameters": [
                    {
                        "name": "ref",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "integer", "minimum": 0},
                        "description": "The spoken number.",
                    }
                ],
                "responses": {
                    "200": _answer("The incident.", {"$ref": "#/components/schemas/Incident"}),
                    **NO_TOKEN,
                    "404": _wrong("No such incident in the token's program."),
                },
            }
        },
        "/api/v1/eido": {
            "post": {
                "operationId": "eido",
                "summary": "A 911 center hands over a call.",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Eido"}}},
                },
                "responses": {
                    "200": _answer("Known already.", {"$ref": "#/components/schemas/Made"}),
                    "201": _answer("A call was made.", {"$ref": "#/components/schemas/Made"}),
                    "400": _wrong("The body is not JSON."),
                    **NO_TOKEN,
                    "409": _wrong("The incident cannot take this any more."),
                    "413": _wrong("More than 4 MB."),
                    "415": _wrong("The content type is not JSON."),
                    "422": _wrong("The document cannot be read; `field` says where."),
                },
            }
        },
        "/api/v1/openapi.json": {
            "get": {
                "operationId": "description",
                "summary": "This description.",
                "security": [],
                "responses": {"200": _answer("OpenAPI 3.1.", {"type": "object"})},
            }
        },
    },
}
