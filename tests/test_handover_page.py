"""The hand-over page: what is left when a shift ends, taken over by name, one by one, by those who may."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.queries.handover import due_handovers
from app.rota.once import tell
from app.rota.watch import hand_overs, watch
from app.tables import journal, outbox, shifts
from dispatch import commands as c
from dispatch.messages import HandOverWaits
from tests.crisis import Crisis, a_crisis
from tests.house import NIGHT, PROGRAM, House
from tests.rota_scene import need
from tests.walk import post, text

URL = "/rota/hand-over"


@pytest.fixture
def crisis(house: House) -> Crisis:
    """Ana and Ben are on it, and Ana's shift ends in half an hour."""
    ends(house, "ana", NIGHT + timedelta(minutes=30))
    return a_crisis(house).sent()


def ends(house: House, person: str, at: datetime) -> None:
    with house.shell.store.write() as connection:
        connection.execute(shifts.update().where(shifts.c.person == person).values(ends_at=at))


def begins(house: House, person: str, at: datetime) -> None:
    with house.shell.store.write() as connection:
        row = {"id": f"next-{person}", "program": PROGRAM, "tier": "primary", "person": person}
        connection.execute(shifts.insert().values(starts_at=at, ends_at=at + timedelta(hours=8), **row))


def due(house: House) -> list[tuple[str, str, HandOverWaits]]:
    with house.shell.store.read() as connection:
        found = due_handovers(connection, PROGRAM, house.clock.now())
    return [(one.outgoing, key.rpartition(":")[2], message) for one in found for key, message in one.messages]


def test_who_goes_home_within_the_hour_is_listed_with_what_is_due_next(house: House, crisis: Crisis) -> None:
    page = text(house.client("cyd").get(URL))
    assert f"{crisis.ref} with Ana Vela" in page and "with Ben Whitcomb" not in page
    assert "Ends 03:30" in page
    assert "Next due Set off" in page
    assert f"I take {crisis.ref} over" in page


def test_a_colleague_takes_it_over_by_name_and_all_three_are_told(house: House, crisis: Crisis) -> None:
    answer = post(house.client("cyd"), f"{URL}/{crisis.ref}/take", **{"from": "ana"})
    assert answer.status_code == 303 and answer.headers["Location"].endswith(f"/incidents/{crisis.ref}/task")
    assert crisis.incident().out == ("cyd", "ben")
    house.worker.tick()
    assert any("is yours now. Ana Vela hands it over. You go with Ben" in said for said in house.texts("cyd"))
    assert any("Cyd Raman has taken it over" in said for said in house.texts("ana"))
    assert any("Cyd Raman goes on with you" in said for said in house.texts("ben"))
    assert "Nothing waits to be handed over." in text(house.client("dov").get(URL))


def test_whoever_took_over_opens_the_task_and_whoever_left_keeps_what_they_worked_on(
    house: House, crisis: Crisis
) -> None:
    cyd = house.client("cyd")
    assert cyd.get(f"/incidents/{crisis.ref}/task").status_code == 404
    post(cyd, f"{URL}/{crisis.ref}/take", **{"from": "ana"})
    assert cyd.get(f"/incidents/{crisis.ref}/task").status_code == 200
    left = house.client("ana").get(f"/incidents/{crisis.ref}/task")
    assert left.status_code == 302 and left.headers["Location"].endswith(f"left={crisis.ref}")


def test_the_board_the_journal_and_the_story_say_who_has_it(house: House, crisis: Crisis) -> None:
    post(house.client("cyd"), f"{URL}/{crisis.ref}/take", **{"from": "ana"})
    board = text(house.client("ruiz").get("/board"))
    assert "Raman" in board
    with house.shell.store.read() as connection:
        row = connection.execute(select(journal).where(journal.c.kind == "TakenOver")).one()
    assert (row.by, row.stream) == ("cyd", crisis.id)
    story = text(house.client("ruiz").get(f"/incidents/{crisis.ref}?pane=story"))
    assert "Raman took it over from Vela." in story


def test_at_the_place_the_button_says_that_one_is_there(house: House, crisis: Crisis) -> None:
    crisis.on_scene()
    cyd = house.client("cyd")
    assert f"I am there and take {crisis.ref} over" in text(cyd.get(URL))
    post(cyd, f"{URL}/{crisis.ref}/take", **{"from": "ana"})
    came = crisis.incident().member("cyd")
    assert came.check_by == house.clock.now() + timedelta(minutes=20)


def test_until_then_the_outgoing_person_is_asked_whether_they_are_ok(house: House, crisis: Crisis) -> None:
    crisis.on_scene()
    house.pass_time(minutes=20)
    assert any("are you OK?" in said for said in house.texts("ana"))
    assert not any("are you OK?" in said for said in house.texts("cyd"))


def test_the_desk_names_who_takes_it_when_it_heard_them(house: House, crisis: Crisis) -> None:
    ruiz = house.client("ruiz")
    page = text(ruiz.get(URL))
    assert "Heard by the desk:" in page and "Dov Osei, backup" in page
    assert f"I take {crisis.ref} over" not in page
    answer = post(ruiz, f"{URL}/{crisis.ref}/give", **{"from": "ana", "taker": "dov"})
    assert answer.status_code == 303
    assert "is handed over" in text(ruiz.get(answer.headers["Location"]))
    assert crisis.incident().out == ("dov", "ben")


