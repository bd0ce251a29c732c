"""The nights: a bad network, confused people and dying processes, and nobody is forgotten."""

import logging
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from app.sim.coverage import Coverage
from app.sim.night import Night
from app.sim.report import Report
from app.sim.simulate import summed

CI_SEEDS = range(1, 31)
# Another stretch each time, unless one is named: what was found goes into a test of its own.
LONG_FIRST = int(os.environ.get("STANDBY_NIGHT_SEED", "1000"))
LONG_NIGHTS = int(os.environ.get("STANDBY_NIGHTS", "1000"))


def a_night(seed: int) -> Report:
    """One night, without its log."""
    logging.disable(logging.CRITICAL)
    try:
        return Night(seed).run()
    finally:
        logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    with ProcessPoolExecutor(2) as processes:
        return list(processes.map(a_night, CI_SEEDS, chunksize=4))


def test_no_law_is_broken_in_any_night(reports: list[Report]) -> None:
    broken = [report for report in reports if report.broken]
    assert not broken, summed(broken, 0)


def test_the_nights_reach_every_command_fact_stage_alarm_and_message(reports: list[Report]) -> None:
    seen = Coverage()
    for report in reports:
        seen.add(report.coverage)
    assert not seen.missing()


def test_the_nights_were_bad_enough_to_prove_something(reports: list[Report]) -> None:
    assert sum(report.deaths for report in reports) > 100
    assert sum(report.duplicates for report in reports) > 5
    assert sum(report.incidents for report in reports) > 100


def test_a_seed_gives_the_same_night_again() -> None:
    with ProcessPoolExecutor(2) as processes:
        one, other = processes.map(a_night, (3, 3))
    assert figures(one) == figures(other)


def figures(report: Report) -> tuple[object, ...]:
    return report.commands, report.texts, report.deaths, report.coverage.facts


@pytest.mark.night
def test_a_long_stretch_of_nights(request: pytest.FixtureRequest) -> None:
    if "night" not in request.config.option.markexpr.replace("not night", ""):
        pytest.skip("long: run with -m night")
    seeds = range(LONG_FIRST, LONG_FIRST + LONG_NIGHTS)
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        reports: Iterator[Report] = processes.map(a_night, seeds, chunksize=8)
        broken = [report for report in reports if report.broken]
    assert not broken, summed(broken, 0)
