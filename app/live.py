"""Telling open boards that something changed: a number, never a word. The board then pulls with its own rights."""

import logging
import threading

from flask_socketio import SocketIO

log = logging.getLogger("standby.live")
ROOM = "desk"


class Live:
    """Emits the newest seq from a thread of its own, so that a commit never waits for a slow socket. Numbers that
    come while one is being told are told as one: only the newest matters."""

    def __init__(self, sockets: SocketIO) -> None:
        self._sockets = sockets
        self._news = threading.Event()
        self._seq = 0
        threading.Thread(target=self._run, name="live", daemon=True).start()

    def tell(self, seq: int) -> None:
        """There is news up to `seq`."""
        self._seq = max(self._seq, seq)
        self._news.set()

    def _run(self) -> None:
        while True:
            self._news.wait()
            self._news.clear()
            try:
                self._sockets.emit("seq", {"seq": self._seq}, to=ROOM)
            except Exception as fault:  # a hint that is lost costs one heartbeat of the board, not the truth
                log.error("telling boards failed: %s", type(fault).__name__)
