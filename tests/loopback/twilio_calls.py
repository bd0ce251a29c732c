"""Calls on the loopback Twilio: what it remembers of each, and how it rings a phone and tells the service."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from tests.loopback.phone import Heard, Phone, listen

SCRIPT_MOST = 4_000
# Twilio's word for each state, and the event by which it is asked to tell of it.
EVENTS = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}
SIP = {"busy": "486", "completed": "200"}
ENDS = {"nobody": "no-answer", "busy": "busy", "cancelled": "canceled"}


@dataclass
class HeldCall:
    """One call as this Twilio holds it."""

    sid: str
    to: str
    sender: str
    script: str
    created: datetime
    callback: str | None
    events: tuple[str, ...]
    machine: str | None
    ring_for: int
    status: str = "queued"
    answered_by: str | None = None
    direction: str = "outbound-api"


# Posts these fields to an address, signed; the HTTP status and the body.
Post = Callable[[str, Sequence[tuple[str, str]]], tuple[int, str]]


def ring(call: HeldCall, phone: Phone, account_sid: str, post: Post) -> Heard:
    """Ring the phone and do what the script says, telling the service of each step as Twilio does."""
    line = _Line(call, account_sid, post)
    heard = Heard()
    line.tell("initiated")
    line.tell("ringing")
    if phone.picks_up in ENDS:
        line.tell(ENDS[phone.picks_up])
        return heard
    line.tell("in-progress")
    line.guess(phone.guessed)
    listen(call.script, phone.keys, line.keys, heard)
    line.tell("completed")
    return heard


@dataclass
class _Line:
    call: HeldCall
    account_sid: str
    post: Post
    told: int = 0

    def tell(self, status: str) -> None:
        """One more state. Those on the way are told only when they were asked for."""
        self.call.status = status
        event = EVENTS.get(status, "completed")
        if self.call.callback and event in self.call.events:
            fields = [("CallStatus", status), ("SequenceNumber", str(self.told))]
            fields += [("SipResponseCode", SIP[status])] if status in SIP else []
            self.post(bare(self.call.callback), self._always(fields))
            self.told += 1

    def guess(self, who: str) -> None:
        self.call.answered_by = who
        if self.call.machine:
            fields = [("AnsweredBy", who), ("MachineDetectionDuration", "1520")]
            self.post(bare(self.call.machine), self._always(fields))

    def keys(self, action: str, digits: str) -> tuple[int, str]:
        fields = [("CallStatus", "in-progress"), ("Digits", digits), ("msg", "Gather End")]
        return self.post(bare(action), self._always(fields))

    def _always(self, fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [
            ("CallSid", self.call.sid),
            ("AccountSid", self.account_sid),
            ("From", self.call.sender),
            ("To", self.call.to),
            ("Direction", self.call.direction),
            ("ApiVersion", "2010-04-01"),
            *fields,
        ]


def bare(address: str) -> str:
    """Without the part that Twilio reads itself, and neither signs nor sends."""
    return address.partition("#")[0]


def as_json(account_sid: str, call: HeldCall) -> dict[str, Any]:
    uri = f"/2010-04-01/Accounts/{account_sid}/Calls/{call.sid}"
    at = format_datetime(call.created)
    return {
        "account_sid": account_sid,
        "answered_by": call.answered_by,
        "api_version": "2010-04-01",
        "caller_name": None,
        "date_created": at,
        "date_updated": at,
        "direction": call.direction,
        "duration": None,
        "end_time": None,
        "forwarded_from": None,
        "from": call.sender,
        "from_formatted": call.sender,
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": call.sid,
        "start_time": None,
        "status": call.status,
        "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
        "to": call.to,
        "to_formatted": call.to,
        "trunk_sid": None,
        "uri": f"{uri}.json",
    }
