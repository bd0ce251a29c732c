"""The worker: what it does when a text, a row, a process or a whole night goes wrong."""

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.claims import LEASE
from app.next_try import ATTEMPTS_AT_MOST, RECONCILE_AFTER
from app.poisoned import RESTS
from app.tables import heartbeats, incidents, outbox
from app.wiring import carried_by
from app.worker import WAKES_AT_ONCE, Worker
from dispatch import commands as c
from notify.recorder import Recorder
from notify.transport import Outcome, Text
from notify.twilio_wire import TwilioTransport
from tests.crisis import Crisis
from tests.house import PHONES, House
from tests.loopback.twilio_faults import cut_off
from tests.loopback.twilio_server import LoopbackTwilio

DEADLINE = 10.0


@pytest.fixture
def twilio() -> Iterator[LoopbackTwilio]:
    with LoopbackTwilio(check_shape=False) as twilio:
        yield twilio


def a_page(house: House) -> Crisis:
    crisis = Crisis(house).received()
    crisis.ask(c.Triage("ruiz", 2))
    crisis.ask(c.Dispatch("ruiz", "ana", "ben"))
    return crisis


def states(crisis: Crisis) -> dict[str, str]:
    return {page.person: page.state for page in crisis.incident().pages}


class Gone(BaseException):
    """The process is gone; nothing after this line runs."""


class Dying(Recorder):
    """The process dies with the first text to one number: before it went out, or after."""

    def dies(self, number: str, after: bool, times: int = 1) -> "Dying":
        self.number, self.after, self.times = number, after, times
        return self

    def send(self, text: Text) -> Outcome:
        dies = text.to == self.number and self.times > 0
        if dies:
            self.times -= 1
        if dies and not self.after:
            raise Gone
        outcome = super().send(text)
        if dies:
            raise Gone
        return outcome


def beat(house: House, recorder: Recorder) -> None:
    """One beat of a worker that has just been started."""
    Worker(house.shell, carried_by(recorder)).tick()


def test_a_page_goes_out_once_though_two_workers_look(house: House) -> None:
    a_page(house)
    house.worker.tick()
    beat(house, house.recorder)
    assert [len(house.texts(person)) for person in ("ana", "ben")] == [1, 1]


def test_a_process_that_dies_before_a_text_goes_out_loses_no_page(house: House) -> None:
    a_page(house)
    dying = Dying(house.clock.now).dies(PHONES["ana"], after=False)
    with pytest.raises(Gone):
        beat(house, dying)
    beat(house, dying)
    assert dying.texts_to(PHONES["ana"]) == ()
    house.clock.move(LEASE)
    beat(house, dying)
    house.clock.move(RECONCILE_AFTER)
    beat(house, dying)
    assert len(dying.texts_to(PHONES["ana"])) == len(dying.texts_to(PHONES["ben"])) == 1


def test_a_process_that_dies_after_a_text_went_out_does_not_send_it_twice(house: House) -> None:
    a_page(house)
    dying = Dying(house.clock.now).dies(PHONES["ana"], after=True)
    with pytest.raises(Gone):
        beat(house, dying)
    house.clock.move(LEASE)
    beat(house, dying)
    house.clock.move(RECONCILE_AFTER)
    beat(house, dying)
    assert len(dying.texts_to(PHONES["ana"])) == len(dying.texts_to(PHONES["ben"])) == 1


def test_a_message_that_kills_whoever_sends_it_is_given_up_and_the_next_person_asked(house: House) -> None:
    crisis = a_page(house)
    with house.shell.store.write() as connection:
        connection.execute(update(outbox).where(outbox.c.person == "ana").values(attempts=ATTEMPTS_AT_MOST))
    dying = Dying(house.clock.now).dies(PHONES["ana"], after=False, times=99)
    beat(house, dying)
    assert states(crisis) == {"ana": "unreachable", "ben": "asked", "cyd": "asked"}
    assert len(dying.texts_to(PHONES["cyd"])) == 1


def test_a_worker_that_stood_still_beyond_its_lease_sends_nothing_more_on_it(house: House) -> None:
    a_page(house)

    class Stalling(Recorder):
        def send(self, text: Text) -> Outcome:
            outcome = super().send(text)
            house.clock.move(LEASE)
            return outcome

    stalling = Stalling(house.clock.now)
    beat(house, stalling)
    assert [len(stalling.texts_to(PHONES[person])) for person in ("ana", "ben")] == [1, 0]
    house.clock.move(LEASE)
    house.worker.tick()
    assert len(house.texts("ben")) == 1


