"""Bringing the database to the newest schema, by migrations that are never edited after they shipped."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.store import Store
from app.wiring import ROOT


def upgrade(store: Store) -> None:
    """Run every migration that the database does not have, in one transaction."""
    with store.write() as connection:
        command.upgrade(_config(connection), "head")


def is_newest(store: Store) -> bool:
    """Does the database stand at the newest migration?"""
    with store.read() as connection:
        here = MigrationContext.configure(connection).get_current_revision()
        return here == ScriptDirectory.from_config(_config(connection)).get_current_head()


def is_empty(store: Store) -> bool:
    """Has no migration ever run here?"""
    with store.read() as connection:
        return MigrationContext.configure(connection).get_current_revision() is None


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "app" / "migrations"))
    config.attributes["connection"] = connection
    return config
