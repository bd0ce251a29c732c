"""Bringing the database to the newest schema."""

from app.store import Store
from app.tables import frozen_triggers, metadata


def create_schema(store: Store) -> None:
    """Create all tables and the triggers that freeze signed rows, in an empty database."""
    with store.write() as connection:
        metadata.create_all(connection)
        for statement in frozen_triggers(store.engine.dialect.name):
            connection.exec_driver_sql(statement)
