"""The live line: a signed-in desk joins a room and is told numbers; no word comes or goes on it."""

import threading
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, request
from flask_socketio import SocketIO, join_room
from werkzeug.exceptions import Forbidden, HTTPException, ServiceUnavailable

from app.live import ROOM
from app.objects import DESK
from app.sessions import find
from app.web.gate import cookie_name
from app.web.here import shell

PATH = "/socket.io"
SOCKETS_AT_MOST = 150


class Door:
    """Stands before the socket server. Each open socket holds a thread as long as it lasts, and its server
    takes anybody's before it asks who they are: strangers, and those too many, are turned away here."""

    def __init__(self, app: Flask, inside: WSGIApplication, most: int = SOCKETS_AT_MOST) -> None:
        self._app = app
        self._inside = inside
        self._room = threading.Semaphore(most)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ.get("PATH_INFO", "").startswith(PATH):
            return self._inside(environ, start_response)
        with self._app.request_context(environ):
            known = _of_the_desk()
        if not known:
            return _away(Forbidden("Sign in first."), environ, start_response)
        if not self._room.acquire(blocking=False):
            return _away(ServiceUnavailable("Too many boards are open."), environ, start_response)
        try:
            return self._inside(environ, start_response)
        finally:
            self._room.release()


def install(app: Flask, sockets: SocketIO) -> None:
    """Take connections from people whose session may see the board."""
    app.wsgi_app = Door(app, app.wsgi_app)  # type: ignore[method-assign]

    @sockets.on("connect")  # type: ignore[untyped-decorator]
    def connect(auth: object = None) -> bool:
        if not _of_the_desk():
            return False
        join_room(ROOM)
        return True


def hang_up(app: Flask) -> None:
    """End every open line; the boards ask again by themselves."""
    for line in list(app.extensions["sockets"].server.eio.sockets.values()):
        line.close(wait=False)


def _of_the_desk() -> bool:
    here = shell()
    with here.store.read() as connection:
        found = find(connection, here, request.cookies.get(cookie_name(), ""))
    return found is not None and bool(found[0].roles & DESK)


def _away(why: HTTPException, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    return why.get_response(environ)(environ, start_response)
