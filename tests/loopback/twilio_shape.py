"""Checks a request against the shape that Twilio publishes, with openapi-core when that is at hand."""

import json
import os
import re
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

try:
    from openapi_core import Config, OpenAPI
    from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest
    from openapi_core.exceptions import OpenAPIError
except ImportError:  # the test extra is not installed
    OpenAPI = None

ROOT = Path(__file__).resolve().parents[2]
TWILIO = "https://api.twilio.com"
SPEC = Path(
    os.environ.get("STANDBY_TWILIO_SPEC")
    or ROOT.parent / "shared" / "data" / "twilio" / "api_v2010_messages_calls.json"
)
SEND_FIELDS = {
    "To",
    "StatusCallback",
    "ApplicationSid",
    "MaxPrice",
    "ProvideFeedback",
    "Attempt",
    "ValidityPeriod",
    "ForceDelivery",
    "ContentRetention",
    "AddressRetention",
    "SmartEncoded",
    "PersistentAction",
    "TrafficType",
    "ShortenUrls",
    "ScheduleType",
    "SendAt",
    "SendAsMms",
    "ContentVariables",
    "RiskCheck",
    "From",
    "FallbackFrom",
    "MessagingServiceSid",
    "Body",
    "MediaUrl",
    "ContentSid",
}
LIST_FIELDS = {
    "To",
    "From",
    "DateSent",
    "DateSent<",
    "DateSent>",
    "PageSize",
    "Page",
    "PageToken",
}
CALL_FIELDS = {
    "To",
    "From",
    "Twiml",
    "Timeout",
    "TimeLimit",
    "StatusCallback",
    "StatusCallbackEvent",
    "StatusCallbackMethod",
    "MachineDetection",
    "MachineDetectionTimeout",
    "AsyncAmd",
    "AsyncAmdStatusCallback",
    "AsyncAmdStatusCallbackMethod",
}
CALL_LIST_FIELDS = {
    "To",
    "From",
    "Status",
    "StartTime",
    "StartTime<",
    "StartTime>",
    "PageSize",
    "Page",
    "PageToken",
}


@cache
def published() -> object | None:
    """Twilio's own description, or None when it or openapi-core is not here."""
    if OpenAPI is None or not SPEC.is_file():
        return None
    return OpenAPI.from_dict(json.loads(SPEC.read_text()), config=Config(server_base_url=TWILIO))


def in_force() -> str:
    return "openapi-core" if published() is not None else "field lists"


def fault(method: str, target: str, body: bytes, authorization: str) -> str | None:
    """What is wrong with the request, or None."""
    return _unknown_fields(method, target, body) or (
        _against_published(method, target, body, authorization)
        if published()
        else _against_lists(method, body)
    )


def _against_published(method: str, target: str, body: bytes, authorization: str) -> str | None:
    parts = urlsplit(target)
    builder = EnvironBuilder(
        path=parts.path,
        base_url=TWILIO,
        query_string=parts.query,
        method=method,
        data=body if method == "POST" else None,
        content_type="application/x-www-form-urlencoded" if method == "POST" else None,
        headers={"Authorization": authorization},
    )
    try:
        published().validate_request(WerkzeugOpenAPIRequest(Request(builder.get_environ())))
    except OpenAPIError as wrong:
        return f"{type(wrong).__name__}: {wrong.__cause__ or wrong}"
    return None


def _unknown_fields(method: str, target: str, body: bytes) -> str | None:
    """The published shape allows any further field; Twilio ignores them, so a misspelt one would be lost."""
    pairs = (
        parse_qsl(body.decode(), keep_blank_values=True)
        if method == "POST"
        else parse_qsl(urlsplit(target).query)
    )
    calls = "/Calls" in urlsplit(target).path
    sent, listed = (CALL_FIELDS, CALL_LIST_FIELDS) if calls else (SEND_FIELDS, LIST_FIELDS)
    unknown = {name for name, _ in pairs} - (sent if method == "POST" else listed)
    return f"unknown fields {sorted(unknown)}" if unknown else None


def _against_lists(method: str, body: bytes) -> str | None:
    if method != "POST":
        return None
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    if "To" not in form:
        return "To is missing"
    for name in ("ValidityPeriod", "Timeout", "TimeLimit"):
        if not re.fullmatch(r"\d{1,5}", form.get(name, "1")):
            return f"{name} is not a whole number"
    return None
