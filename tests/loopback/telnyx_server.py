"""Telnyx on the loopback: a real HTTP server that takes texts and calls, fails as told, and calls back signed."""

import json
import re
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import localtime
from itertools import count
from typing import Any
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.loopback import telnyx_shape as shape
from tests.loopback.dripping import drip
from tests.loopback.frame import JSON, Door, Faults, Loopback, post
from tests.loopback.phone import Heard, Phone, listen
from tests.loopback.telnyx_faults import Fault
from tests.loopback.telnyx_shape import E164, Message, Ring
from tests.loopback.telnyx_signing import headers, public_key
from tests.loopback.twilio_calls import ENDS

MESSAGES = re.compile(r"/v2/messages(?:/([0-9a-f-]{36}))?")
CALLS = re.compile(r"/v2/texml/Accounts/([0-9a-f-]{36})/Calls(?:/(v3:[\w-]+))?")
KEPT = 20_000
DRIP_SECONDS = 0.05
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Seen:
    """One request as it came in. `at` is monotonic seconds."""

    at: float
    method: str
    path: str
    body: dict[str, Any]
    key: str | None
    wrong: str | None


@dataclass(frozen=True)
class Answer:
    """What the service answered to a report."""

    status: int
    body: str


# Takes the public URL, the body and the headers.
Post = Callable[[str, bytes, dict[str, str]], Answer]


