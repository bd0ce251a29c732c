"""Twilio on the loopback: a real HTTP server that takes texts and calls, fails as told, and calls back signed."""

import base64
import re
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import localtime
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.loopback import twilio_calls, twilio_shape
from tests.loopback.frame import Door, Faults, Loopback, post
from tests.loopback.phone import Heard, Phone
from tests.loopback.twilio_calls import SCRIPT_MOST, HeldCall
from tests.loopback.twilio_faults import Fault
from tests.loopback.twilio_signing import sign
from tests.loopback.twilio_texts import Held, Seen, as_json

RESOURCES = re.compile(
    r"/2010-04-01/Accounts/(AC[0-9a-f]{32})/(Messages|Calls)(?:/([A-Z]{2}[0-9a-f]{32}))?\.json"
)
KEPT = 20_000


# Takes the public URL, the form and the headers, and returns the HTTP status that the service answered with.
Post = Callable[[str, Sequence[tuple[str, str]], dict[str, str]], int]


@dataclass
class LoopbackTwilio(Loopback):
    """`public_base` is the address that is signed; `webhook_base` is where the service really listens.

    `callbacks` are posted by themselves after each accepted text, before its answer when `callbacks_first`.
    """

    account_sid: str = "AC" + "0" * 32
    auth_token: str = "loopback-token"
    sender: str = "+15005550006"
    public_base: str = "https://standby.example"
    webhook_base: str | None = None
    post: Post | None = None
    callbacks: tuple[str, ...] = ()
    callbacks_first: bool = False
    check_shape: bool = True
    now: Callable[[], datetime] = localtime
    requests: deque[Seen] = field(default_factory=lambda: deque(maxlen=KEPT))
    messages: dict[str, Held] = field(default_factory=dict)
    calls: dict[str, HeldCall] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._numbers = count(1)
        self.faults = Faults[Fault]()
        self.open(_Exchange)

    @property
    def base(self) -> str:
        return self.address

    @property
    def shape_check(self) -> str:
        """Which check of the requests is in force."""
        return twilio_shape.in_force() if self.check_shape else "none"

    def fault(self, *faults: Fault, number: str = "") -> None:
        """The next sends, to this number or else to any, go wrong in this order."""
        self.faults.add(faults, number)

    def sends(self, number: str | None = None) -> list[Seen]:
        posts = [seen for seen in tuple(self.requests) if seen.method == "POST"]
        return [seen for seen in posts if number in (None, seen.form.get("To"))]

    def call_back(self, sid: str, *statuses: str, error_code: int | None = None) -> list[int]:
        """Tells the service of these states in this order; the code goes with the failures among them."""
        return [self._call_back(self.messages[sid], status, error_code) for status in statuses]

    def receive(self, sender: str, body: str, path: str = "/hooks/twilio/sms", sid: str | None = None) -> int:
        """A phone texts us. The same `sid` again is Twilio posting the same text again."""
        sid = sid or self._sid()
        held_text = Held(sid, self.sender, sender, body, self.now(), None, "received", direction="inbound")
        with self.lock:
            self.messages.setdefault(sid, held_text)
        return self._post(
            self.public_base + path,
            [
                ("MessageSid", sid),
                ("SmsSid", sid),
                ("SmsStatus", "received"),
                ("AccountSid", self.account_sid),
                ("From", sender),
                ("To", self.sender),
                ("Body", body),
                ("NumMedia", "0"),
                ("NumSegments", "1"),
                ("ApiVersion", "2010-04-01"),
            ],
        )

    def ring(self, number: str, phone: Phone) -> Heard:
        """The newest call to this number rings, and this is who picks it up; what was said in it."""
        call = next(call for call in reversed(self.calls.values()) if call.to == number)
        return twilio_calls.ring(call, phone, self.account_sid, self._exchange)

    def accept_call(self, pairs: list[tuple[str, str]]) -> HeldCall:
        form = dict(pairs)
        call = HeldCall(
            f"CA{next(self._numbers):032x}",
            form["To"],
            form["From"],
            form.get("Twiml", ""),
            self.now(),
            form.get("StatusCallback"),
            tuple(value for name, value in pairs if name == "StatusCallbackEvent") or ("completed",),
            form.get("AsyncAmdStatusCallback") if form.get("AsyncAmd") == "true" else None,
            int(form.get("Timeout", 60)),
        )
        with self.lock:
            self.calls[call.sid] = call
        return call

    def accept(self, form: dict[str, str]) -> Held:
        sender = form.get("From") or form.get("MessagingServiceSid") or self.sender
        text = Held(
            self._sid(), form["To"], sender, form.get("Body", ""), self.now(), form.get("StatusCallback")
        )
        with self.lock:
            self.messages[text.sid] = text
        return text

    def _sid(self) -> str:
        return f"SM{next(self._numbers):032x}"

    def _call_back(self, text: Held, status: str, error_code: int | None) -> int:
        failed = status in ("failed", "undelivered")
        text.status, text.error_code = status, error_code if failed else None
        if text.callback is None:
            return 0
        pairs = [
            ("MessageSid", text.sid),
            ("SmsSid", text.sid),
            ("MessageStatus", status),
            ("SmsStatus", status),
            ("AccountSid", self.account_sid),
            ("From", text.sender),
            ("To", text.to),
            ("ApiVersion", "2010-04-01"),
        ]
        if failed and error_code is not None:
            pairs.append(("ErrorCode", str(error_code)))
        return self._post(text.callback.partition("#")[0], pairs)

    def _post(self, url: str, pairs: Sequence[tuple[str, str]]) -> int:
        return self._exchange(url, pairs)[0]

    def _exchange(self, url: str, pairs: Sequence[tuple[str, str]]) -> tuple[int, str]:
        headers = {
            "X-Twilio-Signature": sign(self.auth_token, url, pairs),
            "I-Twilio-Idempotency-Token": f"{next(self._numbers):032x}",
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": "TwilioProxy/1.1",
        }
        if self.post is not None:
            return self.post(url, pairs, headers), ""
        return post(url, urlencode(list(pairs)), headers, self.webhook_base)


