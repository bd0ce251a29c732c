"""A provider that sends nothing: it keeps what each phone, browser or mailbox would have got. For demo and tests."""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Literal, TypeVar

from notify.outcomes import ambiguous, refused
from notify.transport import Call, Channel, Letter, Outcome, Push, Sendable, Sighting, Text

Trouble = Literal["lost", "refused", "hung", "hung_but_arrives"]
KEPT_EACH = 200
ADDRESSES_KEPT = 2_000
One = TypeVar("One", Text, Call, Push, Letter)


@dataclass(frozen=True)
class Kept:
    """One thing that was handed over. `arrived` is False when the network loses it on its way."""

    what: Sendable
    provider_id: str
    at: datetime
    arrived: bool

    @property
    def status(self) -> str:
        if isinstance(self.what, Call):
            return "ringing"  # whether anybody hears it, only the code that they type says
        return "delivered" if self.arrived else "sent"


Deliver = Callable[[Sendable, str, str], None]
Listener = Callable[[Kept], None]


class Recorder:
    """`deliver(what, provider_id, status)` hears of each state that a text would have reached."""

    def __init__(
        self, now: Callable[[], datetime], deliver: Deliver | None = None, name: str = "recorder"
    ) -> None:
        self._now = now
        self._deliver = deliver
        self._name = name
        self._lock = Lock()
        self._held: OrderedDict[str, deque[Kept]] = OrderedDict()
        self._troubles: dict[str, tuple[Trouble, str]] = {}
        self._down: tuple[Trouble, str] | None = None
        self._listeners: tuple[Listener, ...] = ()
        self._count = 0

    @property
    def name(self) -> str:
        return self._name

    def send(self, what: Sendable) -> Outcome:
        trouble, code = self._trouble(what.to)
        if trouble == "refused":
            return refused(code)
        if trouble == "hung":
            return ambiguous("no_answer")
        kept = self._keep(what, arrived=trouble != "lost")
        self._tell(kept)
        if trouble == "hung_but_arrives":
            return ambiguous("no_answer")
        return Outcome("sent", provider_id=kept.provider_id)

    def find(self, what: Sendable, since: datetime) -> tuple[Sighting, ...] | None:
        with self._lock:
            held = tuple(self._held.get(what.to, ()))
        like = (kept for kept in reversed(held) if _same(kept.what, what) and kept.at >= since)
        return tuple(_sighting(kept) for kept in like)

    def fetch(self, channel: Channel, provider_id: str) -> Sighting | None:
        with self._lock:
            held = [kept for all_of_one in self._held.values() for kept in all_of_one]
        return next((_sighting(kept) for kept in held if kept.provider_id == provider_id), None)

    def texts_to(self, number: str) -> tuple[Text, ...]:
        """What this phone shows, oldest first."""
        return self._got(number, Text)

    def calls_to(self, number: str) -> tuple[Call, ...]:
        """How this phone was rung, oldest first."""
        return self._got(number, Call)

    def pushes_to(self, endpoint: str) -> tuple[Push, ...]:
        """What this browser was shown, oldest first."""
        return self._got(endpoint, Push)

    def letters_to(self, address: str) -> tuple[Letter, ...]:
        """What lies in this mailbox, oldest first."""
        return self._got(address, Letter)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls the listener for each thing handed over, on the sender's thread. Returns the way to end it."""
        with self._lock:
            self._listeners += (listener,)
        return lambda: self._unsubscribe(listener)

    def lose(self, address: str) -> None:
        """The provider takes what goes to this address, and it never arrives."""
        self._set(address, "lost")

    def refuse(self, address: str, code: str = "21610") -> None:
        """The provider says no, with this code."""
        self._set(address, "refused", code)

    def hang(self, address: str, arrives: bool = False) -> None:
        """The provider never answers. What was sent may have arrived all the same."""
        self._set(address, "hung_but_arrives" if arrives else "hung")

    def down(self, code: str | None = None) -> None:
        """The whole provider never answers; or, with a code, refuses everything with it."""
        with self._lock:
            self._down = ("refused", code) if code else ("hung", "")

    def mend(self, address: str | None = None) -> None:
        """What goes to this address goes through again; without one, everything."""
        with self._lock:
            if address is None:
                self._down = None
                self._troubles.clear()
            else:
                self._troubles.pop(address, None)

    def _got(self, address: str, kind: type[One]) -> tuple[One, ...]:
        with self._lock:
            held = tuple(self._held.get(address, ()))
        return tuple(kept.what for kept in held if kept.arrived and isinstance(kept.what, kind))

    def _set(self, address: str, trouble: Trouble, code: str = "") -> None:
        with self._lock:
            self._troubles[address] = (trouble, code)

    def _trouble(self, address: str) -> tuple[Trouble | None, str]:
        with self._lock:
            if self._down is not None:
                return self._down
            return self._troubles.get(address, (None, ""))

    def _keep(self, what: Sendable, arrived: bool) -> Kept:
        at = self._now()
        with self._lock:
            self._count += 1
            kept = Kept(what, f"RE{self._count:032x}", at, arrived)
            self._held.setdefault(what.to, deque(maxlen=KEPT_EACH)).append(kept)
            self._held.move_to_end(what.to)
            if len(self._held) > ADDRESSES_KEPT:
                self._held.popitem(last=False)
        return kept

    def _tell(self, kept: Kept) -> None:
        """Outside the lock: a listener may send something of its own."""
        for listener in self._listeners:
            listener(kept)
        if self._deliver is None:
            return
        began = "initiated" if isinstance(kept.what, Call) else "sent"
        for status in (began, kept.status) if kept.arrived else (began,):
            self._deliver(kept.what, kept.provider_id, status)

    def _unsubscribe(self, listener: Listener) -> None:
        with self._lock:
            self._listeners = tuple(one for one in self._listeners if one is not listener)


def _same(one: Sendable, other: Sendable) -> bool:
    """The same words by the same channel."""
    match one, other:
        case Text(), Text():
            return one.body == other.body
        case Letter(), Letter():
            return one.body == other.body
        case Call(), Call():
            return one.script == other.script
        case Push(), Push():
            return dict(one.payload) == dict(other.payload)
        case _:
            return False


def _sighting(kept: Kept) -> Sighting:
    return Sighting(kept.provider_id, kept.status, None, kept.at)