@dataclass
class LoopbackTelnyx(Loopback):
    """`public_base` is where reports are sent; `webhook_base` is where the service really listens.
    `honours_keys`: a request under a known key is answered as before."""

    api_key: str = "KEY0loopback"
    sender: str = "+15005550107"
    account: str = "f5586561-8ff0-4291-a51b-c7dfe4139ff9"
    voice_app: str = "1293384261075731499"
    profile: str = "40017b44-2a1c-4c2f-8e2a-9c1f2f4d3a10"
    public_base: str = "https://standby.example"
    webhook_base: str | None = None
    post: Post | None = None
    honours_keys: bool = True
    tells_call_id: bool = False
    now: Callable[[], datetime] = localtime
    requests: deque[Seen] = field(default_factory=lambda: deque(maxlen=KEPT))
    messages: dict[str, Message] = field(default_factory=dict)
    rings: dict[str, Ring] = field(default_factory=dict)
    signing_key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def __post_init__(self) -> None:
        self._numbers = count(1)
        self._answered: dict[str, tuple[bytes, dict[str, Any]]] = {}
        self.faults = Faults[Fault]()
        self.open(_Exchange)

    @property
    def base(self) -> str:
        return f"{self.address}/v2"

    @property
    def public_key(self) -> str:
        return public_key(self.signing_key)

    # --- what a test says ---------------------------------------------------------------------------------
    def fault(self, *faults: Fault, number: str = "") -> None:
        """The next sends, to this number or else to any, go wrong in this order."""
        self.faults.add(faults, number)

    def always(self, fault: Fault | None) -> None:
        """Every send goes wrong like this; None: no more."""
        self.faults.always = fault

    def sends(self, number: str | None = None) -> list[Seen]:
        """The texts that were asked for."""
        return self._asked(MESSAGES, "to", number)

    def calls(self, number: str | None = None) -> list[Seen]:
        """The calls that were asked for."""
        return self._asked(CALLS, "To", number)

    def report_text(
        self, message: str, status: str, code: str | None = None, url: str | None = None
    ) -> Answer:
        """Tells the service how far a text came."""
        held = self.messages[message]
        held.status, held.code = status, code
        where = url or held.webhook
        assert where is not None, "this text has no address to report to"
        kind = "message.sent" if status in ("queued", "sending", "sent") else "message.finalized"
        return self.send_event(kind, shape.message_json(held, self.profile), where)

    def receive(self, sender: str, body: str, message: str | None = None, to: str | None = None) -> Answer:
        """A phone texts us. The same `message` again is Telnyx posting the same text again."""
        held = Message(message or self.new_id(), to or self.sender, sender, body, self.now(), None)
        held.direction, held.status = "inbound", "received"
        url = f"{self.public_base}/hooks/telnyx/sms"
        return self.send_event("message.received", shape.message_json(held, self.profile), url)

    def send_event(self, kind: str, payload: dict[str, Any], url: str) -> Answer:
        event = shape.event_json(self.new_id(), kind, self.now(), payload, url)
        return self.post_signed(url, json.dumps(event).encode(), JSON)

    def report_call(self, sid: str, *statuses: str, **fields: str) -> list[Answer]:
        """Tells the service of these states of a call, in this order."""
        return [self._report_call(self.rings[sid], status, fields) for status in statuses]

    def report_machine(self, sid: str, answered_by: str) -> Answer:
        """What answering machine detection guessed."""
        form = [("AnsweredBy", answered_by), ("MachineDetectionDuration", "2500")]
        return self.post_form(
            self.rings[sid].asked["AsyncAmdStatusCallback"], [*self._of_call(sid, ends=False), *form]
        )

    def ring(self, number: str, phone: Phone) -> Heard:
        """The newest call to this number rings, and this is who picks it up; what was said in it."""
        sid = next(sid for sid, one in reversed(self.rings.items()) if one.asked["To"] == number)
        heard = Heard()
        self.report_call(sid, "initiated", "ringing")
        if phone.picks_up in ENDS:
            self.report_call(sid, ENDS[phone.picks_up])
            return heard
        self.report_call(sid, "in-progress")
        self.report_machine(sid, phone.guessed)
        listen(self.rings[sid].asked["Texml"], phone.keys, lambda *typed: self.press(sid, *typed), heard)
        self.report_call(sid, "completed")
        return heard

    def press(self, sid: str, action: str, digits: str) -> tuple[int, str]:
        """Whoever picked up types this, and it is posted where the script says."""
        answer = self.post_form(action, [*self._of_call(sid, ends=True), ("Digits", digits)])
        return answer.status, answer.body

    def _of_call(self, sid: str, ends: bool) -> list[tuple[str, str]]:
        """What each report of a call names; its description shows none of the two numbers in the guess of a machine."""
        ring = self.rings[sid]
        numbers = [("From", ring.asked["From"]), ("To", ring.asked["To"])] if ends else []
        account = [("AccountSid", self.account), ("CallSid", sid), ("CallSidLegacy", sid)]
        return [*account, ("ConnectionId", self.voice_app), *numbers]

    def post_form(self, url: str, form: Sequence[tuple[str, str]]) -> Answer:
        return self.post_signed(url, urlencode(list(form)).encode(), FORM)

    def post_signed(self, url: str, body: bytes, kind: str, at: datetime | None = None) -> Answer:
        """Posts this as Telnyx would, signed at a time."""
        when = int((at or self.now()).timestamp())
        return self.post_raw(url, body, {"Content-Type": kind, **headers(self.signing_key, when, body)})

    def post_raw(self, url: str, body: bytes, with_headers: dict[str, str]) -> Answer:
        """Posts this as anybody could."""
        return (self.post or self._post_over_http)(url, body, with_headers)

    # --- what the server does -----------------------------------------------------------------------------
    def new_id(self) -> str:
        return f"40319a2e-0000-4000-8000-{next(self._numbers):012x}"

    def take_message(self, body: dict[str, Any]) -> dict[str, Any]:
        held = Message(
            self.new_id(), body["to"], body["from"], body["text"], self.now(), body.get("webhook_url")
        )
        with self.lock:
            self.messages[held.id] = held
        return {"data": shape.message_json(held, self.profile)}

    def take_call(self, body: dict[str, Any]) -> dict[str, Any]:
        ring = Ring(f"v3:{next(self._numbers):054d}", body, self.now())
        with self.lock:
            self.rings[ring.sid] = ring
        answer = {"from": body["From"], "to": body["To"], "status": "queued"}
        return {**answer, "call_sid": ring.sid} if self.tells_call_id else answer

    def known(self, key: str | None, raw: bytes) -> dict[str, Any] | str | None:
        """The first answer under this key, what is wrong with this request under it, or None."""
        if key is None or not self.honours_keys or key not in self._answered:
            return None
        body, answer = self._answered[key]
        return answer if body == raw else "another request was made under this key"

    def remember(self, key: str | None, raw: bytes, answer: dict[str, Any]) -> None:
        if key is not None:
            self._answered[key] = (raw, answer)

    def _asked(self, where: re.Pattern[str], name: str, number: str | None) -> list[Seen]:
        posts = [
            seen for seen in tuple(self.requests) if seen.method == "POST" and where.fullmatch(seen.path)
        ]
        return [seen for seen in posts if number in (None, seen.body.get(name))]

    def _report_call(self, ring: Ring, status: str, fields: dict[str, str]) -> Answer:
        ring.status = status
        form = shape.call_form(ring, self.account, status, self.now(), next(self._numbers))
        form = [(name, fields.get(name, value)) for name, value in form]
        return self.post_form(ring.asked["StatusCallback"], form)

    def _post_over_http(self, url: str, body: bytes, with_headers: dict[str, str]) -> Answer:
        return Answer(*post(url, body, with_headers, self.webhook_base))


