"""A map service on this machine: answers as Nominatim, Photon or Pelias do, or never answers."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PLACE = {"lat": "46.8722", "lon": "-96.7433", "display_name": "300 Lake Avenue, Alder Falls", "type": "house"}
FEATURES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [-96.7433, 46.8722]},
            "properties": {"name": "Lake Avenue", "label": "Lake Avenue, Alder Falls", "layer": "street"},
        }
    ],
}


class MapServer(ThreadingHTTPServer):
    """`says` is what comes next: "nominatim", "features", "nothing", "broken", "error" or "hang"."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.says = "nominatim"
        self.asked: list[str] = []
        self.taken = threading.Event()
        self.released = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    server: MapServer

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        self.server.asked.append((query.get("q") or query.get("text") or [""])[0])
        self.server.taken.set()
        if self.server.says == "hang":
            self.server.released.wait(30)
            return
        bodies: dict[str, Any] = {"nominatim": [PLACE], "features": FEATURES, "nothing": [], "broken": 7}
        body = json.dumps(bodies.get(self.server.says, {})).encode()
        self.send_response(500 if self.server.says == "error" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """The test reads `asked` instead."""


@contextmanager
def a_map_server() -> Iterator[MapServer]:
    """Serving while the block runs."""
    server = MapServer()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
