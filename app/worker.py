"""The one worker: wakes what is due, sends what is owed, settles what came back; at once when a commit nudges
it, at most a second late."""

import logging
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.exc import OperationalError

from app.alone import Alone
from app.carriers import Carriers
from app.claims import Claim, anything_owed, claim, void_leases
from app.clock import JUMP
from app.commit import commit
from app.house_alarms import end_alarm, raise_alarm
from app.impatience import ask_after, begin_beside, grow_impatient, to_look_at
from app.poisoned import Poisoned
from app.sender import Sender
from app.settling import settle_all
from app.shell import Shell
from app.tables import heartbeats, incidents
from app.tried import drop_old_spares
from dispatch.commands import Wake
from dispatch.value import Refused
from notify.transport import Outcome, Wires

log = logging.getLogger("standby.worker")
TICK_SECONDS = 1.0
CLAIMS_AT_MOST = 100
WAKES_AT_ONCE = 20
WAKES_AT_MOST = 200
CHECKPOINT_EVERY = timedelta(seconds=10)
SPARES_KEPT = timedelta(minutes=10)
# A provider that has not answered a send by now is slow, and the next channel begins beside it.
SLOW_SECONDS = 2.5
LOOKERS = 4
_DUE = (
    select(incidents.c.id)
    .where(
        incidents.c.wake_at <= bindparam("now"),
        incidents.c.id.not_in(bindparam("resting", expanding=True)),
    )
    .order_by(incidents.c.wake_at)
    .limit(WAKES_AT_ONCE)
)
_BEAT = update(heartbeats).where(heartbeats.c.name == "worker")


