"""A thread of one's own, for a part that takes the same step again and again."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger("standby.threads")


class OwnThread:
    """From `start()` to `stop()` a step is taken at once, then `every` seconds after the last or when nudged. One that
    fails is logged, and the next one comes."""

    def __init__(self, name: str, step: Callable[[], object], every: float) -> None:
        self._name = name
        self._step = step
        self._every = every
        self._nudged = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def stopping(self) -> bool:
        """Was it asked to end?"""
        return self._stopping.is_set()

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def nudge(self) -> None:
        """There may be something to do now."""
        self._nudged.set()

    def stop(self, within: float = 2.0) -> None:
        """Ask it to end, and wait for that for some seconds; nothing when it was never started."""
        self._stopping.set()
        self._nudged.set()
        if self._thread is not None:
            self._thread.join(timeout=within)

    def _run(self) -> None:
        while not self._stopping.is_set():
            waiting = self._nudged
            try:
                self._step()
            except Exception as fault:  # its text may hold what a person wrote
                log.error("%s failed: %s", self._name, type(fault).__name__)
                waiting = self._stopping  # a nudge would only make it fail again at once
            waiting.wait(self._every)
            self._nudged.clear()
