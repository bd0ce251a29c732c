"""Numbers that are proved, and the test of a phone: rung, answered by text, and seen by those who must know."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.journal import newest
from app.outbox import owe
from app.replies import hear
from app.rota.ring_heard import heard_letter
from app.rota.ways import CODE_TRIES, CODES_AT_MOST
from app.tables import journal, outbox, people, rings, ways
from app.ways_health import note_stop
from dispatch.messages import ShiftSoon
from dispatch.reach import CHANNELS
from tests.house import NIGHT, PHONES, House, a_house
from tests.walk import post, text

MINUTE = timedelta(minutes=1)
SECOND_PHONE = "+12185550177"


def kept(house: House, person: str) -> list[tuple[str, str, bool, bool]]:
    """A person's numbers: kind, number, proved, answered."""
    with house.shell.store.read() as connection:
        rows = connection.execute(
            select(ways).where(ways.c.person == person).order_by(ways.c.added_at, ways.c.id)
        )
        return [
            (row.kind, row.address, row.verified_at is not None, row.answered_at is not None) for row in rows
        ]


def way_of(house: House, number: str) -> str:
    with house.shell.store.read() as connection:
        return str(connection.scalars(select(ways.c.id).where(ways.c.address == number)).one())


def add(house: House, person: str, number: str = SECOND_PHONE, kind: str = "text") -> TestResponse:
    return post(house.client(person), "/account/ways", number=number, kind=kind)


def code_sent_to(house: House, number: str) -> str:
    """The newest code that this phone shows."""
    house.worker.tick()
    bodies = [one.body for one in house.recorder.texts_to(number)]
    found = re.search(r"Your code is (\d{6})", bodies[-1])
    assert found, bodies
    return found[1]


def prove(house: House, person: str, way: str, code: str) -> TestResponse:
    return post(house.client(person), f"/account/ways/{way}/prove", None, **{f"code-{way}": code})


def ring(house: House, person: str = "ana") -> str:
    """Ring this person's phone; the number of the test."""
    assert post(house.client(person), "/account/ways/ring").status_code == 302
    house.worker.tick()
    found = re.search(r"Test of your phone. Reply (\d+) OK", house.texts(person)[-1])
    assert found
    return found[1]


