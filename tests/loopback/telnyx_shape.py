"""Checks a request against the fields that Telnyx publishes, and makes its answers and reports."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

E164 = re.compile(r"\+[1-9]\d{6,14}")
KEY = re.compile(r"[A-Za-z0-9_:-]{1,255}")
# Name, type, and whether it must be there.
MESSAGE: dict[str, tuple[type, bool]] = {
    "to": (str, True),
    "from": (str, True),
    "text": (str, True),
    "type": (str, False),
    "messaging_profile_id": (str, False),
    "subject": (str, False),
    "media_urls": (list, False),
    "webhook_url": (str, False),
    "webhook_failover_url": (str, False),
    "use_profile_webhooks": (bool, False),
    "auto_detect": (bool, False),
    "encoding": (str, False),
    "send_at": (str, False),
}
CALL: dict[str, tuple[type, bool]] = {
    "ApplicationSid": (str, True),
    "To": (str, True),
    "From": (str, True),
    "Texml": (str, False),
    "Url": (str, False),
    "CallerId": (str, False),
    "Timeout": (int, False),
    "TimeLimit": (int, False),
    "StatusCallback": (str, False),
    "StatusCallbackMethod": (str, False),
    "StatusCallbackEvent": (str, False),
    "MachineDetection": (str, False),
    "DetectionMode": (str, False),
    "AsyncAmd": (bool, False),
    "AsyncAmdStatusCallback": (str, False),
    "AsyncAmdStatusCallbackMethod": (str, False),
    "CancelPlaybackOnMachineDetection": (bool, False),
    "CancelPlaybackOnDetectMessageEnd": (bool, False),
    "MachineDetectionTimeout": (int, False),
}
CALL_EVENTS = {"initiated", "ringing", "answered", "completed"}


@dataclass
class Message:
    """One text as this Telnyx holds it."""

    id: str
    to: str
    sender: str
    body: str
    created: datetime
    webhook: str | None
    status: str = "queued"
    code: str | None = None
    direction: str = "outbound"


@dataclass
class Ring:
    """One call as this Telnyx holds it."""

    sid: str
    asked: dict[str, Any]
    created: datetime
    status: str = "queued"


def message_fault(body: dict[str, Any]) -> str | None:
    """What is wrong with a request to send, or None."""
    return _fields(body, MESSAGE) or _values(
        [
            (body["type"] in ("SMS", "MMS") if "type" in body else True, "type"),
            (body.get("encoding", "auto") in ("auto", "gsm7", "ucs2"), "encoding"),
        ]
    )


def call_fault(body: dict[str, Any]) -> str | None:
    """What is wrong with a request to call, or None."""
    return _fields(body, CALL) or _values(
        [
            (5 <= body.get("Timeout", 30) <= 120, "Timeout"),
            (30 <= body.get("TimeLimit", 14400) <= 14400, "TimeLimit"),
            (set(body.get("StatusCallbackEvent", "").split()) <= CALL_EVENTS, "StatusCallbackEvent"),
            (body.get("StatusCallbackMethod", "POST") in ("GET", "POST"), "StatusCallbackMethod"),
            (
                body.get("MachineDetection", "Disable") in ("Enable", "Disable", "DetectMessageEnd"),
                "MachineDetection",
            ),
            (("Texml" in body) != ("Url" in body), "Texml or Url"),
        ]
    )


def _fields(body: dict[str, Any], known: dict[str, tuple[type, bool]]) -> str | None:
    for name, value in body.items():
        if name not in known:
            return f"unknown field {name}"
        if type(value) is not known[name][0]:
            return f"{name} is {type(value).__name__}"
    missing = [name for name, (_, needed) in known.items() if needed and name not in body]
    return f"missing {missing}" if missing else None


def _values(checks: list[tuple[bool, str]]) -> str | None:
    return next((f"{name} has no such value" for right, name in checks if not right), None)


def message_json(message: Message, profile: str) -> dict[str, Any]:
    at = message.created.astimezone(UTC).isoformat()
    errors = [] if message.code is None else [{"code": message.code, "title": "As told to", "detail": ""}]
    inbound = message.direction == "inbound"
    return {
        "record_type": "message",
        "direction": message.direction,
        "id": message.id,
        "type": "SMS",
        "organization_id": "f6a5ed61-1d3a-4b2d-92b5-7d3f6e5cc5a5",
        "messaging_profile_id": profile,
        "from": {"phone_number": message.sender, "carrier": "Telnyx", "line_type": "Wireless"},
        "to": [
            {
                "phone_number": message.to,
                "status": "webhook_delivered" if inbound else message.status,
                "carrier": "T-MOBILE USA, INC.",
                "line_type": "Wireless",
            }
        ],
        "text": message.body,
        "media": [],
        "webhook_url": message.webhook,
        "webhook_failover_url": None,
        "encoding": "GSM-7",
        "parts": 1,
        "tags": [],
        "cost": {"amount": "0.0040", "currency": "USD"},
        "received_at": at,
        "sent_at": None,
        "completed_at": None,
        "valid_until": None,
        "errors": errors,
    }


def event_json(event_id: str, kind: str, at: datetime, payload: dict[str, Any], url: str) -> dict[str, Any]:
    return {
        "data": {
            "event_type": kind,
            "id": event_id,
            "occurred_at": at.astimezone(UTC).isoformat(),
            "payload": payload,
            "record_type": "event",
        },
        "meta": {"attempt": 1, "delivered_to": url},
    }


def call_json(ring: Ring, account: str) -> dict[str, Any]:
    return {
        "account_sid": account,
        "answered_by": None,
        "date_created": format_datetime(ring.created),
        "date_updated": format_datetime(ring.created),
        "direction": "outbound",
        "from": ring.asked["From"],
        "sid": ring.sid,
        "status": ring.status,
        "to": ring.asked["To"],
        "uri": f"/v2/texml/Accounts/{account}/Calls/{ring.sid}.json",
    }


def call_form(ring: Ring, account: str, status: str, at: datetime, number: int) -> list[tuple[str, str]]:
    """A report of how far a call came, in the order that the documentation shows."""
    return [
        ("AccountSid", account),
        ("CallInitiatedAt", ring.created.astimezone(UTC).isoformat()),
        ("CallSid", ring.sid),
        ("CallSidLegacy", ring.sid),
        ("CallStatus", status),
        ("CallbackSource", "call-progress-events"),
        ("ConnectionId", ring.asked["ApplicationSid"]),
        ("From", ring.asked["From"]),
        ("SequenceNumber", str(number)),
        ("Timestamp", at.astimezone(UTC).isoformat()),
        ("To", ring.asked["To"]),
    ]


def refusal_json(code: str | None, title: str) -> dict[str, Any]:
    if code is None:
        return {}
    meta = {"url": f"https://developers.telnyx.com/docs/overview/errors/{code}"}
    return {"errors": [{"code": code, "title": title, "detail": title, "meta": meta}]}
