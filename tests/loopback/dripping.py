"""A server whose answers come a byte at a time: each read is quick, and the whole is never there."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Literal

HEAD = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n"
SECONDS = 0.1


@contextmanager
def dripping(what: Literal["headers", "body"]) -> Iterator[str]:
    """Its address, while the block runs."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_serve, args=(listening, what, over), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            over.set()


def _serve(listening: socket.socket, what: str, over: threading.Event) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=_drip, args=(connection, what, over), daemon=True).start()


def _drip(connection: socket.socket, what: str, over: threading.Event) -> None:
    with connection, suppress(OSError):  # the other side has had enough
        connection.recv(65_536)
        if what == "body":
            connection.sendall(HEAD)
        body = b" " * 900
        drip(connection.sendall, body if what == "body" else HEAD + body, lambda: over.wait(SECONDS))


def drip(send: Callable[[bytes], object], slow: bytes, over: Callable[[], bool]) -> None:
    """One byte, then the wait for `over`, and so on. Each comes well within any time-out of a single read."""
    for byte in slow:
        send(bytes((byte,)))
        if over():
            return
