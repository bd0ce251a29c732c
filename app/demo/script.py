"""Three calls that play themselves through the same doors as real ones, and one that waits for the visitor."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from app.charts import Entry, load, save, sign
from app.commit import commit
from app.demo import words
from app.demo.clients import find_person
from app.demo.county import PHONES, PROGRAM
from app.demo.handsets import Handsets
from app.intake import open_incident
from app.replies import hear
from app.shell import Shell, new_id
from app.web.forms import BadFields
from dispatch import commands as c
from dispatch.value import Refused

log = logging.getLogger("standby.demo")
STEP_SECONDS = 0.5
Act = Callable[["Player"], None]


@dataclass(frozen=True)
class Step:
    """Something that happens so many seconds after the demo began."""

    second: float
    act: Act


@dataclass
class Player:
    """Plays the script in real time. A step that the rules refuse, because the visitor did something else, is
    passed over: the visitor is right."""

    shell: Shell
    handsets: Handsets
    calls: dict[str, tuple[str, int]] = field(default_factory=dict)

    def play(self) -> None:
        """Run every step at its time, then end."""
        began = self.shell.clock.elapsed()
        waiting = sorted(SCRIPT, key=lambda step: step.second)
        pause = threading.Event()
        while waiting:
            if self.shell.clock.elapsed() - began < waiting[0].second:
                pause.wait(STEP_SECONDS)
                continue
            self.take(waiting.pop(0))

    def take(self, step: Step) -> None:
        """One step. What goes wrong in the play is logged and never stops the desk."""
        try:
            step.act(self)
        except (Refused, BadFields, KeyError) as passed:
            log.info("the script passed over a step: %s", type(passed).__name__)

    def ask(self, name: str, command: c.Command, **more: str) -> None:
        """The desk asks something of one of the script's calls."""
        incident, _ = self.calls[name]
        commit(self.shell, incident, command, via="board", words=more or None)

    def text(self, name: str, person: str, say: str) -> None:
        """A responder's phone sends a text about one of the calls."""
        _, ref = self.calls[name]
        body = f"{ref} {say}"
        self.handsets.heard(PHONES[person], body)
        hear(self.shell, PHONES[person], body, f"script-{new_id()}")


def call(name: str, said: words.Call) -> Act:
    """A call comes in and is taken down."""

    def act(player: Player) -> None:
        done = open_incident(
            player.shell,
            by="castellan",
            program=PROGRAM,
            channel=said.channel,
            answers=dict(said.answers),
            needs=said.needs,
            fields=dict(said.fields),
            via="board",
        )
        player.calls[name] = (done.incident.id, done.incident.ref)

    return act


def triage(name: str, acuity: int) -> Act:
    """The desk decides."""
    return lambda player: player.ask(name, c.Triage("castellan", acuity, "known_pattern"))


def send(name: str, lead: str, second: str) -> Act:
    """The desk sends a team."""
    return lambda player: player.ask(name, c.Dispatch("castellan", lead, second))


def say(name: str, person: str, text: str) -> Act:
    """A responder texts."""
    return lambda player: player.text(name, person, text)


def hold(name: str, minutes: int) -> Act:
    """The desk sends nobody yet."""

    def act(player: Player) -> None:
        look = player.shell.clock.now() + timedelta(minutes=minutes)
        player.ask(
            name, c.Hold("castellan", "asked_later", look), note="Asked us to come after the children sleep."
        )

    return act


def known(name: str, person: str) -> Act:
    """The desk recognizes a client."""

    def act(player: Player) -> None:
        player.ask(name, c.LinkClient("castellan", find_person(player.shell, person)))

    return act


def write(name: str, person: str, chart: dict[str, object]) -> Act:
    """The responder writes the notes and signs them."""

    def act(player: Player) -> None:
        incident, _ = player.calls[name]
        save(player.shell, incident, person, Entry(chart, 0, "script"))
        with player.shell.store.read() as connection:
            row = load(connection, player.shell, incident).row
        sign(player.shell, incident, person, row)

    return act


SCRIPT: tuple[Step, ...] = (
    # Waits for the visitor: taken down, not triaged.
    Step(0, call("yours", words.YOURS)),
    # One: a quiet good night. Both say yes, go, arrive, clear and sign.
    Step(0, call("home", words.HOME)),
    Step(1, triage("home", 2)),
    Step(1, known("home", "Gordon Hale")),
    Step(2, send("home", "sorensen", "mensah")),
    Step(9, say("home", "sorensen", "Y 12")),
    Step(14, say("home", "mensah", "Y 15")),
    Step(24, say("home", "sorensen", "GO")),
    Step(28, say("home", "mensah", "GO")),
    Step(70, say("home", "sorensen", "HERE")),
    Step(82, say("home", "mensah", "HERE")),
    Step(95, say("home", "sorensen", "WITH")),
    Step(300, say("home", "mensah", "OK")),
    Step(420, say("home", "sorensen", "DONE")),
    Step(480, write("home", "sorensen", words.HOME_NOTES)),
    # Two: one says no, the other does not answer in time, the backup is asked.
    Step(20, call("silence", words.SILENCE)),
    Step(24, triage("silence", 1)),
    Step(28, send("silence", "pruitt", "ekholm")),
    Step(40, say("silence", "pruitt", "Y 20")),
    Step(55, say("silence", "pruitt", "GO")),
    Step(225, say("silence", "raman", "Y 25")),
    Step(240, say("silence", "raman", "GO")),
    Step(420, say("silence", "pruitt", "HERE")),
    Step(450, say("silence", "raman", "HERE")),
    Step(470, say("silence", "pruitt", "WITH")),
    # Three: nobody is sent yet, with a reason and a time to look again.
    Step(45, call("later", words.LATER)),
    Step(60, triage("later", 3)),
    Step(66, hold("later", 4)),
)
