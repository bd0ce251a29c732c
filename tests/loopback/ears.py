"""Whoever listens outside, on the loopback: a web hook that keeps what it is told, and a dead man's URL."""

import json
from typing import Any

from tests.loopback.frame import Door, Loopback


class Ears(Loopback):
    """`told` are the alarms that came to /alarm, `pings` counts what came to /ping. `deaf`: it answers 500."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.pings = 0
        self.deaf = False
        self.open(_Exchange)

    def url(self, path: str) -> str:
        """An address of ours."""
        return self.address + path


class _Exchange(Door[Ears]):
    def do_GET(self) -> None:
        self.loopback.pings += self.path == "/ping"
        self.answer(500 if self.loopback.deaf else 200)

    def do_POST(self) -> None:
        body = self.body()
        if not self.loopback.deaf:
            self.loopback.told.append(json.loads(body))
        self.answer(500 if self.loopback.deaf else 200)
