"""The live line: a signed-in desk joins a room and is told numbers; it brings no words and carries none away."""

import threading

from flask import request
from flask_socketio import SocketIO, join_room

from app.live import ROOM
from app.objects import DESK
from app.sessions import find
from app.web.gate import cookie_name
from app.web.here import shell

SOCKETS_AT_MOST = 150


def install(sockets: SocketIO) -> None:
    """Take connections from people whose session may see the board; refuse the rest, and those too many."""
    counting = threading.Lock()
    open_sockets: set[str] = set()

    @sockets.on("connect")  # type: ignore[untyped-decorator]
    def connect(auth: object = None) -> bool:
        here = shell()
        token = request.cookies.get(cookie_name(), "")
        with here.store.read() as connection:
            found = find(connection, here, token)
        if found is None or not found[0].roles & DESK:
            return False
        with counting:
            if len(open_sockets) >= SOCKETS_AT_MOST:
                return False
            open_sockets.add(request.sid)  # type: ignore[attr-defined]
        join_room(ROOM)
        return True

    @sockets.on("disconnect")  # type: ignore[untyped-decorator]
    def disconnect(reason: object = None) -> None:
        with counting:
            open_sockets.discard(request.sid)  # type: ignore[attr-defined]
