"""The nights of the whole shell: bad providers, confused people and dying processes, and nobody is forgotten."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from app.sim import simulate
from app.sim.coverage import Coverage
from app.sim.report import Report
from app.sim.simulate import summed
from tests.sim.stretches import nights

CI_SEEDS = range(1, 51)
# Another stretch each time, unless one is named: what was found goes into a test of its own.
LONG_FIRST = int(os.environ.get("STANDBY_NIGHT_SEED", "1000"))
LONG_NIGHTS = int(os.environ.get("STANDBY_NIGHTS", "1000"))


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    return nights(CI_SEEDS)


def test_no_law_is_broken_in_any_night(reports: list[Report]) -> None:
    broken = [report for report in reports if report.broken]
    assert not broken, summed(broken, 0)


def test_the_nights_reach_nearly_every_kind_of_command_fact_alarm_message_and_fault(
    reports: list[Report],
) -> None:
    seen = Coverage()
    for report in reports:
        seen.add(report.coverage)
    never = [f"{kind} {name}" for kind, names in seen.missing().items() for name in names]
    # Half of the nights are in another file; the core's nights, of which there are many more, see every kind.
    assert len(never) <= 5, never


def test_the_nights_were_bad_enough_to_prove_something(reports: list[Report]) -> None:
    # A night, on average: far below what they bring, so that a rule may change, and far above a quiet one.
    assert sum(report.deaths for report in reports) > 12 * len(reports)
    assert sum(report.duplicates for report in reports) > 5 * len(reports)
    assert sum(report.incidents for report in reports) > 2 * len(reports)


def test_a_seed_gives_the_same_night_again_in_another_process() -> None:
    # Another process has other hashes: nothing may hang on the order of a set.
    command = [sys.executable, "-m", "app.cli", "simulate", "--seed", "3", "--nights", "1", "--json"]
    one, other = (
        subprocess.run(command, capture_output=True, check=True, text=True).stdout for _ in range(2)
    )
    assert '"incidents"' in one
    assert one == other


def one_night(seed: int) -> Report:
    return next(simulate.nights(seed, 1))


@pytest.mark.night
def test_a_long_stretch_of_nights() -> None:
    seeds = range(LONG_FIRST, LONG_FIRST + LONG_NIGHTS)
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        reports: Iterator[Report] = processes.map(one_night, seeds, chunksize=8)
        broken = [report for report in reports if report.broken]
    assert not broken, summed(broken, 0)
