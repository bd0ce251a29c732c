"""The model's workers: processes that claim, look, send, settle and wake; that die, and stand still over a lease."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Protocol

from app.carriers import HANDS_EACH, KEPT_FREE
from app.claims import LOOK_AFTER, LOOKS
from app.impatience import LOOKED_FOR_UNTIL
from app.next_try import ATTEMPTS_AT_MOST, STOOD_STILL
from app.sim.core.claims import Claim, Held, came_back, claim, settle
from app.sim.core.ears import Ears
from app.sim.core.network import CARRIERS, Fate, Network
from app.sim.core.row import Row
from app.sim.county import PROGRAM
from app.worker import SLOW_SECONDS
from dispatch.commands import Command, Wake
from notify.outcomes import ambiguous
from notify.transport import Outcome

SECOND = timedelta(seconds=1)
A_MOMENT = timedelta(seconds=0.2)
SLOW = timedelta(seconds=SLOW_SECONDS)
BACK_AFTER = (0, 1, 5, 20, 90)


class Around(Protocol):
    """What the workers need of the night around them."""

    chance: Random
    faulty: bool

    def now(self) -> datetime: ...

    def after(self, delay: timedelta, moment: Callable[[], object]) -> None: ...

    def clock_asks(self, incident: str, command: Command) -> None: ...

    def died(self, when: str) -> None: ...


class Worker:
    """One process's worker. A new life begins when it has died: what was on its way belongs to nobody then. `full`: at
    its last look it had no hand free for something."""

    def __init__(self, name: str, night: Around, ears: Ears, network: Network) -> None:
        self.name = name
        self._night = night
        self._ears = ears
        self._house = ears.house
        self._marks = ears.marks
        self._network = network
        self._busy: Counter[str] = Counter()
        self.life = 0
        self.full = False
        self.down_until: datetime | None = None
        self.still_until: datetime | None = None

    def works(self, now: datetime) -> bool:
        """Is it alive and moving?"""
        if self.down_until is None and self.still_until is None:
            return True
        if self.down_until is not None and now >= self.down_until:
            self.down_until = None
        if self.still_until is not None and now >= self.still_until:
            self.still_until = None
        return self.down_until is None and self.still_until is None

    def dies(self, when: str, back: timedelta) -> None:
        """Kill -9: nothing after it runs, and what it held is held by nobody."""
        self.life += 1
        self._busy.clear()
        self.still_until = None
        self.down_until = self._night.now() + back
        self._night.died(when)

    def tick(self) -> bool:
        """One beat: what is due goes out, what is due wakes, and what that owes goes out too. False when it did not
        come to its end."""
        life, house = self.life, self._house
        self.full = False
        now = self._night.now()
        self._send(now)
        if not self._goes_on(life):
            return False
        for incident in house.due(now):
            self._night.clock_asks(incident, Wake())
        self._send(now)
        return self._goes_on(life)

    def _goes_on(self, life: int) -> bool:
        return life == self.life and self.still_until is None

    def _send(self, now: datetime) -> None:
        """Claim what may go out, in one transaction; then hand all of it over; then look after the silent."""
        due = self._house.outbox.due(now)
        if not due:
            return
        life = self.life
        wanted = [row for row in due if row.waits(now) and self._is_wanted(row, now)]
        claims = claim(self._house.outbox, wanted, self._choose, now) if wanted else ()
        for one in claims:
            self._ears.claimed(one)
        for one in claims:
            self._wire(one, life)
        for row in due:
            if row.patience_at is not None or row.look_at is not None:
                self._overdue(row, now, self._goes_on(life))

    def _is_wanted(self, row: Row, now: datetime) -> bool:
        """A page that its incident no longer wants is not sent; nor one whose time is over: the clock gives it new
        time, or asks the next person."""
        if not self._is_asked(row):
            row.state = "superseded"
            return False
        page = self._house.page_of(row)
        if page is None or page.answer_by > now:
            return True
        self._house.outbox.keep(row)
        return False

    def _is_asked(self, row: Row) -> bool:
        """Does its page wait still? True for what is no page."""
        page = self._house.page_of(row)
        return row.page is None or (page is not None and page.state == "asked")

    def _choose(self, channel: str, urgent: bool, refused_by: tuple[str, ...]) -> str:
        """The provider to try and a hand of it, taken; "" when all that could are busy."""
        carriers = CARRIERS[channel]
        fresh = [name for name in carriers if name not in refused_by] or list(carriers)
        most = HANDS_EACH if urgent else HANDS_EACH - KEPT_FREE
        order = self._marks.health.order(PROGRAM, channel, fresh) if len(fresh) > 1 else fresh
        free = [name for name in order if self._busy[name] < most]
        if not free:
            self.full = True
            return ""
        self._busy[free[0]] += 1
        self._ears.chosen(channel, free[0], free[1:])
        return free[0]

    def _overdue(self, row: Row, now: datetime, goes_on: bool) -> None:
        """Nobody has said anything of it: the next channel begins beside it, and its provider is asked."""
        silent = row.patience_at is not None and row.patience_at <= now
        unheard = row.look_at is not None and row.look_at <= now
        if not goes_on and (silent or unheard):
            self._house.outbox.keep(row)
            return
        if silent:
            row.patience_at = None
            self._house.outbox.begin_next(row.delivery, now)
        if unheard:
            self._ask_after(row, now)

    def _ask_after(self, row: Row, now: datetime) -> None:
        again = row.sent_at is not None and now - row.sent_at < LOOKED_FOR_UNTIL
        row.look_at = now + 2 * LOOK_AFTER if again else None
        if row.look_at is not None:
            self._house.outbox.push(row.look_at, row)
        said = self._network.fetch(row, now)
        if said is not None:
            self._ears.reported(row.id, *said)

    def _wire(self, one: Claim, life: int) -> None:
        """The request goes out, unless its process is gone by now or stood still for longer than the lease."""
        if life != self.life:
            return
        now = self._night.now()
        if self._stands_still(now, partial(self._wire, one, life)):
            return
        outcome = self._unsent(one, now)
        if outcome is not None:
            self._night.after(A_MOMENT, partial(self._back, one, life, outcome))
            return
        fate = self._network.request(one, now)
        self._fares(one, life, fate)

    def _stands_still(self, now: datetime, then: Callable[[], None]) -> bool:
        if self.works(now) or self.still_until is None:
            return False
        self._night.after(self.still_until - now, then)
        return True

    def _fares(self, one: Claim, life: int, fate: Fate) -> None:
        chance = self._night.chance
        match fate.name:
            case "process_dies_before" | "process_dies_after":
                self.dies(fate.name, SECOND * chance.choice(BACK_AFTER))
            case "process_stops_before":
                self.still_until = self._night.now() + SECOND * (16 + 30 * chance.random())
                self._night.after(fate.after, partial(self._wire, one, life))
            case _:
                if fate.name == "process_stops_after":
                    self.still_until = self._night.now() + SECOND * (16 + 30 * chance.random())
                if fate.after > SLOW:
                    self._night.after(SLOW, partial(self._is_slow, one, life))
                self._night.after(
                    fate.after, partial(self._back, one, life, fate.outcome or ambiguous("no_answer"))
                )

    def _is_slow(self, one: Claim, life: int) -> None:
        """Its provider has not answered yet: the next channel does not wait for that."""
        now = self._night.now()
        if life != self.life or not self.works(now):
            return
        self._network.seen["beside"] += 1
        self._marks.slow(one.provider)
        for row in one.rows if one.row.urgent else ():
            self._house.outbox.begin_next(row.delivery, now)

    def _unsent(self, one: Claim, now: datetime) -> Outcome | None:
        """What is known without sending: no address, the lease is over, or it went out before."""
        row = one.row
        if not row.way.address:
            return Outcome("refused", code="no_phone", permanent=True)
        if now >= one.lease_until:
            return Outcome("ambiguous" if one.ambiguous else "refused", code=STOOD_STILL)
        if row.attempts > ATTEMPTS_AT_MOST:
            return Outcome("refused", code="too_many_tries", permanent=True)
        if not one.ambiguous:
            return None
        if one.reached:
            # Nobody answered the send, and its provider has spoken of it since: it did go out.
            return Outcome("sent")
        if one.looked_for_at not in (None, one.provider) and self._nothing_by(
            row.way.channel, one.looked_for_at or ""
        ):
            self._network.is_not_asked(one)
            return None
        seen = self._network.look(one, now)
        if seen is not None and seen.code == "not_seen" and row.attempts > LOOKS:
            return None
        return seen

    def _gives_up(self, channel: str, provider: str) -> bool:
        """Does this one carry nothing, while another one does?"""
        return self._nothing_by(channel, provider) and not all(
            [self._nothing_by(channel, name) for name in CARRIERS[channel]]
        )

    def _nothing_by(self, channel: str, provider: str) -> bool:
        return self._marks.health.carries_nothing(PROGRAM, channel, provider)

    def _back(self, one: Claim, life: int, outcome: Outcome) -> None:
        """The answer came: settle it, and do in the same transaction what follows from it."""
        if life != self.life:
            return
        now = self._night.now()
        if self._stands_still(now, partial(self._back, one, life, outcome)):
            return
        self._busy[one.provider] -= 1
        self._marks.settled(one.row.way.channel, one.provider, outcome)
        for held in one.held:
            self._settle(held, one.provider, outcome, now)

    def _settle(self, held: Held, provider: str, outcome: Outcome, now: datetime) -> None:
        row, outbox = held.row, self._house.outbox
        channel = row.way.channel
        then = settle(
            outbox, held, provider, outcome, CARRIERS[channel], now, not self._gives_up(channel, provider)
        )
        if then and outcome.kind == "refused":
            self._ears.refused(row, outcome.code)
        match then:
            case "begin" | "again" if not self._is_asked(row):
                row.state = "superseded"
            case "sent":
                self._ears.sent(row)
                if came_back(row):
                    self._ears.failed(row, outcome.code)
            case "begin":
                outbox.begin_next(row.delivery, now)
            case "lost":
                self._ears.failed(row, outcome.code)
