"""The service as one process: gunicorn with threads, the worker beside it, SQLite beneath."""

import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from app.factory import create_app
from app.finder import Finder
from app.geocode import geocoder_for
from app.rota.watch import Watch
from app.shell import Shell
from app.web.sockets import SOCKETS_AT_MOST, hang_up
from app.worker import Worker
from notify.transport import Wires

# Each open board holds a thread for its socket; when they run out every request hangs, so there are many more
# threads than boards, and a board beyond the limit falls back to asking every five seconds.
THREADS = SOCKETS_AT_MOST + 106
GRACE_SECONDS = 10

Ready = Callable[[Flask, Worker], None]


class Service(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """One gunicorn worker process that also runs the page worker. `shell` and `transport` are made after the
    fork: no connection and no thread crosses it."""

    def __init__(
        self,
        make: Callable[[], tuple[Shell, Wires]],
        host: str,
        port: int,
        ready: Ready | None = None,
    ) -> None:
        self._make = make
        self._bind = f"{host}:{port}"
        self._ready = ready
        self._worker: Worker | None = None
        self._finder: Finder | None = None
        self._watch: Watch | None = None
        super().__init__()

    def load_config(self) -> None:
        """Gunicorn's settings: one process, many threads."""

        def leave(server: object, process: object) -> None:
            self._leave()

        settings: dict[str, Any] = {
            "bind": self._bind,
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "worker_connections": THREADS * 2,
            "timeout": 60,
            "graceful_timeout": GRACE_SECONDS,
            "keepalive": 15,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "worker_exit": leave,
            "control_socket_disable": True,
        }
        for name, value in settings.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """Called in the worker process."""
        shell, wires = self._make()
        app = create_app(shell)
        self._worker = Worker(shell, wires)
        self._worker.start()
        self._finder = Finder(shell, geocoder_for(shell.settings))
        self._finder.start()
        self._watch = Watch(shell)
        self._watch.start()
        if self._ready is not None:
            self._ready(app, self._worker)
        _hang_up_when_told_to_stop(app)
        return app

    def _leave(self) -> None:
        if self._finder is not None:
            self._finder.stop()
        if self._watch is not None:
            self._watch.stop()
        if self._worker is not None:
            self._worker.stop()


def _hang_up_when_told_to_stop(app: Flask) -> None:
    """Gunicorn waits for every open request, and a socket is one that never ends: with a single open board
    the time would run out and the page worker be killed in the middle of a send."""
    stop = signal.getsignal(signal.SIGTERM)

    def hang_up_and_stop(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=hang_up, args=(app,), name="hang-up", daemon=True).start()
        if callable(stop):
            stop(number, frame)

    signal.signal(signal.SIGTERM, hang_up_and_stop)


def log_to_stderr() -> None:
    """Plain lines: time, level, where, and never a person's words."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("alembic", "apscheduler", "werkzeug", "twilio", "urllib3", "engineio", "socketio"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
