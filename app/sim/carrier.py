"""Two providers of texts and calls, one of pushes, one of letters, on a bad night: what they take, lose and forget."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from app.sim.county import PROGRAM
from app.sim.fates import BECOMES, CALM, CODES, DOWN, FATES, ON_THE_WAY, REFUSALS, WELL, draw
from app.sim.scene import Scene
from app.sim.trouble import Died
from notify.outcomes import FAILURES, ambiguous, refused
from notify.transport import CHANNEL_OF, Channel, Outcome, Sendable, Sighting, Wires

SECOND = timedelta(seconds=1)
TIME_OUT = 8 * SECOND
# Faults of an address of their own: nobody has that number, or it is a landline.
BROKEN = ("21211", "21614")


@dataclass
class Copy:
    """One copy that a provider took, and what is true of it from `known_at` on."""

    provider: str
    id: str
    at: datetime
    what: Sendable
    status: str = "sent"
    code: str | None = None
    known_at: datetime | None = None


@dataclass
class Carried:
    """What the network knows of one try. Only a look that saw nothing, a pause over the lease or a copy that came
    back explains another copy; or that who had it last, of which nothing was written down, carries nothing; or that a
    process died with it before it came to a wire (`fence` and `named`: the claim that was last seen here,
    and whom it was for). `said` are the words that somebody reported of it."""

    copies: list[Copy] = field(default_factory=list)
    sends: int = 0
    excuses: int = 0
    said: set[str] = field(default_factory=set)
    unclear_by: str | None = None
    fence: int = 0
    named: str | None = None


class Network:
    """All providers together, and everything they have carried."""

    def __init__(self, night: Scene) -> None:
        self.night = night
        self.ledger: defaultdict[str, Carried] = defaultdict(Carried)
        self.down: dict[str, datetime] = {}
        self.broken: dict[str, str] = {}
        self.stopped: set[str] = set()
        self.arrived: Callable[[Sendable, str], object] = lambda what, how: None
        first, second = Carrier(self, "twilio"), Carrier(self, "telnyx")
        self.wires: Wires = {
            "text": (first, second),
            "call": (first, second),
            "push": (Carrier(self, "push"),),
            "email": (Carrier(self, "mail"),),
        }
        self._number = 0

    def next_id(self) -> str:
        """A provider's own id."""
        self._number += 1
        return f"SM{self._number:032x}"


