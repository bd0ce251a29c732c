"""The service's end of the watchdog: starts it, reads its beat, starts it anew, and says when the service stops."""

import logging
import os
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import replace

from app.watchdog.config import Config
from app.wiring import ROOT

log = logging.getLogger("standby.watchdog")
# What the way to mail servers and web hooks may need; none of the service's own settings, for they hold keys.
PASSED_ON = (
    "PATH",
    "LANG",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
    *(
        name
        for proxy in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
        for name in (proxy, proxy.lower())
    ),
)


class Kept:
    """One watchdog at a time. Made and started before the server forks: every process of the service holds the end of
    its input, so that it knows the service gone when the last of them is."""

    def __init__(self, config: Config) -> None:
        self._beat = tempfile.TemporaryFile()
        self._config = replace(config, beat=self._beat.fileno())
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._starter = 0
        self._turn = threading.Lock()

    @property
    def pid(self) -> int | None:
        """The process that watches now."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start one."""
        known = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        self._started, self._starter = time.monotonic(), os.getpid()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app.watchdog"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            cwd=ROOT,
            env={**known, "PYTHONPATH": str(ROOT)},
            pass_fds=(self._config.beat,),
            # What is sent to the service's whole family is not meant for who must tell of it.
            start_new_session=True,
        )
        self.say(self._config.line())

    def age(self) -> float:
        """Seconds since its last beat, or since it was started when that is later."""
        raw = os.pread(self._config.beat, 8, 0)
        beaten = struct.unpack("d", raw)[0] if len(raw) == 8 else 0.0
        return max(0.0, time.monotonic() - max(beaten, self._started))

    def start_anew(self) -> None:
        """End the one that does not beat, and start another."""
        with self._turn:
            if self._process is not None:
                # Not through Popen: after the fork it is no child of ours, and Popen would think it gone.
                with suppress(ProcessLookupError):
                    os.kill(self._process.pid, signal.SIGKILL)
                self._process.poll()
                self._close()
            log.warning("the watchdog did not beat and is started anew")
            self.start()

    def say(self, line: str) -> None:
        """A line to the watchdog; that it is gone is no fault of ours."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError, ValueError):
                self._process.stdin.write(f"{line}\n".encode())
                self._process.stdin.flush()

    def bye(self) -> None:
        """The service ends, and knows it. Said by the process that started it: another one's end is not the end."""
        if self._starter == os.getpid():
            self.say("bye")
            self._close()

    def _close(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError, ValueError):
                self._process.stdin.close()
