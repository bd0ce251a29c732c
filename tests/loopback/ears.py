"""Whoever listens outside, on the loopback: a web hook that keeps what it is told, and a dead man's URL."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass
class Ears:
    """`told` are the alarms that came to /alarm, `pings` counts what came to /ping. `deaf`: it answers 500."""

    told: list[dict[str, Any]] = field(default_factory=list)
    pings: int = 0
    deaf: bool = False

    def __enter__(self) -> Self:
        ears = self

        class Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                ears.pings += self.path == "/ping"
                self._answer()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not ears.deaf:
                    ears.told.append(json.loads(body))
                self._answer()

            def _answer(self) -> None:
                self.send_response(500 if ears.deaf else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    def url(self, path: str) -> str:
        """An address of ours."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"
