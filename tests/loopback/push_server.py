"""A push service on the loopback: it checks who signed, opens what is sealed for its browsers, and fails as told."""

import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.loopback.frame import Door, Loopback

A_DAY = 86_400


@dataclass(frozen=True)
class Answer:
    """How the next push is answered. `held`: not at all; `cut`: the line is closed."""

    status: int = 201
    location: str = ""
    held: bool = False
    cut: bool = False


@dataclass(frozen=True)
class Browser:
    """One subscription, with the secret half of its keys."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey
    auth: bytes

    @property
    def keys(self) -> dict[str, str]:
        """What a browser hands to the site."""
        return {"p256dh": _text(_point(self.key.public_key())), "auth": _text(self.auth)}


@dataclass(frozen=True)
class Taken:
    """One push that came: who it was for, its headers, and what was in it."""

    endpoint: str
    headers: dict[str, str]
    payload: dict[str, Any]


@dataclass
class LoopbackPush(Loopback):
    """`taken` are the pushes that came and could be opened; `wrong` says what was wrong with the others."""

    public_key: str = ""
    taken: list[Taken] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    asked: int = 0

    def __post_init__(self) -> None:
        self.browsers: dict[str, Browser] = {}
        self._answers: deque[Answer] = deque()
        self.open(_Exchange)

    @property
    def base(self) -> str:
        return f"http://localhost:{self.port}"

    def browser(self, name: str = "one") -> Browser:
        """A browser that has subscribed."""
        made = Browser(
            f"{self.base}/send/{name}", ec.generate_private_key(ec.SECP256R1()), name.encode().ljust(16)[:16]
        )
        self.browsers[f"/send/{name}"] = made
        return made

    def answer(self, *answers: Answer) -> None:
        """The next pushes are answered like this, in this order."""
        self._answers.extend(answers)

    def next_answer(self) -> Answer:
        return self._answers.popleft() if self._answers else Answer()

    def take(self, path: str, headers: dict[str, str], body: bytes) -> str | None:
        """What is wrong with it, in a word; what is right is kept."""
        browser = self.browsers.get(path)
        if browser is None:
            return "nobody is there"
        signed = _signature_fault(headers.get("authorization", ""), self.base, self.public_key)
        if signed:
            return signed
        if headers.get("content-encoding") != "aes128gcm" or not headers.get("ttl", "").isdecimal():
            return "a header is missing"
        if len(body) > 4096:
            return "too long"
        words = http_ece.decrypt(body, private_key=browser.key, auth_secret=browser.auth, version="aes128gcm")
        self.taken.append(Taken(browser.endpoint, headers, json.loads(words)))
        return None


def _signature_fault(authorization: str, audience: str, expected: str) -> str | None:
    kind, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    if kind != "vapid" or {"t", "k"} - parts.keys():
        return "not signed"
    if expected and parts["k"] != expected:
        return "another key"
    head, claims, signature = parts["t"].split(".")
    raw = _raw(signature)
    whole = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _raw(parts["k"]))
    try:
        key.verify(whole, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return "a wrong signature"
    said = json.loads(_raw(claims))
    if said.get("aud") != audience:
        return "signed for another service"
    if not time.time() < said.get("exp", 0) <= time.time() + A_DAY:
        return "signed for too long"
    return None if str(said.get("sub", "")).startswith(("mailto:", "https://")) else "nobody to write to"


class _Exchange(Door[LoopbackPush]):
    def do_POST(self) -> None:
        push = self.loopback
        push.asked += 1
        body = self.body()
        answer = push.next_answer()
        if answer.held:
            push.hold()
        if answer.held or answer.cut:
            self.close_connection = True
            return
        status = answer.status
        if status == 201:
            fault = push.take(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            if fault:
                push.wrong.append(fault)
                status = 400
        self.answer(status, location=answer.location or None)

    def do_GET(self) -> None:
        """Only a client that follows a redirect would come like this."""
        self.loopback.wrong.append("followed")
        self.answer(200)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
