"""A wish that counts once, for changes that are not an incident's: the same key changes nothing again."""

from datetime import datetime

from sqlalchemy import Connection, select

from app.tables import asked


def granted(connection: Connection, by: str, key: str | None) -> str | None:
    """What the same wish made before (an id), or None."""
    if key is None:
        return None
    found = connection.scalar(select(asked.c.stream).where(asked.c.key == key, asked.c.by == by))
    return str(found) if found else None


def grant(connection: Connection, by: str, key: str | None, made: str, seq: int, at: datetime) -> None:
    """Remember what the wish made, in the transaction that made it."""
    if key is not None:
        connection.execute(asked.insert().values(key=key, by=by, stream=made, seq=seq, at=at))
