"""Synthetic pages: sent through each provider by itself, heard when they come back, and an alarm when one is late."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.doctor import findings
from app.house_alarms import standing
from app.outside import Outside, Watched
from app.probe import LATE, Prober
from app.replies import hear
from app.schema import upgrade
from app.shell import Shell
from app.tables import inbox, outbox, probes
from app.wiring import carried_by, shell_for, wires_for
from notify.health import EVERYBODY
from notify.recorder import Recorder
from notify.telnyx_wire import TelnyxTransport
from notify.transport import Channel, Sighting, Wires
from tests.house import PHONES, House, a_house, settings_for
from tests.loopback.phone import BUSY, a_person
from tests.walk import text
from tests.wired_twice import WiredTwice, a_house_on_two_wires

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


@contextmanager
def wired_and_probed(tmp_path: Path, url: str | None) -> Iterator[tuple[WiredTwice, Shell, Wires]]:
    """Both providers' own clients, and a number of ours that both try. Its hooks are reached over HTTP."""
    with a_house_on_two_wires(tmp_path, database_url=url) as house:
        shell = watching(house.shell, OURS)
        wires = wires_for(shell)
        assert all(wire.is_ready(60) for wire in wires["text"] if isinstance(wire, TelnyxTransport))
        yield house, shell, wires


def watching(shell: Shell, *numbers: str) -> Shell:
    """The same house with these numbers set."""
    outside = replace(shell.settings.outside, watched=Watched(probes=numbers))
    return replace(shell, settings=replace(shell.settings, outside=outside))


def raised(shell: Shell) -> list[str]:
    with shell.store.read() as connection:
        return [one.about for one in standing(connection) if one.kind == "probe"]


def heard(shell: Shell) -> set[str]:
    """What came back of what was sent."""
    with shell.store.read() as connection:
        rows = connection.execute(select(probes).where(probes.c.heard_at.is_not(None)))
        return {f"{row.provider}:{row.channel}" for row in rows}


def test_each_provider_says_at_its_own_address_how_far_a_synthetic_page_came(
    tmp_path: Path, database_url: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    with wired_and_probed(tmp_path, database_url) as (house, shell, wires):
        assert Prober(shell, wires).step() == 4
        (first,), (second,) = house.twilio.messages, house.telnyx.messages
        assert house.twilio.call_back(first, "sent", "delivered") == [204, 204]
        assert house.telnyx.report_text(second, "delivered").status == 200
        assert heard(shell) == set() and raised(shell) == [], "a text has to come in again"
        assert "not ours" not in caplog.text and house.refused() == {}
        assert house.telnyx.report_text(second, "delivery_failed", "40010").status == 200
        assert raised(shell) == ["telnyx:text"]


def test_a_call_is_heard_by_its_report_though_no_answer_named_it_and_we_began_anew(
    tmp_path: Path, database_url: str | None
) -> None:
    with wired_and_probed(tmp_path, database_url) as (house, shell, wires):
        Prober(shell, wires).step()
        anew = Prober(shell, wires)
        house.twilio.ring(OURS, a_person())
        (call,) = house.telnyx.rings
        house.telnyx.report_call(call, "initiated", "ringing", "in-progress", "completed")
        assert heard(shell) == {"twilio:call", "telnyx:call"}
        house.clock.move(LATE + timedelta(seconds=5))
        anew.step()
        assert [about for about in raised(shell) if about.endswith("call")] == []
        assert house.refused() == {}


def test_a_call_that_nobody_takes_is_told_by_its_report(tmp_path: Path, database_url: str | None) -> None:
    with wired_and_probed(tmp_path, database_url) as (house, shell, wires):
        Prober(shell, wires).step()
        house.twilio.ring(OURS, BUSY)
        (call,) = house.telnyx.rings
        house.telnyx.report_call(call, "ringing", "no-answer")
        assert sorted(raised(shell)) == ["telnyx:call", "twilio:call"]


def test_what_was_signed_of_one_phone_says_nothing_of_a_synthetic_call_to_another(tmp_path: Path) -> None:
    with wired_and_probed(tmp_path, None) as (house, shell, wires):
        Prober(shell, wires).step()
        (call,) = house.telnyx.rings
        house.telnyx.report_call(call, "in-progress", To=PHONES["ana"])
        assert heard(shell) == set()


def test_a_call_from_before_we_began_is_not_called_late(tmp_path: Path) -> None:
    with wired_and_probed(tmp_path, None) as (house, shell, wires):
        Prober(shell, wires).step()
        house.clock.move(LATE)
        anew = Prober(shell, wires)
        house.clock.move(timedelta(seconds=1))
        anew.step()
        assert sorted(raised(shell)) == ["telnyx:text", "twilio:text"]


def test_what_is_not_tried_any_more_stands_as_no_alarm(tmp_path: Path, database_url: str | None) -> None:
    with probed(tmp_path, database_url) as probe:
        shell = probe.house.shell
        for provider in (probe.first, probe.second):
            provider.refuse(OURS, "30034")
        probe.prober.step()
        assert sorted(probe.alarms()) == ["first:text", "second:text"]
        Prober(shell, {"text": (probe.first, probe.second)}).step()
        assert sorted(probe.alarms()) == ["first:text", "second:text"], "they are tried as before"
        Prober(shell, {"text": (probe.first,)}).step()
        assert probe.alarms() == ["first:text"]
        assert Prober(watching(shell), {"text": (probe.first,)}).step() == 0
        assert probe.alarms() == []


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
