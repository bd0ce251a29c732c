"""A database as the version before left it, with a page in it, for a migration that is killed half way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from app.store import Store
from app.wiring import ROOT
from tests.loopback.twilio_server import LoopbackTwilio
from tests.served import environment_for

BEFORE = "0003"
# In the words of that version: whoever is asked, for what, and the text that is still owed.
ROWS = (
    "INSERT INTO programs (id, name, zone, policy, areas, active) VALUES ('p', 'P', 'UTC', '{}', '[]', true)",
    "INSERT INTO people (id, name, credential, email, phone, roles, program, skills, active, created_at)"
    " VALUES ('ana', 'Ana', '', 'ana@alder.example', '+15555550102', '[]', 'p', '[]', true, 0)",
    "INSERT INTO outbox (person, kind, message, priority, state, owed_at, available_at, fence, attempts, incident_seq,"
    " reached) VALUES ('ana', 'PageResponder', '{}', 0, 'owed', 0, 0, 0, 0, 0, 0)",
)


@contextmanager
def at_the_version_before(
    request: pytest.FixtureRequest, folder: Path, kind: str
) -> Iterator[tuple[dict[str, str], str, Callable[[Store], bool]]]:
    """The settings of the service on it, its address, and whether its old row is there to be read."""
    if kind == "sqlite":
        yield _filled(folder, f"sqlite:///{folder / 'before.db'}")
        return
    with request.getfixturevalue("postgres").database() as url:
        yield _filled(folder, url)


def _filled(folder: Path, url: str) -> tuple[dict[str, str], str, Callable[[Store], bool]]:
    store = Store(url)
    with store.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(ROOT / "app" / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)
    with store.write() as connection:
        for row in ROWS:
            connection.exec_driver_sql(row)
    store.close()
    with LoopbackTwilio() as twilio:
        environment = environment_for(folder, 8000, twilio)
    return {**environment, "STANDBY_DATABASE_URL": url}, url, _row_is_there


def _row_is_there(store: Store) -> bool:
    with store.read() as connection:
        rows = connection.exec_driver_sql("SELECT person, kind FROM outbox WHERE state = 'owed'").all()
    return [tuple(row) for row in rows] == [("ana", "PageResponder")]