class _Exchange(Door[LoopbackTelnyx]):
    def do_POST(self) -> None:
        telnyx = self.loopback
        raw = self.body()
        body = json.loads(raw or b"{}")
        is_text = MESSAGES.fullmatch(self._path()) is not None
        wrong = shape.message_fault(body) if is_text else shape.call_fault(body)
        if not self._admitted(body, wrong):
            return
        number = body.get("to") or body.get("To") or ""
        if wrong is not None:
            self._refuse(422, "10015", wrong)
        elif not E164.fullmatch(number):
            self._refuse(400, "40310", "Invalid 'to' address")
        else:
            self._take(is_text, number, raw, body, telnyx)

    def do_GET(self) -> None:
        telnyx = self.loopback
        if not self._admitted({}, None):
            return
        text, call = MESSAGES.fullmatch(self._path()), CALLS.fullmatch(self._path())
        if text and text.group(1) in telnyx.messages:
            self.answer_json(
                200, {"data": shape.message_json(telnyx.messages[text.group(1)], telnyx.profile)}
            )
        elif call and call.group(2) in telnyx.rings:
            self.answer_json(200, shape.call_json(telnyx.rings[call.group(2)], telnyx.account))
        else:
            self._refuse(404, "10005", "Resource not found")

    def _take(
        self, is_text: bool, number: str, raw: bytes, body: dict[str, Any], telnyx: LoopbackTelnyx
    ) -> None:
        key = self.headers.get("Idempotency-Key") if is_text else None
        if key is not None and not shape.KEY.fullmatch(key):
            self._refuse(400, "10015", "Idempotency-Key has another form")
            return
        known = telnyx.known(key, raw)
        if isinstance(known, str):
            self._refuse(422, "10015", known)
            return
        fault = telnyx.faults.next(number)
        answer = known
        if answer is None and (fault is None or fault.accepted):
            answer = telnyx.take_message(body) if is_text else telnyx.take_call(body)
            telnyx.remember(key, raw, answer)
        if fault is None:
            self.answer_json(200, answer or {})
        else:
            self._fail(fault, answer or {})

    def _fail(self, fault: Fault, answer: dict[str, Any]) -> None:
        if fault.text is not None:
            self.answer(fault.http_status or 200, fault.text.encode(), "text/html")
        elif fault.http_status is not None:
            self._refuse(fault.http_status, fault.code, "As told to", fault.location)
        elif fault.drips:
            self._drip(fault.drips, json.dumps(answer).encode())
        else:
            if fault.held:
                self.loopback.hold()
            self.close_connection = True

    def _drip(self, what: str, body: bytes) -> None:
        """Each byte comes well within any time-out of a single read."""
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        self.close_connection = True
        if what == "body":
            self.connection.sendall(head)
        slow = body if what == "body" else head + body
        drip(self.connection.sendall, slow, lambda: self.loopback.hold(DRIP_SECONDS))

    def _admitted(self, body: dict[str, Any], wrong: str | None) -> bool:
        telnyx = self.loopback
        key = self.headers.get("Idempotency-Key")
        telnyx.requests.append(Seen(time.monotonic(), self.command, self._path(), body, key, wrong))
        call = CALLS.fullmatch(self._path())
        if self.headers.get("Authorization") != f"Bearer {telnyx.api_key}":
            self._refuse(401, "10009", "Authentication failed")
        elif call is None and MESSAGES.fullmatch(self._path()) is None:
            self._refuse(404, "10005", "Resource not found")
        elif call is not None and call.group(1) != telnyx.account:
            self._refuse(404, "10005", "Resource not found")
        elif call is not None and body and body.get("ApplicationSid") != telnyx.voice_app:
            self._refuse(404, "10005", "Resource not found")
        elif body and (body.get("from") or body.get("From")) != telnyx.sender:
            self._refuse(400, "40305", "Invalid 'from' address")
        else:
            return True
        return False

    def _path(self) -> str:
        return urlsplit(self.path).path.replace("%3A", ":")

    def _refuse(self, status: int, code: str | None, title: str, location: str | None = None) -> None:
        self.answer_json(status, shape.refusal_json(code, title), location)
