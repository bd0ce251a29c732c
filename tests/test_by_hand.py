"""The clerk's list: whom to call by hand, in the ladder's order, when nothing can be sent and when no key is there."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from app.factory import create_app
from app.queries.by_hand import ByHand, by_hand
from app.tables import outbox, ways
from app.wiring import shell_for
from dispatch import commands as c
from tests.desk import Call
from tests.house import NIGHT, PASSWORD, PROGRAM, House, a_house, settings_for
from tests.walk import csrf

PATH = "/board/by-hand"


@pytest.fixture
def house(tmp_path: Path, database_url: str | None) -> Iterator[House]:
    with a_house(tmp_path, database_url=database_url) as house:
        house.worker.tick()
        yield house


def page(house: House) -> str:
    answer = house.client("ruiz").get(PATH)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def found(house: House) -> ByHand:
    with house.shell.store.read() as connection:
        return by_hand(connection, PROGRAM, house.clock.now())


def test_with_no_call_waiting_it_is_the_ladder_with_its_numbers(house: House) -> None:
    said = page(house)
    assert "No call waits for people now." in said
    names = [person.name for person in found(house).ladder]
    assert names == ["Ana Vela", "Ben Whitcomb", "Cyd Raman", "Dov Osei", "M. Okonjo"]
    assert all(name in said for name in names) and 'href="tel:+15555550102"' in said


def test_a_call_that_nobody_answered_names_whom_to_call_in_the_ladders_order(house: House) -> None:
    call = Call(house, area="Alder Falls").sent()
    house.worker.tick()
    (one,) = found(house).calls
    assert (one.ref, one.acuity, one.area, one.wants) == (call.ref, 2, "Alder Falls", "two people")
    assert [line.person.id for line in one.people] == ["ana", "ben", "cyd", "dov", "okonjo"]
    ana, _, cyd, *_ = one.people
    assert ana.asked == "Asked, no answer yet" and [tried.words for tried in ana.tried] == [
        "sent, nothing heard"
    ]
    assert ana.page and ana.may_decline and not ana.seat
    assert cyd.asked == "Not asked yet" and not cyd.tried and not cyd.page and cyd.seat == "lead"


def test_what_did_not_arrive_and_who_said_no_is_said_and_who_said_no_comes_last(house: House) -> None:
    call = Call(house).sent()
    house.worker.tick()
    with house.shell.store.write() as connection:
        failed = update(outbox).where(outbox.c.person == "ana").values(failed="undelivered", code="30003")
        connection.execute(failed)
    call.do(c.Decline("ben", call.page("ben"), "too_far"))
    (one,) = found(house).calls
    assert [line.person.id for line in one.people] == ["ana", "cyd", "dov", "okonjo", "ben"]
    assert one.people[0].tried[0].words == "did not arrive" and one.people[0].tried[0].lost
    assert one.people[-1].asked == "Said no" and not one.people[-1].page
    said = page(house)
    assert "did not arrive" in said and "Said no" in said


def test_a_call_that_has_its_team_and_one_at_the_desk_are_not_on_it(house: House) -> None:
    Call(house).going()
    Call(house).triaged()
    assert not found(house).calls
    waiting = Call(house).sent("cyd", "dov")
    (one,) = found(house).calls
    assert one.ref == waiting.ref
    busy = {line.person.id: line for line in one.people if line.not_now}
    assert set(busy) == {"ana", "ben"} and busy["ana"].asked.startswith("Out on ")


def test_the_most_urgent_call_is_first(house: House) -> None:
    third, first = Call(house), Call(house)
    third.triaged(3).do(c.Dispatch("ruiz"))
    first.triaged(1).do(c.Dispatch("ruiz"))
    assert [one.ref for one in found(house).calls] == [first.ref, third.ref]


def test_a_second_number_that_was_proved_is_there_to_be_rung_too(house: House) -> None:
    row = {"id": "w1", "person": "ana", "kind": "call", "address": "+12185550140", "added_at": NIGHT}
    with house.shell.store.write() as connection:
        connection.execute(insert(ways), {**row, "verified_at": NIGHT, "code_tries": 0, "label": ""})
        connection.execute(
            insert(ways), {**row, "id": "w2", "address": "+12185550141", "code_tries": 0, "label": ""}
        )
    ana = found(house).ladder[0]
    assert ana.numbers == ("+15555550102", "+12185550140"), "not the one that nobody proved"


def test_a_yes_and_a_no_that_were_heard_by_voice_are_entered_here(house: House) -> None:
    call = Call(house).sent()
    house.worker.tick()
    desk = house.client("ruiz")
    said = desk.get(PATH).get_data(as_text=True)
    assert "Yes for Ana Vela, by voice" in said and "No for Ben Whitcomb" in said
    form = {"csrf": csrf(desk), "back": "by-hand"}
    yes = {"page": call.page("ana"), "words": "Yes, heard by phone.", "minutes": "12", "key": "k1"}
    answer = desk.post(f"/incidents/{call.ref}/accept", data={**form, **yes})
    assert answer.status_code == 303 and answer.location.endswith(PATH)
    no = {"page": call.page("ben"), "reason": "too_far", "key": "k2"}
    assert desk.post(f"/incidents/{call.ref}/decline", data={**form, **no}).location.endswith(PATH)
    (one,) = found(house).calls
    assert one.has == ("Ana Vela",) and one.wants == "the second"
    asked = next(line for line in one.people if line.seat)
    ask = {"person": asked.person.id, "seat": asked.seat, "key": "k3"}
    answer = desk.post(f"/incidents/{call.ref}/ask", data={**form, **ask})
    assert answer.location.endswith(PATH)


def test_a_way_back_that_nobody_offered_leads_to_the_call(house: House) -> None:
    call = Call(house).sent()
    desk = house.client("ruiz")
    form = {"csrf": csrf(desk), "back": "//elsewhere.example", "page": call.page("ana"), "words": "Yes."}
    answer = desk.post(f"/incidents/{call.ref}/accept", data={**form, "key": "k1"})
    assert answer.status_code == 303 and f"/incidents/{call.ref}" in answer.location


def test_f47_it_is_there_while_every_provider_is_down_and_the_worker_stands_still(house: House) -> None:
    house.recorder.down()
    call = Call(house).sent()
    for _ in range(4):
        house.pass_time(seconds=10)
    house.clock.move(timedelta(minutes=10))
    said = page(house)
    assert str(call.ref) in said and "Ana Vela" in said and 'href="tel:+15555550102"' in said


def test_f89_it_is_there_when_the_keys_of_the_record_are_not(house: House) -> None:
    call = Call(house, place="12 Quarry Road", callback="218 555 0147", area="Alder Falls").sent()
    house.worker.tick()
    url = house.shell.store.engine.url.render_as_string(hide_password=False)
    locked = shell_for(settings_for(url, field_keys=(("k2", b"w" * 32),), index_key=b"x" * 32), house.clock)
    try:
        other = create_app(locked).test_client()
        other.post("/sign-in", data={"email": "ruiz@alder.example", "password": PASSWORD})
        answer = other.get(PATH)
        said = answer.get_data(as_text=True)
        assert answer.status_code == 200 and str(call.ref) in said and "Ana Vela" in said
        assert "Quarry" not in said and "0147" not in said
    finally:
        locked.store.close()


def test_the_list_says_no_word_of_the_person_in_crisis(house: House) -> None:
    call = Call(house, place="12 Quarry Road", callback="218 555 0147", person_name="Ed Marsh").sent()
    call.do(c.Describe("ruiz"), note="gray van")
    said = page(house)
    assert not any(word in said for word in ("Quarry", "0147", "Marsh", "gray van"))


def test_f71_with_nobody_on_call_it_says_what_to_do(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).sent()
        house.clock.move(timedelta(hours=20))
        said = page(house)
        assert str(call.ref) in said and "Nobody is on call." in said
        assert "Call the supervisor at home, then 911." in said
