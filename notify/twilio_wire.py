"""The wire to Twilio: the real client, made once, and every answer of the network turned into an outcome."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from requests import RequestException
from requests.exceptions import ConnectTimeout
from twilio.base.exceptions import TwilioException
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from notify.outcomes import FAILURES, ambiguous, answered, refused
from notify.transport import CHANNEL_OF, Call, Channel, Outcome, Sendable, Sighting, Text
from notify.twilio_http import TOTAL_SECONDS, Wire

LOOKED_AT = 50
# Twilio's clock is not ours and tells whole seconds. The same words to the same phone within this time are
# one text.
CLOCKS_APART = timedelta(seconds=30)
# Five tries instead of one, and for any failure instead of a lost connection alone: a status that our service
# could not take while it restarted comes again. Twilio reads this part itself and does not sign or send it.
CALL_BACK_AGAIN = "#ct=3000&rt=1500&rc=5&rp=all"
CALLBACK_IS_NOT_PUBLIC = "21609"
# Where keys are posted to: the caller waits on the line, so it is tried twice more and quickly.
POST_AGAIN = "#ct=2000&rt=3000&rc=2&rp=all"
ACTION = re.compile(r'(?<= action=")[^"#]+(?=")')
PROGRESS = ["initiated", "ringing", "answered", "completed"]
# The words of a page, three times, with time to type; nobody's mailbox is filled.
CALL_SECONDS = 240
# A call that is over and was not answered by a key reached nobody: who typed their code was heard before.
CALL_WORDS: Final[Mapping[str, str]] = {
    "queued": "queued",
    "initiated": "initiated",
    "ringing": "ringing",
    "in-progress": "in-progress",
    "completed": "ended",
    "busy": "busy",
    "no-answer": "no-answer",
    "failed": "failed",
    "canceled": "canceled",
}
Create = Callable[[dict[str, str]], Any]
# What Twilio's client raises on a success whose body it cannot read.
UNREADABLE = (TwilioException, ValueError, TypeError, AttributeError, KeyError)


class TwilioTransport:
    """Sends texts and calls through Twilio's own client. Safe to share between threads; one connection each for
    sixteen. Without a number to call from it carries no calls."""

    name = "twilio"

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        sender: str,
        api_base: str | None = None,
        total_seconds: float = TOTAL_SECONDS,
        calls_from: str | None = None,
    ) -> None:
        self._wire = Wire(api_base, total_seconds)
        # Twilio's client finds `.messages` through a chain of objects; keeping the last link saves that on
        # each send.
        client = Client(account_sid, auth_token, http_client=self._wire)
        self._messages, self._calls = client.messages, client.calls
        self._sender = {"messaging_service_sid" if sender.startswith("MG") else "from_": sender}
        self._calls_from = calls_from

    def send(self, what: Sendable) -> Outcome:
        match what:
            case Text():
                return self._sent(lambda callback: self._text(what, callback), what.callback_url)
            case Call() if self._calls_from is not None:
                return self._sent(lambda callback: self._call(what, callback), what.callback_url)
            case _:
                return refused("not_carried")

    def _sent(self, create: Create, callback_url: str) -> Outcome:
        with self._wire.one_budget():
            outcome = _outcome(lambda: create({"status_callback": _called_back(callback_url)}))
            if outcome.code != CALLBACK_IS_NOT_PUBLIC:
                return outcome
            # A wrong callback address must not cost a page: it goes without one, its status is asked for by
            # `fetch`, and the code stays on the outcome so that the fault is seen.
            again = _outcome(lambda: create({}))
        if again.kind != "sent":
            return again
        return Outcome("sent", again.provider_id, CALLBACK_IS_NOT_PUBLIC, account_wide=True)

    def _text(self, text: Text, callback: dict[str, str]) -> Any:
        seconds = int(text.valid_for.total_seconds())
        return self._messages.create(
            to=text.to, body=text.body, validity_period=seconds, **self._sender, **callback
        )

    def _call(self, call: Call, callback: dict[str, str]) -> Any:
        progress: dict[str, Any] = {"status_callback_event": PROGRESS} if callback else {}
        if callback and call.machine_url:
            # The machine is listened for beside the call, not before it: a person who picks up hears no silence.
            progress |= {
                "machine_detection": "Enable",
                "async_amd": "true",
                "async_amd_status_callback": _called_back(call.machine_url),
            }
        return self._calls.create(
            to=call.to,
            from_=self._calls_from,
            twiml=ACTION.sub(_posted_again, call.script),
            timeout=int(call.ring_for.total_seconds()),
            time_limit=CALL_SECONDS,
            **callback,
            **progress,
        )

    def find(self, what: Sendable, since: datetime) -> tuple[Sighting, ...] | None:
        """Texts to this number with these words, or calls to this number; Twilio's lists give no callback address to
        know them by, and of a call no script.

        They are not asked by date: `DateSent` is empty until a text has left the queue, just when we look.
        """
        channel = CHANNEL_OF[type(what)]
        held = self._calls if channel == "call" else self._messages
        try:
            listed = held.list(to=what.to, limit=LOOKED_AT, page_size=LOOKED_AT)
            seen = [_sighting(channel, one) for one in listed if _like(what, one)]
        except (RequestException, *UNREADABLE):
            return None
        oldest = since - CLOCKS_APART
        return tuple(sighting for sighting in seen if sighting.created is None or sighting.created >= oldest)

    def fetch(self, channel: Channel, provider_id: str) -> Sighting | None:
        held = self._calls if channel == "call" else self._messages
        try:
            return _sighting(channel, held(provider_id).fetch())
        except (RequestException, *UNREADABLE):
            return None


def _outcome(create: Callable[[], Any]) -> Outcome:
    try:
        return _accepted(create())
    except RequestException as fault:
        return refused("unreachable") if _before_any_byte(fault) else ambiguous("no_answer")
    except UNREADABLE as fault:
        return _answered(fault)


def _accepted(made: Any) -> Outcome:
    if not made.sid:
        return ambiguous("no_id")
    if made.status in FAILURES:
        return refused(_code(getattr(made, "error_code", None)), made.sid)
    return Outcome("sent", provider_id=str(made.sid))


def _answered(fault: Exception) -> Outcome:
    http_status = getattr(fault, "status", None)
    if http_status is None:
        return ambiguous("unreadable")
    return answered(int(http_status), _code(getattr(fault, "code", None)))


def _before_any_byte(fault: RequestException) -> bool:
    """True when no connection was made, so that nothing can have been sent."""
    cause = fault.args[0] if fault.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else None
    return isinstance(fault, ConnectTimeout) or isinstance(reason, NewConnectionError)


def call_word(status: str) -> str:
    """Our word for how far a call came; an unknown one is handed on as it is, and counts for nothing."""
    return CALL_WORDS.get(status, status)


def _like(what: Sendable, held: Any) -> bool:
    """Is this the same? A call's list tells no more than the number; what was rung inward is not ours."""
    if isinstance(what, Text):
        return bool(held.body == what.body)
    return str(held.direction).startswith("outbound")


def _sighting(channel: Channel, held: Any) -> Sighting:
    if channel == "call":
        return Sighting(str(held.sid), call_word(str(held.status)), None, held.date_created)
    return Sighting(str(held.sid), str(held.status), _code(held.error_code), held.date_created)


def _code(code: object) -> str | None:
    return None if code in (None, "") else str(code)


def _called_back(url: str) -> str:
    return url if "#" in url else url + CALL_BACK_AGAIN


def _posted_again(action: re.Match[str]) -> str:
    """The address that keys are posted to, inside an attribute of XML."""
    return action.group() + POST_AGAIN.replace("&", "&amp;")
