"""One night of the core: the real rules, a model of store, worker and network, and faults by seed."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random

from app.clock import SystemClock
from app.sim import confused
from app.sim.core.coverage import Report
from app.sim.core.ears import Ears
from app.sim.core.eyes import Eyes
from app.sim.core.house import House, Reply
from app.sim.core.laws import Laws
from app.sim.core.network import Network
from app.sim.core.phones import Phones
from app.sim.core.tries import Outbox
from app.sim.core.workers import Worker
from app.sim.county import Person, a_county
from app.sim.desk import AtDesk, Supervisor
from app.sim.law import Broken
from app.sim.people import Somebody
from app.sim.scene import Coded
from app.sim.trouble import Moment
from dispatch.board import Policy
from dispatch.commands import AskPerson, Command, Wake
from dispatch.facts import Asked
from dispatch.value import Refused

EVENTS_AT_MOST = 200_000
CALM_AT_MOST = timedelta(hours=36)
SECOND = timedelta(seconds=1)
NOTHING = timedelta(0)
# By how much a wall clock is set wrong, in seconds.
CLOCK_STEPS = (-600, -3, 2, 45, 120, 86_400)


class Night(Eyes):
    """Everything that happens is on one agenda, in the order of true time; the house's clock may be set wrong."""

    def __init__(self, seed: int, say: Callable[[str], None] | None = None, calls: int | None = None) -> None:
        self.seed = seed
        self.chance = Random(seed * 2 + 1)
        self.county = a_county(seed)
        self.faulty = True
        self.report = Report(seed)
        self._say = say
        self._calls = calls or self.chance.choice((2, 3, 4, 6))
        self._true = self.county.start
        self._skew = NOTHING
        self._clock = SystemClock(self._wall, self._elapsed)
        self._now = self._true
        self._agree = True
        # The newest time that anything was written down with.
        self._newest = self._true
        self._agenda: list[tuple[datetime, int, Moment]] = []
        self._number = count(1)
        self._tick_at: datetime | None = None
        # How long, in all, there was no worker.
        self._idle = self._down_for = NOTHING
        self._down_until = self._rests_until = self._true
        # Alarms are told again more rarely than by default, or half of what is simulated would be their echo.
        again = {"taken_again": timedelta(minutes=60), "untaken_again": timedelta(minutes=30)}
        policy = Policy(**self.county.policy, **again)  # type: ignore[arg-type]
        self.network = Network(self.chance, self.after)
        self.outbox = Outbox(policy.reach)
        self.house = House(self.county, policy, self.outbox, self.now)
        self.laws = Laws(self.county, self.house, self.network)
        self.ears = Ears(self, self.house, self.laws, self.report)
        self.workers = [Worker(name, self, self.ears, self.network) for name in "ab"]
        self.phones = Phones(self, self.house, self.network)
        self.outbox.begins = self.laws.begins
        self.network.seen = self.outbox.seen = self.report.coverage.seen["faults"]
        self.network.called = self.laws.called
        self.network.reported = self.ears.reported
        self.network.arrived = self.phones.arrived
        self._people: dict[str, Somebody] = {}

    def run(self) -> Report:
        """The whole night, then the calm, then the reckoning. Stops at the first broken law."""
        kinds = {"dispatcher": AtDesk, "supervisor": Supervisor}
        for person in self.county.people:
            self._people[person.id] = kinds.get(person.role, Somebody)(self, person)
        try:
            self._plan()
            self._go_on(self._dawn, lambda: False)
            self._calm()
            self._go_on(self._true + CALM_AT_MOST, self._all_is_done)
            self.laws.at_the_end(self._now)
        except Broken as broken:
            self.report.broken.append(broken)
        self._reckon()
        return self.report

    def _plan(self) -> None:
        chance = self.chance
        takers = [self._people[person.id] for person in self.county.of("dispatcher")]
        for _ in range(self._calls):
            taker = chance.choice(takers)
            assert isinstance(taker, AtDesk)
            self.later(timedelta(minutes=chance.uniform(0, 240)), "a call", taker.calls)
        for one in self._people.values():
            if isinstance(one, AtDesk):
                one.begins()
        self.later(timedelta(minutes=chance.uniform(1, 30)), "confusion", self._confusion)
        for provider in ("one", "two"):
            if chance.random() < 0.3:
                at = timedelta(minutes=chance.uniform(5, 200))
                self.later(at, "outage", partial(self._outage, provider))
        for _ in range(2):
            self.later(timedelta(minutes=chance.uniform(5, 300)), "the wall clock", self._set_clock)
        for _ in range(self._calls):
            self.later(timedelta(minutes=chance.uniform(5, 240)), "one for all", self._one_for_all)
        if chance.random() < 0.3:
            self.later(timedelta(minutes=chance.uniform(30, 240)), "downtime", self._long_downtime)
        self._dawn = self._true + timedelta(minutes=chance.choice((300, 420)))

    def _confusion(self) -> None:
        if not self.faulty:
            return
        wish = confused.anything(self)
        if wish is not None:
            self.ask(*wish, self.chance.choice(("board", "phone", "link")))
        self.later(timedelta(minutes=self.chance.expovariate(0.12)), "confusion", self._confusion)

    def _one_for_all(self) -> None:
        """A dispatcher asks one and the same person for everything that nobody has taken yet, in one go."""
        if not self.faulty:
            return
        desk = self.chance.choice(self.county.of("dispatcher")).id
        person = self.chance.choice(self.county.of("responder")).id
        for incident in self.board():
            for seat in incident.open_seats()[:1]:
                self.ask(incident.id, AskPerson(desk, person, seat), "board")

    def _outage(self, provider: str) -> None:
        """Half an hour in which one provider carries nothing."""
        self.say(f"provider {provider} is down for half an hour")
        self._saw("outage")
        self.network.down[provider] = self.now() + timedelta(minutes=30)

    def _long_downtime(self) -> None:
        """The whole house is gone for a while, and its clock may be another one after it."""
        if self._true < self._down_until:
            return
        away = timedelta(minutes=self.chance.choice((5, 30, 130)))
        self.say(f"the house is down for {away}")
        self._saw("downtime")
        self._down_until, self._down_for = self._true + away, away
        for worker in self.workers:
            worker.dies("the house is down", away)
        self.after(away, self._starts)

    def _starts(self) -> None:
        """Back, with the time that the machine now says, but no earlier than what was written down; the leases of the
        dead are void."""
        self._set_clock()
        self._clock = SystemClock(self._wall, self._elapsed)
        self._clock.run_on_from(self._newest)
        went, self._now = self._now, self._reads_the_clock()
        # With a wall clock that was set back meanwhile nobody can know how long it was.
        self._idle += max(self._down_for - (self._now - went), NOTHING)
        for worker in self.workers:
            worker.down_until = None
        self.outbox.void_leases(self.now())

    def _set_clock(self) -> None:
        """Somebody sets the wall clock wrong, or right again."""
        if not self.faulty or self.chance.random() < 0.5:
            return
        self._reads_the_clock()
        self._skew = SECOND * self.chance.choice(CLOCK_STEPS) if self._skew == NOTHING else NOTHING
        self._now = self._reads_the_clock()
        self._saw("clock_step")
        self.say(f"the wall clock is {self._skew.total_seconds():.0f} s ahead")
        # A leap is believed after a minute; the beat of a second would see it then.
        self.after(SECOND * 61, self._look_again)
        self._look_again()

    def _look_again(self) -> None:
        self.house.stirred = True

    def _calm(self) -> None:
        """No more faults; everybody is awake and does what is theirs to do."""
        self.faulty = self.network.faulty = False
        self.network.down.clear()
        for person in self.county.people:
            self._people[person.id].looks_soon(1, 10)

    # --- time ---

    def now(self) -> datetime:
        """What the house's clock says."""
        return self._now

    def _wall(self) -> datetime:
        return self._true + self._skew

    def _elapsed(self) -> float:
        return (self._true - self.county.start).total_seconds()

    def after(self, delay: timedelta, moment: Moment) -> None:
        """Later, in true time."""
        heapq.heappush(self._agenda, (self._true + delay, next(self._number), moment))

    def later(self, delay: timedelta, what: str, moment: Moment) -> None:
        """Later, by somebody who can be named."""
        self.after(delay, moment)

    def say(self, what: str) -> None:
        """One line of the readable log."""
        if self._say:
            self._say(f"{self.now():%H:%M:%S} {what}")

    def _go_on(self, ends: datetime, is_done: Callable[[], bool]) -> None:
        agenda, house, outbox = self._agenda, self.house, self.outbox
        house.stirred = True
        for _ in range(EVENTS_AT_MOST):
            if house.stirred or outbox.stirred:
                self._beat_when_due()
                if is_done():
                    return
            if self._true >= ends:
                return
            beat = self._tick_at
            if beat is not None and (not agenda or beat <= agenda[0][0]):
                self._true = beat
                act: Moment = self._tick
            elif agenda:
                self._true, _, act = heapq.heappop(agenda)
            else:
                return
            self._now = self._true if self._agree else self._reads_the_clock()
            act()
        raise AssertionError(f"seed {self.seed}: the night does not end")

    def _reads_the_clock(self) -> datetime:
        now = self._clock.now()
        # While both agree there is nothing that the steady clock could say but the time.
        self._agree = self._skew == NOTHING and self._clock.apart == NOTHING
        return now

    def _beat_when_due(self) -> None:
        """The workers' beat: within a second of whatever is due."""
        self.house.stirred = self.outbox.stirred = False
        wake, owed = self.house.next_wake(), self.outbox.next_due()
        if wake is None or owed is not None and owed < wake:
            wake = owed
        self._tick_at = wake and max(self._true + (wake - self._now), self._true, self._rests_until)

    def _tick(self) -> None:
        self.house.stirred = True
        working = [worker for worker in self.workers if worker.works(self._now)]
        if not working:
            backs = [moment for one in self.workers for moment in (one.down_until, one.still_until) if moment]
            rest = max(min(backs) - self._now, NOTHING) + SECOND * 0.1
            self._idle += rest
            self._rests_until = self._true + rest
            return
        worker = self.chance.choice(working)
        if self.faulty and self.chance.random() < 0.004:
            worker.dies("between two beats", SECOND * self.chance.choice((0, 1, 5, 20, 90)))
            return
        finished = worker.tick()
        self._newest = self._now  # a beat leaves its time behind
        if worker.full:
            # Every hand is full: the next beat looks again.
            self._rests_until = self._true + SECOND
        if finished:
            self.laws.after_tick(self.now(), worker.full)

    # --- what the workers say ---

    def clock_asks(self, incident: str, command: Command) -> None:
        """A wish of the clock's."""
        self._commit(incident, command, "clock", None, None)
        if isinstance(command, Wake) and self.house.still_due(incident, self.now()):
            raise Broken("nothing_due_is_left", f"{incident} was woken and is due still")

    def died(self, when: str) -> None:
        """A worker died."""
        self.report.deaths += 1
        self.say(f"DIED {when}")

    def _saw(self, fault: str) -> None:
        self.report.coverage.saw("faults", fault)

    # --- what people do ---

    def ask(self, incident: str, command: Command, via: str, words: bool = False) -> None:
        """One wish of one person."""
        self._wish(incident, command, via, f"wish-{next(self._number)}", None)

    def opens(self, by: str, channel: str, answers: Coded, needs: tuple[str, ...]) -> None:
        """A call is taken down."""
        if self._true < self._down_until:
            again = self._down_until - self._true + SECOND * 5
            self.after(again, lambda: self.opens(by, channel, answers, needs))
            return
        command = self.house.opening(by, channel, answers, needs)
        self._wish(command.id, command, "board", f"wish-{next(self._number)}", None)

    def _wish(self, incident: str, command: Command, via: str, key: str, reply: Reply | None) -> None:
        """Asked again under the same key when the service dies over it; before it was written, or after."""
        again = self._down_until - self._true
        if again <= NOTHING and self.faulty and self.chance.random() < 0.01:
            self._saw("dies_over_a_wish")
            if self.chance.random() < 0.5:
                try:
                    self._commit(incident, command, via, key, reply)
                except Refused:
                    return
            again = SECOND * self.chance.choice((1, 5, 30))
        if again > NOTHING:
            self.after(again + SECOND, lambda: self._wish(incident, command, via, key, reply))
            return
        try:
            self._commit(incident, command, via, key, reply)
        except Refused as refused:
            self.say(f"{command} -> refused: {refused.sentence}")

    def _commit(
        self, incident: str, command: Command, via: str, key: str | None, reply: Reply | None
    ) -> bool:
        answered = self.house.ask(incident, command, via, key, reply)
        commit = answered.change
        if commit is None:
            return False
        self._newest = self._now
        self.laws.in_true_time(commit, self._true, self._idle)
        if self._say:
            self.say(f"{via} {command} -> {', '.join(type(one.fact).__name__ for one in commit.entries)}")
        self.report.count(command, commit)
        self.laws.after_commit(commit, self.now())
        for delivery in answered.owed:
            self.laws.owed(delivery, self.now())
        if key is not None:
            self.laws.granted(key)
        if self.faulty and self.chance.random() < 0.003 and commit.facts(Asked):
            self._long_downtime()  # decided, and nobody was told yet
        return True

    def answers(self, incident: str, command: Command, via: str, reply: Reply | None) -> str | None:
        """A wish by a text or a key, answered at once: None when it was granted, else the sentence of the refusal."""
        try:
            self._commit(incident, command, via, None, reply)
        except Refused as refused:
            return refused.sentence
        return None

    def is_down(self) -> timedelta:
        """How long nobody will be there yet."""
        return max(self._down_until - self._true, NOTHING)

    def texts(self, person: Person, body: str) -> None:
        """A phone texts us: sometimes late, sometimes twice, sometimes never."""
        self.phones.texts(person, body)

    def somebody(self, person: str) -> Somebody:
        return self._people[person]

    # --- the end ---

    def _all_is_done(self) -> bool:
        return not self.house.open and self.outbox.next_due() is None

    def _reckon(self) -> None:
        report, ledger = self.report, self.network.ledger.values()
        report.incidents = len(self.house.incidents)
        report.messages = len(self.outbox.rows)
        report.copies = self.network.copies
        report.duplicates = sum(max(0, len(one.copies) - 1) for one in ledger)
        report.lost = len(
            [one for one in report.broken if one.law in ("nothing_is_forgotten", "nobody_unasked")]
        )
        report.unowned = len([one for one in report.broken if one.law.startswith("owned")])
