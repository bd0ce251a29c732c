"""When the clocks of a rota's zones are set otherwise than they were when it was last looked at."""

from datetime import datetime

from sqlalchemy import Connection


def moved_shifts(connection: Connection, program: str, now: datetime) -> tuple[str, ...]:
    """A sentence for each shift of the next 60 days that moved because the rules of its zone changed."""
    raise NotImplementedError


def keep_zones(connection: Connection, program: str, now: datetime) -> None:
    """Write down how the clocks of the program's zones are set from now on. Cheap; the watch calls it each time."""
    raise NotImplementedError
