"""A house on a port of this machine, where a real browser or a provider's webhook can reach it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from werkzeug.serving import make_server

from tests.house import House, a_house


@contextmanager
def on_the_web(app: Flask, port: int = 0) -> Iterator[str]:
    """Its address, while the block runs; on a free port unless one is named."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def a_house_on_the_web(directory: Path) -> Iterator[House]:
    """It knows its own address, so that its boards may open their live line."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with a_house(directory, base_url=f"http://127.0.0.1:{port}") as house, on_the_web(house.app, port):
        yield house
