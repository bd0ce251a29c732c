"""Planner processes beside the service: started, listened to, told to stop. Each dies alone."""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Final

from app.wiring import ROOT

log = logging.getLogger(__name__)
STORE_EVERY_SECONDS: Final = 0.4
# A planner that was told to stop and does not is ended.
PATIENCE_SECONDS: Final = 10
HISTORY_AT_MOST: Final = 300


def is_installed() -> bool:
    """Is OR-Tools here? Without it a planner makes a first draft and no better one."""
    return find_spec("ortools") is not None


# Called with the draft's id, what is known, and whether it is over.
Heard = Callable[[str, "Progress", bool], None]


@dataclass
class Progress:
    """What a planner has said so far: the newest draft line, the newest bound, the end, and the way there."""

    draft: dict[str, Any] | None = None
    bound: int = 0
    gap: float = 0.0
    seconds: float = 0.0
    how: str = ""
    whys: dict[str, str] = field(default_factory=dict)
    history: list[tuple[float, int]] = field(default_factory=list)

    def hear(self, line: dict[str, Any]) -> bool:
        """Take one line in. True when it changes what a person sees."""
        self.seconds = line.get("seconds", self.seconds)
        match line.get("kind"):
            case "draft":
                self.draft, self.bound, self.gap = line, line["bound"], line["gap"]
                self.history = [*self.history, (line["seconds"], line["price"])][-HISTORY_AT_MOST:]
            case "bound":
                self.bound, self.gap = line["bound"], line["gap"]
            case "end":
                self.how, self.whys = line["how"], line["whys"]
            case "fault":
                log.error(
                    "the planner made a draft that breaks the rule %s; it was not kept", line.get("rule")
                )
            case _:
                return False
        return True


class Solvers:
    """The planner processes of one service."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._running: dict[str, tuple[subprocess.Popen[str], threading.Thread]] = {}

    def start(self, draft: str, problem: str, seconds: float, heard: Heard) -> None:
        """Run a planner for this draft. `heard` is called from a thread of its own."""
        # None of the service's settings go along: they hold keys.
        environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [sys.executable, "-m", "app.planner", str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env=environment,
        )
        listener = threading.Thread(
            target=self._listen, args=(draft, process, problem, heard), name="planner", daemon=True
        )
        with self._guard:
            self._running[draft] = process, listener
        listener.start()

    def running(self) -> frozenset[str]:
        """The drafts that are being worked on by this service."""
        with self._guard:
            return frozenset(self._running)

    def stop(self, draft: str) -> None:
        """Tell a planner to stop; what it has found is kept. Waits until it has ended."""
        with self._guard:
            found = self._running.get(draft)
        if found is None:
            return
        process, listener = found
        process.terminate()
        listener.join(PATIENCE_SECONDS)
        if listener.is_alive():
            process.kill()
            listener.join(PATIENCE_SECONDS)

    def wait(self, draft: str, seconds: float) -> None:
        """Wait until a planner has ended, at most so long."""
        with self._guard:
            found = self._running.get(draft)
        if found is not None:
            found[1].join(seconds)

    def process_of(self, draft: str) -> int | None:
        """The process that works on a draft."""
        with self._guard:
            found = self._running.get(draft)
        return None if found is None else found[0].pid

    def stop_all(self) -> None:
        """The service ends."""
        for draft in self.running():
            self.stop(draft)

    def _listen(self, draft: str, process: subprocess.Popen[str], problem: str, heard: Heard) -> None:
        progress = Progress()
        try:
            self._read(draft, process, problem, heard, progress)
        finally:
            process.kill()
            code = process.wait()
            if not progress.how:
                progress.how = "died"
                log.error("a planner ended by itself, code %s", code)
            try:
                heard(draft, progress, True)
            finally:
                with self._guard:
                    self._running.pop(draft, None)

    def _read(
        self, draft: str, process: subprocess.Popen[str], problem: str, heard: Heard, progress: Progress
    ) -> None:
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(problem + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            return
        told, news = 0.0, False
        for line in process.stdout:
            try:
                news = progress.hear(json.loads(line)) or news
            except ValueError:
                continue  # a process that is killed may leave half a line
            if progress.how:
                return  # it has said its last; taking the solver down is not waited for
            if news and time.monotonic() - told >= STORE_EVERY_SECONDS:
                heard(draft, progress, False)
                told, news = time.monotonic(), False
