"""The telephone network on a bad night: texts lost, doubled, late, refused, or gone with their sender."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from app.sim.scene import Scene
from app.sim.trouble import Died
from notify.outcomes import ambiguous, refused
from notify.transport import Outcome, Sighting, Text

SECOND = timedelta(seconds=1)
# How a send ends, and how often while the network is bad.
FATES = {
    "arrives": 60,
    "lost": 5,
    "doubled": 4,
    "late": 6,
    "comes_back": 5,
    "not_now": 4,
    "never": 2,
    "hung_gone": 4,
    "hung_arrives": 4,
    "process_dies_before": 2,
    "process_dies_after": 2,
    "process_stops_awhile": 2,
}


@dataclass
class Carried:
    """What the network knows of one of our messages. Only a look that it did not answer, or a copy that came
    back, explains another copy."""

    copies: list[tuple[str, datetime, Text]] = field(default_factory=list)
    sends: int = 0
    looks_unanswered: int = 0
    came_back: set[str] = field(default_factory=set)


class Carrier:
    """A Transport whose faults follow from the night's seed."""

    def __init__(self, night: Scene) -> None:
        self._night = night
        self._number = 0
        self.ledger: defaultdict[str, Carried] = defaultdict(Carried)

    def send(self, text: Text) -> Outcome:
        night = self._night
        night.no_transaction_is_open()
        fates = FATES if night.faulty else {"arrives": 1}
        fate = night.chance.choices(list(fates), list(fates.values()))[0]
        self.ledger[text.our_id].sends += 1
        night.say(f"  message {text.our_id} to {text.to}: {fate}")
        night.pass_time(SECOND * night.chance.uniform(0.05, 0.4))
        outcome: Callable[[Text], Outcome] = getattr(self, f"_{fate}")
        return outcome(text)

    def find(self, text: Text, since: datetime) -> tuple[Sighting, ...] | None:
        night = self._night
        night.no_transaction_is_open()
        known = self.ledger[text.our_id]
        if night.faulty and night.chance.random() < 0.1:
            known.looks_unanswered += 1
            return None
        seen = [copy for copy in reversed(known.copies) if copy[1] >= since and copy[2].body == text.body]
        return tuple(self._sighting(known, sid, at) for sid, at, _ in seen)

    def _sighting(self, known: Carried, sid: str, at: datetime) -> Sighting:
        back = sid in known.came_back
        return Sighting(sid, "undelivered" if back else "sent", "30003" if back else None, at)

    def fetch(self, provider_id: str) -> Sighting | None:
        return None

    def _take(self, text: Text) -> str:
        self._number += 1
        sid = f"SM{self._number:032x}"
        self.ledger[text.our_id].copies.append((sid, self._night.now(), text))
        return sid

    def _to_phone(self, text: Text, delay: timedelta) -> None:
        self._night.later(delay, f"text to {text.to}", lambda: self._night.arrived(text))

    def _report(self, text: Text, *statuses: str, code: str | None = None) -> None:
        """Reports come in any order, and again."""
        heard = list(statuses)
        if self._night.faulty:
            heard += self._night.chance.choices(statuses, k=self._night.chance.choice((0, 0, 0, 3)))
            self._night.chance.shuffle(heard)
        for status in heard:
            failed = code if status in ("undelivered", "failed") else None
            self._night.later(
                SECOND * self._night.chance.uniform(0.5, 30),
                f"{status} for {text.our_id}",
                partial(self._night.reported, text.our_id, status, failed),
            )

    def _arrives(self, text: Text) -> Outcome:
        sid = self._take(text)
        self._to_phone(text, SECOND * self._night.chance.uniform(1, 8))
        self._report(text, "sent", "delivered")
        return Outcome("sent", provider_id=sid)

    def _lost(self, text: Text) -> Outcome:
        return Outcome("sent", provider_id=self._take(text))

    def _doubled(self, text: Text) -> Outcome:
        self._to_phone(text, SECOND * 9)
        return self._arrives(text)

    def _late(self, text: Text) -> Outcome:
        sid = self._take(text)
        self._to_phone(text, SECOND * self._night.chance.uniform(60, 1200))
        self._report(text, "queued", "sent", "delivered")
        return Outcome("sent", provider_id=sid)

    def _comes_back(self, text: Text) -> Outcome:
        sid = self._take(text)
        self.ledger[text.our_id].came_back.add(sid)
        self._report(
            text, "queued", "sent", "undelivered", code=self._night.chance.choice(("30003", "30005"))
        )
        return Outcome("sent", provider_id=sid)

    def _not_now(self, text: Text) -> Outcome:
        return refused(self._night.chance.choice(("20429", "30001", "unheard-of")))

    def _never(self, text: Text) -> Outcome:
        return refused("21610")

    def _hung_gone(self, text: Text) -> Outcome:
        self._night.pass_time(8 * SECOND)
        return ambiguous("no_answer")

    def _hung_arrives(self, text: Text) -> Outcome:
        self._arrives(text)
        self._night.pass_time(8 * SECOND)
        return ambiguous("no_answer")

    def _process_dies_before(self, text: Text) -> Outcome:
        raise Died("before a text went out")

    def _process_dies_after(self, text: Text) -> Outcome:
        self._arrives(text)
        raise Died("after a text went out")

    def _process_stops_awhile(self, text: Text) -> Outcome:
        """A pause longer than the lease: someone else sends it, and our settling comes too late."""
        sent = self._arrives(text)
        self._night.pass_time(SECOND * self._night.chance.uniform(16, 45))
        self._night.another_worker_goes_on()
        return sent
