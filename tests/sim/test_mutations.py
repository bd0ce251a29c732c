"""The nights notice when a rule of desk or worker is broken: each is broken by hand once, and a law must say so."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.sim.mutations import MUTATIONS, table, tried

NOTICED_AT_LEAST = 19 / 20


def test_the_nights_notice_nineteen_of_twenty_broken_rules(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = [tmp_path / str(number) for number in range(len(MUTATIONS))]
    with ThreadPoolExecutor(2) as pairs:
        verdicts = list(pairs.map(tried, MUTATIONS, places))
    with capsys.disabled():
        print("\n" + table(verdicts))
    noticed = [verdict for verdict in verdicts if verdict.law]
    assert len(noticed) >= NOTICED_AT_LEAST * len(verdicts), table(verdicts)
