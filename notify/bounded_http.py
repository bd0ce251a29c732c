"""The wire under an httpx client: every exchange ends in time, however slowly bytes come, and is of bounded size."""

import os
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore
import httpx
from httpcore._backends.sync import SyncStream
from requests.utils import get_environ_proxies

from notify.connecting import connected

BYTES_AT_MOST = 1024 * 1024
# A connection that was idle for longer may be gone on the other side just when we use it.
KEPT_SECONDS = 30.0


class BoundedTransport(httpx.BaseTransport):
    """httpx's own time-outs bound each read, so a server that sends one byte a second is never too slow for them. Here
    one moment ends connecting, TLS, writing and reading together. No retries. Safe to share between threads."""

    def __init__(self, base: str, connect_seconds: float, total_seconds: float, at_once: int) -> None:
        self._total = total_seconds
        self._clock = _Deadline()
        backend = _Backend(self._clock, min(connect_seconds, total_seconds))
        self._pool = _pool(base, backend, at_once)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked: float | None = request.extensions.get("timeout", {}).get("read")
        self._clock.end_in(min(asked or self._total, self._total))
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions={"timeout": {"pool": self._total}},
            )
        )
        assert isinstance(answer.stream, Iterable)
        body = _Body(answer.stream)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=body, extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()


def before_any_byte(fault: BaseException | None) -> bool:
    """True when no connection was made, so that nothing can have been sent."""
    return isinstance(fault, (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout))


class _Deadline(threading.local):
    """When the exchange of this thread ends."""

    at: float = 0.0

    def end_in(self, seconds: float) -> None:
        self.at = time.monotonic() + seconds

    def left(self, fault: type[Exception]) -> float:
        seconds = self.at - time.monotonic()
        if seconds <= 0:
            raise fault("the time for this exchange is over")
        return seconds


class _Stream(httpcore.NetworkStream):
    """A connection on which nothing waits beyond the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, clock: _Deadline) -> None:
        self._inner = inner
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._clock.left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._clock.left(httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._clock.left(httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, clock: _Deadline, connect_seconds: float) -> None:
        self._clock = clock
        self._connect = connect_seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        seconds = min(self._connect, self._clock.left(httpcore.ConnectTimeout))
        try:
            return _Stream(SyncStream(connected(host, port, seconds)), self._clock)
        except TimeoutError as fault:
            raise httpcore.ConnectTimeout("no connection in time") from fault
        except OSError as fault:
            raise httpcore.ConnectError("no connection") from fault


class _Body(httpx.SyncByteStream):
    def __init__(self, inner: Iterable[bytes]) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        taken = 0
        for part in self._inner:
            taken += len(part)
            if taken > BYTES_AT_MOST:
                raise httpcore.ReadError("an answer of this size is none")
            yield part

    def close(self) -> None:
        if hasattr(self._inner, "close"):
            self._inner.close()


def _pool(base: str, backend: httpcore.NetworkBackend, at_once: int) -> httpcore.ConnectionPool:
    """With the machine's own proxy and certificates, as the other provider's client takes them."""
    bundle = os.environ.get("REQUESTS_CA_BUNDLE")
    trusted = ssl.create_default_context(cafile=bundle) if bundle else httpx.create_ssl_context()
    proxies = get_environ_proxies(base)
    named = proxies.get(base.partition(":")[0]) or proxies.get("all")
    if not named:
        return httpcore.ConnectionPool(
            ssl_context=trusted,
            max_connections=at_once,
            max_keepalive_connections=at_once,
            keepalive_expiry=KEPT_SECONDS,
            network_backend=backend,
        )
    proxy = httpx.Proxy(named)
    return httpcore.HTTPProxy(
        str(proxy.url),
        proxy.raw_auth,
        ssl_context=trusted,
        max_connections=at_once,
        max_keepalive_connections=at_once,
        keepalive_expiry=KEPT_SECONDS,
        network_backend=backend,
    )