class Worker:
    """`tick()` may be called from anywhere; one runs at a time. `start()` gives it its own threads."""

    def __init__(self, shell: Shell, wires: Wires) -> None:
        self._shell = shell
        self._carriers = Carriers(shell, wires)
        self._sender = Sender(shell, wires)
        self._alone = Alone(shell.store)
        self._threaded = False
        self._came_back: queue.SimpleQueue[tuple[Claim, Outcome]] = queue.SimpleQueue()
        self._out: dict[tuple[int, int], tuple[Claim, float]] = {}
        self._slow: set[tuple[int, int]] = set()
        self._nudged = threading.Event()
        self._stopping = threading.Event()
        self._one_at_a_time = threading.Lock()
        self._poisoned = Poisoned(shell)
        self._beaten: datetime | None = None
        self._checkpointed: datetime | None = None
        self._threads: list[threading.Thread] = []
        self._scheduler: BackgroundScheduler | None = None
        self._lookers: ThreadPoolExecutor | None = None

    @property
    def poisoned(self) -> tuple[str, ...]:
        """Incidents whose rules raised an error; they are tried again, and the others are not held up."""
        return self._poisoned.incidents

    def start(self) -> None:
        """Run until `stop()`. APScheduler gives the beat; a commit's nudge does not wait for it; and should
        the scheduler's own thread die, the wait below still ends each second."""
        self._threaded = True
        # Looking has hands of its own: a provider that does not answer questions holds up no page.
        self._lookers = ThreadPoolExecutor(LOOKERS, thread_name_prefix="look")
        self.begin()
        self._shell.listeners.append(lambda _: self.nudge())
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._scheduler.add_job(
            self.nudge,
            "interval",
            seconds=TICK_SECONDS,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.start()
        thread = threading.Thread(target=self._run, name="worker", daemon=True)
        thread.start()
        self._threads.append(thread)

    def begin(self) -> None:
        """Join those who work here. Where nobody does, what is on the wire is a dead one's."""
        with self._shell.store.read() as connection:
            newest = connection.scalar(select(func.max(heartbeats.c.at)))
        if newest is not None:
            self._shell.clock.run_on_from(newest)
        self._alone.join(self._void_leases)
        self._poisoned.begin(self._shell.clock.now())

    def let_go(self) -> None:
        """Another may be alone now."""
        self._alone.let_go()

    def _void_leases(self) -> None:
        try:
            with self._shell.store.write() as connection:
                void_leases(connection, self._shell.clock.now())
        except OperationalError as fault:  # they run out by themselves
            log.warning("the leases of the dead stand: %s", type(fault).__name__)

    def stop(self) -> None:
        """Finish what is on the wire, settle it, and stop."""
        self._stopping.set()
        self._nudged.set()
        for thread in self._threads:
            thread.join(timeout=10)
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
        if self._threaded:
            self._carriers.stop()
            self._settle_and_claim()
        if self._lookers is not None:
            self._lookers.shutdown(wait=True, cancel_futures=True)
        self.let_go()

    def nudge(self) -> None:
        """There may be something to do now."""
        self._nudged.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._nudged.wait(TICK_SECONDS)
            self._nudged.clear()
            try:
                self.tick()
            except Exception as fault:
                # The beat must go on: logged, counted by the heartbeat's age, tried again.
                log.error("tick failed: %s", type(fault).__name__)
                self._stopping.wait(TICK_SECONDS / 4)

    def tick(self) -> None:
        """Settle, send, wake, send what waking owed, and leave a heartbeat."""
        with self._one_at_a_time:
            self._settle_and_send()
            self._look_after_the_silent()
            for _ in range(WAKES_AT_MOST // WAKES_AT_ONCE):
                # After a long silence many wake at once; what the first owe goes out before the last wakes.
                woken = self._wake_what_is_due()
                self._settle_and_send()
                if woken < WAKES_AT_ONCE:
                    break
            self._beat()

    def _settle_and_send(self) -> None:
        for _ in range(CLAIMS_AT_MOST):
            if not self._settle_and_claim():
                return

    def _settle_and_claim(self) -> bool:
        """Settle what came back, claim and hand over what may go out; was there either? One turn at the
        database for both, and the next one: a decided page does not wait for those being decided."""
        back = self._back()
        # No more than can go out now: what waits in line would use up its lease there.
        room = 0 if self._stopping.is_set() else self._carriers.room()
        now = self._shell.clock.now()
        owed = room > 0 and self._anything_owed(now)
        if not back and not owed:
            return False
        claims: list[Claim] = []
        poisoned: list[str] = []
        try:
            with self._shell.store.write(next_in_line=True) as connection:
                poisoned = settle_all(connection, self._shell, self._carriers, back, now)
                if owed:
                    claims = claim(connection, now, room, self._carriers.choose, self._poisoned.incidents)
        except BaseException:
            # Nothing was written: what came back is settled at the next beat, and no hand stays taken.
            for back_again in back:
                self._came_back.put(back_again)
            self._carriers.recount([one for one, _ in self._out.values()])
            raise
        for incident in poisoned:
            self._poisoned.note(incident, "its page cannot be given up")
        for one_claim in claims:
            self._hand_over(one_claim)
        return bool(back or claims)

    def _back(self) -> list[tuple[Claim, Outcome]]:
        back: list[tuple[Claim, Outcome]] = []
        while not self._came_back.empty():
            back.append(self._came_back.get())
        return back

    def _anything_owed(self, now: datetime) -> bool:
        # A look without a writer's turn: most ticks find nothing and must not queue behind the desk.
        with self._shell.store.read() as connection:
            return anything_owed(connection, now)

    def _hand_over(self, one: Claim) -> None:
        self._out[one.id, one.fence] = (one, time.monotonic())
        if self._threaded:
            self._carriers.pool(one).submit(self._send, one)
        else:
            self._send(one)

    def _send(self, one: Claim) -> None:
        try:
            outcome = self._sender.send(one)
        except Exception as fault:
            # A fault of ours while sending is an unclear outcome, never a lost page.
            log.error("sending %s failed: %s", one.id, type(fault).__name__)
            outcome = Outcome("ambiguous", code="our_fault")
        self._carriers.done(one)
        self._out.pop((one.id, one.fence), None)
        self._came_back.put((one, outcome))
        self._nudged.set()

    def _look_after_the_silent(self) -> None:
        """Whom nobody says anything of: the next channel begins beside the one that is silent."""
        now = self._shell.clock.now()
        grow_impatient(self._shell, now)
        for row in to_look_at(self._shell, now):
            if self._lookers is not None:
                self._lookers.submit(ask_after, self._shell, self._carriers, row)
            else:
                ask_after(self._shell, self._carriers, row)
        self._mark_the_slow(now)

    def _mark_the_slow(self, now: datetime) -> None:
        late = time.monotonic() - SLOW_SECONDS
        out = list(self._out.items())
        self._slow &= {key for key, _ in out}
        for key, (one, since) in out:
            if since > late or key in self._slow:
                continue
            self._slow.add(key)
            for channel in self._carriers.carried_by(one.provider or ""):
                self._shell.health.note(one.program, channel, one.provider or "", "slow", "no_answer")
            if one.urgent:
                begin_beside(self._shell, one, now)

    def _wake_what_is_due(self) -> int:
        now = self._shell.clock.now()
        resting = self._poisoned.resting(now)
        with self._shell.store.read() as connection:
            due = connection.scalars(_DUE, {"now": now, "resting": resting}).all()
        for incident in due:
            self._wake(incident)
        self._poisoned.forget_what_is_not_due()
        return len(due)

    def _wake(self, incident: str) -> None:
        # One incident that cannot be handled must not hold up the others.
        try:
            done = commit(self._shell, incident, Wake(), via="clock")
        except Refused:
            self._poisoned.well_again(incident)
        except OperationalError as fault:
            # The database, or this one alone? Where nothing else can be written either, the beat ends here.
            self._write_a_beat(self._shell.clock.now())
            if self._poisoned.stumbled(incident):
                self._poisoned.note(incident, type(fault).__name__)
        except Exception as fault:
            self._poisoned.note(incident, type(fault).__name__)
        else:
            if not done.facts and self._poisoned.still_due(incident):
                self._poisoned.note(incident, "it is due and nothing comes of waking it")
            else:
                self._poisoned.well_again(incident)

    def _beat(self) -> None:
        now = self._shell.clock.now()
        if self._beaten is not None and now - self._beaten < timedelta(seconds=TICK_SECONDS):
            return
        self._write_a_beat(now)
        self._keep_house(now)

    def _write_a_beat(self, now: datetime) -> None:
        with self._shell.store.write() as connection:
            if not connection.execute(_BEAT, {"at": now}).rowcount:
                connection.execute(insert(heartbeats), {"name": "worker", "at": now})
        self._beaten = now

    def _keep_house(self, now: datetime) -> None:
        if self._checkpointed is None or now - self._checkpointed >= CHECKPOINT_EVERY:
            with self._shell.store.write() as connection:
                drop_old_spares(connection, now - SPARES_KEPT)
                self._look_at_the_clock(connection, now)
            self._shell.store.checkpoint()
            self._alone.keep()
            self._checkpointed = now

    def _look_at_the_clock(self, connection: Connection, now: datetime) -> None:
        apart = self._shell.clock.apart
        if abs(apart) <= JUMP:
            end_alarm(connection, "clock", "", now)
            return
        minutes = round(abs(apart).total_seconds() / 60)
        way = "ahead of" if apart > timedelta(0) else "behind"
        sentence = (
            f"The machine's clock is {minutes} min {way} ours. Deadlines hold. Set the machine's clock right."
        )
        raise_alarm(connection, "clock", "", sentence, now=now)
