"""A place on the network that never answers: a port whose queue is full, so that nobody's first word is heard."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

NAME = "wide.example"


@contextmanager
def black_hole(address: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """Its port, while the block runs."""
    with ExitStack() as held:
        listening = held.enter_context(socket.socket())
        listening.bind((address, port))
        listening.listen(0)
        for _ in range(3):
            knocking = held.enter_context(socket.socket())
            knocking.setblocking(False)
            knocking.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


def found_at(*addresses: str) -> Callable[..., Any]:
    """A resolver that knows one name more, and where it is."""
    real = socket.getaddrinfo

    def look_up(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if host != NAME:
            return real(host, port, *rest, **more)
        kinds = ((socket.AF_INET6 if ":" in one else socket.AF_INET, one) for one in addresses)
        return [(kind, socket.SOCK_STREAM, 6, "", (one, port)) for kind, one in kinds]

    return look_up
