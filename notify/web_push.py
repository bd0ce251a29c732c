"""The wire to the browsers' push services: one encrypted notice, signed with our key, to hosts that we know."""

import json
import os
from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha256

from py_vapid import Vapid02
from pywebpush import WebPusher
from requests import PreparedRequest, RequestException, Session
from requests.exceptions import ConnectTimeout
from requests.structures import CaseInsensitiveDict
from requests.utils import get_environ_proxies
from urllib3.exceptions import MaxRetryError, NewConnectionError
from urllib3.util import Timeout

from notify.in_time import InTime, all_within
from notify.push_address import are_keys, is_service, public_key
from notify.transport import Channel, Outcome, Push, Sendable, Sighting

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 8.0
SENDERS_AT_ONCE = 16
GONE = (404, 410)
ACCOUNT = (401, 403)


class PushTransport:
    """Sends through pywebpush's encryption and our own bounded connection. Safe to share between threads."""

    name = "push"

    def __init__(
        self,
        private_key: str,
        contact: str,
        hosts: tuple[str, ...] = (),
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._key = Vapid02.from_raw(private_key.encode())
        self._public = public_key(private_key)
        self._contact = contact if contact.startswith("https://") else f"mailto:{contact}"
        self._hosts = hosts
        self._seconds = total_seconds
        self._limit = Timeout(connect=min(CONNECT_SECONDS, total_seconds), total=total_seconds)
        self._session = _session()

    def send(self, what: Sendable) -> Outcome:
        assert isinstance(what, Push)
        if not is_service(what.to, self._hosts):
            return Outcome("refused", code="not_a_service", permanent=True)
        if not are_keys(what.keys):
            return Outcome("refused", code="bad_keys", permanent=True)
        # Made for a key that is ours no more: the service would say 403, which would look like trouble with all.
        if what.keys.get("key", self._public) != self._public:
            return Outcome("refused", code="other_key", permanent=True)
        try:
            return _answered(self._post(what))
        except RequestException as fault:
            if _before_any_byte(fault):
                return Outcome("refused", code="unreachable")
            return Outcome("ambiguous", code="no_answer")

    def find(self, what: Sendable, since: datetime) -> tuple[Sighting, ...] | None:
        """No push service can be asked. A second notice replaces the first one, so sending again is safe."""
        return None

    def fetch(self, channel: Channel, provider_id: str) -> Sighting | None:
        return None

    def _post(self, push: Push) -> int:
        """One exchange, straight to the connection pool: no redirect is followed, no cookie kept, no body read."""
        asked = PreparedRequest()
        asked.method, asked.url = "POST", push.to
        asked.headers = CaseInsensitiveDict(self._headers(push))
        asked.prepare_body(self._sealed(push), None)
        with all_within(self._seconds):
            answer = self._session.get_adapter(push.to).send(
                asked,
                stream=True,
                timeout=self._limit,  # type: ignore[arg-type]  # a urllib3 Timeout bounds connecting, seconds only each read
                verify=self._session.verify,
                proxies=get_environ_proxies(push.to),
            )
        answer.close()
        return answer.status_code

    def _sealed(self, push: Push) -> bytes:
        keys = {"p256dh": push.keys["p256dh"], "auth": push.keys["auth"]}
        words = json.dumps(dict(push.payload)).encode()
        body: bytes = WebPusher({"endpoint": push.to, "keys": keys}).encode(words)["body"]
        return body

    def _headers(self, push: Push) -> dict[str, str]:
        scheme, _, rest = push.to.partition("://")
        # Signed for this service alone; pywebpush's own hand signs for half a day from now.
        signed: dict[str, str] = self._key.sign(
            {"sub": self._contact, "aud": f"{scheme}://{rest.partition('/')[0]}"}
        )
        tag = push.payload.get("tag", "")
        return {
            **signed,
            "TTL": str(max(int(push.valid_for.total_seconds()), 0)),
            "Urgency": "high",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            # Read by the push service, so it says nothing: the same page has the same topic, and that is all.
            **({"Topic": urlsafe_b64encode(sha256(tag.encode()).digest()[:24]).decode()} if tag else {}),
        }


def _answered(status: int) -> Outcome:
    """RFC 8030, and what the services say beyond it."""
    if 200 <= status < 300:
        return Outcome("sent")
    if status in GONE:
        return Outcome("refused", code="gone", permanent=True)
    if status >= 500 or status == 408:
        return Outcome("ambiguous", code=str(status))
    return Outcome("refused", code=str(status), account_wide=status in ACCOUNT)


def _session() -> Session:
    session = Session()
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, InTime(pool_maxsize=SENDERS_AT_ONCE, max_retries=0))
    return session


def _before_any_byte(fault: RequestException) -> bool:
    """True when no connection was made, so that nothing can have been sent."""
    cause = fault.args[0] if fault.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else None
    return isinstance(fault, ConnectTimeout) or isinstance(reason, NewConnectionError)
