"""The service as one process: gunicorn with threads, the worker beside it, SQLite beneath; a watchdog outside."""

import logging
import signal
import threading
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from app.auditor.auditor import Auditor
from app.factory import create_app
from app.finder import Finder
from app.geocode import geocoder_for
from app.probe import Prober
from app.rota.watch import Watch
from app.settings import Settings
from app.shell import Shell
from app.watchdog.alarm_path import AlarmPath
from app.watchdog.config import Config
from app.watchdog.guard import Guard
from app.watchdog.kept import Kept
from app.watchdog.teller import Teller
from app.watchdog.watcher import Pace
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
    fork: no connection and no thread crosses it. With `watched` settings a watchdog stands beside it."""

    def __init__(
        self,
        make: Callable[[], tuple[Shell, Wires]],
        host: str,
        port: int,
        ready: Ready | None = None,
        watched: Settings | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._make = make
        self._bind = f"{host}:{port}"
        self._ready = ready
        self._worker: Worker | None = None
        self._finder: Finder | None = None
        self._watch: Watch | None = None
        self._prober: Prober | None = None
        self._auditor: Auditor | None = None
        self._teller: Teller | None = None
        self._guard: Guard | None = None
        self._watchdog = Kept(_config(watched, host, port, pace or Pace())) if watched is not None else None
        super().__init__()

    def load_config(self) -> None:
        """Gunicorn's settings: one process, many threads."""

        def leave(server: object, process: object) -> None:
            self._leave()

        def bye(server: object) -> None:
            if self._watchdog is not None:
                self._watchdog.bye()

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
            "on_exit": bye,
            "control_socket_disable": True,
        }
        for name, value in settings.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def run(self) -> None:
        """Start the watchdog, then serve until told to stop: it stands before there is anything to watch."""
        if self._watchdog is not None:
            self._watchdog.start()
        super().run()

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
        self._prober = Prober(shell, wires)
        self._prober.start()
        self._watch_the_house(shell)
        if self._ready is not None:
            self._ready(app, self._worker)
        _hang_up_when_told_to_stop(app, self._watchdog)
        return app

    def _watch_the_house(self, shell: Shell) -> None:
        settings = shell.settings
        outside = settings.outside
        self._auditor = Auditor(shell)
        self._auditor.start()
        path = AlarmPath(settings.org, settings.base_url, outside.watched, outside.mail)
        self._teller = Teller(shell, path)
        self._teller.start()
        if self._watchdog is not None:
            alive = {name: partial(_runs, name) for name in ("worker", "auditor", "teller")}
            self._guard = Guard(shell, self._watchdog, alive)
            self._guard.start()

    def _leave(self) -> None:
        # The guard first: to it every other part would seem dead.
        for part in (self._guard, self._teller, self._auditor, self._prober):
            if part is not None:
                part.stop()
        if self._finder is not None:
            self._finder.stop()
        if self._watch is not None:
            self._watch.stop()
        if self._worker is not None:
            self._worker.stop()
        if self._watchdog is not None:
            self._watchdog.bye()


def _config(settings: Settings, host: str, port: int, pace: Pace) -> Config:
    # Asked where it listens, not at its public address: a proxy before it has a fault path of its own.
    here = "127.0.0.1" if host in ("", "0.0.0.0", "::") else host
    where = f"[{here}]" if ":" in here else here
    outside = settings.outside
    return Config(
        f"http://{where}:{port}/healthz",
        settings.org,
        settings.base_url,
        outside.watched,
        outside.mail,
        pace,
    )


def _runs(name: str) -> bool:
    return any(thread.name == name and thread.is_alive() for thread in threading.enumerate())


def _hang_up_when_told_to_stop(app: Flask, watchdog: Kept | None) -> None:
    """Gunicorn waits for every open request, and a socket is one that never ends: with a single open board
    the time would run out and the page worker be killed in the middle of a send."""
    stop = signal.getsignal(signal.SIGTERM)

    def hang_up_and_stop(number: int, frame: FrameType | None) -> None:
        if watchdog is not None:
            watchdog.say("stopping")
        threading.Thread(target=hang_up, args=(app,), name="hang-up", daemon=True).start()
        if callable(stop):
            stop(number, frame)

    signal.signal(signal.SIGTERM, hang_up_and_stop)


def log_to_stderr() -> None:
    """Plain lines: time, level, where, and never a person's words."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("alembic", "apscheduler", "werkzeug", "twilio", "urllib3", "engineio", "socketio"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
