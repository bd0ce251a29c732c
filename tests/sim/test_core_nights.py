"""The core by night, first half: rules, reach and health with a model of store and workers, and nobody is forgotten."""

import pytest

from app.sim.core.__main__ import main
from app.sim.core.night import Night
from app.sim.core.sums import Sums
from tests.sim.stretches import core_nights

SEEDS = range(1, 2501)


@pytest.fixture(scope="module")
def sums() -> Sums:
    return core_nights(SEEDS)


def test_no_law_is_broken_in_any_night_of_the_core(sums: Sums) -> None:
    assert not sums.broken, sums.text()


def test_nothing_is_lost_and_nothing_is_nobodys(sums: Sums) -> None:
    assert (sums.figures["lost"], sums.figures["unowned"]) == (0, 0)


def test_the_nights_saw_every_command_fact_stage_alarm_message_and_fault(sums: Sums) -> None:
    assert not sums.coverage.missing()


def test_the_nights_of_the_core_were_bad_enough_to_prove_something(sums: Sums) -> None:
    assert sums.figures["incidents"] > 8_000
    assert sums.figures["deaths"] > 10_000
    assert sums.figures["duplicates"] > 5_000


def test_a_seed_of_the_core_gives_the_same_night_again() -> None:
    one, other = Night(11).run(), Night(11).run()
    assert one.incidents
    assert one.commands == other.commands
    assert one.coverage.seen == other.coverage.seen


@pytest.mark.parametrize("calls", [1, 40])
def test_a_night_may_be_as_busy_as_is_asked(calls: int) -> None:
    report = Night(5, calls=calls).run()
    assert not report.broken
    assert report.incidents >= calls


def test_two_processes_come_to_what_one_comes_to(capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for jobs in ("1", "2"):
        main(["1", "--nights", "30", "--jobs", jobs])
        told.append(capsys.readouterr().out.partition("/s: ")[2])
    assert told[0].startswith("incidents ")
    assert told[0] == told[1]