def test_what_may_have_gone_out_is_looked_for_also_after_a_worker_stood_still_over_it(house: House) -> None:
    """Ana's text went out and its sender died; the next worker stalls on Ben's before it has looked for hers."""
    a_page(house)
    with house.shell.store.write() as connection:
        connection.execute(update(outbox).where(outbox.c.person == "ana").values(priority=9))
    dying = Dying(house.clock.now).dies(PHONES["ana"], after=True)
    dying.hang(PHONES["ben"])
    with pytest.raises(Gone):
        beat(house, dying)

    class Stalling(Dying):
        def send(self, text: Text) -> Outcome:
            house.clock.move(LEASE)
            return super().send(text)

    house.clock.move(LEASE)
    dying.__class__ = Stalling
    beat(house, dying)
    dying.__class__ = Dying
    house.clock.move(LEASE)
    beat(house, dying)
    assert len(dying.texts_to(PHONES["ana"])) == 1


def test_an_unclear_send_that_arrived_is_found_and_not_sent_again(house: House) -> None:
    house.recorder.hang(PHONES["ana"], arrives=True)
    a_page(house)
    house.worker.tick()
    house.recorder.mend(PHONES["ana"])
    house.pass_time(seconds=4)
    assert len(house.texts("ana")) == 1
    with house.shell.store.read() as connection:
        row = connection.execute(select(outbox).where(outbox.c.person == "ana")).one()
    assert row.state == "sent" and row.provider_id


def test_an_unclear_send_that_did_not_arrive_is_sent_again(house: House) -> None:
    house.recorder.hang(PHONES["ana"])
    a_page(house)
    house.worker.tick()
    house.recorder.mend(PHONES["ana"])
    house.pass_time(seconds=4)
    assert house.texts("ana") == [], "its list may lag: looked at twice"
    house.pass_time(seconds=4)
    assert len(house.texts("ana")) == 1


def test_a_text_that_the_provider_holds_as_failed_was_not_sent(house: House, twilio: LoopbackTwilio) -> None:
    twilio.now = house.clock.now
    wire = TwilioTransport(twilio.account_sid, twilio.auth_token, twilio.sender, twilio.base)
    worker = Worker(house.shell, carried_by(wire))
    twilio.fault(cut_off(accepted=True), number=PHONES["ana"])
    crisis = a_page(house)
    worker.tick()
    (held,) = [text for text in twilio.messages.values() if text.to == PHONES["ana"]]
    held.status, held.error_code = "undelivered", 30005
    house.clock.move(timedelta(seconds=4))
    worker.tick()
    assert states(crisis)["ana"] == "unreachable"
    assert len(twilio.sends(PHONES["ana"])) == 1
    assert len(twilio.sends(PHONES["cyd"])) == 1


def test_a_number_that_takes_no_text_costs_the_next_person_no_time(house: House) -> None:
    house.recorder.refuse(PHONES["ana"], "21610")
    crisis = a_page(house)
    house.worker.tick()
    assert states(crisis) == {"ana": "unreachable", "ben": "asked", "cyd": "asked"}
    assert len(house.texts("cyd")) == 1, "asked in the same beat"


def test_after_hours_of_silence_the_ladder_goes_on_one_rung_at_a_time(house: House) -> None:
    crisis = a_page(house)
    house.worker.tick()
    house.pass_time(hours=2)
    assert states(crisis) == {"ana": "lapsed", "ben": "lapsed", "cyd": "asked", "dov": "asked"}
    assert {page.answer_by - house.clock.now() for page in crisis.incident().open_pages} == {
        timedelta(minutes=3)
    }
    house.pass_time(minutes=2)
    assert states(crisis)["cyd"] == "asked"
    house.pass_time(minutes=1)
    assert states(crisis)["okonjo"] == "asked"


def test_after_hours_of_silence_every_incident_is_woken_and_the_first_page_does_not_wait_for_the_last(
    house: House,
) -> None:
    crises = [Crisis(house).received() for _ in range(WAKES_AT_ONCE + 5)]
    page = a_page(house)
    house.worker.tick()
    house.clock.move(timedelta(hours=1))
    house.worker.tick()
    assert all(crisis.incident().standing for crisis in crises)
    assert states(page)["cyd"] == "asked"
    assert len(house.texts("cyd")) == 1


def test_a_page_that_we_never_sent_because_we_stood_still_asks_its_own_people_first(house: House) -> None:
    """F16: nobody is passed over for our silence, and no rung is jumped."""
    crisis = a_page(house)
    house.pass_time(hours=2)
    assert states(crisis) == {"ana": "asked", "ben": "asked"}
    assert [len(house.texts(person)) for person in ("ana", "ben", "cyd")] == [1, 1, 0]
    assert {page.answer_by - house.clock.now() for page in crisis.incident().open_pages} == {
        timedelta(minutes=3)
    }
    assert "05:03" in house.texts("ana")[0], "its text says the new time"
    house.pass_time(minutes=3)
    assert states(crisis) == {"ana": "lapsed", "ben": "lapsed", "cyd": "asked", "dov": "asked"}


