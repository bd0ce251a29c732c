"""Synthetic pages: sent through each provider by itself, heard when they come back, and an alarm when one is late."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.doctor import findings
from app.house_alarms import standing
from app.outside import Outside, Watched
from app.probe import Prober
from app.replies import hear
from app.schema import upgrade
from app.tables import inbox, outbox, probes
from app.wiring import carried_by, shell_for
from notify.health import EVERYBODY
from notify.recorder import Recorder
from notify.transport import Channel, Sighting
from tests.house import PHONES, House, a_house, settings_for
from tests.walk import text

OURS = "+12185550102"
MINUTE = timedelta(minutes=1)


@dataclass
class Probed:
    """A house with two providers that are tried by themselves."""

    house: House
    first: Recorder
    second: Recorder
    prober: Prober

    def codes(self, provider: Recorder) -> list[str]:
        """What this provider brought to our number, oldest first."""
        found = [re.search(r"\d{8}", one.body) for one in provider.texts_to(OURS)]
        return [one[0] for one in found if one]

    def comes_back(self, provider: Recorder) -> None:
        hear(
            self.house.shell, OURS, f"Fwd: Standby test {self.codes(provider)[-1]}.", self.codes(provider)[-1]
        )

    def alarms(self) -> list[str]:
        with self.house.shell.store.read() as connection:
            return [one.about for one in standing(connection) if one.kind == "probe"]


@contextmanager
def probed(tmp_path: Path, url: str | None = None) -> Iterator[Probed]:
    outside = Outside(watched=Watched(probes=(OURS,)))
    with a_house(tmp_path, database_url=url, outside=outside, demo_channels=("text",)) as house:
        first, second = Recorder(house.clock.now, name="first"), Recorder(house.clock.now, name="second")
        wires = {"text": (first, second)}
        yield Probed(house, first, second, Prober(house.shell, wires))  # type: ignore[arg-type]


def test_each_provider_is_tried_by_itself_every_five_minutes(
    tmp_path: Path, database_url: str | None
) -> None:
    with probed(tmp_path, database_url) as probe:
        assert probe.prober.step() == 2
        assert len(probe.codes(probe.first)) == len(probe.codes(probe.second)) == 1
        assert probe.codes(probe.first) != probe.codes(probe.second)
        probe.house.clock.move(4 * MINUTE)
        assert probe.prober.step() == 0
        probe.house.clock.move(MINUTE)
        assert probe.prober.step() == 2
        with probe.house.shell.store.read() as connection:
            assert connection.execute(select(outbox)).all() == [], "no row of the outbox is spent on it"


def test_one_that_comes_back_is_heard_and_nobody_is_answered(
    tmp_path: Path, database_url: str | None
) -> None:
    with probed(tmp_path, database_url) as probe:
        probe.prober.step()
        probe.house.clock.move(timedelta(seconds=4))
        probe.comes_back(probe.first)
        with probe.house.shell.store.read() as connection:
            rows = {row.provider: row for row in connection.execute(select(probes))}
            assert connection.execute(select(inbox)).all() == connection.execute(select(outbox)).all() == []
        assert rows["first"].heard_at - rows["first"].sent_at == timedelta(seconds=4)
        assert rows["second"].heard_at is None
        assert "Synthetic pages" in text(probe.house.client("ruiz").get("/deliveries"))
        assert "4.00 s" in text(probe.house.client("ruiz").get("/deliveries"))


def test_one_that_is_late_alarms_the_house_and_the_next_that_comes_ends_it(
    tmp_path: Path, database_url: str | None
) -> None:
    with probed(tmp_path, database_url) as probe:
        probe.prober.step()
        probe.comes_back(probe.second)
        probe.house.clock.move(3 * MINUTE - timedelta(seconds=1))
        probe.prober.step()
        assert probe.alarms() == []
        probe.house.clock.move(timedelta(seconds=2))
        probe.prober.step()
        assert probe.alarms() == ["first:text"]
        before = probe.house.shell.health.standing(EVERYBODY, "text", "first").score
        assert before < probe.house.shell.health.standing(EVERYBODY, "text", "second").score
        probe.comes_back(probe.first)
        assert probe.alarms() == ["first:text"], "a late one does not show that it is well again"
        probe.house.clock.move(2 * MINUTE)
        probe.prober.step()
        probe.comes_back(probe.first)
        assert probe.alarms() == []


def test_one_that_is_refused_alarms_at_once(tmp_path: Path) -> None:
    with probed(tmp_path) as probe:
        probe.first.refuse(OURS, "30034")
        probe.prober.step()
        assert probe.alarms() == ["first:text"]


def test_a_provider_that_never_answers_is_late_too(tmp_path: Path) -> None:
    with probed(tmp_path) as probe:
        probe.first.down()
        probe.prober.step()
        probe.comes_back(probe.second)
        probe.house.clock.move(3 * MINUTE + timedelta(seconds=1))
        probe.prober.step()
        assert probe.alarms() == ["first:text"]


class Answered(Recorder):
    """A recorder whose calls are told as the test says."""

    status = "ringing"

    def fetch(self, channel: Channel, provider_id: str) -> Sighting | None:
        return Sighting(provider_id, self.status, None, None)


@pytest.mark.parametrize(("status", "heard", "lost"), [("in-progress", True, None), ("busy", False, "busy")])
def test_a_call_counts_as_heard_when_it_is_picked_up(
    tmp_path: Path, status: str, heard: bool, lost: str | None
) -> None:
    with probed(tmp_path) as probe:
        wire = Answered(probe.house.clock.now, name="first")
        prober = Prober(probe.house.shell, {"call": (wire,)})
        assert prober.step() == 1
        probe.house.clock.move(timedelta(seconds=5))
        prober.step()
        assert seen(probe.house) == (False, None)
        wire.status = status
        prober.step()
        assert seen(probe.house) == (heard, lost)
        assert probe.alarms() == ([] if heard else ["first:call"])
        probe.house.clock.move(29 * MINUTE)
        assert prober.step() == 0
        probe.house.clock.move(MINUTE)
        assert prober.step() == 1


def seen(house: House) -> tuple[bool, str | None]:
    with house.shell.store.read() as connection:
        row = connection.execute(select(probes).order_by(probes.c.id).limit(1)).one()
    return row.heard_at is not None, row.failed


@pytest.mark.parametrize("body", ["12345678", "2001 Y", "Standby test 1234567."])
def test_a_text_that_is_no_probe_is_heard_as_ever(tmp_path: Path, body: str) -> None:
    with probed(tmp_path) as probe:
        probe.prober.step()
        hear(probe.house.shell, PHONES["ana"], body, "e1")
        with probe.house.shell.store.read() as connection:
            assert len(connection.execute(select(inbox)).all()) == 1


def test_without_a_number_of_ours_nothing_is_sent_and_the_doctor_says_so(tmp_path: Path) -> None:
    shell = shell_for(settings_for(f"sqlite:///{tmp_path / 'standby.db'}"))
    upgrade(shell.store)
    assert Prober(shell, carried_by(Recorder(shell.clock.now))).step() == 0
    assert any("Synthetic pages are off" in one.sentence for one in findings(shell))
    shell.store.close()