def test_a_refusal_shows_the_list_again_with_what_to_do(house: House, crisis: Crisis) -> None:
    answer = post(house.client("ruiz"), f"{URL}/{crisis.ref}/give", **{"from": "ana", "taker": "haddad"})
    assert answer.status_code == 409
    assert "L. Haddad is not on call and ready now." in text(answer)
    empty = post(house.client("ruiz"), f"{URL}/{crisis.ref}/give", **{"from": "ana", "taker": ""})
    assert empty.status_code == 422 and "Choose who takes it over." in text(empty)


def test_in_the_middle_of_a_shift_nobody_takes_a_colleagues_place(house: House) -> None:
    crisis = a_crisis(house).sent()
    assert "Nothing waits to be handed over." in text(house.client("cyd").get(URL))
    answer = post(house.client("cyd"), f"{URL}/{crisis.ref}/take", **{"from": "ana"})
    assert answer.status_code == 409 and "does not wait to be handed over" in text(answer)
    assert crisis.incident().out == ("ana", "ben")


def test_somebody_on_a_break_has_no_button_and_is_refused(house: House, crisis: Crisis) -> None:
    cyd = house.client("cyd")
    post(cyd, "/account/duty", duty="break", until="05:00")
    assert f"I take {crisis.ref} over" not in text(cyd.get(URL))
    answer = post(cyd, f"{URL}/{crisis.ref}/take", **{"from": "ana"})
    assert answer.status_code == 409 and "not on call and ready now" in text(answer)


def test_two_who_press_at_once_leave_one_taker_and_the_other_is_told(house: House, crisis: Crisis) -> None:
    cyd, dov = house.client("cyd"), house.client("dov")
    assert post(cyd, f"{URL}/{crisis.ref}/take", **{"from": "ana"}).status_code == 303
    late = post(dov, f"{URL}/{crisis.ref}/take", **{"from": "ana"})
    assert late.status_code == 409
    assert crisis.incident().out == ("cyd", "ben")


def test_notes_are_listed_and_stay_with_those_who_were_there(house: House, crisis: Crisis) -> None:
    crisis.on_scene().cleared()
    page = text(house.client("cyd").get(URL))
    assert "The notes stay with those who were there." in page and f"take {crisis.ref} over" not in page


def test_a_shift_that_goes_on_does_not_end(house: House, crisis: Crisis) -> None:
    begins(house, "ana", NIGHT + timedelta(minutes=30))
    assert "Nothing waits to be handed over." in text(house.client("cyd").get(URL))
    house.clock.move(timedelta(minutes=31))
    assert due(house) == []


def test_when_the_shift_is_over_the_holder_and_the_next_on_call_are_due_a_text(
    house: House, crisis: Crisis
) -> None:
    assert due(house) == []
    house.clock.move(timedelta(minutes=30))
    assert due(house) == [
        ("ana", "out", HandOverWaits("ana", crisis.ref, "Ana Vela")),
        ("ana", "in", HandOverWaits("cyd", crisis.ref, "Ana Vela")),
    ]


def test_whoever_comes_on_in_the_first_tier_is_told_before_the_backup(house: House, crisis: Crisis) -> None:
    ends(house, "dov", NIGHT + timedelta(minutes=30))
    begins(house, "dov", NIGHT + timedelta(minutes=30))
    house.clock.move(timedelta(minutes=31))
    assert [message.to for _, _, message in due(house)] == ["ana", "dov"]


def test_with_nobody_to_take_it_only_the_holder_is_told(house: House, crisis: Crisis) -> None:
    for person in ("cyd", "dov", "okonjo"):
        ends(house, person, NIGHT + timedelta(minutes=1))
    house.clock.move(timedelta(minutes=30))
    assert [message.to for _, _, message in due(house)] == ["ana"]
    assert "Nobody who is on call is free to take it." in text(house.client("ruiz").get(URL))


def texts_of_hand_over(house: House) -> list[str]:
    with house.shell.store.read() as connection:
        owed = select(outbox.c.person).where(outbox.c.kind == "HandOverWaits").order_by(outbox.c.id)
        return list(connection.scalars(owed))


def test_the_watch_texts_both_of_them_once(house: House, crisis: Crisis) -> None:
    need(house, primary=2)
    house.clock.move(timedelta(minutes=29))
    watch(house.shell)
    assert texts_of_hand_over(house) == []
    for _ in range(4):
        house.clock.move(timedelta(minutes=1))
        watch(house.shell)
    assert texts_of_hand_over(house) == ["ana", "cyd"]
    house.worker.tick()
    assert any(f"{crisis.ref} is still with them" in said for said in house.texts("cyd"))


def test_a_seat_taken_over_while_the_watch_looked_is_not_told_as_waiting(
    house: House, crisis: Crisis
) -> None:
    house.clock.move(timedelta(minutes=31))
    with house.shell.store.read() as connection:
        found = hand_overs(connection, PROGRAM, house.clock.now())
    assert len(found) == 2
    crisis.ask(c.TakeOver("cyd", "ana", "cyd"))
    with house.shell.store.write() as connection:
        assert tell(connection, PROGRAM, found, house.clock.now()) == 0


def test_after_it_is_taken_over_no_text_is_due(house: House, crisis: Crisis) -> None:
    house.clock.move(timedelta(minutes=31))
    crisis.ask(c.TakeOver("cyd", "ana", "cyd"))
    assert due(house) == []


def test_somebody_who_was_never_on_call_is_listed_and_not_texted(house: House) -> None:
    crisis = a_crisis(house)
    crisis.ask(c.Triage("ruiz", 2))
    crisis.ask(c.Dispatch("ruiz", "haddad", "ben"))
    page = next(page for page in crisis.incident().pages if page.person == "haddad")
    crisis.ask(c.Accept("haddad", page.id))
    assert "Not on call" in text(house.client("cyd").get(URL))
    assert due(house) == []
