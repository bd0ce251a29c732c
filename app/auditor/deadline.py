"""A look at the database that writes nothing and ends when its time is over, whatever it was asked."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from app.store import Store

# How many steps of SQLite's machine pass between two looks at the clock: about a tenth of a millisecond.
STEPS = 10_000


class TooLong(Exception):
    """The look was ended: its time was over."""


@contextmanager
def bounded_read(store: Store, seconds: float) -> Iterator[Connection]:
    """One consistent view, read only, for this many seconds in all. Raises `TooLong`."""
    ends = time.monotonic() + seconds
    with store.read() as connection:
        try:
            with _sqlite(connection, ends) if store.is_sqlite else _postgres(connection, seconds):
                yield connection
        except DBAPIError as fault:
            if time.monotonic() >= ends or "statement timeout" in str(fault.orig):
                raise TooLong from fault
            raise
    if time.monotonic() >= ends:
        raise TooLong


@contextmanager
def _sqlite(connection: Connection, ends: float) -> Iterator[None]:
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute("PRAGMA query_only = ON")
    raw.set_progress_handler(lambda: time.monotonic() >= ends, STEPS)
    try:
        yield
    finally:
        # The connection goes back to those who write.
        raw.set_progress_handler(None, 0)
        raw.execute("PRAGMA query_only = OFF")


@contextmanager
def _postgres(connection: Connection, seconds: float) -> Iterator[None]:
    connection.execute(text(f"SET LOCAL statement_timeout = {int(seconds * 1000)}"))
    yield
