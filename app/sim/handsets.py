"""Everybody's phones, browsers and mailboxes around the whole shell: what arrives there, and what comes back."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Protocol

from app.codec import load_message
from app.delivered import evidence
from app.push_seen import seen
from app.replies import hear
from app.ringing import code_of
from app.sim.carrier import Network
from app.sim.county import Person
from app.sim.people import Somebody
from app.sim.scene import Scene
from app.voice import keyed
from dispatch import messages as m
from notify.transport import Call, Letter, Push, Sendable, Text

SECOND = timedelta(seconds=1)
# What a notice or a letter brings somebody to do; a text is read as it stands.
ACTS: dict[type[m.Message], Callable[[Somebody, int], None]] = {
    m.PageResponder: Somebody.asked,
    m.AreYouOk: Somebody.checked,
    m.AlarmStands: Somebody.alarmed,
    m.AreYouOnTheWay: Somebody.hears,
    m.NotesDue: Somebody.hears,
    m.QuestionAsked: Somebody.hears,
}


class Around(Scene, Protocol):
    """What the handsets need of the night besides."""

    network: Network

    def person_of(self, person: str) -> Somebody: ...

    def hook(self, what: str, act: Callable[[], object]) -> None: ...

    def is_down(self) -> bool: ...


class Handsets:
    """What arrives, by channel."""

    def __init__(self, night: Around) -> None:
        self._night = night
        self._number = count(1)

    def arrived(self, what: Sendable, how: str) -> None:
        """A copy has arrived; `how` is what becomes of it."""
        match what:
            case Text():
                self._text(what)
            case Call():
                self._rings(what, how)
            case Push():
                self._shown(what, how)
            case Letter():
                if self._night.chance.random() < 0.2:
                    self._later(
                        300, 3600, f"a letter to {what.to} is read", partial(self._acts_on, what.our_id)
                    )

    def _text(self, text: Text) -> None:
        for person in self._night.county.people:
            if text.to in (person.phone, *(one.address for one in person.more)):
                self._night.person_of(person.id).reads(text.body)
                return

    def _rings(self, call: Call, how: str) -> None:
        """Somebody, or something, picks up or does not."""
        if how == "machine":
            self._night.hook(
                f"a machine took {call.our_id}",
                lambda: evidence(self._night.shell, int(call.our_id), "machine_start"),
            )
        if how == "human":
            self._types(call)

    def _types(self, call: Call) -> None:
        """The code, sometimes a wrong one first; then a key, or they hang up."""
        night = self._night
        row = night.db.execute("SELECT delivery, person FROM outbox WHERE id = ?", (call.our_id,)).fetchone()
        event = f"CA{next(self._number)}"
        code = code_of(night.shell, row["delivery"] or call.our_id)
        if night.faulty and night.chance.random() < 0.1:
            self._key(call, "00" if code != "00" else "11", "code1", event, 3)
        self._key(call, code, "code2", event, 6)
        chosen = night.chance.choices(("1", "2", "9", ""), (60, 15, 5, 20) if night.faulty else (9, 1, 0, 0))[
            0
        ]
        if chosen:
            self._key(call, chosen, "menu1", event, 10)
        if chosen == "1":
            night.later(SECOND * 12, "after a yes", lambda: night.person_of(row["person"]).looks_soon(2, 8))

    def _key(self, call: Call, digits: str, stage: str, event: str, after: float) -> None:
        self._night.later(
            SECOND * after,
            f"keys {digits} in call {call.our_id}",
            lambda: self._typed(call, digits, stage, event),
        )

    def _typed(self, call: Call, digits: str, stage: str, event: str) -> None:
        night = self._night
        if night.is_down():
            return  # nobody is there to take the keys, and the provider hangs up
        known = night.network.ledger[call.our_id]
        known.said.add("human")
        night.report.coverage.faults[f"keys_{stage[:4]}"] += 1
        night.hook(
            f"keys {digits} in {call.our_id}",
            lambda: keyed(night.shell, int(call.our_id), digits, stage, event),
        )

    def _shown(self, push: Push, how: str) -> None:
        night = self._night
        if how == "gone":
            return
        if how == "shown":
            night.network.ledger[push.our_id].said.add("shown")
            self._says(push, "shown")
        if night.chance.random() < 0.5:
            self._later(2, 90, f"a notice {push.our_id} is tapped", lambda: self._tapped(push))

    def _says(self, push: Push, word: str) -> None:
        token = push.payload["seen"]
        self._night.hook(
            f"push {push.our_id} was {word}",
            lambda: seen(self._night.shell, token, word),  # type: ignore[arg-type]
        )

    def _tapped(self, push: Push) -> None:
        self._night.network.ledger[push.our_id].said.add("opened")
        self._says(push, "opened")
        self._acts_on(push.our_id)

    def _acts_on(self, our_id: str) -> None:
        row = self._night.db.execute(
            "SELECT kind, message, person FROM outbox WHERE id = ?", (our_id,)
        ).fetchone()
        message = load_message(row["kind"], row["message"])
        act = ACTS.get(type(message))
        if act is not None:
            act(self._night.person_of(row["person"]), message.ref)

    def texts(self, person: Person, body: str) -> None:
        """A phone texts us: sometimes late, sometimes twice, sometimes never."""
        if person.phone is None:
            return
        night, number = self._night, person.phone
        if body in ("STOP", "START"):
            # The providers act on these by themselves.
            (night.network.stopped.add if body == "STOP" else night.network.stopped.discard)(number)
        event = f"SM{next(self._number)}"
        fates = (("once", 80), ("lost", 4), ("twice", 8), ("late", 8)) if night.faulty else (("once", 1),)
        fate = night.chance.choices([name for name, _ in fates], [often for _, often in fates])[0]
        if fate == "lost":
            return
        delay = night.chance.uniform(60, 900) if fate == "late" else night.chance.uniform(0.5, 4)
        what = f"{person.id} texts {body!r}"
        for _ in range(2 if fate == "twice" else 1):
            night.later(
                SECOND * delay,
                what,
                lambda: night.hook(what, lambda: hear(night.shell, number, body, event)),
            )
            delay += night.chance.uniform(0, 20)

    def _later(self, least: float, most: float, what: str, moment: Callable[[], object]) -> None:
        self._night.later(SECOND * self._night.chance.uniform(least, most), what, moment)
