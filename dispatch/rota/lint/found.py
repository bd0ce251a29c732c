"""What the lint finds: one thing to mend in the rota, with the sentence that says it and what would mend it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dispatch.cover import Span

# Nobody, or too few: these are the holes. `standby lint` and the notices before a shift count them alone.
HOLES: Final = frozenset({"gap", "few"})


@dataclass(frozen=True)
class Found:
    """One finding as its rule makes it. `said` goes on after a day and a time where it is `dated`, and stands by
    itself where it is not; equal ones are told as one. `about` is the id of what it concerns, where one is
    mended by itself: a layer, a credential, a cover, a way."""

    kind: str
    grave: bool
    starts_at: datetime
    ends_at: datetime
    said: str
    tier: str | None = None
    person: str | None = None
    cure: str = ""
    about: str = ""
    dated: bool = True


@dataclass(frozen=True)
class Finding:
    """One line for people. `starts_at` and `ends_at` are its first time, `spans` are all of them; `first` is the
    sentence of the first alone, for a text."""

    kind: str
    grave: bool
    tier: str | None
    person: str | None
    starts_at: datetime
    ends_at: datetime
    sentence: str
    cure: str
    spans: tuple[Span, ...]
    about: str = ""
    first: str = ""

    @property
    def hole(self) -> bool:
        """Does somebody miss on call then?"""
        return self.kind in HOLES

    def within(self, start: datetime, end: datetime) -> tuple[Span, ...]:
        """Its times that touch this span."""
        return tuple((a, b) for a, b in self.spans if a < end and b > start)
