"""Section A of the fault catalogue, the worker: poison, hanging providers, long silences, unknown words."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from app.auditor.laws.every import EVERY as LAWS
from app.house_alarms import standing, take
from app.next_try import ATTEMPTS_AT_MOST
from app.tables import heartbeats, incidents, outbox, people
from app.wiring import carried_by
from app.worker import Worker
from dispatch import commands as c
from notify.recorder import Recorder
from notify.transport import Outcome, Sendable
from tests.crisis import Crisis
from tests.house import House, a_house
from tests.served import until

SOON = 20.0


@pytest.fixture
def house(tmp_path: Path, database_url: str | None) -> Iterator[House]:
    with a_house(tmp_path, database_url=database_url) as house:
        yield house


def paged(house: House, lead: str = "ana", second: str = "ben") -> Crisis:
    crisis = Crisis(house).received()
    crisis.ask(c.Triage("ruiz", 2))
    crisis.ask(c.Dispatch("ruiz", lead, second))
    return crisis


def states(crisis: Crisis) -> dict[str, str]:
    return {page.person: page.state for page in crisis.incident().pages}


def spoil(crisis: Crisis) -> None:
    """Its row cannot be read any more."""
    with crisis.house.shell.store.write() as connection:
        connection.execute(update(incidents).where(incidents.c.id == crisis.id).values(state="{}"))


def test_f09_an_incident_whose_rules_fail_at_every_beat_delays_nobody_and_the_house_says_so(
    house: House,
) -> None:
    sick = paged(house)
    others = [Crisis(house).received() for _ in range(30)]
    spoil(sick)
    for _ in range(8):
        house.pass_time(minutes=1)
    assert all([alarm.kind for alarm in one.incident().standing] == ["triage_late"] for one in others)
    with house.shell.store.read() as connection:
        alarms = [(alarm.kind, alarm.about) for alarm in standing(connection)]
    assert ("poisoned", sick.id) in alarms


def test_f09_its_pages_are_still_sent_though_its_own_clock_cannot_run(house: House) -> None:
    sick = paged(house)
    spoil(sick)
    house.worker.tick()
    assert [len(house.texts(person)) for person in ("ana", "ben")] == [1, 1]


def test_f09_whoever_is_in_charge_is_told_at_once_and_again_until_somebody_takes_it(house: House) -> None:
    sick = paged(house)
    spoil(sick)
    house.pass_time(minutes=6)
    told = [text for text in house.texts("okonjo") if "clock stopped" in text]
    assert len(told) == 1 and str(sick.ref) in told[0]
    house.pass_time(minutes=5)
    assert len([text for text in house.texts("okonjo") if "clock stopped" in text]) == 2
    with house.shell.store.write() as connection:
        alarm = next(one for one in standing(connection) if one.about == sick.id)
        assert take(connection, alarm.id, "haddad", house.clock.now())
    house.pass_time(minutes=11)
    assert len([text for text in house.texts("okonjo") if "clock stopped" in text]) == 2


def test_f09_with_no_supervisor_everybody_on_call_is_told(house: House) -> None:
    sick = paged(house)
    with house.shell.store.write() as connection:
        connection.execute(update(people).where(people.c.id.in_(("okonjo", "haddad"))).values(active=False))
    spoil(sick)
    house.pass_time(minutes=6)
    heard = [
        person
        for person in ("ana", "ben", "cyd", "dov")
        if any("clock stopped" in text for text in house.texts(person))
    ]
    assert heard == ["ana", "ben", "cyd", "dov"]


def test_f09_its_alarm_ends_when_a_human_has_closed_it_or_a_new_process_can_run_it(house: House) -> None:
    sick = paged(house)
    with house.shell.store.read() as connection:
        whole = connection.scalar(select(incidents.c.state).where(incidents.c.id == sick.id))
    spoil(sick)
    house.pass_time(minutes=6)
    with house.shell.store.write() as connection:
        connection.execute(update(incidents).where(incidents.c.id == sick.id).values(state=whole))
    new = Worker(house.shell, carried_by(house.recorder))
    new.begin()
    assert new.poisoned == (sick.id,)
    new.tick()
    with house.shell.store.read() as connection:
        assert [one for one in standing(connection) if one.kind == "poisoned"] == []


class Hanging(Recorder):
    """A provider that takes every request and answers none until it is let go."""

    def __init__(self, house: House) -> None:
        super().__init__(house.clock.now)
        self.let_go = threading.Event()
        self.held = 0

    def send(self, what: Sendable) -> Outcome:
        self.held += 1
        self.let_go.wait(60)
        return super().send(what)


def test_f11_every_send_hangs_and_every_other_timer_fires(house: House) -> None:
    hanging = Hanging(house)
    worker = Worker(house.shell, carried_by(hanging))
    worker.start()
    try:
        for _ in range(12):
            paged(house)
        until(lambda: hanging.held >= 8, SOON, "every hand at the provider")
        waits = Crisis(house).received()
        house.clock.move(timedelta(minutes=6))
        worker.nudge()
        until(lambda: waits.incident().standing, SOON, "the timer of another incident")
        with house.shell.store.read() as connection:
            assert connection.scalar(select(heartbeats.c.at).where(heartbeats.c.name == "worker"))
        until(lambda: _beaten(house) == house.clock.now(), SOON, "a fresh sign of life")
    finally:
        hanging.let_go.set()
        worker.stop()


def _beaten(house: House) -> object:
    with house.shell.store.read() as connection:
        return connection.scalar(select(heartbeats.c.at).where(heartbeats.c.name == "worker"))


def test_f16_nothing_is_dropped_for_its_age(house: House) -> None:
    crisis = paged(house)
    house.clock.move(timedelta(days=3))
    for _ in range(40):
        house.pass_time(minutes=1)
    assert crisis.incident().standing, "an alarm stands"
    with house.shell.store.read() as connection:
        waits = connection.scalar(select(incidents.c.wake_at).where(incidents.c.id == crisis.id))
    assert waits is not None, "and a timer still runs"


@pytest.mark.parametrize("kind", ["FromTomorrow", "Page2"])
def test_f17_a_message_of_a_newer_version_is_left_to_no_silence(house: House, kind: str) -> None:
    """Its kind is unknown here: the others go out, it is given up aloud, and the next person is asked."""
    crisis = paged(house)
    with house.shell.store.write() as connection:
        connection.execute(update(outbox).where(outbox.c.person == "ana").values(kind=kind))
    house.worker.tick()
    assert len(house.texts("ben")) == 1
    for _ in range(ATTEMPTS_AT_MOST * 3):
        house.pass_time(seconds=8)
    assert states(crisis)["ana"] in ("unreachable", "lapsed") and states(crisis)["cyd"] == "asked"


def test_f17_an_incident_in_a_state_of_a_newer_version_is_left_alone_and_reported(house: House) -> None:
    crisis = paged(house)
    with house.shell.store.write() as connection:
        mine = incidents.c.id == crisis.id
        text = connection.scalar(select(incidents.c.state).where(mine))
        assert '"paging"' in text
        connection.execute(
            update(incidents).where(mine).values(state=text.replace('"paging"', '"levitating"'))
        )
        left = connection.scalar(select(incidents.c.state).where(mine))
    house.pass_time(minutes=10)
    with house.shell.store.read() as connection:
        assert connection.scalar(select(incidents.c.state).where(incidents.c.id == crisis.id)) == left
        assert [alarm.about for alarm in standing(connection) if alarm.kind == "poisoned"] == [crisis.id]


def test_f18_what_is_stored_names_its_kind_in_a_word_and_never_by_a_place_in_the_code(house: House) -> None:
    paged(house)
    with house.shell.store.read() as connection:
        kinds = set(connection.scalars(select(outbox.c.kind)))
        bodies = " ".join(connection.scalars(select(outbox.c.message)))
    assert kinds == {"PageResponder"}
    assert "dispatch." not in bodies and "app." not in bodies and "pickle" not in bodies


def test_f18_a_row_of_an_unknown_kind_stays_and_an_auditor_names_it(house: House) -> None:
    paged(house)
    with house.shell.store.write() as connection:
        connection.execute(update(outbox).where(outbox.c.person == "ana").values(kind="renamed"))
    house.pass_time(minutes=10)
    with house.shell.store.read() as connection:
        kept = connection.scalar(select(func.count()).where(outbox.c.kind == "renamed"))
    assert kept and kept > 0
    assert any(law.number == "F18" for law in LAWS)
