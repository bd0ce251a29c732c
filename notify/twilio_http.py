"""Twilio's HTTP client with a bound on the time of everything, and no retries of its own."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit

from requests import PreparedRequest, Session
from requests.structures import CaseInsensitiveDict
from requests.utils import get_environ_proxies
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from urllib3.util import Timeout

from notify.in_time import InTime, all_within

TWILIO = "https://api.twilio.com"
SENDERS_AT_ONCE = 16
CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 8.0
# A look and the send after it stay under the lease together.
LOOK_SECONDS = 4.0
LEAST_SECONDS = 0.05


class Wire(TwilioHttpClient):  # type: ignore[misc]  # the twilio package ships no types
    """Twilio's HTTP client with a bound on time, no retries, a full pool, no logs, and a base address."""

    def __init__(self, api_base: str | None, total_seconds: float) -> None:
        super().__init__(pool_connections=False)
        self.api_base = api_base and api_base.rstrip("/")
        self.session = _session(self.api_base or TWILIO)
        self._seconds = total_seconds
        self._budget = threading.local()

    @contextmanager
    def one_budget(self) -> Iterator[None]:
        """What this thread asks inside takes no longer together than one request may."""
        self._budget.ends = time.monotonic() + self._seconds
        try:
            yield
        finally:
            self._budget.ends = None

    def limit(self, method: str) -> Timeout:
        """How long one exchange may take now."""
        ends = getattr(self._budget, "ends", None)
        left = self._seconds if ends is None else max(LEAST_SECONDS, ends - time.monotonic())
        total = min(left, LOOK_SECONDS) if method == "GET" else left
        return Timeout(connect=min(CONNECT_SECONDS, total), total=total)

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
        limit = self.limit(method)
        with all_within(float(limit.total or TOTAL_SECONDS)):  # type: ignore[arg-type]  # it is always a number
            answer = adapter.send(
                asked,
                timeout=limit,  # type: ignore[arg-type]  # a urllib3 Timeout bounds connecting, seconds only each read
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
        InTime(pool_connections=1, pool_maxsize=SENDERS_AT_ONCE, max_retries=0),
    )
    return session
