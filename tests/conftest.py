"""What many tests share: a house, the running demo with its browser, and the two kinds of database."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.schema import upgrade
from app.store import Store
from tests.browser import Demo, chromium, running_demo
from tests.house import House, a_house
from tests.postgres import Postgres, empty, missing, running_postgres


def at_night(config: pytest.Config) -> bool:
    """Were the long ones asked for?"""
    return "night" in config.option.markexpr.replace("not night", "")


# Long ones begin first, so that none of them is left alone at the end.
FIRST = ("tests/test_parts_stand_still.py", "tests/sim/", "tests/faults/", "tests/test_pages_hold.py")


def _place(item: pytest.Item) -> int:
    return next((place for place, name in enumerate(FIRST) if item.nodeid.startswith(name)), len(FIRST))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=_place)
    if at_night(config):
        return
    for item in items:
        if item.get_closest_marker("night"):
            item.add_marker(pytest.mark.skip("long: run with -m night"))


def pytest_collection_finish() -> None:
    """What is imported by now stays: it need not be looked through again each time that memory is tidied."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """In a SQLite file of its own."""
    with a_house(tmp_path) as house:
        yield house


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo"), browser) as demo:
        yield demo


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for the whole run."""
    if missing():
        pytest.skip(missing())
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def migrated(postgres: Postgres) -> Iterator[str]:
    """A PostgreSQL database that the migrations have brought to the newest schema."""
    with postgres.database() as url:
        store = Store(url)
        upgrade(store)
        store.close()
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where the house of this test lives: each test that asks is run on both. None: a SQLite file of its own."""
    if request.param == "sqlite":
        yield None
        return
    url: str = request.getfixturevalue("migrated")
    yield url
    empty(url)