def test_a_second_number_is_proved_by_the_code_that_it_gets(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        assert add(house, "ana").status_code == 302
        code = code_sent_to(house, SECOND_PHONE)
        assert "Your code" not in " ".join(house.texts("ana")), "the code goes to the new number alone"
        way = way_of(house, SECOND_PHONE)
        other = "000000" if code != "000000" else "111111"
        wrong = prove(house, "ana", way, other)
        assert wrong.status_code == 422 and "That is not the code" in text(wrong)
        assert f'value="{other}"' in wrong.get_data(as_text=True), "what was typed stays, to be looked at"
        assert kept(house, "ana") == [("text", SECOND_PHONE, False, False)]
        assert prove(house, "ana", way, f"{code[:3]} {code[3:]}").status_code == 302
        assert kept(house, "ana") == [("text", SECOND_PHONE, True, True)]


def test_five_wrong_codes_end_a_code_and_the_right_one_counts_no_more(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        add(house, "ana")
        code, way = code_sent_to(house, SECOND_PHONE), way_of(house, SECOND_PHONE)
        for _ in range(CODE_TRIES):
            prove(house, "ana", way, "12345")
        late = prove(house, "ana", way, code)
        assert late.status_code == 409 and "Ask for a new one." in text(late)
        assert kept(house, "ana")[0][2] is False


def test_a_code_is_over_after_ten_minutes(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        add(house, "ana")
        code, way = code_sent_to(house, SECOND_PHONE), way_of(house, SECOND_PHONE)
        house.clock.move(10 * MINUTE)
        assert "That code is over." in text(prove(house, "ana", way, code))
        assert post(house.client("ana"), f"/account/ways/{way}/code").status_code == 302
        assert prove(house, "ana", way, code_sent_to(house, SECOND_PHONE)).status_code == 302


def test_nobody_makes_us_text_strangers_again_and_again(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        add(house, "ana")
        way = way_of(house, SECOND_PHONE)
        answers = [post(house.client("ana"), f"/account/ways/{way}/code") for _ in range(CODES_AT_MOST)]
        assert [one.status_code for one in answers] == [302] * (CODES_AT_MOST - 1) + [409]
        # Taking the number away and adding it anew changes nothing about that.
        post(house.client("ana"), f"/account/ways/{way}/remove")
        assert add(house, "ana").status_code == 409
        assert kept(house, "ana") == []
        assert add(house, "ana", number="+44 20 7946 0958").status_code == 409


def test_a_code_of_mine_is_not_proved_by_somebody_else(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        add(house, "ana")
        code = code_sent_to(house, SECOND_PHONE)
        assert prove(house, "ben", way_of(house, SECOND_PHONE), code).status_code == 404


def test_a_number_for_calls_is_confirmed_by_somebody_else_by_name(tmp_path: Path) -> None:
    with a_house(tmp_path, demo_channels=CHANNELS) as house:
        assert add(house, "ana", kind="call").status_code == 302
        assert len(house.recorder.texts_to(SECOND_PHONE)) == 0
        way = way_of(house, SECOND_PHONE)
        assert post(house.client("cyd"), f"/rota/ready/ways/{way}/confirm").status_code == 403
        assert post(house.client("ruiz"), f"/rota/ready/ways/{way}/confirm").status_code == 302
        assert kept(house, "ana") == [("call", SECOND_PHONE, True, True)]
        with house.shell.store.read() as connection:
            by = connection.scalar(select(journal.c.by).where(journal.c.kind == "WayProved"))
        assert by == "ruiz"


def test_nobody_confirms_their_own_number(tmp_path: Path) -> None:
    with a_house(tmp_path, demo_channels=CHANNELS) as house:
        add(house, "brandvold", kind="call")
        mine = post(house.client("brandvold"), f"/rota/ready/ways/{way_of(house, SECOND_PHONE)}/confirm")
        assert mine.status_code == 409
        assert kept(house, "brandvold")[0][2] is False


@pytest.mark.parametrize("said", ["{ref} OK", "{ref} ok thanks", "ok", "{ref}ok"])
def test_an_ok_to_a_test_proves_the_phone_and_says_so(tmp_path: Path, said: str) -> None:
    with a_house(tmp_path) as house:
        ref = ring(house)
        assert kept(house, "ana") == [("text", PHONES["ana"], False, False)]
        house.clock.move(timedelta(seconds=14))
        hear(house.shell, PHONES["ana"], said.format(ref=ref), "e1")
        house.worker.tick()
        assert kept(house, "ana") == [("text", PHONES["ana"], True, True)]
        assert "This phone works." in house.texts("ana")[-1]
        assert "after 14 s" in text(house.client("ana").get("/account/ways"))


def test_the_answer_of_somebody_else_proves_nothing(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        ref = ring(house)
        hear(house.shell, PHONES["ben"], f"{ref} OK", "e1")
        assert kept(house, "ana") == [("text", PHONES["ana"], False, False)]
        assert kept(house, "ben") == []


def test_an_answer_that_comes_twice_keeps_the_first_time(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        ref = ring(house)
        house.clock.move(MINUTE)
        hear(house.shell, PHONES["ana"], f"{ref} OK", "e1")
        house.clock.move(MINUTE)
        hear(house.shell, PHONES["ana"], f"{ref} OK", "e2")
        with house.shell.store.read() as connection:
            assert connection.scalar(select(ways.c.answered_at)) == NIGHT + MINUTE


def test_a_bare_ok_hours_later_is_no_answer_to_a_test(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        ring(house)
        house.clock.move(61 * MINUTE)
        hear(house.shell, PHONES["ana"], "ok", "e1")
        assert kept(house, "ana") == [("text", PHONES["ana"], False, False)]


def test_a_phone_is_not_rung_again_within_two_minutes(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        ring(house)
        assert post(house.client("ana"), "/account/ways/ring").status_code == 409
        house.clock.move(2 * MINUTE)
        assert post(house.client("ana"), "/account/ways/ring").status_code == 302


def test_an_unproved_second_number_is_not_texted_by_a_test(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        add(house, "ana")
        way = way_of(house, SECOND_PHONE)
        assert post(house.client("ana"), f"/account/ways/{way}/ring").status_code == 409
        assert post(house.client("ruiz"), f"/rota/ready/ways/{way}/ring").status_code == 409


def test_the_desk_rings_whoever_is_on_call_and_a_responder_rings_nobody_else(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        assert post(house.client("ruiz"), "/rota/ready/people/cyd/ring").status_code == 302
        assert post(house.client("ana"), "/rota/ready/people/dov/ring").status_code == 403
        house.worker.tick()
        assert "Test of your phone" in house.texts("cyd")[-1]
        assert house.texts("dov") == []


def test_who_stopped_our_texts_cannot_be_rung_by_text(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        with house.shell.store.write() as connection:
            note_stop(connection, house.shell, PHONES["cyd"], NIGHT)
        answer = post(house.client("ruiz"), "/rota/ready/people/cyd/ring")
        assert answer.status_code == 409 and "START" in text(answer)


def test_the_first_number_is_not_taken_away_here_and_a_colleagues_is_not_added(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        ring(house)
        first = way_of(house, PHONES["ana"])
        assert post(house.client("ana"), f"/account/ways/{first}/remove").status_code == 409
        theirs, own = (add(house, "ana", number=PHONES[person]) for person in ("ben", "ana"))
        assert theirs.status_code == own.status_code == 409
        assert "a colleague&#39;s number" in text(theirs) and "one of yours already" in text(own)


def test_a_second_press_of_the_same_button_sends_one_code(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        client = house.client("ana")
        for _ in range(2):
            post(client, "/account/ways", number=SECOND_PHONE, kind="text", key="the-same")
        with house.shell.store.read() as connection:
            codes = connection.scalars(select(outbox.c.id).where(outbox.c.kind == "NumberCode")).all()
        assert len(codes) == 1


def test_no_code_stands_in_the_journal_or_in_an_address(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        add(house, "ana")
        code = code_sent_to(house, SECOND_PHONE)
        with house.shell.store.read() as connection:
            facts = " ".join(connection.scalars(select(journal.c.fact)))
        assert code not in facts and SECOND_PHONE not in facts


def test_a_proved_second_number_is_heard_as_its_owner_and_an_unproved_one_is_nobodys(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        add(house, "ana")
        way = way_of(house, SECOND_PHONE)
        hear(house.shell, SECOND_PHONE, "ok", "e0")
        house.worker.tick()
        assert len(house.recorder.texts_to(SECOND_PHONE)) == 1  # the code alone
        assert house.texts("ana") == []
        prove(house, "ana", way, code_sent_to(house, SECOND_PHONE))
        house.clock.move(3 * MINUTE)
        assert post(house.client("ana"), f"/account/ways/{way}/ring").status_code == 302
        house.worker.tick()
        found = re.search(r"Reply (\d+) OK", house.recorder.texts_to(SECOND_PHONE)[-1].body)
        assert found
        house.clock.move(5 * MINUTE)
        hear(house.shell, SECOND_PHONE, f"{found[1]} OK", "e1")
        with house.shell.store.read() as connection:
            assert connection.scalar(select(ways.c.answered_at).where(ways.c.id == way)) == NIGHT + 8 * MINUTE


def test_a_first_number_that_an_admin_changed_is_no_way_to_anybody(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        ring(house)
        with house.shell.store.read() as connection:
            row = connection.execute(select(people).where(people.c.id == "ana")).one()
        fields = {"name": row.name, "email": row.email, "credential": row.credential, "phone": "218 555 0199"}
        changed = post(house.client("root"), "/admin/people/ana", None, **fields, roles="responder")
        assert changed.status_code == 302, text(changed)
        assert kept(house, "ana") == []


def with_two_phones_tested(house: House) -> tuple[str, str]:
    """Ana has proved a second phone; it was tested, and after it the first one. The numbers of both tests."""
    add(house, "ana")
    way = way_of(house, SECOND_PHONE)
    prove(house, "ana", way, code_sent_to(house, SECOND_PHONE))
    house.clock.move(3 * MINUTE)
    post(house.client("ana"), f"/account/ways/{way}/ring")
    house.worker.tick()
    found = re.search(r"Reply (\d+) OK", house.recorder.texts_to(SECOND_PHONE)[-1].body)
    assert found
    house.clock.move(3 * MINUTE)
    return found[1], ring(house)


def answered(house: House) -> dict[str, bool]:
    """Which of Ana's tests were answered, by the number that was tested."""
    wanted = select(ways.c.address, rings.c.answered_at).join(ways, ways.c.id == rings.c.way)
    with house.shell.store.read() as connection:
        return {row.address: row.answered_at is not None for row in connection.execute(wanted)}


def test_a_bare_ok_proves_the_phone_that_it_came_from_and_not_the_one_tested_last(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        with_two_phones_tested(house)
        hear(house.shell, SECOND_PHONE, "OK", "e1")
        house.worker.tick()
        assert answered(house) == {SECOND_PHONE: True, PHONES["ana"]: False}
        assert "This phone works." in house.recorder.texts_to(SECOND_PHONE)[-1].body
        assert "This phone works." not in " ".join(house.texts("ana"))


@pytest.mark.parametrize("said", ["{ref} OK", "OK"])
def test_an_ok_from_a_phone_that_was_not_tested_notes_nothing_and_says_where_to_answer(
    tmp_path: Path, said: str
) -> None:
    with a_house(tmp_path) as house:
        add(house, "ana")
        prove(house, "ana", way_of(house, SECOND_PHONE), code_sent_to(house, SECOND_PHONE))
        house.clock.move(3 * MINUTE)
        ref = ring(house)
        hear(house.shell, SECOND_PHONE, said.format(ref=ref), "e1")
        house.worker.tick()
        assert answered(house) == {PHONES["ana"]: False}
        told = house.recorder.texts_to(SECOND_PHONE)[-1].body
        assert f"{ref}: That test went to another number of yours. Answer it there" in told
        assert len(told) <= 160
        hear(house.shell, PHONES["ana"], "ok", "e2")
        assert answered(house) == {PHONES["ana"]: True}


def test_a_reminder_is_answered_by_the_phone_that_it_went_to(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        add(house, "ana")
        prove(house, "ana", way_of(house, SECOND_PHONE), code_sent_to(house, SECOND_PHONE))
        soon = ShiftSoon("ana", 2900, "primary", NIGHT + 60 * MINUTE, NIGHT + 120 * MINUTE, None)
        with house.shell.store.write() as connection:
            owe(connection, None, [soon], house.clock.now(), newest(connection))
        house.worker.tick()
        assert "2900" in house.texts("ana")[-1]
        hear(house.shell, SECOND_PHONE, "2900 OK", "e0")
        assert answered(house) == {}
        hear(house.shell, PHONES["ana"], "OK", "e1")
        assert answered(house) == {PHONES["ana"]: True}


def test_the_number_of_a_reminder_that_came_by_text_proves_no_mailbox(tmp_path: Path) -> None:
    with a_house(tmp_path, demo_channels=CHANNELS) as house:
        row = {"id": "w1", "person": "ana", "kind": "email", "address": "ana@home.example", "added_at": NIGHT}
        soon = ShiftSoon("ana", 2900, "primary", NIGHT + 60 * MINUTE, NIGHT + 120 * MINUTE, None)
        with house.shell.store.write() as connection:
            connection.execute(ways.insert(), {**row, "verified_at": NIGHT, "code_tries": 0, "label": ""})
            owe(connection, None, [soon], house.clock.now(), newest(connection))
        house.worker.tick()
        with house.shell.store.write() as connection:
            assert not heard_letter(connection, house.shell, "ana", 2900, house.clock.now())
        assert answered(house) == {}