class Carrier:
    """A Transport whose faults follow from the night's seed."""

    def __init__(self, network: Network, name: str) -> None:
        self._network = network
        self._night = network.night
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    def send(self, what: Sendable) -> Outcome:
        night = self._night
        night.no_transaction_is_open()
        fate = self._fate()
        night.report.coverage.faults[fate] += 1
        known = self._network.ledger[what.our_id]
        known.sends += 1
        if known.unclear_by is not None and known.fence != self._row(what)[0]:
            self._excuse_unasked(what, known)
        known.fence, known.named = self._row(what)
        night.say(f"  {self._name} {CHANNEL_OF[type(what)]} {what.our_id} to {what.to}: {fate}")
        night.pass_time(SECOND * night.chance.uniform(0.05, 0.4))
        no = self._never(what)
        if no is not None:
            return refused(no)
        act: Callable[[Sendable], Outcome] = getattr(self, f"_{fate}")
        known.unclear_by = self._name
        outcome = act(what)
        if outcome.kind == "refused":
            known.unclear_by = None
        return outcome

    def _excuse_unasked(self, what: Sendable, known: Carried) -> None:
        """Who may have it was not asked: it carries nothing, or its name was written over by a claim of which nothing
        came, so that another one was thought to have it, and was given up."""
        given_up = self._night.shell.health.carries_nothing
        channel = CHANNEL_OF[type(what)]
        thought = {known.unclear_by, known.named} - {None, self._name}
        if any(given_up(PROGRAM, channel, name or "") for name in thought):
            self._night.report.coverage.faults["given_up"] += 1
            known.excuses += 1
        elif self._row(what)[0] > known.fence + 1:
            known.excuses += 1

    def _fate(self) -> str:
        night = self._night
        if self._network.down.get(self._name, night.now()) > night.now():
            return draw(night.chance, DOWN)
        return draw(night.chance, FATES if night.faulty else WELL)

    def _never(self, what: Sendable) -> str | None:
        if CHANNEL_OF[type(what)] == "text" and what.to in self._network.stopped:
            return "21610"
        return self._network.broken.get(what.to)

    def find(self, what: Sendable, since: datetime) -> tuple[Sighting, ...] | None:
        night, known = self._night, self._network.ledger[what.our_id]
        night.no_transaction_is_open()
        known.fence, known.named = self._row(what)
        if CHANNEL_OF[type(what)] in ("push", "email") or night.faulty and night.chance.random() < 0.1:
            known.excuses += 1
            return None
        lag = SECOND * (night.chance.uniform(0, 4) if night.faulty else 0)
        mine = [copy for copy in known.copies if copy.provider == self._name]
        seen = [copy for copy in mine if since <= copy.at <= night.now() - lag and _same(copy.what, what)]
        if len(seen) < len(known.copies):
            known.excuses += 1
        return tuple(self._sighting(copy) for copy in reversed(seen))

    def fetch(self, channel: Channel, provider_id: str) -> Sighting | None:
        night = self._night
        night.no_transaction_is_open()
        if night.faulty and night.chance.random() < 0.1:
            return None
        for our_id, known in self._network.ledger.items():
            for copy in known.copies:
                if copy.id == provider_id and copy.provider == self._name:
                    seen = self._sighting(copy)
                    self._network.ledger[our_id].said.add(seen.status)
                    return seen
        return None

    def _sighting(self, copy: Copy) -> Sighting:
        known = copy.known_at is not None and copy.known_at <= self._night.now()
        return Sighting(copy.id, copy.status if known else "sent", copy.code if known else None, copy.at)

    def _take(self, what: Sendable) -> Copy:
        night, network = self._night, self._network
        copy = Copy(self._name, network.next_id(), night.now(), what)
        network.ledger[what.our_id].copies.append(copy)
        channel = CHANNEL_OF[type(what)]
        end = draw(night.chance, (BECOMES if night.faulty else CALM)[channel])
        night.report.coverage.faults[f"{channel}_{end}"] += 1
        away = SECOND * (night.chance.uniform(8, 28) if channel == "call" else night.chance.uniform(1, 8))
        if end == "late":
            away, end = SECOND * night.chance.uniform(60, 1200), "delivered"
        if end in ("lost", "silent"):
            self._reports(what, copy, away, "")
            if end == "silent":
                night.later(away, f"{channel} to {what.to}", partial(network.arrived, what, end))
            return copy
        for _ in range(2 if end == "doubled" else 1):
            night.later(away, f"{channel} to {what.to}: {end}", partial(network.arrived, what, end))
        if end == "doubled":
            end = "delivered"
        if channel == "email":
            return copy
        copy.status, copy.known_at = end, night.now() + away
        copy.code = night.chance.choice(CODES[end]) if end in CODES else None
        if end in FAILURES:
            network.ledger[what.our_id].excuses += 1
        self._reports(what, copy, away, end)
        return copy

    def _reports(self, what: Sendable, copy: Copy, away: timedelta, end: str) -> None:
        """Reports come late, in any order, and again; some never do. Of a call the last word is that it is over."""
        night, channel = self._night, CHANNEL_OF[type(what)]
        words = list(ON_THE_WAY[channel]) if night.chance.random() < 0.3 else []
        if channel == "call":
            words.append("ended" if end == "human" else end)
        elif channel == "text" and end:
            words.append(end)
        if night.faulty and words:
            words += night.chance.choices(words, k=night.chance.choice((0, 0, 0, 3)))
            night.chance.shuffle(words)
            words = [word for word in words if night.chance.random() > 0.05]
        for word in words:
            code = copy.code if word in FAILURES else None
            # A person who types the code needs a while for it; the call is over after that.
            later = away + SECOND * night.chance.uniform(
                40 if word == "ended" else 0.2, 60 if word == "ended" else 6
            )
            night.later(later, f"{word} for {what.our_id}", partial(night.reported, what.our_id, word, code))

    # --- fates ---

    def _taken(self, what: Sendable) -> Outcome:
        return Outcome("sent", provider_id=self._take(what).id)

    def _5xx_taken(self, what: Sendable) -> Outcome:
        self._take(what)
        return ambiguous("20500")

    def _5xx_gone(self, what: Sendable) -> Outcome:
        return ambiguous("20500")

    def _hung_taken(self, what: Sendable) -> Outcome:
        self._take(what)
        self._night.pass_time(TIME_OUT)
        return ambiguous("no_answer")

    def _hung_gone(self, what: Sendable) -> Outcome:
        self._night.pass_time(TIME_OUT)
        return ambiguous("no_answer")

    def _refused(self, what: Sendable) -> Outcome:
        return refused(self._night.chance.choice(REFUSALS))

    def _refused_by_account(self, what: Sendable) -> Outcome:
        return refused("20003")

    def _not_now(self, what: Sendable) -> Outcome:
        return refused("20429")

    def _process_dies_before(self, what: Sendable) -> Outcome:
        raise Died("before a message went out")

    def _process_dies_after(self, what: Sendable) -> Outcome:
        self._take(what)
        raise Died("after a message went out")

    def _process_stops_before(self, what: Sendable) -> Outcome:
        """A pause longer than the lease, with the request as good as on the wire: somebody else sends it too."""
        had = self._row(what)
        self._stands_still()
        if self._row(what) != had:
            self._network.ledger[what.our_id].excuses += 1
        return self._taken(what)

    def _process_stops_after(self, what: Sendable) -> Outcome:
        """The same with the request on the wire: somebody else looks for it, and our settling comes too late."""
        sent = self._taken(what)
        self._stands_still()
        return sent

    def _row(self, what: Sendable) -> tuple[int, str]:
        """The claim that has it now, and the provider that stands beside it."""
        asked = "SELECT fence, provider FROM outbox WHERE id = ?"
        row = self._night.db.execute(asked, (what.our_id,)).fetchone()
        return int(row["fence"]), row["provider"]

    def _stands_still(self) -> None:
        length = SECOND * self._night.chance.choice((2, 10, 16, 30, 45))
        self._night.pass_time(length)
        self._night.another_worker_goes_on()


def _same(one: Sendable, other: Sendable) -> bool:
    return type(one) is type(other) and one.to == other.to
