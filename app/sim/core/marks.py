"""What the model's workers note of each provider: the marks that settling and reports give, and no others."""

from collections import deque
from collections.abc import Callable
from datetime import datetime

from app.provider_faults import SUSPECT_AT, SUSPECT_WITHIN
from app.settling import OF_OURS, OF_THE_WAY
from app.sim.core.network import CARRIERS
from app.sim.core.row import Row
from app.sim.county import PROGRAM
from notify.health import EVERYBODY, Health, Mark
from notify.outcomes import why
from notify.transport import Outcome

Marked = Callable[[str, str, str], object]


class Marks:
    """Notes marks, and tells each to whoever watches: channel, provider, mark."""

    def __init__(self, health: Health, watches: Marked) -> None:
        self.health = health
        self._watches = watches
        self._suspect: dict[tuple[str, str], deque[datetime]] = {}

    def settled(self, channel: str, provider: str, outcome: Outcome) -> None:
        """What came back from the wire."""
        code = outcome.code
        if code in OF_OURS:
            return
        if outcome.account_wide:
            self._note(channel, provider, "account", code)
        elif outcome.kind == "sent":
            self._note(channel, provider, "good", None)
        elif why(code) not in OF_THE_WAY:
            for one in carried_by(provider) if outcome.kind == "ambiguous" else (channel,):
                self._note(one, provider, "bad", code)

    def slow(self, provider: str) -> None:
        """It has not answered yet: that is true of all that it carries."""
        for one in carried_by(provider):
            self._note(one, provider, "slow", "no_answer")

    def arrived(self, row: Row) -> None:
        """A text that is known to have arrived speaks for who carried it."""
        if row.provider is not None and row.way.channel == "text":
            self._note("text", row.provider, "good", None)

    def came_back(self, row: Row, code: str | None, now: datetime) -> None:
        """One came back with an account's code. Twice within five minutes it is the account."""
        if why(code) != "account" or row.provider is None:
            return
        channel, provider = row.way.channel, row.provider
        self._note(channel, provider, "bad", code)
        owed = self._suspect.setdefault((channel, provider), deque(maxlen=SUSPECT_AT))
        owed.append(row.owed_at)
        if len([at for at in owed if at > now - SUSPECT_WITHIN]) >= SUSPECT_AT:
            self._note(channel, provider, "account", code)

    def _note(self, channel: str, provider: str, mark: Mark, code: str | None) -> None:
        self._watches(channel, provider, mark)
        self.health.note(EVERYBODY if mark == "account" else PROGRAM, channel, provider, mark, code)


def carried_by(provider: str) -> tuple[str, ...]:
    """The channels of a provider."""
    return tuple([channel for channel, names in CARRIERS.items() if provider in names])
