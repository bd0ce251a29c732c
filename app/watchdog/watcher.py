"""What the watchdog makes of what it sees: when it tells somebody outside, and when all is well enough to ping."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """Seconds: between two questions, how long an answer may take, between two pings, until it is told again; and how
    many bad answers in a row count."""

    ask: float = 5.0
    answer: float = 4.0
    ping: float = 60.0
    again: float = 600.0
    bad: int = 2
    # A service that was told to stop is given this long to end; the watchdog ends with it.
    stopping: float = 60.0


@dataclass(frozen=True)
class Seen:
    """One answer of the service. `sentence` says what is wrong, empty when pages go out; `quiet`: no alarm of the
    house stands that nobody has."""

    sentence: str = ""
    quiet: bool = True


@dataclass(frozen=True)
class Tell:
    """Somebody outside must hear this. `over`: it is well again. `since` is on the watcher's own clock."""

    sentence: str
    since: float
    over: bool = False


@dataclass(frozen=True)
class Wish:
    """What to do after one look."""

    tell: Tell | None = None
    ping: bool = False


class Watcher:
    """Counts bad answers. Times are seconds that never run backwards."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._bad = 0
        self._since = 0.0
        self._told: Tell | None = None
        self._told_at = 0.0
        self._pinged_at: float | None = None
        self._quiet_until = 0.0

    def stopping(self, at: float) -> None:
        """The service was asked to stop by somebody who knows: it is given a while to end."""
        self._quiet_until = at + self._pace.stopping

    def look(self, at: float, seen: Seen) -> Wish:
        """What follows from one answer."""
        return self._well(at, seen) if not seen.sentence else self._unwell(at, seen.sentence)

    def pinged(self, at: float) -> None:
        """A ping went through; the next one is due a while later."""
        self._pinged_at = at

    def _well(self, at: float, seen: Seen) -> Wish:
        told, self._told = self._told, None
        self._bad, self._quiet_until = 0, 0.0
        due = self._pinged_at is None or at - self._pinged_at >= self._pace.ping
        over = Tell("Pages go out again.", told.since, over=True) if told else None
        return Wish(over, ping=due and seen.quiet)

    def _unwell(self, at: float, sentence: str) -> Wish:
        self._bad += 1
        if self._bad == 1:
            self._since = at
        if self._bad < self._pace.bad or at < self._quiet_until:
            return Wish()
        if self._told is not None and at - self._told_at < self._pace.again:
            return Wish()
        self._told, self._told_at = Tell(sentence, self._since), at
        return Wish(self._told)
