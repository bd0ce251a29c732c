"""What every HTTP server on the loopback is made of: it opens a door, counts who came, can hold a line, and closes."""

import json
import sys
import threading
from collections import defaultdict, deque
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Generic, Self, TypeVar
from urllib.parse import urlsplit

JSON = "application/json"
HOLD_SECONDS = 30.0

Fault = TypeVar("Fault")


class Loopback:
    """An HTTP server on this machine while its block runs. `lock` guards what requests and the test both touch."""

    connections: int

    def open(self, door: "type[Door[Any]]") -> None:
        """Take a free port, and answer there through this kind of door."""
        self.connections = 0
        self.lock = threading.Lock()
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), door)
        self._server.loopback = self

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def hold(self, seconds: float = HOLD_SECONDS) -> bool:
        """Wait so long, or until the server closes. Whether it closed."""
        return self._closing.wait(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    loopback: Any

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up on a slow answer is what some tests are about."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


Of = TypeVar("Of", bound=Loopback)


class Door(BaseHTTPRequestHandler, Generic[Of]):
    """One connection; kept alive and never delayed, so that what is measured is the client."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def setup(self) -> None:
        super().setup()
        with self.loopback.lock:
            self.loopback.connections += 1

    @property
    def loopback(self) -> Of:
        behind: Of = self.server.loopback
        return behind

    def body(self) -> bytes:
        """All that was sent, read once."""
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, status: int, body: bytes = b"", kind: str = "", location: str | None = None) -> None:
        self.send_response(status)
        if location is not None:
            self.send_header("Location", location)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def answer_json(self, status: int, value: Any, location: str | None = None) -> None:
        self.answer(status, json.dumps(value).encode(), JSON, location)

    def log_message(self, format: str, *args: Any) -> None:
        """What was asked is kept by the server; nothing goes to the terminal."""


class Faults(Generic[Fault]):
    """How the next sends go wrong, in order: to one number, or else to any. `always`: all others too."""

    def __init__(self) -> None:
        self._next: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._lock = threading.Lock()
        self.always: Fault | None = None

    def add(self, faults: tuple[Fault, ...], number: str) -> None:
        with self._lock:
            self._next[number].extend(faults)

    def next(self, number: str) -> Fault | None:
        with self._lock:
            for key in (number, ""):
                if self._next[key]:
                    return self._next[key].popleft()
        return self.always


def post(url: str, body: bytes | str, headers: dict[str, str], really: str | None) -> tuple[int, str]:
    """Post to this public address, at the place where the service `really` listens; the status and the body."""
    target, real = urlsplit(url), urlsplit(really or url)
    connection = HTTPConnection(real.hostname or "127.0.0.1", real.port, timeout=15)
    try:
        path = target.path + (f"?{target.query}" if target.query else "")
        connection.request("POST", path, body, {"Host": target.netloc, **headers})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
