"""One wish counts once however often it is sent; another wish under the same key is another wish."""

from pathlib import Path

from sqlalchemy import func, select

from app.tables import incidents, journal
from dispatch.incident import Incident
from tests.desk import Call
from tests.house import House, a_house
from tests.walk import post


def calls(house: House) -> int:
    with house.shell.store.read() as connection:
        return connection.scalar(select(func.count()).select_from(incidents)) or 0


def notes(house: House, incident: Incident) -> int:
    with house.shell.store.read() as connection:
        told = select(func.count()).where(journal.c.stream == incident.id, journal.c.kind == "Described")
        return connection.scalar(told) or 0


def test_a_call_that_is_sent_twice_is_one_call(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk = house.client("ruiz")
        sent = [
            post(desk, "/incidents/new", key="drawn", channel="phone", place="12 Quarry Road")
            for _ in range(2)
        ]
        assert calls(house) == 1 and len({answer.headers["Location"] for answer in sent}) == 1


def test_a_second_call_on_a_page_that_the_browser_brought_back_is_not_lost(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk = house.client("ruiz")
        for place in ("12 Quarry Road", "9 Mill Lane"):
            assert post(desk, "/incidents/new", key="drawn", channel="phone", place=place).status_code == 302
        assert calls(house) == 2


def test_the_same_key_on_another_call_is_another_wish(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk, one, two = house.client("ruiz"), Call(house), Call(house)
        for call in (one, two, two):
            answer = post(desk, f"/incidents/{call.ref}/note", key="drawn", words="gray van")
            assert answer.status_code == 303
        assert (notes(house, one.incident), notes(house, two.incident)) == (1, 1)


def test_words_that_were_added_before_the_second_press_are_kept(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk, call = house.client("ruiz"), Call(house)
        for words in ("gray van", "gray van, two people in it"):
            post(desk, f"/incidents/{call.ref}/note", key="drawn", words=words)
        assert notes(house, call.incident) == 2


def test_a_wish_counts_once_after_a_new_sign_in_too(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house)
        for _ in range(2):
            post(house.client("ruiz"), f"/incidents/{call.ref}/note", key="drawn", words="gray van")
        assert notes(house, call.incident) == 1
