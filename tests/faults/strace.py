"""A running process under strace: killed, or told of a broken disk, at its Nth call of one kind."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import which

from tests.served import until

ATTACHED = re.compile(r"attached")
ATTACH_WITHIN = 15.0
KILL = "signal=SIGKILL"
BROKEN_DISK = "error=EIO"


@cache
def missing() -> str:
    """Why nothing can be injected here, in words; empty when it can."""
    if which("strace") is None:
        return (
            "No strace on this machine: the Debian package of that name lets a process be killed at any call."
        )
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as sleeper:
        try:
            with injected(sleeper.pid, "read", KILL, 10_000):
                return ""
        except AssertionError:
            return "This machine lets no process look into another (ptrace), so none can be killed at a call."
        finally:
            sleeper.kill()


@dataclass
class Injection:
    """`tracer` holds the process; `said` is where it writes what it saw."""

    pid: int
    tracer: "subprocess.Popen[bytes]"
    said: Path

    @property
    def happened(self) -> bool:
        """Did the fault strike?"""
        return "INJECTED" in self.said.read_text() or self.dead

    @property
    def dead(self) -> bool:
        """Is the process gone, or a body that nobody has buried?"""
        try:
            state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        return state in ("Z", "X")

    def wait_for_death(self, within: float, what: str = "the kill") -> None:
        until(lambda: self.dead, within, what)


@contextmanager
def injected(pid: int, calls: str, fault: str, nth: int | str = 1) -> Iterator[Injection]:
    """The `nth` of these system calls, counted for each thread from now on, meets this fault. `nth` may be strace's
    own `3+`: the third and every one after it."""
    with tempfile.TemporaryDirectory(prefix="standby-strace-") as folder:
        said, heard = Path(folder) / "calls", Path(folder) / "own"
        said.touch()
        asked = ["strace", "-f", "-p", str(pid), "-o", str(said), "-e", f"trace={calls}"]
        asked += ["-e", f"inject={calls}:{fault}:when={nth}"]
        with heard.open("wb") as own:
            tracer = subprocess.Popen(asked, stdout=own, stderr=own, stdin=subprocess.DEVNULL)
        try:
            until(
                lambda: ATTACHED.search(heard.read_text()) or tracer.poll() is not None,
                ATTACH_WITHIN,
                "strace's hold on the process",
            )
            # It may be over already: a thread of the process came to the call as soon as it was held.
            assert ATTACHED.search(heard.read_text()), heard.read_text()
            yield Injection(pid, tracer, said)
        finally:
            if tracer.poll() is None:
                tracer.send_signal(signal.SIGINT)  # lets go, and the process runs on
            try:
                tracer.wait(10)
            except subprocess.TimeoutExpired:
                tracer.kill()
                tracer.wait(10)


def under(calls: str, fault: str, nth: int, command: list[str], **more: object) -> "subprocess.Popen[bytes]":
    """A command that runs under strace from its first call on."""
    asked = [
        "strace",
        "-f",
        "-o",
        os.devnull,
        "-e",
        f"trace={calls}",
        "-e",
        f"inject={calls}:{fault}:when={nth}",
    ]
    return subprocess.Popen([*asked, *command], **more)  # type: ignore[call-overload,no-any-return]
