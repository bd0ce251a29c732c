"""A program in New York while the house is set to Chicago: whoever is told a time, is told the same one."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from app.commit import load_incident
from app.replies import hear
from app.tables import programs
from dispatch import commands as c
from dispatch.reach import CHANNELS
from dispatch.stages import Seat
from tests.desk import Call, changes
from tests.house import NIGHT, PHONES, House, a_house
from tests.walk import csrf

# NIGHT is 03:00 in Chicago, which is what STANDBY_ZONE says where it is not set.
CHICAGO, NEW_YORK, DENVER = (re.compile(rf"(?<![\d:@])0{hour}:[0-5]\d") for hour in (3, 4, 2))


@pytest.fixture
def house(tmp_path: Path, database_url: str | None) -> Iterator[House]:
    with a_house(tmp_path, database_url=database_url, demo_channels=CHANNELS) as house:
        with house.shell.store.write() as connection:
            connection.execute(update(programs).values(zone="America/New_York"))
        yield house


def seen(house: House, path: str, person: str | None = "ruiz") -> str:
    answer = house.client(person).get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def drawn(house: House) -> str:
    """What an open board is told."""
    told = changes(house.client("ruiz"), 0)
    return "".join([told["log"], told["rail"], *told["rows"].values()])


def shown(markup: str) -> str:
    """What stands on the page, without what only the browser reads."""
    return re.sub(r"<[^>]+>", " ", markup)


def is_new_york(markup: str) -> bool:
    return bool(NEW_YORK.search(shown(markup))) and not CHICAGO.search(shown(markup))


def test_the_text_and_the_call_of_a_page_name_the_same_minute(house: House) -> None:
    Call(house).sent()
    house.worker.tick()
    assert "Answer by 04:03" in house.texts("ana")[-1]
    for _ in range(8):
        house.pass_time(seconds=15)
    call = house.recorder.calls_to(PHONES["ana"])[0]
    assert "Answer by four oh three A M" in call.script


@pytest.mark.parametrize("path", ["/board", "/board/by-hand", "/deliveries", "/log", "/incidents/{ref}"])
def test_every_page_of_the_desk_shows_the_time_of_the_program(house: House, path: str) -> None:
    call = Call(house).sent()
    house.worker.tick()
    page = seen(house, path.format(ref=call.ref))
    assert is_new_york(page)
    assert '<meta name="standby-zone" content="America/New_York">' in page


@pytest.mark.parametrize("pane", ["story", "comms", "send"])
def test_every_pane_of_a_call_shows_it_too(house: House, pane: str) -> None:
    call = Call(house).sent()
    house.worker.tick()
    assert is_new_york(seen(house, f"/incidents/{call.ref}?pane={pane}"))


def test_what_a_board_is_told_later_shows_it_too(house: House) -> None:
    Call(house).sent()
    assert is_new_york(drawn(house))


def test_an_answer_that_comes_too_late_hears_since_when_by_the_same_clock(house: House) -> None:
    call = Call(house).sent()
    house.worker.tick()
    hear(house.shell, PHONES["ben"], f"{call.ref} Y", "e1")
    call.do(c.AskPerson("ruiz", "dov", Seat.LEAD))
    hear(house.shell, PHONES["dov"], f"{call.ref} Y", "e2")
    hear(house.shell, PHONES["ana"], f"{call.ref} Y", "e3")
    house.worker.tick()
    assert "Dov Osei has it since 04:00." in house.texts("ana")[-1]


def test_the_page_behind_a_link_shows_it_to_a_phone_that_is_not_signed_in(house: House) -> None:
    Call(house).sent()
    house.worker.tick()
    found = re.search(r"/p/\S+", house.texts("ana")[-1])
    assert found is not None
    assert is_new_york(seen(house, found[0], person=None))


def test_a_time_that_the_desk_types_is_a_time_of_the_program(house: House) -> None:
    call = Call(house).triaged(3)
    desk = house.client("ruiz")
    form = {"csrf": csrf(desk), "reason": "no_team", "look_again": "04:30", "key": "k1"}
    answer = desk.post(f"/incidents/{call.ref}/hold", data=form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    with house.shell.store.read() as connection:
        held = load_incident(connection, call.id)
    assert held is not None and held.due is not None and held.due.at == NIGHT + timedelta(minutes=30)


def test_a_board_that_was_drawn_is_drawn_anew_when_the_program_moves(house: House) -> None:
    Call(house).sent()
    assert is_new_york(drawn(house))
    with house.shell.store.write() as connection:
        connection.execute(update(programs).values(zone="America/Denver"))
    assert DENVER.search(shown(drawn(house))) and not NEW_YORK.search(shown(drawn(house)))
