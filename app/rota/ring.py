"""The test of a phone: we ring it, and the answer by text says that it works and how fast."""

from datetime import datetime

from sqlalchemy import Connection

from app.shell import Shell


def heard_ring(
    connection: Connection, shell: Shell, persons: tuple[str, ...], ref: int | None, now: datetime
) -> bool:
    """Is this text the answer to a test of one of these people's phones? Then it is noted, and True."""
    return False
