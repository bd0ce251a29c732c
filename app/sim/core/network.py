"""The model's providers on a bad night: they fail, hang, take and forget; and the reports that come of it."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import NamedTuple

from app.sim.core.claims import Claim
from app.sim.core.row import Row
from app.sim.fates import BECOMES, CALM, CODES, DOWN, FATES, ON_THE_WAY, REFUSALS, WELL, draw
from dispatch.reach import PHONE
from notify.outcomes import FAILURES, ambiguous, refused
from notify.transport import Outcome

SECOND = timedelta(seconds=1)
TIME_OUT = 8 * SECOND
TAKEN, BROKE_DOWN, NO_ANSWER = Outcome("sent", provider_id="P"), ambiguous("20500"), ambiguous("no_answer")
NOT_SEEN = ambiguous("not_seen")
REFUSED = {code: refused(code) for code in (*REFUSALS, "20003", "20429")}
# For how many seconds at most somebody, or something, that picked up stays on the line.
TALKS_FOR = {"human": 25, "ended": 20, "machine": 20}
CARRIERS: Mapping[str, tuple[str, ...]] = {
    "text": ("one", "two"),
    "call": ("one", "two"),
    "push": ("push",),
    "email": ("mail",),
}


@dataclass(slots=True)
class Copy:
    """One text or call that a provider took, with all that it tells, and what is true of it from when on."""

    provider: str
    at: datetime
    rows: tuple[Row, ...]
    status: str = "sent"
    code: str | None = None
    known_at: datetime | None = None


@dataclass(slots=True)
class Carried:
    """All copies of one try. Only a look that saw nothing, or that saw it come back, explains another one; or
    none, where who had it before carries nothing."""

    copies: list[Copy] = field(default_factory=list)
    excuses: int = 0


class Fate(NamedTuple):
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
        self.copies = 0
        # Whoever hears of what arrives, of what is reported, and of calls with the time at which their line is free.
        self.arrived: Callable[[tuple[Row, ...], str], object] = lambda rows, how: None
        self.called: Callable[[Copy, datetime], object] = lambda copy, until: None
        self.reported: Callable[[int, str, str | None], object] = lambda number, status, code: None
        self.seen: Counter[str] = Counter()

    def carried(self, row: Row) -> Carried:
        """What the providers hold of a try."""
        known = self.ledger.get(row.id)
        if known is None:
            known = self.ledger[row.id] = Carried()
        return known

    def look(self, claim: Claim, now: datetime) -> Outcome | None:
        """Ask the provider that had it before: sent, refused, not seen yet; None when it cannot be asked."""
        keeps_a_list = claim.row.way.channel in PHONE
        if not keeps_a_list or self.faulty and self._chance.random() < 0.1:
            self._excuse(claim)
            return None
        lag = SECOND * (self._chance.random() * 4 if self.faulty else 0)
        known, told = self.carried(claim.row).copies, claim.rows
        # It is known by its words: one that told of other pages too is another text.
        alike = [copy for copy in known if copy.provider == claim.looked_for_at and copy.rows == told]
        seen = [copy for copy in alike if copy.at <= now - lag]
        going = [copy for copy in seen if self._status(copy, now)[0] not in FAILURES]
        if going:
            return TAKEN
        if seen or known:
            self._excuse(claim)
        return refused(self._status(seen[-1], now)[1], "P") if seen else NOT_SEEN

    def is_not_asked(self, claim: Claim) -> None:
        """Who had it before carries nothing: it goes by another one, whatever became of it there."""
        self.seen["given_up"] += 1
        self._excuse(claim)

    def _excuse(self, claim: Claim) -> None:
        for row in claim.rows:
            self.carried(row).excuses += 1

    def fetch(self, row: Row, now: datetime) -> tuple[str, str | None] | None:
        """What the provider says of it when it is asked by its number."""
        if not row.known or self.faulty and self._chance.random() < 0.1:
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
        self.seen[name] += 1
        quick = timedelta(0, 0.05 + 0.4 * chance.random())
        if name in ("taken", "5xx_taken", "hung_taken", "process_dies_after", "process_stops_after"):
            self._take(claim, now)
        match name:
            case "taken" | "process_stops_after" | "process_dies_after":
                return Fate(name, TAKEN, quick)
            case "5xx_taken" | "5xx_gone":
                return Fate(name, BROKE_DOWN, quick)
            case "hung_taken" | "hung_gone":
                return Fate(name, NO_ANSWER, TIME_OUT)
            case "refused":
                return Fate(name, REFUSED[chance.choice(REFUSALS)], quick)
            case "refused_by_account":
                return Fate(name, REFUSED["20003"], quick)
            case "not_now":
                return Fate(name, REFUSED["20429"], quick)
            case _:
                return Fate(name, None, quick)

    def _take(self, claim: Claim, now: datetime) -> None:
        row, chance = claim.row, self._chance
        channel = row.way.channel
        copy = Copy(claim.provider, now, claim.rows)
        self.copies += 1
        for one in copy.rows:
            self.carried(one).copies.append(copy)
        if len(copy.rows) > 1:
            self.seen["bundle"] += 1
        end = draw(chance, (BECOMES if self.faulty else CALM)[channel])
        self.seen[f"{channel}_{end}"] += 1
        away = timedelta(0, 8 + 20 * chance.random() if channel == "call" else 2 + 6 * chance.random())
        if channel == "call":
            self._rings(copy, end, away, now)
        elif end == "late":
            away, end = SECOND * (60 + 1140 * chance.random()), "delivered"
        if end in ("lost", "silent"):
            self._report(copy, ON_THE_WAY[channel], "", away)
            if end == "silent":
                self._later(away, partial(self.arrived, copy.rows, end))
            return
        for _ in range(2 if end == "doubled" else 1):
            self._later(away, partial(self.arrived, copy.rows, end))
        if channel in ("call", "email"):
            return
        end = "delivered" if end == "doubled" else end
        copy.status, copy.code = end, chance.choice(CODES[end]) if end in CODES else None
        self._report(copy, ON_THE_WAY[channel], end, away)

    def _rings(self, copy: Copy, end: str, away: timedelta, now: datetime) -> None:
        """The line is taken until it is over; that somebody typed the code is told by the call itself."""
        over = away + SECOND * (TALKS_FOR[end] * self._chance.random() if end in TALKS_FOR else 0)
        self.called(copy, now + over)
        copy.status = "ended" if end in TALKS_FOR else end
        copy.code = self._chance.choice(CODES[end]) if end in CODES else None
        self._report(copy, ON_THE_WAY["call"], "machine" if end == "machine" else copy.status, away, over)

    def _report(
        self, copy: Copy, way: tuple[str, ...], end: str, away: timedelta, over: timedelta | None = None
    ) -> None:
        """Reports come late, in any order, and again; some never do. The last word is said when it is `over`."""
        chance = self._chance
        words = [end] if end else []
        if chance.random() < 0.3:
            words = [*way, *words]
        if self.faulty:
            if chance.random() < 0.25:
                words += chance.choices(words, k=3) if words else []
                chance.shuffle(words)
            words = [word for word in words if chance.random() > 0.05]
        at, number = away, copy.rows[0].id
        for word in words:
            at += timedelta(0, 0.2 + (6 * chance.random() if self.faulty else 0.3))
            if over is not None and word in FAILURES:
                at = max(at, over)
            self._later(at, partial(self.reported, number, word, copy.code if word in FAILURES else None))
        copy.known_at = copy.at + (over or away)
