"""The seam between us and whoever carries a message: what is sent, what came of it, how to look again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

Channel = Literal["text", "call", "push", "email"]


@dataclass(frozen=True)
class Text:
    """One text to one phone. `our_id` is the outbox row's id and is never shown to the person."""

    to: str
    body: str
    callback_url: str
    our_id: str
    # The provider's own default is ten hours. A page that arrives ten hours late is worse than one that
    # fails, because failing starts the next channel now.
    valid_for: timedelta = timedelta(seconds=120)


@dataclass(frozen=True)
class Call:
    """One call to one phone. `script` is the TwiML that is read out when somebody, or something, picks up; the
    provider is never sent to fetch it, so our being down does not silence a call that is ringing."""

    to: str
    script: str
    callback_url: str
    our_id: str
    # Where the provider says whether a machine picked up. Evidence, never an answer.
    machine_url: str = ""
    ring_for: timedelta = timedelta(seconds=30)


@dataclass(frozen=True)
class Push:
    """One notice to one browser, `to` being its push service's endpoint. `payload` has no clinical word."""

    to: str
    keys: Mapping[str, str]
    payload: Mapping[str, str] = field(default_factory=dict)
    our_id: str = ""
    valid_for: timedelta = timedelta(seconds=120)


@dataclass(frozen=True)
class Letter:
    """One e-mail, plain words."""

    to: str
    subject: str
    body: str
    our_id: str = ""


Sendable = Text | Call | Push | Letter
CHANNEL_OF: Mapping[type, Channel] = {Text: "text", Call: "call", Push: "push", Letter: "email"}


@dataclass(frozen=True)
class Outcome:
    """What came of one send. Ambiguous: it may have gone out, so look with `find` before sending it again.

    A refusal is certain: nothing went out. `permanent` means this address will never take such a message;
    `account_wide` means that everything else this provider carries for us is suspect too, and may stand beside
    "sent".
    """

    kind: Literal["sent", "refused", "ambiguous"]
    provider_id: str | None = None
    code: str | None = None
    permanent: bool = False
    account_wide: bool = False


@dataclass(frozen=True)
class Sighting:
    """A message as the provider holds it, seen by asking. `created` is None when the provider did not say."""

    provider_id: str
    status: str
    code: str | None
    created: datetime | None


class Transport(Protocol):
    """One provider. Sends without a transaction open, within a bounded time, and never raises for what a network
    can do. `name` is what the outbox keeps."""

    @property
    def name(self) -> str: ...

    def send(self, what: Sendable) -> Outcome: ...

    def find(self, what: Sendable, since: datetime) -> tuple[Sighting, ...] | None:
        """What the provider holds like this since then, newest first. None: it could not be asked, or it keeps no
        list of this kind."""

    def fetch(self, channel: Channel, provider_id: str) -> Sighting | None:
        """The message with this id. None: the provider could not be asked, or knows no such message."""


# The providers of each channel, the preferred one first. A channel that nobody carries is not in it.
Wires = Mapping[Channel, tuple[Transport, ...]]
