"""Two people, and twenty, accept one shift at once on SQLite: one taker, each time."""

from pathlib import Path

import pytest

from tests.cover_race import race_of_takers
from tests.house import a_house


@pytest.mark.parametrize("takers", [2, 20])
def test_many_yes_at_once_leave_one_taker(tmp_path: Path, takers: int) -> None:
    with a_house(tmp_path) as house:
        race_of_takers(house, takers)
