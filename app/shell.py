"""The parts that the service is wired from, in one frozen value handed to whoever needs them."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field

from app.clock import Clock
from app.seal import Keyring
from app.settings import Settings
from app.store import Store
from notify.health import Health

Listener = Callable[[int], None]


@dataclass(frozen=True)
class Shell:
    """Store, clock, keyring and settings; `listeners` are told the newest seq after each commit; `health` is how
    the providers do."""

    store: Store
    clock: Clock
    keyring: Keyring
    settings: Settings
    listeners: list[Listener] = field(default_factory=list)
    health: Health = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "health", Health(self.clock.now))

    def told(self, seq: int) -> None:
        """A commit is durable: nudge whoever waits. A listener never raises and never blocks."""
        for listener in self.listeners:
            listener(seq)

    def page_link_token(self, page: str) -> str:
        """The unguessable part of a page's link: 128 bits, derived, so that no table holds it."""
        mac = hmac.digest(self.settings.link_key, f"page\0{page}".encode(), hashlib.sha256)
        return urlsafe_b64encode(mac[:16]).rstrip(b"=").decode()


def digest(token: str) -> bytes:
    """What a table keeps of a token."""
    return hashlib.sha256(token.encode()).digest()


def new_id() -> str:
    """An opaque id: 80 random bits."""
    return secrets.token_hex(10)
