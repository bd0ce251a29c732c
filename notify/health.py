"""How well each provider has carried a program's messages just now, and so which one is tried first."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Literal

Mark = Literal["good", "bad", "slow", "account"]

# What one more mark leaves of a score; a good one takes the score this part of the way back to 1.
LEFT = {"bad": 0.6, "slow": 0.5, "account": 0.0}
MENDS = 0.4
# A provider that is not asked cannot show that it is well again: its score comes back half way in this time, and
# then one message tries it.
HALF_BACK = timedelta(seconds=60)
# The county's own order counts until one is this much better than the other.
CLEARLY = 0.2
DOWN_BELOW = 0.35
# One request that hangs is a hiccup; who has been down for this long is.
SURE_AFTER = timedelta(seconds=3)
EVERYBODY = ""


@dataclass(frozen=True)
class Standing:
    """How one provider stands for one channel. `score` is 1 when all is well, 0 when nothing goes through;
    `down_since` is when it fell below what we call down; `account` is the code of an account-wide fault."""

    score: float = 1.0
    at: datetime | None = None
    down_since: datetime | None = None
    code: str | None = None
    account: bool = False


class Health:
    """Scores by program, channel and provider; an account-wide fault counts for every program. Safe to share
    between threads."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = Lock()
        self._known: dict[tuple[str, str, str], Standing] = {}
        self._went: dict[str, datetime] = {}

    def note(
        self,
        program: str,
        channel: str,
        provider: str,
        mark: Mark,
        code: str | None = None,
        sent_at: datetime | None = None,
    ) -> None:
        """One more thing that this provider did, or did not do. `sent_at` is when it was handed over, if not just now:
        that something from before arrives says nothing of what is sent now."""
        now = self._now()
        with self._lock:
            if mark == "good":
                went = sent_at or now
                self._went[channel] = max(went, self._went.get(channel, went))
            for key in self._concerned((program, channel, provider), mark):
                self._known[key] = _after(self._own(key, now), mark, code, now)

    def order(self, program: str, channel: str, providers: Sequence[str]) -> list[str]:
        """The providers, the one to try first in front."""
        now = self._now()
        with self._lock:
            score = {name: self._standing((program, channel, name), now).score for name in providers}
        best = max(score.values(), default=1.0)
        return sorted(providers, key=lambda name: (score[name] < best - CLEARLY, providers.index(name)))

    def standing(self, program: str, channel: str, provider: str) -> Standing:
        """How this one stands now."""
        with self._lock:
            return self._standing((program, channel, provider), self._now())

    def seen(self, program: str) -> dict[tuple[str, str], Standing]:
        """How every channel and provider stands that this program's messages have met; what is known of a whole
        account counts where they have met none."""
        now = self._now()
        with self._lock:
            known = sorted(key for key in self._known if key[0] in ("", program))
            return {key[1:]: self._standing(key, now) for key in known}

    def went_at(self, channels: Iterable[str]) -> datetime | None:
        """When something was last sent by one of these channels that went through, by whomever, for any program."""
        with self._lock:
            return max((self._went[one] for one in channels if one in self._went), default=None)

    def is_down(self, program: str, channel: str, provider: str) -> bool:
        """Does next to nothing go through?"""
        return self.standing(program, channel, provider).score < DOWN_BELOW

    def carries_nothing(self, program: str, channel: str, provider: str) -> bool:
        """Has next to nothing gone through for a while? Then it is no use to ask it anything."""
        since = self.standing(program, channel, provider).down_since
        return since is not None and self._now() - since >= SURE_AFTER

    def _concerned(self, key: tuple[str, str, str], mark: Mark) -> list[tuple[str, str, str]]:
        """What is wrong with an account is wrong for everybody; what goes through shows that it is not."""
        everybody = (EVERYBODY, *key[1:])
        if mark == "account":
            return [everybody]
        return [key, everybody] if mark == "good" and everybody in self._known else [key]

    def _standing(self, key: tuple[str, str, str], now: datetime) -> Standing:
        return min(self._own(key, now), self._own((EVERYBODY, *key[1:]), now), key=lambda one: one.score)

    def _own(self, key: tuple[str, str, str], now: datetime) -> Standing:
        known = self._known.get(key)
        if known is None:
            return Standing()
        if known.at is None or known.score >= 1.0 or now <= known.at:
            return known
        back = 0.5 ** ((now - known.at) / HALF_BACK)
        score = 1.0 - (1.0 - known.score) * back
        still = known.down_since if score < DOWN_BELOW else None
        return Standing(score, known.at, still, known.code, known.account and still is not None)


def _after(known: Standing, mark: Mark, code: str | None, now: datetime) -> Standing:
    if mark == "good":
        return Standing(known.score + (1.0 - known.score) * MENDS, now)
    score = known.score * LEFT[mark]
    down = (known.down_since or now) if score < DOWN_BELOW else None
    return Standing(score, now, down, code or known.code, mark == "account" or known.account)