def test_pages_that_waited_for_one_phone_come_as_one_text(house: House) -> None:
    """F16, F74: one consolidated page for each person."""
    crises = [a_page(house) for _ in range(3)]
    house.pass_time(hours=2)
    (text,) = house.texts("ana")
    assert all(str(crisis.ref) in text for crisis in crises) and "3 crisis pages" in text
    with house.shell.store.read() as connection:
        rows = connection.execute(
            select(outbox.c.state, outbox.c.bundled_in).where(
                outbox.c.person == "ana", outbox.c.state == "sent"
            )
        ).all()
    assert len(rows) == 3 and len({row.bundled_in for row in rows} - {None}) == 1


def test_several_pages_in_one_text_that_nobody_knows_of_are_looked_for_as_that_text(house: House) -> None:
    house.recorder.hang(PHONES["ana"], arrives=True)
    for _ in range(3):
        a_page(house)
    house.worker.tick()
    house.recorder.mend(PHONES["ana"])
    house.pass_time(seconds=4)
    house.pass_time(seconds=4)
    assert len(house.texts("ana")) == 1
    with house.shell.store.read() as connection:
        states = connection.scalars(select(outbox.c.state).where(outbox.c.person == "ana")).all()
    assert states == ["sent"] * 3


def test_one_poisoned_incident_delays_no_other(house: House) -> None:
    sick, well = a_page(house), Crisis(house).received()
    with house.shell.store.write() as connection:
        connection.execute(update(incidents).where(incidents.c.id == sick.id).values(state="{}"))
    house.pass_time(minutes=10)
    assert house.worker.poisoned == (sick.id,)
    assert [alarm.kind for alarm in well.incident().standing] == ["triage_late"]


def test_a_poisoned_incident_is_tried_again_and_goes_on_when_it_is_mended(house: House) -> None:
    sick = a_page(house)
    whole = select(incidents.c.state).where(incidents.c.id == sick.id)
    with house.shell.store.write() as connection:
        state = connection.scalar(whole)
        connection.execute(update(incidents).where(incidents.c.id == sick.id).values(state="{}"))
    house.pass_time(minutes=10)
    with house.shell.store.write() as connection:
        connection.execute(update(incidents).where(incidents.c.id == sick.id).values(state=state))
    house.clock.move(RESTS)
    house.worker.tick()
    assert house.worker.poisoned == ()
    assert states(sick)["cyd"] == "asked"


def test_rows_that_say_due_and_are_not_never_starve_the_others(house: House) -> None:
    stuck = [Crisis(house).received() for _ in range(WAKES_AT_ONCE * 2)]
    long_ago = house.clock.now() - timedelta(hours=9)
    with house.shell.store.write() as connection:
        connection.execute(
            update(incidents).where(incidents.c.id.in_([one.id for one in stuck])).values(wake_at=long_ago)
        )
    page = a_page(house)
    house.pass_time(minutes=3)
    assert states(page)["cyd"] == "asked"
    assert len(house.worker.poisoned) == len(stuck)


def test_the_worker_leaves_a_sign_of_life(house: House) -> None:
    house.worker.tick()
    house.pass_time(seconds=5)
    with house.shell.store.read() as connection:
        assert connection.scalars(select(heartbeats.c.at)).all() == [house.clock.now()]


def test_a_commit_wakes_the_sender_at_once_and_stopping_settles_what_is_out(house: House) -> None:
    arrived = threading.Event()
    house.recorder.subscribe(lambda kept: arrived.set() if kept.what.to == PHONES["ben"] else None)
    house.worker.start()
    try:
        a_page(house)
        assert arrived.wait(DEADLINE)
    finally:
        house.worker.stop()
    with house.shell.store.read() as connection:
        assert connection.scalar(select(func.count()).where(outbox.c.state != "sent")) == 0


def test_a_beat_that_fails_is_not_the_last(house: House) -> None:
    arrived, failed = threading.Event(), threading.Event()
    house.recorder.subscribe(lambda _: arrived.set())
    ear = logging.Handler()
    ear.emit = lambda said: failed.set() if "tick failed" in said.getMessage() else None  # type: ignore[method-assign]
    logging.getLogger("standby.worker").addHandler(ear)
    rename(house, "outbox", "outbox_away")
    house.worker.start()
    try:
        assert failed.wait(DEADLINE)
        rename(house, "outbox_away", "outbox")
        a_page(house)
        assert arrived.wait(DEADLINE)
    finally:
        house.worker.stop()
        logging.getLogger("standby.worker").removeHandler(ear)


def rename(house: House, table: str, name: str) -> None:
    with house.shell.store.write() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {name}")
