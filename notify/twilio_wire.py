"""The wire to Twilio: the real client, made once, and every answer of the network turned into an outcome."""

import os
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from requests import PreparedRequest, RequestException, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectTimeout
from requests.structures import CaseInsensitiveDict
from requests.utils import get_environ_proxies
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError
from urllib3.util import Timeout

from notify.outcomes import FAILURES, ambiguous, answered, refused
from notify.transport import Outcome, Sighting, Text

TWILIO = "https://api.twilio.com"
SENDERS_AT_ONCE = 16
CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 8.0
LOOKED_AT = 50
# Twilio's clock is not ours and tells whole seconds. The same words to the same phone within this time are
# one text.
CLOCKS_APART = timedelta(seconds=30)
# Five tries instead of one, and for any failure instead of a lost connection alone: a status that our service
# could not take while it restarted comes again. Twilio reads this part itself and does not sign or send it.
CALL_BACK_AGAIN = "#ct=3000&rt=1500&rc=5&rp=all"
CALLBACK_IS_NOT_PUBLIC = "21609"
# What Twilio's client raises on a success whose body it cannot read.
UNREADABLE = (TwilioException, ValueError, TypeError, AttributeError, KeyError)


class TwilioTransport:
    """Sends through Twilio's own client. Safe to share between threads; one connection each for sixteen."""

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        sender: str,
        api_base: str | None = None,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        http = Wire(api_base, total_seconds)
        # Twilio's client finds `.messages` through a chain of objects; keeping the last link saves that on
        # each send.
        self._messages = Client(account_sid, auth_token, http_client=http).messages
        self._sender = {"messaging_service_sid" if sender.startswith("MG") else "from_": sender}

    def send(self, text: Text) -> Outcome:
        outcome = self._create(text, {"status_callback": _called_back(text.callback_url)})
        if outcome.code != CALLBACK_IS_NOT_PUBLIC:
            return outcome
        # A wrong callback address must not cost a page: it goes without one, its status is asked for by
        # `fetch`, and the code stays on the outcome so that the fault is seen.
        again = self._create(text, {})
        if again.kind != "sent":
            return again
        return Outcome("sent", again.provider_id, CALLBACK_IS_NOT_PUBLIC, account_wide=True)

    def _create(self, text: Text, callback: dict[str, str]) -> Outcome:
        seconds = int(text.valid_for.total_seconds())
        try:
            message = self._messages.create(
                to=text.to, body=text.body, validity_period=seconds, **self._sender, **callback
            )
            return _accepted(message)
        except RequestException as fault:
            return refused("unreachable") if _before_any_byte(fault) else ambiguous("no_answer")
        except UNREADABLE as fault:
            return _answered(fault)

    def find(self, text: Text, since: datetime) -> tuple[Sighting, ...] | None:
        """Texts to this number with these words; Twilio's list gives no callback address to know them by.

        It is not asked by date: `DateSent` is empty until a text has left the queue, just when we look.
        """
        try:
            messages = self._messages.list(to=text.to, limit=LOOKED_AT, page_size=LOOKED_AT)
        except (RequestException, *UNREADABLE):
            return None
        seen = (_sighting(message) for message in messages if message.body == text.body)
        oldest = since - CLOCKS_APART
        return tuple(sighting for sighting in seen if sighting.created is None or sighting.created >= oldest)

    def fetch(self, provider_id: str) -> Sighting | None:
        try:
            return _sighting(self._messages(provider_id).fetch())
        except (RequestException, *UNREADABLE):
            return None


class Wire(TwilioHttpClient):  # type: ignore[misc]  # the twilio package ships no types
    """Twilio's HTTP client with a bound on time, no retries, a full pool, no logs, and a base address."""

    def __init__(self, api_base: str | None, total_seconds: float) -> None:
        super().__init__(pool_connections=False)
        self.api_base = api_base and api_base.rstrip("/")
        self.session = _session(self.api_base or TWILIO)
        self.limit = Timeout(connect=min(CONNECT_SECONDS, total_seconds), total=total_seconds)

    def request(
        self,
        method: str,
        url: str,
        params: dict[str, str] | None = None,
        data: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One exchange, straight to the connection pool.

        A session's own way there prepares cookies, redirects and hooks, and Twilio's keeps the last text in
        memory and logs phone numbers: none of it is wanted, and it is nearly half of what the client costs.
        """
        asked = PreparedRequest()
        asked.method = method
        asked.url = self._address(url) + (f"?{urlencode(params)}" if params else "")
        asked.headers = CaseInsensitiveDict(headers or {})
        asked.prepare_auth(auth, asked.url)
        asked.prepare_body(data, None)
        adapter = self.session.get_adapter(asked.url)
        answer = adapter.send(
            asked,
            timeout=self.limit,  # type: ignore[arg-type]  # a urllib3 Timeout bounds the whole, seconds only each read
            verify=self.session.verify,
            proxies=self.session.proxies,
        )
        return Response(answer.status_code, answer.text, answer.headers)

    def _address(self, url: str) -> str:
        """Twilio's client has no base address of its own, so scheme and host are replaced on the way out."""
        if self.api_base is None:
            return url
        parts = urlsplit(url)
        return f"{self.api_base}{parts.path}" + (f"?{parts.query}" if parts.query else "")


def _session(base: str) -> Session:
    """A session that reads the machine's proxy and certificate settings now, not again on every send."""
    session = Session()
    session.proxies = get_environ_proxies(base)
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    session.trust_env = False
    # No retries in the wire: a send is not idempotent, and whether to send again is decided above it.
    session.mount(
        f"{urlsplit(base).scheme}://",
        HTTPAdapter(pool_connections=1, pool_maxsize=SENDERS_AT_ONCE, max_retries=0),
    )
    return session


def _accepted(message: Any) -> Outcome:
    if not message.sid:
        return ambiguous("no_id")
    if message.status in FAILURES:
        return refused(_code(message.error_code), message.sid)
    return Outcome("sent", provider_id=str(message.sid))


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


def _sighting(message: Any) -> Sighting:
    return Sighting(str(message.sid), str(message.status), _code(message.error_code), message.date_created)


def _code(code: object) -> str | None:
    return None if code in (None, "") else str(code)


def _called_back(url: str) -> str:
    return url if "#" in url else url + CALL_BACK_AGAIN
