"""The clerk's list: whom to call by hand, in the ladder's order, when nothing can be sent and when no key is there."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, insert, update

from app.factory import create_app
from app.queries.by_hand import ByHand, by_hand
from app.tables import outbox, shifts, ways
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


def test_who_is_out_on_a_call_is_named_with_their_number_and_when_their_check_in_is_due(house: House) -> None:
    assert "Nobody is out on a call now." in page(house)
    call = Call(house).going()
    assert [(one.name, one.where, one.check_by) for one in found(house).out] == [
        ("Ana Vela", "Said yes", None),
        ("Ben Whitcomb", "Said yes", None),
    ]
    house.clock.move(timedelta(minutes=12))
    call.do(c.Arrive("ben", "ben"))
    house.clock.move(timedelta(minutes=3))
    call.do(c.Arrive("ana", "ana"))
    ben, ana = found(house).out
    assert (ben.name, ben.where, ben.since) == ("Ben Whitcomb", "On scene", NIGHT + timedelta(minutes=12))
    assert ben.check_by is not None and ana.check_by is not None and ben.check_by < ana.check_by
    assert (ana.ref, ana.numbers) == (call.ref, ("+15555550102",))
    said = page(house)
    assert "Due <time" in said and "03:32" in said and "On scene since" in said
    house.clock.move(timedelta(minutes=18))
    assert "Was due <time" in page(house)


def test_who_is_further_than_arrived_stands_where_the_team_does_and_who_is_done_is_not_out(
    house: House,
) -> None:
    call = Call(house).there()
    call.do(c.MeetPerson("ana", "ana"))
    assert [one.where for one in found(house).out] == ["With the person"] * 2
    call.do(c.BeginTransport("ana", "ana"))
    assert [one.where for one in found(house).out] == ["Transporting"] * 2
    call.do(c.Clear("ana", "ana"))
    assert found(house).out == ()


@pytest.mark.parametrize("leave", [c.Clear("ana", "ana"), c.ReportNotFound("ana", "ana")], ids=repr)
def test_who_missed_their_check_in_comes_first_and_stays_though_their_partner_leaves(
    house: House, leave: c.Command
) -> None:
    call = Call(house).there()
    house.clock.move(timedelta(minutes=15))
    call.do(c.CheckIn("ana", "ana"))
    house.pass_time(minutes=5)
    house.pass_time(minutes=4)
    ben, ana = found(house).out
    assert (ben.name, ben.check_by, ben.missed) == ("Ben Whitcomb", None, house.clock.now())
    assert ana.missed is None and ana.check_by == NIGHT + timedelta(minutes=35)
    assert "Missed <time" in page(house) and "Ben Whitcomb is OK, by voice" in page(house)
    if isinstance(leave, c.Clear):
        call.do(c.MeetPerson("ana", "ana"))
    call.do(leave)
    (ben,) = found(house).out
    assert ben.missed and not ben.taken_by, "nobody has heard him"
    call.do(c.TakeAlarm("ruiz", "check_missed"))
    assert found(house).out == ()


def test_whose_shift_is_over_is_still_named_while_they_are_out(house: House) -> None:
    Call(house).there()
    row = {"id": "w1", "person": "ana", "kind": "call", "address": "+12185550140", "added_at": NIGHT}
    with house.shell.store.write() as connection:
        over = update(shifts).where(shifts.c.person == "ana")
        connection.execute(over.values(ends_at=NIGHT - timedelta(minutes=1)))
        connection.execute(insert(ways), {**row, "verified_at": NIGHT, "code_tries": 0, "label": ""})
    assert "Ana Vela" not in [person.name for person in found(house).ladder]
    ana = next(one for one in found(house).out if one.name == "Ana Vela")
    assert ana.numbers == ("+15555550102", "+12185550140")
    assert 'href="tel:+15555550102"' in page(house)


def test_a_check_in_that_was_heard_by_voice_is_entered_here(house: House) -> None:
    call = Call(house).there()
    house.clock.move(timedelta(minutes=10))
    desk = house.client("ruiz")
    assert "Ana Vela is OK, by voice" in desk.get(PATH).get_data(as_text=True)
    form = {
        "csrf": csrf(desk),
        "back": "by-hand",
        "person": "ana",
        "step": "ok",
        "minutes": "30",
        "key": "k1",
    }
    answer = desk.post(f"/incidents/{call.ref}/progress", data=form)
    assert answer.status_code == 303 and answer.location.endswith(PATH)
    checks = {one.id: one.check_by for one in found(house).out}
    assert checks["ana"] == NIGHT + timedelta(minutes=40)


def test_the_list_asks_no_sealed_column_of_any_table(house: House) -> None:
    Call(house, place="12 Quarry Road", person_name="Ed Marsh").there()
    Call(house, callback="218 555 0147").sent("cyd", "dov")
    house.worker.tick()
    asked: list[str] = []
    with house.shell.store.read() as connection:
        event.listen(
            connection, "before_cursor_execute", lambda _, __, statement, *more: asked.append(statement)
        )
        listed = by_hand(connection, PROGRAM, house.clock.now())
    assert listed.out and listed.calls and len(asked) > 4
    assert not [one for one in asked if "sealed" in one or "intake" in one or "clients" in one]


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
    call = Call(house, place="12 Quarry Road", callback="218 555 0147", area="Alder Falls").sent("cyd", "dov")
    Call(house).there()
    house.worker.tick()
    url = house.shell.store.engine.url.render_as_string(hide_password=False)
    locked = shell_for(settings_for(url, field_keys=(("k2", b"w" * 32),), index_key=b"x" * 32), house.clock)
    try:
        other = create_app(locked).test_client()
        other.post("/sign-in", data={"email": "ruiz@alder.example", "password": PASSWORD})
        answer = other.get(PATH)
        said = answer.get_data(as_text=True)
        assert answer.status_code == 200 and str(call.ref) in said and "Cyd Raman" in said
        assert "Ana Vela is OK, by voice" in said
        assert "Quarry" not in said and "0147" not in said
    finally:
        locked.store.close()


def test_the_list_says_no_word_of_the_person_in_crisis(house: House) -> None:
    call = Call(house, place="12 Quarry Road", callback="218 555 0147", person_name="Ed Marsh").there()
    call.do(c.Describe("ruiz"), note="gray van")
    said = page(house)
    assert "Out on a call" in said and str(call.ref) in said
    assert not any(word in said for word in ("Quarry", "0147", "Marsh", "gray van"))


def test_f71_with_nobody_on_call_it_says_what_to_do(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house).sent()
        house.clock.move(timedelta(hours=20))
        said = page(house)
        assert str(call.ref) in said and "Nobody is on call." in said
        assert "Call the supervisor at home, then 911." in said
