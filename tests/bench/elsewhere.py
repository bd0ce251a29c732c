"""The loopback Twilio in a process of its own, so that what is measured does not share its interpreter."""

import multiprocessing
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

from tests.loopback.twilio_server import LoopbackTwilio

SPAWN = multiprocessing.get_context("spawn")


@dataclass
class Wire:
    """What the other process knows."""

    base: str
    account_sid: str
    auth_token: str
    sender: str
    pipe: "Connection[object, object]"

    def sends(self) -> list[tuple[float, int]]:
        """Each send: monotonic seconds when it came in, and our own id of it."""
        self.pipe.send("sends")
        return self.pipe.recv()  # type: ignore[return-value]


@contextmanager
def a_wire() -> Iterator[Wire]:
    """A Twilio that answers at once."""
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield Wire(*ours.recv(), ours)  # type: ignore[misc]
    finally:
        process.kill()
        process.join(10)


def _serve(pipe: "Connection[object, object]") -> None:
    with LoopbackTwilio(check_shape=False) as twilio:
        pipe.send((twilio.base, twilio.account_sid, twilio.auth_token, twilio.sender))
        while pipe.recv() == "sends":
            pipe.send([(seen.at, _ours(seen.form.get("StatusCallback", ""))) for seen in twilio.sends()])


def _ours(callback: str) -> int:
    found = re.search(r"[?&]m=(\d+)", callback)
    return int(found[1]) if found else 0
