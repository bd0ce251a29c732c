"""A process that dies: at any statement, between any two of them, or with a text on the wire."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, event

Moment = Callable[[], object]


class Died(BaseException):
    """Kill -9, as seen from inside: nothing may catch it, and nothing after it runs."""


class Fuse:
    """Set to n, it lets the process die before the n-th statement from now."""

    def __init__(self, engine: Engine) -> None:
        self._left: int | None = None
        event.listen(engine, "before_cursor_execute", self._burn)

    def light(self, statements: int) -> None:
        """Die before this many more statements have run."""
        self._left = statements

    def put_out(self) -> None:
        """Not this time."""
        self._left = None

    def _burn(self, connection: Connection, *_: Any) -> None:
        if self._left is None:
            return
        self._left -= 1
        if self._left <= 0:
            self._left = None
            # The machine does this for a process that is gone; here a traceback would keep it open.
            raw: Any = connection.connection.driver_connection
            raw.rollback()
            raise Died("before a statement")
