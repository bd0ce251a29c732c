"""A service as `standby serve` starts it, whose parts can be told to stand still: `python -m tests.watched_service`.

A line on its input names the part: worker, auditor, or "end worker" and "end auditor" to let its thread run out.
"""

import os
import sys
import threading
from pathlib import Path

from flask import Flask

from app.serve import Service
from app.settings import read_settings
from app.shell import Shell
from app.watchdog.watcher import Pace
from app.wiring import shell_for, wires_for
from app.worker import Worker
from notify.transport import Wires


class Held(Service):
    """The service with a hand on its parts."""

    def hold(self, app: Flask, worker: Worker) -> None:
        """Called in the process that serves."""
        threading.Thread(target=self._obey, args=(worker,), daemon=True).start()

    def _obey(self, worker: Worker) -> None:
        forever = threading.Event()
        for line in sys.stdin:
            end, _, name = line.strip().rpartition(" ")
            assert self._auditor is not None
            part = worker if name == "worker" else self._auditor._thread
            if end:
                part._stopping.set()
            else:
                setattr(part, "tick" if name == "worker" else "_step", forever.wait)


def main() -> None:
    port, ping = int(sys.argv[1]), float(sys.argv[2])
    settings = read_settings(os.environ, Path(os.environ["HELD_FOLDER"]))

    def make() -> tuple[Shell, Wires]:
        shell = shell_for(settings)
        return shell, wires_for(shell)

    def ready(app: Flask, worker: Worker) -> None:
        service.hold(app, worker)

    service = Held(make, "127.0.0.1", port, ready, watched=settings, pace=Pace(ping=ping))
    service.run()


if __name__ == "__main__":
    main()
