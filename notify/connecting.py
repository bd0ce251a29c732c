"""A connection to a name within one time, however many addresses it has and however long it takes to look up."""

import socket
import threading
import time
from concurrent.futures import Future
from itertools import chain, zip_longest
from typing import Final

# What an address gets as long as so much is left: less may be too little over a bad line.
LEAST_SECONDS: Final = 1.0
# How long an answer is kept, or waited for: what a slow resolver found too late for one send is there for the next.
KEPT_SECONDS: Final = 30.0
NAMES_KEPT: Final = 100


def connected(host: str, port: int, seconds: float) -> socket.socket:
    """A connection to the first of its addresses that takes one; they share the time that the lookup leaves. Raises
    OSError, which a TimeoutError is too; no byte was sent then."""
    ends_at = time.monotonic() + seconds
    addresses = _NAMES.addresses(host.strip("[]"), port, seconds)
    fault: OSError = TimeoutError("the time for connecting is over")
    for number, address in enumerate(addresses):
        left = ends_at - time.monotonic()
        if left <= 0:
            break
        share = max(left / (len(addresses) - number), min(left, LEAST_SECONDS))
        try:
            made = socket.create_connection((address, port), share)
        except OSError as no:
            fault = no
        else:
            # What follows on it has its own time: a handshake is not held to this address's share.
            made.settimeout(seconds)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return made
    raise fault


class _Names:
    """Looks names up in threads of their own, for a resolver ends when it likes. Each name is asked for once at a time:
    one that hangs holds one thread, however many wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[tuple[str, int], tuple[Future[list[str]], float]] = {}

    def addresses(self, host: str, port: int, seconds: float) -> list[str]:
        """The addresses of a name, in the order to try. Raises OSError."""
        return self._answer(host, port).result(seconds)

    def _answer(self, host: str, port: int) -> Future[list[str]]:
        key, now = (host, port), time.monotonic()
        with self._lock:
            answer, asked_at = self._asked.get(key, (Future(), -KEPT_SECONDS))
            failed = answer.done() and answer.exception() is not None
            if failed or now - asked_at >= KEPT_SECONDS:
                self._asked.pop(key, None)
                if len(self._asked) >= NAMES_KEPT:
                    self._asked.pop(next(iter(self._asked)))
                answer = Future()
                self._asked[key] = (answer, now)
                threading.Thread(
                    target=_look_up, args=(host, port, answer), name="names", daemon=True
                ).start()
            return answer


def _look_up(host: str, port: int, answer: Future[list[str]]) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        answer.set_result(in_turn([(kind, str(at[0])) for kind, _, _, _, at in found]))
    except Exception as no:  # whoever waits is told
        answer.set_exception(no if isinstance(no, OSError) else OSError("that is no name"))


def in_turn(found: list[tuple[int, str]]) -> list[str]:
    """One of each kind in turn: where one kind leads nowhere, the other is tried before the time is over."""
    first = [address for kind, address in found if kind == found[0][0]]
    others = [address for kind, address in found if kind != found[0][0]]
    return [address for address in chain(*zip_longest(first, others)) if address is not None]


_NAMES: Final = _Names()
