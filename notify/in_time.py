"""An adapter for requests whose exchanges end in time, however slow the bytes and however many the addresses."""

import io
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from notify.connecting import connected

_LIMIT = threading.local()


class InTime(HTTPAdapter):
    """urllib3's own time-outs bound each read, so a server that sends a byte a second is never too slow for them, and
    each address of a name, so that six that do not answer take six times as long."""

    def init_poolmanager(self, *args: Any, **keywords: Any) -> None:
        super().init_poolmanager(*args, **keywords)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **keywords: Any) -> Any:
        made = super().proxy_manager_for(*args, **keywords)
        made.pool_classes_by_scheme = _POOLS
        return made


@contextmanager
def all_within(seconds: float) -> Iterator[None]:
    """What this thread reads inside ends by then."""
    _LIMIT.ends_at = time.monotonic() + seconds
    try:
        yield
    finally:
        _LIMIT.ends_at = None


class _Raw(io.RawIOBase):
    def __init__(self, sock: Any, inner: Any) -> None:
        self._sock = sock
        self._inner = inner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        ends_at = getattr(_LIMIT, "ends_at", None)
        if ends_at is not None:
            left = ends_at - time.monotonic()
            if left <= 0:
                raise TimeoutError("the time for this exchange is over")
            self._sock.settimeout(left)
        taken: int | None = self._inner.readinto1(buffer)
        return taken

    def close(self) -> None:
        self._inner.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **keywords: Any) -> None:
        super().__init__(sock, *args, **keywords)
        self.fp = io.BufferedReader(_Raw(sock, self.fp))


class _Connection(HTTPConnection):
    response_class = _Response

    def _new_conn(self) -> socket.socket:
        seconds = self.timeout
        assert isinstance(seconds, (int, float)), "each request says how long connecting may take"
        try:
            return connected(self._dns_host, self.port, seconds)
        except TimeoutError as fault:
            raise ConnectTimeoutError(self, "no connection in time") from fault
        except OSError as fault:
            raise NewConnectionError(self, "no connection") from fault


class _SafeConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SafePool(HTTPSConnectionPool):
    ConnectionCls = _SafeConnection


_POOLS = {"http": _Pool, "https": _SafePool}
