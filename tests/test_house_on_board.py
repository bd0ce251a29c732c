"""What every board says of the house: late parts, providers that carry nothing, and alarms of the house with a name."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.heartbeats import beat
from app.house_alarms import raise_alarm, standing
from app.tables import journal, programs
from tests.desk import Call, changes, pulse
from tests.house import PROGRAM, House, a_house
from tests.walk import csrf


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with a_house(tmp_path) as house:
        house.worker.tick()
        yield house


def rail(house: House) -> str:
    html: str = changes(house.client("ruiz"), 0)["rail"]
    return re.sub(r"\s+", " ", html)


def later(house: House, seconds: float, *alive: str) -> None:
    """Time passes, and these parts beat."""
    house.clock.move(timedelta(seconds=seconds))
    for part in alive:
        beat(house.shell, part, house.clock.now())


def test_a_house_that_is_well_says_nothing_of_itself(house: House) -> None:
    later(house, 5, "auditor", "watchdog")
    said = rail(house)
    assert "No open calls" in said and "Look" not in said and "by-hand" not in said


@pytest.mark.parametrize("part", ["auditor", "watchdog"])
def test_a_part_that_stands_still_is_shown_within_eleven_seconds_and_is_not_red(
    house: House, part: str
) -> None:
    later(house, 0, "auditor", "watchdog")
    others = {"worker", "auditor", "watchdog"} - {part}
    later(house, 10, *others)
    assert f"The {part} was" not in rail(house)
    later(house, 1, *others)
    said = rail(house)
    assert f"The {part} was last heard 11 s ago." in said
    assert "data-alarm" not in said, "red is for pages that do not go out"
    assert '<a class="btn" href="/board/house">' in said


def test_a_worker_that_stands_still_is_red_and_leads_to_the_list(house: House) -> None:
    later(house, 11, "auditor", "watchdog")
    said = rail(house)
    assert 'data-alarm="page"' in said and "Pages stopped" in said
    assert "call people by phone" in said and 'href="/board/by-hand"' in said


def test_an_open_board_hears_of_it_without_a_word_in_the_journal(house: House) -> None:
    later(house, 5, "worker", "auditor")
    desk = house.client("ruiz")
    before = pulse(desk)
    later(house, 11, "worker")
    after = pulse(desk)
    assert after["seq"] == before["seq"] and after["house"] != before["house"]


def test_an_overdue_page_yields_to_a_house_that_sends_nothing_and_a_missed_check_does_not(
    house: House,
) -> None:
    call = Call(house).sent()
    house.worker.tick()
    house.pass_time(minutes=4)
    assert "Overdue page" in rail(house)
    later(house, 20)
    said = rail(house)
    assert "Pages stopped" in said and f"/incidents/{call.ref}?pane=comms" in said
    assert "Overdue page" not in said


def test_a_missed_check_stays_on_top_and_the_house_stands_beside_it(house: House) -> None:
    Call(house).there()
    for _ in range(30):
        house.pass_time(minutes=1)
    assert 'data-tone="check"' in rail(house)
    later(house, 20)
    said = rail(house)
    assert 'data-tone="check"' in said and "Pages may not go out" in said and "/board/by-hand" in said


def test_f47_providers_that_carry_nothing_are_named_and_red_only_when_no_phone_can_be_rung(
    house: House,
) -> None:
    health = house.shell.health
    for channel in ("text", "call"):
        health.note(PROGRAM, channel, "twilio", "good")
    for _ in range(4):
        health.note(PROGRAM, "text", "twilio", "bad", "30008")
    said = rail(house)
    assert "Texts by Twilio do not go through" in said and "data-alarm" not in said
    assert 'href="/board/by-hand"' in said
    for _ in range(4):
        health.note(PROGRAM, "call", "twilio", "bad", "busy")
    house.clock.move(timedelta(seconds=1))
    said = rail(house)
    assert "No text and no call goes through" in said and 'data-alarm="page"' in said


def test_an_alarm_of_the_house_is_on_the_rail_until_a_name_has_it(house: House) -> None:
    with house.shell.store.write() as connection:
        raise_alarm(connection, "law", "owned", "A call has no owner. Call 2001.", now=house.clock.now())
        (alarm,) = standing(connection)
    later(house, 1, "worker")
    assert "A call has no owner. Call 2001." in rail(house)
    desk = house.client("ruiz")
    path = f"/board/house/{alarm.id}/take"
    assert path in rail(house)
    page = desk.get("/board/house")
    assert "A call has no owner." in page.get_data(as_text=True)
    form = {"csrf": csrf(desk), "key": "k1"}
    assert desk.post(path, data=form).status_code == 303
    assert desk.post(path, data={**form, "key": "k2"}).status_code == 303, "who says so twice says it once"
    other = house.client("castellan")
    late = other.post(path, data={"csrf": csrf(other), "key": "k3"})
    assert late.status_code == 409 and "somebody else has it" in late.get_data(as_text=True)
    later(house, 2, "worker")
    said = rail(house)
    assert "A. Ruiz has it" in said and path not in said
    with house.shell.store.read() as connection:
        kinds = connection.scalars(select(journal.c.kind).where(journal.c.stream == alarm.id)).all()
    assert set(kinds) == {"HouseAlarmTaken"}


def test_what_concerns_another_program_is_not_on_our_board(house: House) -> None:
    with house.shell.store.write() as connection:
        row = {
            "id": "birch",
            "name": "Birch",
            "zone": "America/Chicago",
            "policy": {},
            "areas": [],
            "active": True,
        }
        connection.execute(programs.insert(), row)
        raise_alarm(
            connection, "reach", "x", "Gil cannot be reached.", program="birch", now=house.clock.now()
        )
    later(house, 1, "worker")
    assert "Gil" not in rail(house)
    assert house.client().get("/healthz").get_json()["house_alarms"] == 1


def test_the_page_of_the_house_says_every_part_and_provider(house: House) -> None:
    later(house, 0, "auditor", "watchdog")
    house.shell.health.note(PROGRAM, "text", "twilio", "account", "20003")
    page = house.client("okonjo").get("/board/house").get_data(as_text=True)
    for words in ("Worker", "Auditor", "Watchdog", "does not go through", "last fault 20003", "None stands."):
        assert words in page, words


def test_the_page_of_the_house_says_who_was_turned_away_at_the_door(house: House) -> None:
    assert "Turned away" not in house.client("okonjo").get("/board/house").get_data(as_text=True)
    for provider in ("twilio", "twilio", "telnyx"):
        assert house.app.test_client().post(f"/hooks/{provider}/status").status_code == 403
    page = house.client("okonjo").get("/board/house").get_data(as_text=True)
    rows = re.findall(r"<td>(\w+)</td><td>no signature, or a wrong one</td><td>(\d)</td>", page)
    assert rows == [("Telnyx", "1"), ("Twilio", "2")]
