"""A map service on this machine: answers as Nominatim, Photon or Pelias do, or never answers."""

import threading
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.loopback.frame import Door, Loopback

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


class MapServer(Loopback):
    """`says` is what comes next: "nominatim", "features", "nothing", "broken", "error" or "hang"."""

    def __init__(self) -> None:
        self.says = "nominatim"
        self.asked: list[str] = []
        self.taken = threading.Event()
        self.open(_Answer)


class _Answer(Door[MapServer]):
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        maps = self.loopback
        maps.asked.append((query.get("q") or query.get("text") or [""])[0])
        maps.taken.set()
        if maps.says == "hang":
            maps.hold()
            return
        bodies: dict[str, Any] = {"nominatim": [PLACE], "features": FEATURES, "nothing": [], "broken": 7}
        self.answer_json(500 if maps.says == "error" else 200, bodies.get(maps.says, {}))
