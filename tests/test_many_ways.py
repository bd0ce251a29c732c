"""One page, every way: what begins when, what a failure brings forward, and what an answer drops."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.delivered import report
from app.tables import outbox, programs, ways
from app.wiring import carried_by
from app.worker import Worker
from dispatch import commands as c
from dispatch.reach import CHANNELS
from notify.recorder import Recorder
from tests.crisis import Crisis
from tests.house import PHONES, PROGRAM, House, a_house, on_both

ENDPOINT, MAILBOX = "https://fcm.googleapis.com/fcm/send/ana", "ana@mail.example"

house = on_both(a_house, demo_channels=CHANNELS)


def a_page(house: House) -> Crisis:
    crisis = Crisis(house).received()
    crisis.ask(c.Triage("ruiz", 1))
    crisis.ask(c.Dispatch("ruiz", "ana", "ben"))
    house.worker.tick()
    return crisis


def rows(house: House, person: str = "ana") -> list[Any]:
    with house.shell.store.read() as connection:
        return list(connection.execute(select(outbox).where(outbox.c.person == person).order_by(outbox.c.id)))


def said(house: House, number: int, status: str, code: str | None = None) -> None:
    """The provider says this of the try with this place among Ana's."""
    assert report(house.shell, rows(house)[number].id, status, code)
    house.worker.tick()


def states(crisis: Crisis) -> dict[str, str]:
    return {page.person: page.state for page in crisis.incident().pages}


def calls(house: House, person: str = "ana") -> int:
    return len(house.recorder.calls_to(PHONES[person]))


def add_way(house: House, kind: str, address: str) -> None:
    now = house.clock.now()
    row = {"id": f"w-{kind}", "person": "ana", "kind": kind, "address": address, "added_at": now}
    with house.shell.store.write() as connection:
        connection.execute(ways.insert().values(**row, verified_at=now))


def test_a_text_that_arrived_and_is_not_answered_rings_after_a_minute_and_again_after_two(
    house: House,
) -> None:
    a_page(house)
    said(house, 0, "delivered")
    house.pass_time(seconds=59)
    assert calls(house) == 0
    house.pass_time(seconds=1)
    assert calls(house) == 1
    house.pass_time(seconds=60)
    assert calls(house) == 2


def test_a_text_of_which_nobody_says_that_it_arrived_rings_after_twenty_seconds(house: House) -> None:
    """F48: beside the text, which may still arrive."""
    crisis = a_page(house)
    house.pass_time(seconds=20)
    assert calls(house) == 1
    assert states(crisis) == {"ana": "asked", "ben": "asked"}


@pytest.mark.parametrize("status", ["undelivered", "failed", "canceled"])
def test_a_text_that_will_not_arrive_rings_at_once(house: House, status: str) -> None:
    """F49: also late, after `sent`."""
    crisis = a_page(house)
    said(house, 0, "sent")
    said(house, 0, status, "30003")
    assert calls(house) == 1
    assert states(crisis)["ana"] == "asked"


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "ended", "machine"])
def test_when_the_phone_does_not_answer_either_the_next_person_is_asked_at_once(
    house: House, status: str
) -> None:
    """A voicemail, a call that ends without its code, and a line that is busy reach nobody."""
    crisis = a_page(house)
    said(house, 0, "undelivered", "99999")
    said(house, 1, status)
    assert calls(house) == 2, "rung once more, at once"
    assert states(crisis)["ana"] == "asked"
    said(house, 2, status)
    assert states(crisis) == {"ana": "unreachable", "ben": "asked", "cyd": "asked"}
    assert len(house.texts("cyd")) == 1


def test_while_a_text_lies_on_the_phone_its_owner_keeps_their_time(house: House) -> None:
    crisis = a_page(house)
    said(house, 0, "delivered")
    house.pass_time(seconds=60)
    said(house, 1, "no-answer")
    said(house, 2, "no-answer")
    assert states(crisis)["ana"] == "asked"


def test_an_answer_drops_what_is_still_owed_in_its_own_transaction(house: House) -> None:
    crisis = a_page(house)
    crisis.ask(c.Accept("ana", f"{crisis.id}-1", 10))
    assert [row.state for row in rows(house)][:3] == ["sent", "superseded", "superseded"]
    house.pass_time(minutes=3)
    assert calls(house) == 0


def test_a_yes_by_the_other_person_drops_what_is_owed_to_whoever_is_not_needed(house: House) -> None:
    crisis = a_page(house)
    crisis.ask(c.Cancel("ruiz", "caller_withdrew"))
    house.pass_time(minutes=3)
    assert calls(house) == calls(house, "ben") == 0


def test_a_push_goes_at_once_beside_the_text_and_a_letter_last(house: House) -> None:
    add_way(house, "push", ENDPOINT)
    add_way(house, "email", MAILBOX)
    a_page(house)
    assert len(house.recorder.pushes_to(ENDPOINT)) == 1 and len(house.texts("ana")) == 1
    said(house, 1, "delivered")
    house.pass_time(seconds=60)
    assert (calls(house), len(house.recorder.letters_to(MAILBOX))) == (1, 0)
    house.pass_time(seconds=60)
    assert len(house.recorder.letters_to(MAILBOX)) == 1


def test_when_the_phones_are_gone_a_letter_holds_nobody_up(house: House) -> None:
    add_way(house, "email", MAILBOX)
    crisis = a_page(house)
    said(house, 0, "undelivered", "30005")
    said(house, 1, "busy")
    assert states(crisis)["ana"] == "unreachable", "nobody hears a letter at night"


