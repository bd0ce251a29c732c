"""What a watchdog is told when it starts: whom it watches, whom it tells, and how often; one line of JSON."""

import json
from dataclasses import asdict, dataclass

from app.outside import Mail, Watched
from app.watchdog.watcher import Pace


@dataclass(frozen=True)
class Config:
    """`healthz` is where the service listens on this machine, `address` where people find it. `beat` is the number of
    the open file that the watchdog leaves its beat in."""

    healthz: str
    org: str
    address: str
    watched: Watched
    mail: Mail | None
    pace: Pace = Pace()
    beat: int = -1

    def line(self) -> str:
        """As it is written to the watchdog. It holds a password: it is never logged."""
        return json.dumps(asdict(self))


def read_config(line: str) -> Config:
    """The same, read back."""
    said = json.loads(line)
    watched = said["watched"]
    return Config(
        said["healthz"],
        said["org"],
        said["address"],
        Watched(tuple(watched["emails"]), watched["url"], watched["deadman"], tuple(watched["probes"])),
        Mail(**said["mail"]) if said["mail"] else None,
        Pace(**said["pace"]),
        said["beat"],
    )
