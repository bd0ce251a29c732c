"""The seam between us and whoever carries a text: what is sent, what came of it, how to look again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol


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
class Outcome:
    """What came of one send. Ambiguous: it may have gone out, so look with `find` before sending it again.

    A refusal is certain: nothing went out. `permanent` means this number will never take a text;
    `account_wide` means that every other text is suspect too, and may stand beside "sent".
    """

    kind: Literal["sent", "refused", "ambiguous"]
    provider_id: str | None = None
    code: str | None = None
    permanent: bool = False
    account_wide: bool = False


@dataclass(frozen=True)
class Sighting:
    """A text as the provider holds it, seen by asking. `created` is None when the provider did not say."""

    provider_id: str
    status: str
    code: str | None
    created: datetime | None


class Transport(Protocol):
    """Sends without a transaction open, within a bounded time, and never raises for what a network can do."""

    def send(self, text: Text) -> Outcome: ...

    def find(self, text: Text, since: datetime) -> tuple[Sighting, ...] | None:
        """What the provider holds like this text since then, newest first. None: it could not be asked."""

    def fetch(self, provider_id: str) -> Sighting | None:
        """The text with this id. None: the provider could not be asked, or knows no such text."""
