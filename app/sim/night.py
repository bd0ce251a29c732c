"""One night of the county: production code, a clock that jumps, a network and processes that fail by seed."""

import heapq
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from random import Random

from app.claims import void_leases
from app.commit import Done, commit
from app.delivered import report as report_of
from app.intake import open_incident
from app.sim import confused
from app.sim.carrier import BROKEN, Network
from app.sim.county import CANARY, PROGRAM, Person, a_county
from app.sim.desk import AtDesk, Supervisor
from app.sim.eyes import Eyes
from app.sim.handsets import Handsets
from app.sim.house import a_house
from app.sim.law import Broken
from app.sim.laws import Laws
from app.sim.people import Somebody
from app.sim.report import Report
from app.sim.trouble import Died, Fuse, Moment
from app.worker import Worker
from dispatch.commands import Command, Receive
from dispatch.value import Refused
from notify.transport import Sendable

STEPS_AT_MOST = 100_000
# Long enough for a review to be late.
CALM_AT_MOST = timedelta(hours=36)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DUE = """SELECT min(due) AS due FROM (
SELECT min(wake_at) AS due FROM incidents WHERE wake_at IS NOT NULL
UNION ALL SELECT min(CASE state WHEN 'sending' THEN lease_until ELSE available_at END) FROM outbox
  WHERE state IN ('owed', 'sending', 'ambiguous') AND NOT spare
UNION ALL SELECT min(patience_at) FROM outbox WHERE patience_at IS NOT NULL
UNION ALL SELECT min(look_at) FROM outbox WHERE look_at IS NOT NULL)"""


