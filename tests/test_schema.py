"""The migrations make the very house that the tests live in."""

import re
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from app.schema import is_empty, is_newest, upgrade
from app.store import Store
from app.wiring import shell_for
from tests.house import create_schema, settings_for


def objects(store: Store) -> dict[str, str]:
    """Every table, index and trigger by name, with its words laid out alike."""
    with store.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name != 'alembic_version'"
        ).all()
    return {name: re.sub(r"[\s\"]+", "", sql) for name, sql in rows}


def test_an_empty_database_is_brought_to_the_newest_schema_and_stays_there(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    assert is_empty(store) and not is_newest(store)
    upgrade(store)
    assert is_newest(store) and not is_empty(store)
    upgrade(store)
    assert is_newest(store)


def test_the_migrations_make_what_the_tables_say(tmp_path: Path) -> None:
    migrated = Store(f"sqlite:///{tmp_path / 'a.db'}")
    upgrade(migrated)
    described = shell_for(settings_for(f"sqlite:///{tmp_path / 'b.db'}"))
    create_schema(described)
    made, said = objects(migrated), objects(described.store)
    assert set(made) == set(said)
    triggers = [name for name in said if said[name].startswith("CREATETRIGGER")]
    assert len(triggers) >= 6 and all(made[name] == said[name] for name in triggers)


@pytest.mark.parametrize("act", ["UPDATE journal SET kind = 'x'", "DELETE FROM journal"])
def test_the_journal_cannot_be_changed_by_sql_either(tmp_path: Path, act: str) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    upgrade(store)
    with store.write() as connection:
        connection.exec_driver_sql(
            'INSERT INTO journal (chain, stream, at, recorded_at, "by", via, kind, fact, hash) '
            "VALUES ('c', 's', 0, 0, 'b', 'v', 'k', '{}', x'00')"
        )
    with pytest.raises(IntegrityError, match="frozen"), store.write() as connection:
        connection.exec_driver_sql(act)
