"""No text and no call goes through: the desk and people outside hear of it until one has, and not only for a while."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.auditor.auditor import Auditor
from app.auditor.silent import WELL_FOR
from app.delivered import report
from app.heartbeats import beat
from app.house_alarms import HouseAlarm, standing, take
from app.outside import Outside, Watched
from app.probe import Prober
from app.queries.health import SILENT
from app.queries.providers import providers_down
from app.replies import hear
from app.tables import house_alarms, outbox, programs
from app.wiring import carried_by
from app.worker import Worker
from notify.health import EVERYBODY
from notify.recorder import Recorder
from tests.desk import Call, changes
from tests.house import PHONES, PROGRAM, House, a_house
from tests.walk import post

SECOND = timedelta(seconds=1)
OURS = "+12185550102"


class Night(House):
    """A house with two providers, and an auditor that looks each second."""

    def __init__(self, house: House) -> None:
        super().__init__(house.shell, house.clock, house.recorder, house.worker)
        self.both = (Recorder(self.clock.now, name="twilio"), Recorder(self.clock.now, name="telnyx"))
        self.worker = Worker(self.shell, carried_by(*self.both))
        self.auditor = Auditor(self.shell)

    def restart(self) -> None:
        """What is known of the providers is kept in memory alone."""
        self.shell.health.__init__(self.clock.now)  # type: ignore[misc]
        self.auditor = Auditor(self.shell)

    def run(self, seconds: float) -> None:
        for _ in range(int(seconds)):
            self.worker.tick()
            beat(self.shell, "watchdog", self.clock.now())
            self.auditor.step()
            self.clock.move(SECOND)

    def down(self, code: str | None = None) -> None:
        for one in self.both:
            one.down(code)

    def mend(self) -> None:
        for one in self.both:
            one.mend()

    def silent(self) -> list[HouseAlarm]:
        with self.shell.store.read() as connection:
            return [one for one in standing(connection) if one.kind == SILENT]

    def raised(self) -> int:
        """How many of them there have been."""
        with self.shell.store.read() as connection:
            return len(connection.execute(select(house_alarms).where(house_alarms.c.kind == SILENT)).all())

    def healthz(self) -> tuple[int, str]:
        answer = self.client().get("/healthz")
        return answer.status_code, answer.get_json().get("error", "")

    def rail(self) -> str:
        return str(changes(self.client("ruiz"), 0)["rail"])


@pytest.fixture
def night(tmp_path: Path, database_url: str | None) -> Iterator[Night]:
    channels, outside = ("text", "call"), Outside(watched=Watched(probes=(OURS,)))
    with a_house(tmp_path, database_url=database_url, demo_channels=channels, outside=outside) as house:
        yield Night(house)


@pytest.mark.parametrize("code", [None, "unreachable"])
def test_f47_with_every_provider_dead_the_house_is_red_and_not_well_until_something_goes_through(
    night: Night, code: str | None
) -> None:
    night.down(code)
    Call(night).sent()
    night.run(300)
    assert not providers_down(night.shell, PROGRAM).stopped, "who is not asked counts as well again"
    assert len(night.silent()) == 1
    said, error = night.healthz()
    assert said == 503 and error.startswith("No text and no call goes through. Call people by phone")
    assert "Pages stopped. No text" in night.rail() and "/board/by-hand" in night.rail()
    with night.shell.store.write() as connection:
        assert take(connection, night.silent()[0].id, "ruiz", night.clock.now())
    night.run(1)
    assert night.healthz()[0] == 503 and "Pages stopped" in night.rail(), "to have it mends nothing"
    night.mend()
    assert post(night.client("okonjo"), "/rota/ready/people/okonjo/ring", channel="text").status_code == 302
    night.run(2 + WELL_FOR.total_seconds())
    assert night.silent() == [] and night.healthz() == (200, "")
    assert "Pages stopped" not in night.rail()


def test_that_something_from_before_arrives_is_no_sign_that_anything_goes_through_now(night: Night) -> None:
    """Its provider takes nothing any more, and still reports what it took."""
    for wire in night.both:
        for number in PHONES.values():
            wire.lose(number)
    Call(night).sent()
    night.run(3)
    with night.shell.store.read() as connection:
        old = connection.scalars(select(outbox.c.id).where(outbox.c.state == "sent")).first()
    night.down("unreachable")
    Call(night).sent()
    night.run(240)
    assert len(night.silent()) == 1
    assert old and report(night.shell, old, "delivered", None)
    night.run(2 + WELL_FOR.total_seconds())
    assert len(night.silent()) == 1 and night.healthz()[0] == 503


def test_a_hiccup_of_all_providers_tells_nobody_outside(night: Night) -> None:
    night.down("unreachable")
    Call(night).sent()
    night.run(2)
    assert providers_down(night.shell, PROGRAM).stopped, "the board says it at once"
    night.mend()
    night.run(60)
    assert night.raised() == 0 and night.healthz() == (200, "")


def test_neither_time_nor_a_restart_ends_it_and_a_synthetic_page_that_is_heard_does(night: Night) -> None:
    night.down("unreachable")
    Call(night).sent()
    night.run(10)
    night.restart()
    night.worker = Worker(night.shell, {})
    night.run(200)
    assert len(night.silent()) == 1 and night.healthz()[0] == 503
    night.mend()
    Prober(night.shell, carried_by(*night.both)).step()
    night.run(3)
    assert len(night.silent()) == 1, "taken is not heard"
    code = night.both[0].texts_to(OURS)[-1].body.split()[2][:8]
    hear(night.shell, OURS, code, "an-event")
    night.run(2 + WELL_FOR.total_seconds())
    assert night.silent() == []


def test_what_fails_for_one_program_is_red_for_that_one_and_told_outside(night: Night) -> None:
    with night.shell.store.write() as connection:
        row = {"name": "Birch", "zone": "America/Chicago", "policy": {}, "areas": [], "active": True}
        connection.execute(programs.insert().values(id="birch", **row))
    for channel in ("text", "call"):
        for _ in range(5):
            night.shell.health.note("birch", channel, "twilio", "bad", "30008")
    night.run(10)
    (alarm,) = night.silent()
    assert alarm.program == "birch" and night.healthz()[0] == 503
    assert "No text and no call" not in night.rail()
    with night.shell.store.write() as connection:
        connection.execute(programs.update().where(programs.c.id == "birch").values(active=False))
    night.run(2)
    assert night.silent() == [] and night.healthz() == (200, "")


def test_one_that_goes_through_between_many_that_do_not_is_not_the_end(night: Night) -> None:
    health = night.shell.health
    for channel in ("text", "call"):
        health.note(EVERYBODY, channel, "twilio", "account", "20003")
    night.run(7)
    assert [one.program for one in night.silent()] == [PROGRAM]
    health.note(PROGRAM, "text", "twilio", "good")
    night.run(3)
    for _ in range(4):
        health.note(PROGRAM, "text", "twilio", "bad", "30008")
    night.run(200)
    assert not providers_down(night.shell, PROGRAM).stopped
    assert len(night.silent()) == night.raised() == 1
    health.note(PROGRAM, "text", "twilio", "good")
    night.run(2 + WELL_FOR.total_seconds())
    assert night.silent() == []
