"""From a texted reply to every open board: python -m tests.bench.boards."""

import json
import random
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, RemoteDisconnected
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from simple_websocket import Client, ConnectionClosed
from sqlalchemy import select

from app.tables import journal
from tests.bench.elsewhere import SPAWN
from tests.bench.figures import machine, show, spread
from tests.house import PHONES
from tests.loopback.twilio_server import LoopbackTwilio
from tests.served import Served, a_service, until

BOARDS = 50
REPLIES = 20
POLLED_REPLIES = 5
POLL_EVERY = 5.0
OPEN_CALLS = 25
TARGET = "target p99 250"


@dataclass
class Board:
    """One open board: it hears a number on its socket, and pulls what changed over a kept connection."""

    port: int
    cookie: str
    seq: int = 0
    saw: list[tuple[float, int]] = field(default_factory=list)
    ready: threading.Event = field(default_factory=threading.Event)

    def listens(self) -> None:
        """Until the service goes away."""
        address = f"ws://127.0.0.1:{self.port}/socket.io/?EIO=4&transport=websocket"
        socket = Client.connect(address, headers={"Cookie": self.cookie})
        http = self._connected()
        socket.receive()
        socket.send("40")
        self._pulls(http)
        try:
            while True:
                self._hears(str(socket.receive()), socket, http)
        except ConnectionClosed:
            return

    def _hears(self, packet: str, socket: Client, http: HTTPConnection) -> None:
        if packet == "2":
            socket.send("3")
        elif packet.startswith("40"):
            self.ready.set()
        elif packet.startswith("42") and json.loads(packet[2:])[1]["seq"] > self.seq:
            self._pulls(http)

    def polls(self) -> None:
        """The alternative: no socket, a look every few seconds."""
        http = self._connected()
        self._pulls(http)
        pause = threading.Event()
        pause.wait(random.random() * POLL_EVERY)
        self.ready.set()
        while True:
            self._pulls(http)
            pause.wait(POLL_EVERY)

    def _connected(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=30)

    def _pulls(self, http: HTTPConnection) -> None:
        try:
            told = self._asks(http)
        except (RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            http.close()  # a kept connection may be closed between two looks; a browser opens another
            told = self._asks(http)
        self.seq = json.loads(told)["seq"]
        self.saw.append((time.monotonic(), self.seq))

    def _asks(self, http: HTTPConnection) -> bytes:
        headers = {"Cookie": self.cookie, "X-Standby": "1"}
        http.request("GET", f"/board/changes?after={self.seq}", headers=headers)
        return http.getresponse().read()


def open_boards(pipe: "Pipe[object, object]", port: int, cookie: str, way: str) -> None:
    """All boards, in a process of their own; answers what each saw when asked."""
    boards = [Board(port, cookie) for _ in range(BOARDS)]
    for board in boards:
        live: Callable[[], None] = getattr(board, way)
        threading.Thread(target=live, daemon=True).start()
    for board in boards:
        board.ready.wait(60)
    pipe.send("ready")
    while pipe.recv() == "saw":
        pipe.send([board.saw for board in boards])


def measured(served: Served, twilio: LoopbackTwilio, ref: int, way: str, replies: int) -> list[float]:
    """Seconds from each reply's post to each board's sight of it."""
    cookie = "; ".join(f"{name}={value}" for name, value in served.desk().http.cookies.items())
    ours, theirs = SPAWN.Pipe()
    boards = SPAWN.Process(target=open_boards, args=(theirs, served.port, cookie, way), daemon=True)
    boards.start()
    assert ours.recv() == "ready"
    posted: list[float] = []
    pause = threading.Event()
    before = _etas(served)
    for number in range(replies):
        pause.wait(0.7)
        posted.append(time.monotonic())
        assert twilio.receive(PHONES["ana"], f"{ref} Y {20 + number % 40}") < 300
    seqs = _etas(served)[len(before) :]
    assert len(seqs) == replies

    def saw() -> list[list[tuple[float, int]]]:
        ours.send("saw")
        return ours.recv()  # type: ignore[return-value]

    until(
        lambda: all(seen and seen[-1][1] >= seqs[-1] for seen in saw()), 60, "the last reply on every board"
    )
    seen_by = saw()
    boards.kill()
    boards.join(10)
    return [
        next(at for at, seen in board if seen >= seq) - at_post
        for seq, at_post in zip(seqs, posted, strict=True)
        for board in seen_by
    ]


def _etas(served: Served) -> list[int]:
    with served.shell.store.read() as connection:
        told = select(journal.c.seq).where(journal.c.kind == "EtaGiven").order_by(journal.c.seq)
        return list(connection.scalars(told))


def main() -> None:
    """Sockets, and the alternative, on one service."""
    with tempfile.TemporaryDirectory() as folder, LoopbackTwilio(check_shape=False) as twilio:
        with a_service(Path(folder), twilio) as served:
            twilio.public_base = twilio.webhook_base = served.address
            for _ in range(OPEN_CALLS - 1):
                served.a_call()
            _, ref = served.a_call()
            served.desk().post(f"/incidents/{ref}/dispatch", lead="ana", second="ben")
            until(lambda: twilio.sends(PHONES["ana"]), 20, "the page")
            assert twilio.receive(PHONES["ana"], f"{ref} Y 15") < 300
            ways = {
                "a number on a socket, then a pull": measured(served, twilio, ref, "listens", REPLIES),
                f"a look every {POLL_EVERY:.0f} s": measured(served, twilio, ref, "polls", POLLED_REPLIES),
            }
    rows = [[way, *spread(seconds)] for way, seconds in ways.items()]
    title = f"From a texted reply to each of {BOARDS} open boards, ms ({TARGET}); {machine()}"
    show(title, ["boards", "seen", "p50", "p99", "worst"], rows)


if __name__ == "__main__":
    main()
