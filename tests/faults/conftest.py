"""What the faults share: each database has a service to be killed on it."""

from collections.abc import Iterator

import pytest

from tests.conftest import at_night
from tests.faults import strace
from tests.faults.service import Stricken, stricken
from tests.postgres import Postgres

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)]


@pytest.fixture(scope="session")
def kills() -> None:
    """For tests that kill at a system call."""
    if strace.missing():
        pytest.skip(strace.missing())


@pytest.fixture
def sqlite_by_day(request: pytest.FixtureRequest, house: Stricken) -> None:
    """For tests that wait for a lease: on PostgreSQL too, at night."""
    if not house.on_sqlite and not at_night(request.config):
        pytest.skip("long: on PostgreSQL with -m night")


@pytest.fixture(scope="module", params=BOTH)
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stricken]:
    """The real service, on each database; killed and started again by one test after the other."""
    folder = tmp_path_factory.mktemp("stricken")
    if request.param == "sqlite":
        with stricken(folder, None) as house:
            yield house
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database(request.getfixturevalue("migrated")) as url, stricken(folder, url) as house:
        yield house
