"""The one place that reads the clock; everything else is handed the time."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What time it is, as aware UTC, and how long things take, in seconds that never run backwards. `apart` is how far
    the machine's wall clock is ahead of that time."""

    @property
    def apart(self) -> timedelta: ...

    def now(self) -> datetime: ...

    def elapsed(self) -> float: ...

    def run_on_from(self, newest: datetime) -> None: ...


def both_times(clock: Clock) -> tuple[datetime, datetime]:
    """The time that we keep, and the machine's wall clock. What others dated is held against either: while the two are
    apart, one of them is wrong, and nothing here says which."""
    ours = clock.now()
    return ours, ours + clock.apart


# The machine's wall clock may be set forward at once by this much: a small correction is no fault.
JUMP = timedelta(seconds=60)
# A greater jump is believed when the wall clock still says so after this time; until then nobody's time runs out.
BELIEVED_AFTER = timedelta(seconds=60)
# One beyond this is a fault of the clock, however long it stays: believed, it would end every open page at once. We
# run on; who sets the machine right, or starts us anew, decides.
BELIEVED_AT_MOST = timedelta(minutes=10)
# A process that starts goes on from the newest time that was written down, unless that is plainly nonsense.
RUN_ON_AT_MOST = timedelta(days=2)
# Where the wall clock was set back we run on, this much slower, until it has caught up: a deadline of three minutes
# comes two seconds late, and no two things that we wrote down change places.
SLOWER = 0.01


def _wall() -> datetime:
    return datetime.now(UTC)


class SystemClock:
    """The machine's own clock, kept steady: it never runs backwards, and a leap of the wall clock moves no deadline
    before it is confirmed. The time that really passes is the monotonic one."""

    def __init__(
        self, wall: Callable[[], datetime] = _wall, elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall = wall
        self._elapsed = elapsed
        self._lock = threading.Lock()
        self._now, self._at = wall(), elapsed()
        self._ahead_since: float | None = None
        self._apart = timedelta(0)

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        with self._lock:
            wall, at = self._wall(), self._elapsed()
            self._now = self._steady(wall, at)
            self._at = at
            self._apart = wall - self._now
            return self._now

    def run_on_from(self, newest: datetime) -> None:
        """Begin no earlier than the newest time that an earlier process wrote down: set back in between, every
        deadline from before would lie too far ahead."""
        with self._lock:
            if self._now < newest <= self._wall() + RUN_ON_AT_MOST:
                self._now = newest

    def elapsed(self) -> float:
        """Monotonic seconds."""
        return self._elapsed()

    @property
    def apart(self) -> timedelta:
        """How far the wall clock was ahead of what we said when we were last asked."""
        return self._apart

    def _steady(self, wall: datetime, at: float) -> datetime:
        passed = timedelta(seconds=at - self._at)
        due = self._now + passed
        if wall - due <= JUMP:
            self._ahead_since = None
            return max(wall, due - passed * SLOWER)
        if self._ahead_since is None:
            self._ahead_since = at
        if wall - due > BELIEVED_AT_MOST:
            return due
        return wall if at - self._ahead_since >= BELIEVED_AFTER.total_seconds() else due


class VirtualClock:
    """A clock that stands still until it is moved: for tests, the night simulator and the demo."""

    def __init__(self, start: datetime) -> None:
        assert start.tzinfo is not None
        self._now = start
        self._start = start
        self._lock = threading.Lock()
        self.apart = timedelta(0)

    def now(self) -> datetime:
        """The virtual instant, aware UTC."""
        return self._now

    def elapsed(self) -> float:
        """Virtual seconds since the start."""
        return (self._now - self._start).total_seconds()

    def run_on_from(self, newest: datetime) -> None:
        """Never earlier than this."""
        self.move_to(newest)

    def move(self, by: timedelta) -> datetime:
        """Move on and return the new instant."""
        with self._lock:
            self._now += by
            return self._now

    def move_to(self, instant: datetime) -> datetime:
        """Jump to an instant; never backwards."""
        with self._lock:
            self._now = max(self._now, instant)
            return self._now
