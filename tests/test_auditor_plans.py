"""What the auditor asks each minute never walks through all that ever happened."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.auditor.audit import ask, audit
from app.auditor.auditor import Auditor
from app.auditor.law import Law
from app.auditor.laws.every import EVERY
from tests.bench.closed import close_many
from tests.desk import Call
from tests.house import House, a_house
from tests.test_query_plans import walks

# More rows than a law of the newest looks at.
SOME = 2_000


@pytest.mark.parametrize("law", EVERY, ids=lambda law: law.name)
def test_no_law_walks_through_a_table_that_grows(tmp_path: Path, law: Law) -> None:
    with a_house(tmp_path) as house:
        Call(house).going()
        Call(house).sent("cyd", "dov")
        house.worker.tick()
        slow = walks(house, lambda: audit(house.shell, [law]))
    assert not slow, "\n".join(slow)


@pytest.fixture(scope="module")
def some_and_many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, House]]:
    """The same night, with so many closed calls behind it and with four times as many; both with figures of what is
    in their tables, by which a database chooses its way."""
    with (
        a_house(tmp_path_factory.mktemp("some")) as some,
        a_house(tmp_path_factory.mktemp("many")) as many,
    ):
        for house, closed in ((some, SOME), (many, 4 * SOME)):
            assert house.shell.store.engine.url.database
            close_many(Path(house.shell.store.engine.url.database), closed)
            Call(house).going()
            Call(house).sent("cyd", "dov")
            house.worker.tick()
        yield some, many


@pytest.mark.parametrize("law", EVERY, ids=lambda law: law.name)
def test_a_law_costs_the_same_however_many_calls_are_closed(
    some_and_many: tuple[House, House], law: Law
) -> None:
    few, more = (steps(house, law) for house in some_and_many)
    assert more <= 1.3 * few + 20, f"{few} hundred steps of the database's machine became {more}"


def steps(house: House, law: Law) -> int:
    """How many hundred steps SQLite's machine takes to answer."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    with house.shell.store.read() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_progress_handler(step, 100)
        try:
            ask(connection, house.shell, law, house.clock.now())
        finally:
            raw.set_progress_handler(None, 0)
    return count


def test_no_look_of_the_auditor_does(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        Call(house).going()
        house.worker.tick()
        auditor = Auditor(house.shell)
        auditor.look(house.clock.now())
        slow = walks(house, auditor.step)
        assert not slow, "\n".join(slow)
