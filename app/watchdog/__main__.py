"""The watchdog as a process of its own: `python -m app.watchdog`, started by the service, which it watches.

The first line of its input is its configuration. A line "stopping" says that the service was told to stop, "bye" that
it has, and that is the watchdog's end too: whether the service comes back is the dead man's to tell. The end of the
input without it says that the service is gone. It writes nothing to the database: its beat goes into an open file that
the service reads.
"""

import json
import logging
import os
import queue
import signal
import struct
import sys
import threading
import time
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from app.clock import SystemClock
from app.watchdog.alarm_path import AlarmPath
from app.watchdog.config import Config, read_config
from app.watchdog.watcher import Seen, Tell, Watcher

log = logging.getLogger("standby.watchdog")
ANSWER_AT_MOST = 65_536
TRY_AGAIN_SECONDS = 30.0
BEAT_SECONDS = 1.0
NO_ANSWER = "Standby does not answer. Call people by phone, from the printed list."
GONE = "Standby has ended without being told to. Call people by phone, from the printed list."


class Watchdog:
    """Asks, beats, and hands what must be told to a thread of its own, so that a slow mail server stops no beat."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._path = AlarmPath(config.org, config.address, config.watched, config.mail)
        self._watcher = Watcher(config.pace)
        self._clock = SystemClock()
        self._newest: queue.SimpleQueue[Tell] = queue.SimpleQueue()
        self._heard: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._pinging = threading.Lock()

    def run(self) -> None:
        """Until the service says bye, or is gone."""
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        threading.Thread(target=self._tell, name="tell", daemon=True).start()
        while True:
            self._beat()
            began = time.monotonic()
            seen = self._ask()
            self._beat()
            wish = self._watcher.look(time.monotonic(), seen)
            if wish.tell is not None:
                self._newest.put(wish.tell)
            if wish.ping:
                threading.Thread(target=self._ping, name="ping", daemon=True).start()
            if not self._wait(self._config.pace.ask - (time.monotonic() - began)):
                return

    def _wait(self, seconds: float) -> bool:
        """Until the next question; False when there is none."""
        ends = time.monotonic() + max(0.0, seconds)
        while True:
            self._beat()
            left = ends - time.monotonic()
            try:
                word = self._heard.get(timeout=min(BEAT_SECONDS, max(0.0, left)))
            except queue.Empty:
                if left <= BEAT_SECONDS:
                    return True
                continue
            if word == "stopping":
                self._watcher.stopping(time.monotonic())
            elif word == "bye":
                return False
            elif word == "":
                self._path.tell([GONE], self._instant(time.monotonic()))
                return False

    def _listen(self) -> None:
        for line in sys.stdin:
            self._heard.put(line.strip() or "?")
        self._heard.put("")

    def _beat(self) -> None:
        if self._config.beat >= 0:
            os.pwrite(self._config.beat, struct.pack("d", time.monotonic()), 0)

    def _ask(self) -> Seen:
        parts = urlsplit(self._config.healthz)
        line = HTTPConnection(parts.hostname or "", parts.port, timeout=self._config.pace.answer)
        try:
            line.request("GET", parts.path, headers={"Host": urlsplit(self._config.address).netloc})
            answer = line.getresponse()
            said = json.loads(answer.read(ANSWER_AT_MOST))
            sentence = "" if said["ok"] is True else str(said["error"])
            return Seen(sentence, quiet=not said.get("house_alarms"))
        except (OSError, HTTPException, ValueError, KeyError, TypeError):
            return Seen(NO_ANSWER, quiet=False)
        finally:
            line.close()

    def _ping(self) -> None:
        # One at a time: while a slow one is on its way the next is not begun.
        if self._pinging.acquire(blocking=False):
            try:
                if self._path.ping():
                    self._watcher.pinged(time.monotonic())
            finally:
                self._pinging.release()

    def _tell(self) -> None:
        """The newest thing to tell; tried again until one way took it, or there is something newer."""
        while True:
            tell = self._newest.get()
            while not self._path.tell([tell.sentence], self._instant(tell.since), tell.over):
                try:
                    tell = self._newest.get(timeout=TRY_AGAIN_SECONDS if self._path.is_set else None)
                except queue.Empty:
                    continue

    def _instant(self, monotonic: float) -> str:
        then = self._clock.now() - timedelta(seconds=time.monotonic() - monotonic)
        return then.strftime("%Y-%m-%d %H:%M:%S UTC")


def main() -> int:
    """Watch one service."""
    # Ctrl-C reaches everybody at a terminal; the service says bye when it ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    Watchdog(read_config(sys.stdin.readline())).run()
    sys.stdout.flush()
    os._exit(0)  # a thread that still waits for a network must not keep an orphan alive


if __name__ == "__main__":
    sys.exit(main())
