"""Calls to the simulated handsets: they ring; somebody picks up or nobody does; keys go where a provider posts them."""

import threading
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

from app.delivered import evidence, report
from app.shell import Shell
from app.voice import keyed
from dispatch.value import Refused, require
from notify.transport import Call

KEPT_EACH: Final = 3
# A visitor who reads the words takes longer than a caller who hears them.
WAITS_SECONDS: Final = 120.0
LOOK_SECONDS: Final = 0.5
NO_CALL = "No call rings there now. Wait for the next page."
ENDS: Final = {
    "no-answer": "Nobody picked up.",
    "machine": "Voicemail picked up.",
    "busy": "The line was busy.",
    "ended": "The call is over.",
}


@dataclass
class Line:
    """One call to one handset. `script` is what is still to be said; `keys` is how many are asked for now."""

    id: int
    number: str
    ours: int
    script: str
    since: float
    ring_for: float
    state: str = "ringing"
    said: list[tuple[str, str]] = field(default_factory=list)
    keys: int = 0
    stage: str = ""
    typed: str = ""
    otherwise: str = ""
    end: str = ""


class Lines:
    """Every handset's calls. Its reports go the way of a provider's; no lock is held over them."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._lock = threading.Lock()
        self._numbers = count(1)
        self._lines: dict[str, deque[Line]] = {}

    def start(self) -> None:
        """Let what nobody picks up ring out, until the process ends."""
        threading.Thread(target=self._run, name="handsets", daemon=True).start()

    def ring(self, call: Call) -> None:
        """A provider rings this handset."""
        now, ours = self._shell.clock.elapsed(), int(call.our_id)
        seconds = call.ring_for.total_seconds()
        with self._lock:
            lines = self._lines.setdefault(call.to, deque(maxlen=KEPT_EACH))
            busy = bool(lines) and lines[-1].state != "over"
            if not busy:
                lines.append(Line(next(self._numbers), call.to, ours, call.script, now, seconds))
        report(self._shell, ours, "busy" if busy else "ringing", None)

    def pick_up(self, number: str) -> None:
        """Somebody answers; the script is read out as far as its first question."""
        with self._lock:
            line = self._newest(number, "ringing")
            line.state = "talking"
            self._read_out(line)
        report(self._shell, line.ours, "in-progress", None)
        evidence(self._shell, line.ours, "human")
        self._report_end(line)

    def let_it_ring(self, number: str) -> None:
        """Nobody picks up."""
        with self._lock:
            line = self._over(self._newest(number, "ringing"), "no-answer")
        report(self._shell, line.ours, "no-answer", None)

    def voicemail(self, number: str) -> None:
        """A machine picks up and hears it all; it types nothing."""
        with self._lock:
            line = self._over(self._newest(number, "ringing"), "machine")
        report(self._shell, line.ours, "in-progress", None)
        evidence(self._shell, line.ours, "machine_start")
        report(self._shell, line.ours, "machine", None)

    def press(self, number: str, digits: str) -> None:
        """Keys are typed; with enough of them the service is asked what follows."""
        with self._lock:
            line = self._newest(number, "talking")
            line.typed = (line.typed + digits)[: line.keys]
            line.since = self._shell.clock.elapsed()
            if len(line.typed) < line.keys:
                return
            typed, stage, line.typed, line.keys = line.typed, line.stage, "", 0
            line.said.append(("phone", typed))
        script = keyed(self._shell, line.ours, typed, stage, f"demo:{line.id}")
        with self._lock:
            line.script = script
            self._read_out(line)
        self._report_end(line)

    def hang_up(self, number: str) -> None:
        """The person puts the phone down."""
        with self._lock:
            line = self._over(self._newest(number, "talking"), "ended")
        report(self._shell, line.ours, "ended", None)

    def tick(self) -> None:
        """Calls that rang long enough ring out; who types nothing hears the end of the script."""
        now = self._shell.clock.elapsed()
        with self._lock:
            newest = [lines[-1] for lines in self._lines.values() if lines]
            rung_out = [
                line for line in newest if line.state == "ringing" and now - line.since >= line.ring_for
            ]
            silent = [
                line for line in newest if line.state == "talking" and now - line.since >= WAITS_SECONDS
            ]
            for line in rung_out:
                self._over(line, "no-answer")
            for line in silent:
                line.said.append(("standby", line.otherwise))
                self._over(line, "ended")
        for line in (*rung_out, *silent):
            report(self._shell, line.ours, line.end, None)

    def of(self, number: str) -> list[dict[str, Any]]:
        """This handset's calls as the page shows them, oldest first."""
        with self._lock:
            return [
                {
                    "id": line.id,
                    "state": line.state,
                    "said": [{"from": who, "text": words} for who, words in line.said],
                    "keys": line.keys,
                    "typed": line.typed,
                    "end": ENDS.get(line.end, ""),
                }
                for line in self._lines.get(number, ())
            ]

    def _newest(self, number: str, state: str) -> Line:
        lines = self._lines.get(number)
        if not lines or lines[-1].state == "over":
            raise Refused(NO_CALL)
        ringing = lines[-1].state == "ringing"
        require(
            lines[-1].state == state, "Pick it up first." if ringing else "That call is picked up already."
        )
        return lines[-1]

    def _over(self, line: Line, end: str) -> Line:
        line.state, line.end, line.keys = "over", end, 0
        return line

    def _read_out(self, line: Line) -> None:
        """The script up to its first question. What it says when nothing is typed is its last words."""
        verbs = list(ElementTree.fromstring(line.script))
        for verb in verbs:
            if verb.tag == "Gather":
                line.said += [("standby", say.text or "") for say in verb.iter("Say")]
                line.keys = int(verb.attrib["numDigits"])
                line.stage = parse_qs(urlsplit(verb.attrib["action"]).query)["s"][0]
                line.otherwise = next(say.text or "" for say in reversed(verbs) if say.tag == "Say")
                return
            if verb.tag == "Say":
                line.said.append(("standby", verb.text or ""))
        self._over(line, "ended")

    def _report_end(self, line: Line) -> None:
        if line.state == "over":
            report(self._shell, line.ours, "ended", None)

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(LOOK_SECONDS):
            self.tick()