class _Exchange(Door[LoopbackTwilio]):
    def do_POST(self) -> None:
        body = self.body()
        pairs = parse_qsl(body.decode(), keep_blank_values=True)
        if self._admitted(body, dict(pairs)):
            self._send(pairs)

    def do_GET(self) -> None:
        form = dict(parse_qsl(urlsplit(self.path).query))
        if not self._admitted(b"", form):
            return
        address = self._address()
        twilio = self.loopback
        sid = address.group(3)
        if sid is None:
            self._list(form)
        elif sid in twilio.messages and address.group(2) == "Messages":
            self.answer_json(200, as_json(twilio.account_sid, twilio.messages[sid]))
        elif sid in twilio.calls and address.group(2) == "Calls":
            self.answer_json(200, twilio_calls.as_json(twilio.account_sid, twilio.calls[sid]))
        else:
            self._refuse(404, 20404, "The requested resource was not found")

    def _send(self, pairs: list[tuple[str, str]]) -> None:
        twilio = self.loopback
        form = dict(pairs)
        fault = twilio.faults.next(form["To"])
        taken = fault is None or fault.accepted
        if taken and self._address().group(2) == "Calls":
            call = twilio.accept_call(pairs)
            if fault is None:
                self.answer_json(201, twilio_calls.as_json(twilio.account_sid, call))
                return
        text = twilio.accept(form) if taken and self._address().group(2) == "Messages" else None
        if fault is None and text is not None:
            answer = as_json(twilio.account_sid, text)
            if twilio.callbacks_first:
                twilio.call_back(text.sid, *twilio.callbacks)
            self.answer_json(201, answer)
            if not twilio.callbacks_first:
                twilio.call_back(text.sid, *twilio.callbacks)
        elif fault is not None and fault.http_status is not None:
            self._refuse(fault.http_status, fault.code, "As told to")
        else:
            if fault is not None and fault.held:
                twilio.hold()
            self.close_connection = True

    def _list(self, form: dict[str, str]) -> None:
        twilio = self.loopback
        kind = self._address().group(2)
        with twilio.lock:
            held: list[Any] = list(twilio.messages.values() if kind == "Messages" else twilio.calls.values())
        wanted = [one for one in reversed(held) if form.get("To") in (None, one.to)]
        size = int(form.get("PageSize", 50))
        shape = as_json if kind == "Messages" else twilio_calls.as_json
        page = [shape(twilio.account_sid, one) for one in wanted[:size]]
        path = self.path
        self.answer_json(
            200,
            {
                kind.lower(): page,
                "page": 0,
                "page_size": size,
                "start": 0,
                "end": max(len(page) - 1, 0),
                "uri": path,
                "first_page_uri": path,
                "next_page_uri": None,
                "previous_page_uri": None,
            },
        )

    def _admitted(self, body: bytes, form: dict[str, str]) -> bool:
        twilio = self.loopback
        authorization = self.headers.get("Authorization", "")
        wrong = (
            twilio_shape.fault(self.command, self.path, body, authorization) if twilio.check_shape else None
        )
        twilio.requests.append(Seen(time.monotonic(), self.command, self.path, form, wrong))
        address = self._address()
        key = base64.b64encode(f"{twilio.account_sid}:{twilio.auth_token}".encode()).decode()
        if authorization != f"Basic {key}":
            self._refuse(401, 20003, "Authenticate")
        elif address is None or address.group(1) != twilio.account_sid:
            self._refuse(404, 20404, "The requested resource was not found")
        elif wrong is not None:
            self._refuse(400, 20001, wrong)
        elif self.command == "POST" and not {"From", "MessagingServiceSid"} & form.keys():
            self._refuse(400, 21603, "A 'From' phone number is required.")
        elif self.command == "POST" and not re.fullmatch(r"\+[1-9]\d{6,14}", form.get("To", "")):
            self._refuse(400, 21211, "The 'To' number is not a valid phone number.")
        elif self.command == "POST" and len(form.get("Body", "")) > 1600:
            self._refuse(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
        elif len(form.get("Twiml", "")) > SCRIPT_MOST:
            self._refuse(400, 21601, "The Twiml parameter is too long.")
        else:
            return True
        return False

    def _address(self) -> Any:
        return RESOURCES.fullmatch(urlsplit(self.path).path)

    def _refuse(self, status: int, code: int | None, message: str) -> None:
        more_info = f"https://www.twilio.com/docs/errors/{code}"
        self.answer_json(status, {"code": code, "message": message, "more_info": more_info, "status": status})
