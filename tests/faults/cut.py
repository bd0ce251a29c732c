"""Two network namespaces and a line between them that can be cut: what a service cannot reach any more."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from shutil import which

IP = which("ip") or "/usr/sbin/ip"
OURS, THEIRS = "10.254.77.1", "10.254.77.2"


@cache
def missing() -> str:
    """Why no line can be cut here, in words; empty when one can."""
    if os.geteuid() != 0:
        return "Only root can make a network namespace to cut off."
    if not os.path.exists(IP):
        return "No ip on this machine: the Debian package iproute2 has it."
    try:
        with a_line():
            return ""
    except PermissionError as refused:
        return f"This machine lets nobody make a network namespace: {refused}"


@dataclass(frozen=True)
class Line:
    """`name` is the namespace on the far side; there we are at `OURS`, and it is at `THEIRS`."""

    name: str

    @property
    def prefix(self) -> list[str]:
        """Before a command that is to run on the far side."""
        return [IP, "netns", "exec", self.name]

    def cut(self) -> None:
        """Nothing passes; packets are lost in silence, and no connection is refused."""
        _ip("link", "set", f"{self.name}h", "down")

    def mend(self) -> None:
        _ip("link", "set", f"{self.name}h", "up")


@contextmanager
def a_line() -> Iterator[Line]:
    """A namespace of its own with one line to us; gone afterwards."""
    name = f"sb{os.getpid() % 100_000}"
    near, far = f"{name}h", f"{name}f"
    _ip("netns", "add", name)
    try:
        _ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", name)
        _ip("addr", "add", f"{OURS}/30", "dev", near)
        _ip("link", "set", near, "up")
        _ip("-n", name, "addr", "add", f"{THEIRS}/30", "dev", far)
        _ip("-n", name, "link", "set", far, "up")
        _ip("-n", name, "link", "set", "lo", "up")
        yield Line(name)
    finally:
        subprocess.run([IP, "netns", "del", name], capture_output=True, timeout=20)
        subprocess.run([IP, "link", "del", near], capture_output=True, timeout=20)


def _ip(*arguments: str) -> None:
    done = subprocess.run([IP, *arguments], capture_output=True, timeout=20)
    if done.returncode:
        raise PermissionError(done.stderr.decode(errors="replace").strip())


if __name__ == "__main__":
    sys.exit(missing() or 0)
