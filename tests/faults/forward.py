"""A listener on one address that passes every byte on to another: how the far side of a line reaches what is here."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

CHUNK = 65_536


@contextmanager
def forwarded(host: str, to: tuple[str, int] | str) -> Iterator[int]:
    """Listen on `host`; the port. `to` is an address, or the path of a socket."""
    with socket.create_server((host, 0), backlog=64) as listening:
        threading.Thread(target=_serve, args=(listening, to), daemon=True).start()
        yield listening.getsockname()[1]


def _serve(listening: socket.socket, to: tuple[str, int] | str) -> None:
    while True:
        try:
            near, _ = listening.accept()
        except OSError:
            return
        try:
            far = _reach(to)
        except OSError:
            near.close()
            continue
        for one, other in ((near, far), (far, near)):
            threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _reach(to: tuple[str, int] | str) -> socket.socket:
    if isinstance(to, tuple):
        return socket.create_connection(to, timeout=30)
    far = socket.socket(socket.AF_UNIX)
    far.connect(to)
    return far


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(CHUNK):
            other.sendall(data)
    for end in (one, other):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
