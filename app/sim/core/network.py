"""The model's providers on a bad night: they fail, hang, take and forget; and the reports that come of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from app.sim.core.tries import Claim, Row
from app.sim.fates import BECOMES, CALM, CODES, DOWN, FATES, ON_THE_WAY, REFUSALS, WELL, draw
from notify.outcomes import FAILURES, ambiguous, refused
from notify.transport import Outcome

SECOND = timedelta(seconds=1)
TIME_OUT = 8 * SECOND
CARRIERS: Mapping[str, tuple[str, ...]] = {
    "text": ("one", "two"),
    "call": ("one", "two"),
    "push": ("push",),
    "email": ("mail",),
}


@dataclass
class Copy:
    """One copy of a try that a provider took, and what is true of it from when on."""

    provider: str
    at: datetime
    status: str = "sent"
    code: str | None = None
    known_at: datetime | None = None


@dataclass
class Carried:
    """All copies of one try. Only a look that saw nothing, or a copy that came back, explains another one."""

    copies: list[Copy] = field(default_factory=list)
    looks_in_vain: int = 0
    came_back: int = 0


@dataclass(frozen=True)
class Fate:
    """How one request ends: what we see of it and when, and what the process does over it."""

    name: str
    outcome: Outcome | None
    after: timedelta


class Network:
    """Two providers of texts and calls, one of pushes, one of letters."""

    def __init__(self, chance: Random, later: Callable[[timedelta, Callable[[], object]], None]) -> None:
        self._chance = chance
        self._later = later
        self.faulty = True
        self.down: dict[str, datetime] = {}
        self.ledger: dict[int, Carried] = {}
        # Whoever hears of what arrives and of what is reported.
        self.arrived: Callable[[Row, str], object] = lambda row, how: None
        self.reported: Callable[[int, str, str | None], object] = lambda number, status, code: None
        self.saw: Callable[[str], None] = lambda fate: None

    def carried(self, row: Row) -> Carried:
        """What the providers hold of a try."""
        return self.ledger.setdefault(row.id, Carried())

    def look(self, row: Row, provider: str | None, now: datetime) -> Outcome | None:
        """Ask the provider that had it before: sent, refused, not seen yet; None when it cannot be asked."""
        known = self.carried(row)
        keeps_a_list = row.way.channel in ("text", "call")
        if not keeps_a_list or self.faulty and self._chance.random() < 0.1:
            known.looks_in_vain += 1
            return None
        lag = SECOND * (self._chance.random() * 4 if self.faulty else 0)
        mine = [copy for copy in known.copies if copy.provider == provider]
        seen = [copy for copy in mine if copy.at <= now - lag]
        if len(seen) < len(mine) or len(mine) < len(known.copies):
            known.looks_in_vain += 1
        going = [copy for copy in seen if self._status(copy, now)[0] not in FAILURES]
        if going:
            return Outcome("sent", provider_id="P")
        if seen:
            return refused(self._status(seen[-1], now)[1])
        return ambiguous("not_seen")

    def fetch(self, row: Row, now: datetime) -> tuple[str, str | None] | None:
        """What the provider says of it when it is asked by its number."""
        if self.faulty and self._chance.random() < 0.1:
            return None
        mine = [copy for copy in self.carried(row).copies if copy.provider == row.provider]
        return self._status(mine[-1], now) if mine else None

    def _status(self, copy: Copy, now: datetime) -> tuple[str, str | None]:
        known = copy.known_at is not None and copy.known_at <= now
        return (copy.status, copy.code) if known else ("sent", None)

    def request(self, claim: Claim, now: datetime) -> Fate:
        """One request to a provider."""
        chance = self._chance
        if claim.provider in self.down and now < self.down[claim.provider]:
            fates = DOWN
        else:
            fates = FATES if self.faulty else WELL
        name = draw(chance, fates)
        quick = SECOND * (0.05 + 0.4 * chance.random())
        if name in ("taken", "5xx_taken", "hung_taken", "process_dies_after", "process_stops_after"):
            self._take(claim, now)
        match name:
            case "taken" | "process_stops_after" | "process_dies_after":
                return Fate(name, Outcome("sent", provider_id="P"), quick)
            case "5xx_taken" | "5xx_gone":
                return Fate(name, ambiguous("20500"), quick)
            case "hung_taken" | "hung_gone":
                return Fate(name, ambiguous("no_answer"), TIME_OUT)
            case "refused":
                return Fate(name, refused(chance.choice(REFUSALS)), quick)
            case "refused_by_account":
                return Fate(name, refused("20003"), quick)
            case "not_now":
                return Fate(name, refused("20429"), quick)
            case _:
                return Fate(name, None, quick)

    def _take(self, claim: Claim, now: datetime) -> None:
        row, chance = claim.row, self._chance
        channel = row.way.channel
        copy = Copy(claim.provider, now)
        self.carried(row).copies.append(copy)
        becomes = (BECOMES if self.faulty else CALM)[channel]
        end = draw(chance, becomes)
        self.saw(f"{channel}_{end}")
        away = SECOND * (2 + 6 * chance.random() if channel != "call" else 8 + 20 * chance.random())
        if end == "late":
            away, end = SECOND * (60 + 1140 * chance.random()), "delivered"
        if end in ("lost", "silent"):
            self._report(row, copy, ON_THE_WAY[channel], "", None, away)
            if end == "silent":
                self._later(away, lambda: self.arrived(row, "silent"))
            return
        for _ in range(2 if end == "doubled" else 1):
            self._later(away, lambda: self.arrived(row, end))
        if end == "doubled":
            end = "delivered"
        if channel == "email":
            return
        code = chance.choice(CODES[end]) if end in CODES else None
        copy.status, copy.code = end, code
        if end in FAILURES:
            self.carried(row).came_back += 1
        self._report(row, copy, ON_THE_WAY[channel], end, code, away)

    def _report(
        self, row: Row, copy: Copy, way: tuple[str, ...], end: str, code: str | None, away: timedelta
    ) -> None:
        """Reports come late, in any order, and again; some never do."""
        chance = self._chance
        # That a person typed the code is told by the call itself.
        words = [end] if end and end != "human" else []
        if chance.random() < 0.3:
            words = [*way, *words]
        if self.faulty:
            if chance.random() < 0.25:
                words += chance.choices(words, k=3) if words else []
                chance.shuffle(words)
            words = [word for word in words if chance.random() > 0.05]
        at = away
        for word in words:
            at += SECOND * (0.2 + (6 * chance.random() if self.faulty else 0.3))
            said = code if word in FAILURES else None
            self._later(at, lambda word=word, said=said: self.reported(row.id, word, said))  # type: ignore[misc]
        copy.known_at = copy.at + away
