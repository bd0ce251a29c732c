"""F04 and F45 where several pages stood in one text: it is looked for as it went out, and comes at most twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.test_a_worker import paged
from tests.house import PHONES, House, a_house


@pytest.fixture
def house(tmp_path: Path, database_url: str | None) -> Iterator[House]:
    with a_house(tmp_path, database_url=database_url) as house:
        yield house


@pytest.mark.parametrize("arrives", [True, False])
def test_f45_an_unclear_text_of_several_pages_is_one_text_when_it_is_looked_for(
    house: House, arrives: bool
) -> None:
    crises = [paged(house) for _ in range(5)]
    house.recorder.hang(PHONES["ana"], arrives=arrives)
    house.worker.tick()
    house.recorder.mend(PHONES["ana"])
    for _ in range(15):
        house.pass_time(seconds=1)
    told = house.texts("ana")
    assert len(told) == 1, "found again, or sent again as it was"
    assert str(crises[0].ref) in told[0] and "5 crisis pages" in told[0]