def test_a_program_says_how_long_each_channel_is_given(house: House) -> None:
    with house.shell.store.write() as connection:
        policy = {"next_seconds": 30, "silent_seconds": 5}
        connection.execute(update(programs).where(programs.c.id == PROGRAM).values(policy=policy))
    a_page(house)
    house.pass_time(seconds=5)
    assert calls(house) == 1
    said(house, 1, "human")
    said(house, 1, "ended")
    house.pass_time(seconds=25)
    assert calls(house) == 1
    house.pass_time(seconds=30)
    assert calls(house) == 2


def two_providers(house: House) -> tuple[Recorder, Recorder, Worker]:
    north, south = (Recorder(house.clock.now, name=name) for name in ("north", "south"))
    return north, south, Worker(house.shell, carried_by(north, south))


def a_page_by(house: House, worker: Worker) -> Crisis:
    crisis = Crisis(house).received()
    crisis.ask(c.Triage("ruiz", 1))
    crisis.ask(c.Dispatch("ruiz", "ana", "ben"))
    worker.tick()
    return crisis


@pytest.mark.parametrize("code", ["20003", "21606", "unheard-of", "unreachable", "20429"])
def test_what_one_provider_refuses_the_other_carries_in_the_same_beat(house: House, code: str) -> None:
    """F46, F47, F60: one page, two providers."""
    north, south, worker = two_providers(house)
    north.down(code)
    a_page_by(house, worker)
    assert [len(south.texts_to(PHONES[person])) for person in ("ana", "ben")] == [1, 1]
    assert [row.provider for row in rows(house) if row.state == "sent"] == ["south"]


def test_a_provider_that_never_answers_costs_one_page_a_moment_and_the_next_none(house: House) -> None:
    """F45, F47: ambiguous: the call goes by the other one at once, and the text is sent again when it is not found."""
    north, south, worker = two_providers(house)
    north.down()
    a_page_by(house, worker)
    assert len(south.calls_to(PHONES["ana"])) == 1, "beside the text that nobody knows of"
    a_page_by(house, worker)
    house.clock.move(timedelta(seconds=3))
    worker.tick()
    house.clock.move(timedelta(seconds=3))
    worker.tick()
    assert len(south.texts_to(PHONES["ana"])) == 2
    assert north.texts_to(PHONES["ana"]) == ()


def test_with_every_provider_gone_nothing_says_sent_and_nothing_is_lost(house: House) -> None:
    north, south, worker = two_providers(house)
    north.down("unreachable")
    south.down("unreachable")
    a_page_by(house, worker)
    assert not any(row.sent_at for row in rows(house))
    north.mend()
    for _ in range(3):
        house.clock.move(timedelta(seconds=30))
        worker.tick()
    assert len(north.texts_to(PHONES["ana"])) + len(north.calls_to(PHONES["ana"])) >= 1


def test_a_person_without_any_way_is_passed_over_at_once(house: House) -> None:
    """F71."""
    with house.shell.store.write() as connection:
        connection.exec_driver_sql("UPDATE people SET phone = NULL WHERE id = 'ana'")
    crisis = a_page(house)
    assert states(crisis) == {"ana": "unreachable", "ben": "asked", "cyd": "asked"}
    assert len(house.texts("cyd")) == 1


def test_a_report_of_a_send_that_nobody_knew_of_ends_the_looking(house: House) -> None:
    """F45: it went out after all; it is not sent again."""
    house.recorder.hang(PHONES["ana"])
    a_page(house)
    text = next(number for number, row in enumerate(rows(house)) if row.channel == "text")
    assert rows(house)[text].state == "ambiguous"
    house.recorder.mend(PHONES["ana"])
    said(house, text, "delivered")
    house.pass_time(seconds=10)
    assert rows(house)[text].state == "sent" and house.texts("ana") == []


def test_two_pages_ring_one_phone_one_after_the_other(house: House) -> None:
    """At once, the second would find the line busy by our own doing."""
    first, second = a_page(house), a_page(house)
    for number, row in enumerate(rows(house)):
        if row.channel == "text":
            assert report(house.shell, rows(house)[number].id, "undelivered", "30003")
    house.worker.tick()
    assert calls(house) == 1
    house.pass_time(seconds=10)
    assert calls(house) == 1, "it rings"
    ringing = next(row for row in rows(house) if row.channel == "call" and row.state == "sent")
    assert report(house.shell, ringing.id, "human", None) and report(house.shell, ringing.id, "ended", None)
    house.pass_time(seconds=2)
    assert calls(house) == 2
    assert states(first)["ana"] == states(second)["ana"] == "asked"


def test_a_phone_of_which_no_end_is_heard_is_rung_again_after_a_minute(house: House) -> None:
    for _ in range(2):
        a_page(house)
    house.pass_time(seconds=20)
    assert calls(house) == 1
    house.pass_time(seconds=62)
    assert calls(house) >= 2


def test_a_call_that_is_listened_to_is_not_interrupted_by_the_next(house: House) -> None:
    a_page(house)
    house.pass_time(seconds=20)
    ringing = next(
        number for number, row in enumerate(rows(house)) if row.channel == "call" and row.state == "sent"
    )
    house.pass_time(seconds=25)
    said(house, ringing, "in-progress")
    house.pass_time(seconds=44)
    assert calls(house) == 1
