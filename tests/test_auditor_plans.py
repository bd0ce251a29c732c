"""What the auditor asks each minute never walks through all that ever happened."""

from pathlib import Path

import pytest

from app.auditor.audit import audit
from app.auditor.auditor import Auditor
from app.auditor.law import Law
from app.auditor.laws.every import EVERY
from tests.desk import Call
from tests.house import a_house
from tests.test_query_plans import walks


@pytest.mark.parametrize("law", EVERY, ids=lambda law: law.name)
def test_no_law_walks_through_a_table_that_grows(tmp_path: Path, law: Law) -> None:
    with a_house(tmp_path) as house:
        Call(house).going()
        Call(house).sent("cyd", "dov")
        house.worker.tick()
        slow = walks(house, lambda: audit(house.shell, [law]))
    assert not slow, "\n".join(slow)


def test_no_look_of_the_auditor_does(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        Call(house).going()
        house.worker.tick()
        auditor = Auditor(house.shell)
        auditor.look(house.clock.now())
        slow = walks(house, auditor.step)
        assert not slow, "\n".join(slow)
