"""The wire to the browsers' push services: one encrypted notice, signed with our key, to hosts that we know."""

import json
import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from pywebpush import WebPusher
from requests import PreparedRequest, RequestException, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectTimeout
from requests.structures import CaseInsensitiveDict
from requests.utils import get_environ_proxies
from urllib3.exceptions import MaxRetryError, NewConnectionError
from urllib3.util import Timeout

from notify.transport import Channel, Outcome, Push, Sendable, Sighting

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 8.0
SENDERS_AT_ONCE = 16
ENDPOINT_MOST = 1_000
# The push services of Chrome and Edge, Firefox, Safari, and of Edge where Windows carries it.
SERVICES = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
)
# Written so that there is one reading of it: no user, no fragment, no backslash, no space, no other alphabet.
ENDPOINT = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[A-Za-z0-9._~%!$&'()*+,;=:@/?-]*)"
)
GONE = (404, 410)
ACCOUNT = (401, 403)
P256DH_BYTES, AUTH_BYTES = 65, 16


def is_service(endpoint: str, hosts: tuple[str, ...] = ()) -> bool:
    """May we send there? Anybody who is signed in names an endpoint, so it must be a push service's: over https to a
    known host, or to one that the settings name, and never to a number instead of a name."""
    found = ENDPOINT.fullmatch(endpoint)
    if found is None or len(endpoint) > ENDPOINT_MOST:
        return False
    host, port = found["host"], found["port"]
    if host.rpartition(".")[2].isdecimal():
        return False
    if host in hosts:
        return True
    known = any(host == service or host.endswith(f".{service}") for service in SERVICES)
    return known and found["scheme"] == "https" and port in (None, "443")


def are_keys(keys: Mapping[str, str]) -> bool:
    """Can something be encrypted with these? A point on the curve, and sixteen bytes."""
    try:
        point, auth = _raw(keys["p256dh"]), _raw(keys["auth"])
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except (KeyError, ValueError, TypeError, AttributeError):
        return False
    return len(point) == P256DH_BYTES and len(auth) == AUTH_BYTES


def public_key(private_key: str) -> str:
    """What browsers are told of our key: they take notices from its owner alone."""
    point = Vapid02.from_raw(private_key.encode()).public_key.public_bytes(
        Encoding.X962, PublicFormat.UncompressedPoint
    )
    return _text(point)


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
        answer = self._session.get_adapter(push.to).send(
            asked,
            stream=True,
            timeout=self._limit,  # type: ignore[arg-type]  # a urllib3 Timeout bounds the whole
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
            **({"Topic": _text(sha256(tag.encode()).digest()[:24])} if tag else {}),
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
        session.mount(scheme, HTTPAdapter(pool_maxsize=SENDERS_AT_ONCE, max_retries=0))
    return session


def _before_any_byte(fault: RequestException) -> bool:
    """True when no connection was made, so that nothing can have been sent."""
    cause = fault.args[0] if fault.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else None
    return isinstance(fault, ConnectTimeout) or isinstance(reason, NewConnectionError)


def _raw(text: str) -> bytes:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,200}={0,2}", text):
        raise ValueError("not base64url")
    return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
