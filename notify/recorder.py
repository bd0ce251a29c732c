"""A transport that sends nothing: it keeps what each phone would have got. The demo and the tests use it."""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Literal

from notify.outcomes import ambiguous, refused
from notify.transport import Outcome, Sighting, Text

Trouble = Literal["lost", "refused", "hung", "hung_but_arrives"]
TEXTS_KEPT = 200
PHONES_KEPT = 2_000


@dataclass(frozen=True)
class Kept:
    """One text that was handed over. `arrived` is False when the network loses it on its way to the phone."""

    text: Text
    provider_id: str
    at: datetime
    arrived: bool

    @property
    def status(self) -> str:
        return "delivered" if self.arrived else "sent"


Deliver = Callable[[Text, str, str], None]
Listener = Callable[[Kept], None]


class Recorder:
    """`deliver(text, provider_id, status)` hears of each state that a text would have reached."""

    def __init__(self, now: Callable[[], datetime], deliver: Deliver | None = None) -> None:
        self._now = now
        self._deliver = deliver
        self._lock = Lock()
        self._phones: OrderedDict[str, deque[Kept]] = OrderedDict()
        self._troubles: dict[str, tuple[Trouble, str]] = {}
        self._listeners: tuple[Listener, ...] = ()
        self._count = 0

    def send(self, text: Text) -> Outcome:
        trouble, code = self._trouble(text.to)
        if trouble == "refused":
            return refused(code)
        if trouble == "hung":
            return ambiguous("no_answer")
        kept = self._keep(text, arrived=trouble != "lost")
        self._tell(kept)
        if trouble == "hung_but_arrives":
            return ambiguous("no_answer")
        return Outcome("sent", provider_id=kept.provider_id)

    def find(self, text: Text, since: datetime) -> tuple[Sighting, ...] | None:
        with self._lock:
            held = tuple(self._phones.get(text.to, ()))
        like = (kept for kept in reversed(held) if kept.text.body == text.body and kept.at >= since)
        return tuple(_sighting(kept) for kept in like)

    def fetch(self, provider_id: str) -> Sighting | None:
        with self._lock:
            held = [kept for phone in self._phones.values() for kept in phone]
        return next((_sighting(kept) for kept in held if kept.provider_id == provider_id), None)

    def texts_to(self, number: str) -> tuple[Text, ...]:
        """What this phone shows, oldest first."""
        with self._lock:
            held = tuple(self._phones.get(number, ()))
        return tuple(kept.text for kept in held if kept.arrived)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls the listener for each text handed over, on the sender's thread. Returns the way to end it."""
        with self._lock:
            self._listeners += (listener,)
        return lambda: self._unsubscribe(listener)

    def lose(self, number: str) -> None:
        """The provider takes texts to this number and they never arrive."""
        self._set(number, "lost")

    def refuse(self, number: str, code: str = "21610") -> None:
        """The provider says no, with this code."""
        self._set(number, "refused", code)

    def hang(self, number: str, arrives: bool = False) -> None:
        """The provider never answers. The text may have arrived all the same."""
        self._set(number, "hung_but_arrives" if arrives else "hung")

    def mend(self, number: str) -> None:
        """Texts to this number go through again."""
        with self._lock:
            self._troubles.pop(number, None)

    def _set(self, number: str, trouble: Trouble, code: str = "") -> None:
        with self._lock:
            self._troubles[number] = (trouble, code)

    def _trouble(self, number: str) -> tuple[Trouble | None, str]:
        with self._lock:
            return self._troubles.get(number, (None, ""))

    def _keep(self, text: Text, arrived: bool) -> Kept:
        at = self._now()
        with self._lock:
            self._count += 1
            kept = Kept(text, f"RE{self._count:032x}", at, arrived)
            self._phones.setdefault(text.to, deque(maxlen=TEXTS_KEPT)).append(kept)
            self._phones.move_to_end(text.to)
            if len(self._phones) > PHONES_KEPT:
                self._phones.popitem(last=False)
        return kept

    def _tell(self, kept: Kept) -> None:
        """Outside the lock: a listener may send a text of its own."""
        for listener in self._listeners:
            listener(kept)
        if self._deliver is None:
            return
        for status in ("sent", "delivered") if kept.arrived else ("sent",):
            self._deliver(kept.text, kept.provider_id, status)

    def _unsubscribe(self, listener: Listener) -> None:
        with self._lock:
            self._listeners = tuple(one for one in self._listeners if one is not listener)


def _sighting(kept: Kept) -> Sighting:
    return Sighting(kept.provider_id, kept.status, None, kept.at)
