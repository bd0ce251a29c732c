"""F16: after a long silence nobody's phone is stormed, and the ladder goes on one step at a time."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.tables import outbox
from dispatch import commands as c
from tests.crisis import Crisis
from tests.faults.test_a_worker import paged, states
from tests.house import PHONES, House, a_house

FIRST, NOT_SENT = outbox.c.step == 0, outbox.c.state != "sent"


@pytest.fixture
def house(tmp_path: Path, database_url: str | None) -> Iterator[House]:
    with a_house(tmp_path, database_url=database_url) as house:
        yield house


def test_f16_after_two_hours_of_silence_nobody_is_stormed_and_the_ladder_goes_one_step_at_a_time(
    house: House,
) -> None:
    urgent = Crisis(house).received()
    urgent.ask(c.Triage("ruiz", 1))
    urgent.ask(c.Dispatch("ruiz", "ana", "ben"))
    crises = [urgent, *(paged(house) for _ in range(8))]
    house.worker.tick()
    before = Counter({person: len(house.texts(person)) for person in PHONES})
    house.pass_time(hours=2)
    house.worker.tick()
    for crisis in crises:
        asked = {person for person, state in states(crisis).items() if state == "asked"}
        assert asked == {"cyd", "dov"}, "the next rung, and not the one after it"
    for person in ("cyd", "dov"):
        told = house.texts(person)[before[person] :]
        assert len(told) == 1, "what waits for one phone goes out together"
        assert str(urgent.ref) in told[0], "the most urgent call is named first"
    with house.shell.store.read() as connection:
        left = connection.scalar(
            select(func.count()).where(outbox.c.person.in_(("cyd", "dov")), FIRST, NOT_SENT)
        )
    assert left == 0, "and every page has gone out"
