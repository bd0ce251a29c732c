"""The wire to Telnyx: its own client, made beside the start, and every answer of the network turned into an outcome."""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib import import_module
from typing import Any, Final

from notify.outcomes import FAILURES, ambiguous, answered, refused
from notify.telnyx_codes import call_word, text_word
from notify.transport import Call, Channel, Outcome, Sendable, Sighting, Text

TELNYX: Final = "https://api.telnyx.com/v2"
SENDERS_AT_ONCE: Final = 16
CONNECT_SECONDS: Final = 3.0
TOTAL_SECONDS: Final = 8.0
LEAST_SECONDS: Final = 0.05
RINGS_SECONDS: Final = (5, 120)  # what Telnyx takes
# No script of ours is longer; a machine that never hangs up is left.
CALL_SECONDS_AT_MOST: Final = 300
CALLBACK_IS_NOT_TAKEN: Final = "10003"
# What its client raises on a success whose body it cannot read.
UNREADABLE: Final = (ValueError, TypeError, AttributeError, LookupError)


class TelnyxTransport:
    """Sends through Telnyx's own client. Safe to share between threads; one connection each for sixteen.

    Importing that client takes four to five seconds of processor time and 80 MB. It is imported by a thread of its
    own, so that after a restart nothing that the other provider carries waits for it; what comes here before it is
    ready waits within the same bound as any send.
    """

    name = "telnyx"

    def __init__(
        self,
        api_key: str,
        sender: str,
        account: str | None = None,
        voice_app: str | None = None,
        api_base: str | None = None,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._sender = sender
        self._account = account or ""
        self._voice_app = voice_app or ""
        self._total = total_seconds
        self._made: Future[_Client] = Future()
        base = (api_base or TELNYX).rstrip("/")
        threading.Thread(target=self._make, args=(api_key, base), name="telnyx-client", daemon=True).start()

    def is_ready(self, within_seconds: float) -> bool:
        """Whether the client is made, waiting so long for it."""
        try:
            return self._made.exception(within_seconds) is None
        except NotYet:
            return False

    def send(self, what: Sendable) -> Outcome:
        match what:
            case Text():
                return self._text(what)
            case Call() if self._account and self._voice_app:
                return self._exchange(
                    lambda client, seconds: self._call(client, what, seconds), time.monotonic() + self._total
                )
            case _:
                return Outcome("refused", code="not_carried")

    def find(self, what: Sendable, since: datetime) -> None:
        """It cannot be asked. Telnyx keeps no list of texts by recipient, and its list of calls has neither our words
        nor our address to know a call by: to take another page's call for this one would lose this one.

        Instead a text goes out under a key (`Idempotency-Key`): Telnyx documents that the same request under the same
        key within 24 hours is answered as the first one was, and does nothing again. That is published, not seen. A
        call has no such key: one that is sent again may ring twice.
        """

    def fetch(self, channel: Channel, provider_id: str) -> Sighting | None:
        client = self._ready()
        if isinstance(client, Outcome):
            return None
        try:
            if channel == "call":
                return client.call(self._account, provider_id, self._total / 2)
            return client.text(provider_id, self._total / 2)
        except (client.any_fault, *UNREADABLE):
            return None

    def _text(self, text: Text) -> Outcome:
        ends_at = time.monotonic() + self._total
        outcome = self._exchange(
            lambda client, seconds: self._message(client, text, seconds, text.callback_url), ends_at
        )
        if outcome.code != CALLBACK_IS_NOT_TAKEN:
            return outcome
        # A wrong callback address must not cost a page: it goes without one, its status is asked for by `fetch`, and
        # the code stays on the outcome so that the fault is seen.
        again = self._exchange(lambda client, seconds: self._message(client, text, seconds, ""), ends_at)
        if again.kind != "sent":
            return again
        return Outcome("sent", again.provider_id, CALLBACK_IS_NOT_TAKEN, account_wide=True)

    def _message(self, client: "_Client", text: Text, seconds: float, callback: str) -> Outcome:
        where: dict[str, Any] = {"webhook_url": callback} if callback else {}
        answer = client.sdk.messages.send(
            to=text.to,
            from_=self._sender,
            text=text.body,
            type="SMS",
            use_profile_webhooks=False,
            idempotency_key=key_of(text, callback),
            timeout=seconds,
            **where,
        )
        message = answer.data
        if not message.id:
            return ambiguous("no_id")
        status, code = _state(message)
        return (
            refused(code, message.id) if status in FAILURES else Outcome("sent", provider_id=str(message.id))
        )

    def _call(self, client: "_Client", call: Call, seconds: float) -> Outcome:
        low, high = RINGS_SECONDS
        # Its client renames no field of this request, though its types say that it does.
        body: dict[str, Any] = {
            "ApplicationSid": self._voice_app,
            "To": call.to,
            "From": self._sender,
            "Texml": call.script,
            "StatusCallback": call.callback_url,
            "StatusCallbackEvent": "initiated ringing answered completed",
            "StatusCallbackMethod": "POST",
            "Timeout": min(max(int(call.ring_for.total_seconds()), low), high),
            "TimeLimit": CALL_SECONDS_AT_MOST,
        }
        if call.machine_url:
            # A person who is taken for a machine must hear the words all the same.
            body |= {
                "MachineDetection": "Enable",
                "AsyncAmd": True,
                "AsyncAmdStatusCallback": call.machine_url,
                "AsyncAmdStatusCallbackMethod": "POST",
                "CancelPlaybackOnMachineDetection": False,
                "CancelPlaybackOnDetectMessageEnd": False,
            }
        answer = client.sdk.texml.accounts.calls.calls(self._account, body=body, timeout=seconds)
        # Its description names no id in this answer; its reports of the call do.
        known_as = getattr(answer, "call_sid", None) or getattr(answer, "sid", None)
        if call_word(answer.status) in FAILURES:
            return refused(None, known_as)
        return Outcome("sent", provider_id=known_as)

    def _exchange(self, act: Any, ends_at: float) -> Outcome:
        """One exchange within the bound. Never raises for what a network can do."""
        client = self._ready()
        if isinstance(client, Outcome):
            return client
        try:
            outcome: Outcome = act(client, max(ends_at - time.monotonic(), LEAST_SECONDS))
            return outcome
        except client.not_connected as fault:
            return (
                refused("unreachable") if client.before_any_byte(fault.__cause__) else ambiguous("no_answer")
            )
        except client.said_no as fault:
            return answered(int(fault.status_code), _code(fault.body))
        except (client.any_fault, *UNREADABLE):
            return ambiguous("unreadable")

    def _ready(self) -> "_Client | Outcome":
        """The client, or the refusal where there is none yet."""
        try:
            return self._made.result(self._total / 2)
        except NotYet:
            return refused("starting")
        except Exception:  # it was logged when it happened
            return refused("no_client")

    def _make(self, api_key: str, base: str) -> None:
        try:
            self._made.set_result(_Client(api_key, base, self._total))
        except Exception as fault:
            logging.getLogger("standby.telnyx").exception("Telnyx's client could not be made")
            self._made.set_exception(fault)


def key_of(text: Text, callback: str) -> str:
    """The same for each attempt at one text, and for no other text: not for one with other words, which Telnyx would
    refuse under this key, nor for another house or a restored database whose rows count from one again."""
    words = "\0".join((text.our_id, text.to, text.body, callback))
    return hashlib.sha256(words.encode()).hexdigest()[:40]


class _Client:
    """Telnyx's client and what it raises. It has no types for us: to read them would cost a check of types minutes."""

    def __init__(self, api_key: str, base: str, total_seconds: float) -> None:
        telnyx, httpx = import_module("telnyx"), import_module("httpx")
        bounded = import_module("notify.bounded_http")  # it stands on httpx, which is half a second by itself
        # It writes numbers and words into its log when that is turned on.
        for name in ("telnyx", "httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self.not_connected: type[Any] = telnyx.APIConnectionError
        self.said_no: type[Any] = telnyx.APIStatusError
        self.any_fault: type[Any] = telnyx.TelnyxError
        self.before_any_byte: Callable[[BaseException | None], bool] = bounded.before_any_byte
        wire = bounded.BoundedTransport(base, CONNECT_SECONDS, total_seconds, SENDERS_AT_ONCE)
        self.sdk = telnyx.Telnyx(
            api_key=api_key,
            client_id="",  # else it reads them from the environment
            client_secret="",
            base_url=base,
            timeout=total_seconds,
            # No retries in the wire: whether to send again is decided above it. No redirects: to follow one would be
            # to send twice.
            max_retries=0,
            http_client=httpx.Client(transport=wire, follow_redirects=False, trust_env=False),
        )
        # It imports each part when that is first asked for; better now than on the first page.
        self._texts = self.sdk.messages
        self._calls = self.sdk.texml.accounts.calls

    def text(self, provider_id: str, seconds: float) -> Sighting:
        message = self._texts.retrieve(provider_id, timeout=seconds).data
        status, code = _state(message)
        return Sighting(str(message.id), status, code, _instant(message.received_at))

    def call(self, account: str, provider_id: str, seconds: float) -> Sighting:
        call = self._calls.retrieve(provider_id, account_sid=account, timeout=seconds)
        return Sighting(str(call.sid), call_word(call.status), None, _instant(call.date_created))


def _state(message: Any) -> tuple[str, str | None]:
    """How far a text came, in our word, and the code of what went wrong."""
    first = message.to[0] if message.to else None
    errors = message.errors or ()
    code = str(errors[0].code) if errors else None
    return text_word(first.status if first is not None else None), code


def _code(body: object) -> str | None:
    """The code of a refusal: the first that stands in its body."""
    errors = body.get("errors") if isinstance(body, Mapping) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    code = first.get("code") if isinstance(first, Mapping) else None
    return str(code) if code else None


def _instant(given: object) -> datetime | None:
    """When it was made, as its client read it, or as TeXML writes it."""
    if isinstance(given, datetime):
        return given if given.tzinfo else given.replace(tzinfo=UTC)
    try:
        return parsedate_to_datetime(str(given)) if given else None
    except ValueError:
        return None
