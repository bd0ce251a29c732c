"""The nights notice when a rule of desk or worker is broken: each is broken by hand once, and a law must say so."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.sim.mutations import MUTATIONS, Mutation, Verdict, table, tried

NOTICED_AT_LEAST = 19 / 20
# Each takes many seconds; by day a few of them show that the nights can still see.
BY_DAY = MUTATIONS[::6]


def verdicts_of(some: Sequence[Mutation], folder: Path) -> list[Verdict]:
    """Each broken in a copy of its own, two at a time."""
    places = [folder / str(number) for number in range(len(some))]
    with ThreadPoolExecutor(2) as pairs:
        return list(pairs.map(tried, some, places))


def test_the_nights_notice_some_broken_rules(tmp_path: Path) -> None:
    verdicts = verdicts_of(BY_DAY, tmp_path)
    assert all(verdict.law for verdict in verdicts), table(verdicts)


@pytest.mark.night
def test_the_nights_notice_nineteen_of_twenty_broken_rules(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verdicts = verdicts_of(MUTATIONS, tmp_path)
    with capsys.disabled():
        print("\n" + table(verdicts))
    noticed = [verdict for verdict in verdicts if verdict.law]
    assert len(noticed) >= NOTICED_AT_LEAST * len(verdicts), table(verdicts)
