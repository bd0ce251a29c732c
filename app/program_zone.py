"""The zone of a program: every time that its people are told or shown is a time of this zone."""

from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, select

from app.tables import programs

# Made once: every text that goes out asks it.
_ZONE = select(programs.c.zone).where(programs.c.id == bindparam("program"))


def zone_of(connection: Connection, program: str) -> ZoneInfo:
    """The zone that the program was given."""
    return ZoneInfo(connection.execute(_ZONE, {"program": program}).scalar_one())
