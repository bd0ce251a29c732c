"""F04 and F45 where several pages stood in one text: it is looked for as it went out, and comes at most twice."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app.delivered import report
from app.tables import outbox
from dispatch import commands as c
from notify.outcomes import DELIVERED
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


def test_f45_what_is_left_of_an_unclear_text_stays_one_text_and_a_report_is_said_of_nothing_else(
    house: House,
) -> None:
    first, *left = [paged(house) for _ in range(3)]
    house.recorder.hang(PHONES["ana"])
    house.worker.tick()
    first.ask(c.Cancel("ruiz", "caller_withdrew"))
    for _ in range(9):
        house.pass_time(seconds=1)
    house.recorder.mend(PHONES["ana"])
    for _ in range(15):
        house.pass_time(seconds=1)
    told = [text for text in house.texts("ana") if "crisis page" in text.lower()]
    assert len(told) == 1 and "2 crisis pages" in told[0]
    gone, *stays = tries(house)
    assert report(house.shell, gone.id, "delivered", None)
    assert report(house.shell, stays[0].id, "delivered", None)
    assert [row.reached >= DELIVERED for row in tries(house)] == [True, True, True]
    assert [row.bundled_in for row in tries(house)] == [None, None, stays[0].id]


def tries(house: House) -> list[Any]:
    """Ana's texts about pages, in order."""
    found = select(outbox).where(
        outbox.c.person == "ana", outbox.c.page.is_not(None), outbox.c.channel == "text"
    )
    with house.shell.store.read() as connection:
        return list(connection.execute(found.order_by(outbox.c.id)))


def test_f45_a_page_that_stands_in_a_text_no_more_has_not_arrived_with_it(house: House) -> None:
    paged(house)
    paged(house)
    house.recorder.hang(PHONES["ana"])
    house.worker.tick()
    one, two = tries(house)
    assert two.bundled_in == one.id
    with house.shell.store.write() as connection:
        later = update(outbox).where(outbox.c.id == two.id)
        connection.execute(later.values(available_at=house.clock.now() + timedelta(minutes=1)))
    house.recorder.mend(PHONES["ana"])
    for _ in range(10):
        house.pass_time(seconds=1)
    assert report(house.shell, one.id, "delivered", None)
    assert [row.reached >= DELIVERED for row in tries(house)] == [True, False]


def test_f04_a_page_whose_text_was_heard_of_after_its_worker_died_stays_in_that_text(house: House) -> None:
    first, _ = paged(house), paged(house)
    house.recorder.hang(PHONES["ana"])
    house.worker.tick()
    one, two = tries(house)
    with house.shell.store.write() as connection:
        on_the_wire = update(outbox).where(outbox.c.id.in_((one.id, two.id)))
        connection.execute(on_the_wire.values(state="sending", lease_until=house.clock.now()))
    house.recorder.mend(PHONES["ana"])
    first.ask(c.Cancel("ruiz", "caller_withdrew"))
    assert report(house.shell, one.id, "sent", None)
    house.pass_time(seconds=1)
    assert (tries(house)[1].state, tries(house)[1].bundled_in) == ("sent", one.id)
    assert report(house.shell, one.id, "undelivered", "30003")
    assert tries(house)[1].failed, "what is said of the text is said of the page that stood in it"
    assert not any(f"page {first.ref}" in text.lower() for text in house.texts("ana"))
