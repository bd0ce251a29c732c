"""The live line: a signed-in desk joins a room and is told numbers; it brings no words and carries none away."""

from flask import request
from flask_socketio import SocketIO, join_room

from app.live import ROOM
from app.objects import DESK
from app.sessions import find
from app.web.gate import cookie_name
from app.web.here import shell


def install(sockets: SocketIO) -> None:
    """Take connections from people whose session may see the board; refuse the rest."""

    @sockets.on("connect")  # type: ignore[untyped-decorator]
    def connect(auth: object = None) -> bool:
        here = shell()
        token = request.cookies.get(cookie_name(), "")
        with here.store.read() as connection:
            found = find(connection, here, token)
        if found is None or not found[0].roles & DESK:
            return False
        join_room(ROOM)
        return True
