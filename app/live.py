"""Telling open boards that something changed: a number, never a word. The board then pulls with its own rights."""

import logging
import threading
import weakref

from flask_socketio import SocketIO

log = logging.getLogger("standby.live")
ROOM = "desk"
# How often the thread looks whether the service is still there.
LOOK_SECONDS = 5.0


class Live:
    """Emits the newest seq from a thread of its own, so that a commit never waits for a slow socket. Numbers that
    come while one is being told are told as one: only the newest matters. The thread ends after the sockets."""

    def __init__(self, sockets: SocketIO) -> None:
        # Weakly: a thread that held them would keep the whole service in memory for ever.
        self._sockets = weakref.ref(sockets)
        self._news = threading.Event()
        self._seq = 0
        threading.Thread(target=self._run, name="live", daemon=True).start()

    def tell(self, seq: int) -> None:
        """There is news up to `seq`."""
        self._seq = max(self._seq, seq)
        self._news.set()

    def _run(self) -> None:
        while self._sockets() is not None:
            if self._news.wait(LOOK_SECONDS):
                self._news.clear()
                self._emit()

    def _emit(self) -> None:
        sockets = self._sockets()
        try:
            if sockets is not None:
                sockets.emit("seq", {"seq": self._seq}, to=ROOM)
        except Exception as fault:  # a hint that is lost costs one heartbeat of the board, not the truth
            log.error("telling boards failed: %s", type(fault).__name__)
