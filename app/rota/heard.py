"""A text that answers the rota: a request for cover by its number, or a test of the phone."""

from datetime import datetime

from sqlalchemy import Connection

from app.meant import Staff
from app.shell import Shell
from notify.replies import Reply


def hear_rota(
    connection: Connection, shell: Shell, staff: Staff, heard: Reply, via: str, now: datetime
) -> bool:
    """Is this text about the rota? Then it is acted on and answered, and True. A crisis page comes first."""
    return False
