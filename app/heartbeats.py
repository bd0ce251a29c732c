"""Heartbeats of the parts of the service: one row each, when it was last known to be alive."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from app.shell import Shell
from app.tables import heartbeats


def beat(shell: Shell, name: str, at: datetime) -> None:
    """This part was alive at that instant."""
    with shell.store.write() as connection:
        changed = connection.execute(update(heartbeats).where(heartbeats.c.name == name).values(at=at))
        if not changed.rowcount:
            connection.execute(insert(heartbeats), {"name": name, "at": at})


def beats(connection: Connection) -> dict[str, datetime]:
    """When each part was last alive. A part that never ran here is not in it."""
    return {row.name: row.at for row in connection.execute(select(heartbeats.c.name, heartbeats.c.at))}
