"""The model's workers: processes that claim, look, send, settle and wake; that die, and stand still over a lease."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from app.sim.core.house import House
from app.sim.core.network import CARRIERS, Fate, Network
from app.sim.core.tries import ATTEMPTS_AT_MOST, LOOKS, Claim, Row
from dispatch.commands import RULE, Command, MarkUnreachable, Wake
from notify.health import Health, Mark
from notify.outcomes import DELIVERED, ambiguous, why
from notify.transport import Outcome

SENDERS = 8
SECOND = timedelta(seconds=1)
PROGRAM = "alder"


class Around(Protocol):
    """What the workers need of the night around them."""

    chance: Random
    faulty: bool

    def now(self) -> datetime: ...

    def after(self, delay: timedelta, moment: Callable[[], object]) -> None: ...

    def clock_asks(self, incident: str, command: Command) -> None: ...

    def failed(self, row: Row, code: str | None) -> None: ...

    def sent(self, row: Row) -> None: ...

    def died(self, when: str) -> None: ...

    def marked(self, channel: str, provider: str, mark: str) -> None: ...

    def chosen(self, channel: str, provider: str, refused_by: tuple[str, ...]) -> None: ...

    def began(self, row: Row, late: timedelta) -> None: ...


class Worker:
    """One process's worker. A new life begins when it has died: what was on its way belongs to nobody then."""

    def __init__(self, name: str, night: Around, house: House, network: Network, health: Health) -> None:
        self.name = name
        self._night = night
        self._house = house
        self._network = network
        self._health = health
        self.life = 0
        self.out = 0
        self.down_until: datetime | None = None
        self.still_until: datetime | None = None

    def works(self, now: datetime) -> bool:
        """Is it alive and moving?"""
        if self.down_until is not None and now >= self.down_until:
            self.down_until = None
        if self.still_until is not None and now >= self.still_until:
            self.still_until = None
        return self.down_until is None and self.still_until is None

    def dies(self, when: str, back: timedelta) -> None:
        """Kill -9: nothing after it runs, and what it held is held by nobody."""
        self.life += 1
        self.out = 0
        self.still_until = None
        self.down_until = self._night.now() + back
        self._night.died(when)

    def tick(self) -> bool:
        """One beat: what is due goes out, what is due wakes, and what that owes goes out too. False when it did not
        come to its end."""
        life = self.life
        self._send()
        now = self._night.now()
        if not self._goes_on(life):
            return False
        for incident in self._house.due(now):
            self._night.clock_asks(incident, Wake())
        self._send()
        return self._goes_on(life)

    def _goes_on(self, life: int) -> bool:
        return life == self.life and self.still_until is None

    def _send(self) -> None:
        now = self._night.now()
        outbox = self._house.outbox
        due = outbox.due(now)
        for place, row in enumerate(due):
            if row.state == "sent":
                self._overdue(row, now)
            elif not self._wanted(row):
                row.state = "superseded"
            elif self.out >= SENDERS or not self._in_time(row, now):
                outbox.keep(row)
            else:
                provider = self.choose(row.way.channel, row.refused_by)
                self._night.began(row, now - row.available_at)
                self.out += 1
                claim = outbox.claim(row, provider, now)
                life = self.life
                self._wire(claim, life)
                if not self._goes_on(life):
                    # It died over this one, or stands still: the others are still due.
                    for left in due[place + 1 :]:
                        outbox.keep(left)
                    return

    def _wanted(self, row: Row) -> bool:
        if row.page is None or row.state == "sending":
            return True
        page = self._house.incidents[row.incident or ""].page(row.page)
        return page is not None and page.state == "asked"

    def _in_time(self, row: Row, now: datetime) -> bool:
        """A page whose time is over is not sent: the clock gives it new time, or asks the next person."""
        if row.page is None:
            return True
        page = self._house.incidents[row.incident or ""].page(row.page)
        return page is not None and (page.state != "asked" or page.answer_by > now)

    def choose(self, channel: str, refused_by: tuple[str, ...]) -> str:
        """The healthier provider that has not said no to this try."""
        order = self._health.order(PROGRAM, channel, CARRIERS[channel])
        provider = next((name for name in order if name not in refused_by), order[0])
        self._night.chosen(channel, provider, refused_by)
        return provider

    def _overdue(self, row: Row, now: datetime) -> None:
        if row.patience_at is not None and row.patience_at <= now:
            row.patience_at = None
            self._house.outbox.begin_next(row.delivery, now)
        if row.look_at is not None and row.look_at <= now:
            row.look_at = None
            said = self._network.fetch(row, now)
            if said is not None and self._house.outbox.hear(row, *said):
                self._night.failed(row, said[1] or said[0])
        self._house.outbox.keep(row)

    def _wire(self, claim: Claim, life: int) -> None:
        """The request goes out, unless its process is gone by now or stood still for longer than the lease."""
        if life != self.life:
            return
        now = self._night.now()
        if not self.works(now) and self.still_until is not None:
            self._night.after(self.still_until - now, lambda: self._wire(claim, life))
            return
        outcome = self._unsent(claim, now)
        if outcome is not None:
            self._night.after(SECOND * 0.2, lambda: self._back(claim, life, outcome))
            return
        fate = self._network.request(claim, now)
        self._network.saw(fate.name)
        self._fares(claim, life, fate)

    def _fares(self, claim: Claim, life: int, fate: Fate) -> None:
        chance = self._night.chance
        back = SECOND * chance.choice((0, 1, 5, 20, 90))
        match fate.name:
            case "process_dies_before" | "process_dies_after":
                self.dies(fate.name, back)
            case "process_stops_before":
                self.still_until = self._night.now() + SECOND * (16 + 30 * chance.random())
                self._night.after(fate.after, lambda: self._wire(claim, life))
            case _:
                if fate.name == "process_stops_after":
                    self.still_until = self._night.now() + SECOND * (16 + 30 * chance.random())
                self._night.after(fate.after, lambda: self._back(claim, life, fate.outcome or ambiguous("?")))

    def _unsent(self, claim: Claim, now: datetime) -> Outcome | None:
        """What is known without sending: no address, the lease is over, or it went out before."""
        if not claim.row.way.address:
            return Outcome("refused", code="no_way", permanent=True)
        if now >= claim.lease_until:
            return Outcome("ambiguous" if claim.ambiguous else "refused", code="lease_over")
        if claim.row.attempts > ATTEMPTS_AT_MOST:
            return Outcome("refused", code="too_many_tries", permanent=True)
        if not claim.ambiguous:
            return None
        seen = self._network.look(claim.row, claim.looked_for_at, now)
        if seen is not None and seen.code == "not_seen" and claim.row.attempts > LOOKS:
            return None
        return seen

    def _back(self, claim: Claim, life: int, outcome: Outcome) -> None:
        """The answer came: settle it, and do in the same transaction what follows from it."""
        if life != self.life:
            return
        now = self._night.now()
        if not self.works(now) and self.still_until is not None:
            self._night.after(self.still_until - now, lambda: self._back(claim, life, outcome))
            return
        self.out -= 1
        row = claim.row
        others = CARRIERS[row.way.channel]
        then = self._house.outbox.settle(claim, outcome, now, others)
        self._note(claim, outcome)
        if then == "sent":
            self._night.sent(row)
            if row.failed is not None and row.reached < DELIVERED:
                # The report of its failure was here before we knew that it was sent.
                self._night.failed(row, row.code)
        if then == "begin":
            self._house.outbox.begin_next(row.delivery, now)
        if then == "lost":
            self._refused(row, outcome)
            self._night.failed(row, outcome.code)

    def _refused(self, row: Row, outcome: Outcome) -> None:
        if why(outcome.code) in ("number", "opted_out"):
            self._house.blocked.add((row.way.channel, row.way.address))

    def _note(self, claim: Claim, outcome: Outcome) -> None:
        mark: Mark
        match outcome:
            case Outcome(account_wide=True):
                mark = "account"
            case Outcome(kind="sent"):
                mark = "good"
            case Outcome(code="no_answer"):
                mark = "slow"
            case Outcome(kind="ambiguous") if outcome.code != "lease_over":
                mark = "bad"
            case Outcome(kind="refused") if why(outcome.code) == "rate":
                mark = "bad"
            case _:
                return
        self._night.marked(claim.row.way.channel, claim.provider, mark)
        self._health.note(PROGRAM, claim.row.way.channel, claim.provider, mark, outcome.code)


def unreachable(page: str, code: str | None) -> MarkUnreachable:
    """The wish that the clock asks when none of a page's tries can arrive."""
    return MarkUnreachable(RULE, page, (code or "unknown")[:20])
