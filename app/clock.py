"""The one place that reads the clock; everything else is handed the time."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What time it is, as aware UTC, and how long things take, in seconds that never run backwards."""

    def now(self) -> datetime: ...

    def elapsed(self) -> float: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        return datetime.now(UTC)

    def elapsed(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()


class VirtualClock:
    """A clock that stands still until it is moved: for tests, the night simulator and the demo."""

    def __init__(self, start: datetime) -> None:
        assert start.tzinfo is not None
        self._now = start
        self._start = start
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The virtual instant, aware UTC."""
        return self._now

    def elapsed(self) -> float:
        """Virtual seconds since the start."""
        return (self._now - self._start).total_seconds()

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