class Night(Eyes):
    """Everything that happens is on the agenda, in rows that wake or in rows that are owed; the earliest is
    next."""

    def __init__(self, seed: int, say: Callable[[str], None] | None = None, calls: int | None = None) -> None:
        self.seed = seed
        self.chance = Random(seed)
        self.county = a_county(seed)
        self.faulty = True
        self.report = Report(seed)
        self._say = say
        self._calls = calls or self.chance.choice((1, 2, 3, 5))
        self._agenda: list[tuple[datetime, int, str, Moment]] = []
        self._number = count(1)
        self._down_until: datetime | None = None
        self._paused = False
        self._due_at_version: tuple[int, datetime | None] = (-1, None)
        self._alone_at_start = False

    def run(self) -> Report:
        """The whole night, then the calm, then the reckoning. Stops at the first broken law."""
        with ExitStack() as house:
            self.shell, self.clock, path = house.enter_context(a_house(self.county))
            self.fuse = Fuse(self.shell.store.engine)
            self.network = Network(self)
            self.workers = [Worker(self.shell, self.network.wires) for _ in range(2)]
            self._handsets = Handsets(self)
            self.db = sqlite3.connect(path, isolation_level=None, timeout=0)
            house.callback(self.db.close)
            self.db.row_factory = sqlite3.Row
            self.shell.listeners.append(lambda _: self._maybe_die_now())
            self.laws = Laws(self, self.network)
            self._people = {person.id: self._somebody(person) for person in self.county.people}
            try:
                self._plan()
                self._go_on(self._night_is_over)
                self._calm()
                self._go_on(self._all_is_done)
                self.laws.at_the_end()
            except Broken as broken:
                self.report.broken.append(broken)
            return self.laws.reckon(self.report)

    def _plan(self) -> None:
        takers = [self._people[person.id] for person in self.county.of("dispatcher")]
        for _ in range(self._calls):
            taker = self.chance.choice(takers)
            assert isinstance(taker, AtDesk)
            self.later(
                timedelta(minutes=self.chance.uniform(0, 240)), f"{taker.id} takes a call", taker.calls
            )
        for one in self._people.values():
            if isinstance(one, AtDesk):
                one.begins()
        self.later(timedelta(minutes=self.chance.uniform(1, 30)), "confusion", self._confusion)
        self._plan_the_network()
        self._dawn = self.now() + timedelta(minutes=self.chance.choice((300, 420)))

    def _plan_the_network(self) -> None:
        """Half an hour in which a provider carries nothing; and numbers that nobody has."""
        self.network.arrived = self._arrived
        for provider in ("twilio", "telnyx"):
            if self.chance.random() < 0.3:
                at = timedelta(minutes=self.chance.uniform(5, 200))
                self.later(at, f"{provider} is down", partial(self._outage, provider))
        for person in self.county.people:
            for address in (person.phone, *(one.address for one in person.more)):
                if address and self.chance.random() < 0.03:
                    self.network.broken[address] = self.chance.choice(BROKEN)

    def _outage(self, provider: str) -> None:
        self.report.coverage.faults["outage"] += 1
        self.network.down[provider] = self.now() + timedelta(minutes=30)

    def _arrived(self, what: Sendable, how: str) -> None:
        self.laws.on_a_phone(what)
        self._handsets.arrived(what, how)

    def _somebody(self, person: Person) -> Somebody:
        kinds = {"dispatcher": AtDesk, "supervisor": Supervisor}
        return kinds.get(person.role, Somebody)(self, person)

    def _confusion(self) -> None:
        if not self.faulty:
            return
        wish = confused.anything(self)
        if wish is not None:
            self.ask(*wish, self.chance.choice(("board", "phone", "link")))
        self.later(timedelta(minutes=self.chance.expovariate(0.12)), "confusion", self._confusion)

    def _calm(self) -> None:
        """No more faults; everybody is awake and does what is theirs to do."""
        self.faulty = False
        self._down_until = None
        self.network.down.clear()
        self._calm_ends = self.now() + CALM_AT_MOST
        for person in self.county.people:
            self._people[person.id].looks_soon(1, 10)

    # --- time ---

    def _go_on(self, over: Callable[[], bool]) -> None:
        for _ in range(STEPS_AT_MOST):
            moment = self._next_moment()
            if moment is None or over():
                return
            self.clock.move_to(moment)
            if self._agenda and self._agenda[0][0] <= self.now():
                _, _, what, act = heapq.heappop(self._agenda)
                self.say(what)
                act()
            self._tick()
            self.laws.after_step()
        raise AssertionError(f"seed {self.seed}: the night does not end")

    def _next_moment(self) -> datetime | None:
        due = self._due()
        if due is not None and self._down_until is not None:
            due = max(due, self._down_until)
        moments = [moment for moment in (due, self._agenda[0][0] if self._agenda else None) if moment]
        return min(moments, default=None)

    def _due(self) -> datetime | None:
        """The first thing that is due; asked of the database only when it has changed."""
        version = self.db.execute("PRAGMA data_version").fetchone()[0]
        if version != self._due_at_version[0]:
            row = self.db.execute(DUE).fetchone()
            due = EPOCH + timedelta(microseconds=row["due"]) if row["due"] is not None else None
            self._due_at_version = (version, due)
        return self._due_at_version[1]

    def _night_is_over(self) -> bool:
        return self.now() >= self._dawn

    def _all_is_done(self) -> bool:
        return self.quiet() or self.now() >= self._calm_ends

    def quiet(self) -> bool:
        """Is it calm, every incident reviewed and every message settled?"""
        left = (
            "SELECT EXISTS (SELECT 1 FROM incidents WHERE stage != 'reviewed') OR EXISTS "
            "(SELECT 1 FROM outbox WHERE state IN ('owed', 'sending', 'ambiguous') AND NOT spare)"
        )
        return not self.faulty and not self.db.execute(left).fetchone()[0]

    def now(self) -> datetime:
        return self.clock.now()

    def pass_time(self, length: timedelta) -> None:
        self.clock.move(length)

    def later(self, delay: timedelta, what: str, moment: Moment) -> None:
        heapq.heappush(self._agenda, (self.now() + delay, next(self._number), what, moment))

    def say(self, what: str) -> None:
        """One line of the readable log."""
        if self._say:
            self._say(f"{self.now():%H:%M:%S} {what}")

    # --- processes ---

    def _tick(self) -> None:
        if self._down_until is not None:
            if self.now() < self._down_until:
                return
            self._down_until = None
            if self._alone_at_start:
                with self.shell.store.write() as connection:
                    void_leases(connection, self.now())
        if self.faulty and self.chance.random() < 0.01:
            self._dies("between a commit and its sends")
            return
        due = self._due()
        if due is None or due > self.now():
            return
        self._maybe_light(40)
        worker = self.chance.choice(self.workers)
        started = self.now()
        try:
            worker.tick()
        except Died as death:
            self._dies(str(death))
        else:
            self.fuse.put_out()
            self.laws.after_tick(started)

    def another_worker_goes_on(self) -> None:
        """While one worker stands still in the middle of a send, the other one works."""
        if not self._paused:
            self._paused = True
            try:
                Worker(self.shell, self.network.wires).tick()
            finally:
                self._paused = False

    def _maybe_light(self, statements: int) -> None:
        if self.faulty and self.chance.random() < 0.02:
            self.fuse.light(self.chance.randrange(1, statements))

    def _maybe_die_now(self) -> None:
        if self.faulty and self.chance.random() < 0.004:
            raise Died("after a commit, before its answer")

    def _dies(self, when: str) -> None:
        """All that a process knew is gone; what it wrote is not. A new one starts now, or after hours."""
        self.fuse.put_out()
        self.report.deaths += 1
        self.workers = [Worker(self.shell, self.network.wires) for _ in range(2)]
        seconds = self.chance.choice((0, 0, 5, 40, 40, 600, 7200 if self.chance.random() < 0.2 else 90))
        self._down_until = self.now() + timedelta(seconds=seconds)
        # Sometimes the new process finds itself alone, sometimes it waits for the leases of the dead one.
        self._alone_at_start = self.chance.random() < 0.5
        self.say(f"DIED {when}; back in {seconds} s")

    def no_transaction_is_open(self) -> None:
        try:
            self.db.execute("BEGIN IMMEDIATE")
            self.db.execute("ROLLBACK")
        except sqlite3.OperationalError:
            raise Broken("no_transaction_over_the_network", "A transaction is open during a send.") from None

    # --- what people do ---

    def ask(
        self, incident: str, command: Command, via: str, words: bool = False, key: str | None = None
    ) -> Done | None:
        """One wish of one person, asked again under the same key when the service dies over it."""
        key = key or f"wish-{next(self._number)}"
        said = {"note": CANARY} if words else None
        return self._wish(
            f"{command.by}: {command}",
            key,
            lambda: commit(self.shell, incident, command, via=via, key=key, words=said),
            command,
        )

    def opens(
        self, by: str, channel: str, answers: tuple[tuple[str, str], ...], needs: tuple[str, ...]
    ) -> None:
        """A call is taken down, with the words of whoever called."""
        key = f"wish-{next(self._number)}"
        words = {"words": CANARY, "callback": "218-555-0147"}
        shell = self.shell
        self._wish(
            f"{by} opens a call",
            key,
            lambda: open_incident(shell, by, PROGRAM, channel, dict(answers), needs, words, "board", key),
            Receive(by, "", 0, PROGRAM, channel),
        )

    def _wish(self, what: str, key: str, wish: Callable[[], Done], command: Command) -> Done | None:
        if self.is_down():
            self._again(what, key, wish, command)
            return None
        self._maybe_light(25)
        before = self._newest()
        try:
            done = wish()
        except Refused as refused:
            self.say(f"{what} -> refused: {refused.sentence}")
            return None
        except Died as death:
            self._dies(f"{death} of: {what}")
            if self._newest() > before:
                self.laws.lived_through(key)
            self._again(what, key, wish, command)
            return None
        finally:
            self.fuse.put_out()
        self.say(f"{what} -> {', '.join(type(fact).__name__ for fact in done.facts) or 'granted before'}")
        self.laws.granted(key, done)
        if self.faulty and self.chance.random() < 0.05:
            # A double click: the same form is here once more.
            self.later(timedelta(seconds=1), f"again: {what}", lambda: self._wish(what, key, wish, command))
        if done.facts:
            self.report.commands += 1
            self.report.coverage.commands[type(command).__name__] += 1
        return done

    def _again(self, what: str, key: str, wish: Callable[[], Done], command: Command) -> None:
        self.later(self._when_it_is_up(), what, lambda: self._wish(what, key, wish, command))

    def _when_it_is_up(self) -> timedelta:
        wait = max(self._down_until or self.now(), self.now()) - self.now()
        return wait + timedelta(seconds=self.chance.uniform(1, 30))

    def _newest(self) -> int:
        newest: int = self.db.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()[0]
        return newest

    def is_down(self) -> bool:
        """Is nobody there now?"""
        return self._down_until is not None and self.now() < self._down_until

    def texts(self, person: Person, body: str) -> None:
        """A phone texts us."""
        self._handsets.texts(person, body)

    def reported(self, our_id: str, status: str, code: str | None) -> None:
        """The provider says how far something came."""
        self.network.ledger[our_id].said.add(status)
        self.hook(f"{status} for {our_id}", lambda: self._hears(our_id, status, code))

    def _hears(self, our_id: str, status: str, code: str | None) -> None:
        report_of(self.shell, int(our_id), status, code)
        self.laws.heard(our_id, status)

    def hook(self, what: str, act: Callable[[], object]) -> None:
        """A provider, or a browser, posts to us; and posts again when we are not there."""
        if self.is_down():
            self.later(self._when_it_is_up(), what, lambda: self.hook(what, act))
            return
        self._maybe_light(25)
        try:
            act()
        except Died as death:
            self._dies(f"{death} of: {what}")
            self.later(self._when_it_is_up(), what, lambda: self.hook(what, act))
        finally:
            self.fuse.put_out()

    # --- what people see ---

    def somebody(self, person: str) -> Somebody:
        return self._people[person]

    def person_of(self, person: str) -> Somebody:
        """Somebody of the staff, with all that they can do."""
        return self._people[person]
