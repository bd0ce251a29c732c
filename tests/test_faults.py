"""A fault of ours is said in one sentence, and logged by its kind and place without a word of anybody."""

import logging
from pathlib import Path

import pytest

from app.web.faults import where
from tests.desk import Call
from tests.house import a_house


def test_a_fault_is_logged_by_kind_and_place_and_its_text_is_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with a_house(tmp_path) as house:
        desk, call = house.client("ruiz"), Call(house, place="12 Quarry Road")
        with house.shell.store.write() as connection:  # a row that this version cannot read
            connection.exec_driver_sql('UPDATE incidents SET state = \'{"stage": "her own words"}\'')
        with caplog.at_level(logging.ERROR):
            answer = desk.get(f"/incidents/{call.ref}")
        assert answer.status_code == 500 and "her own words" not in answer.get_data(as_text=True)
        assert "unhandled ValueError in" in caplog.text and "codec.py:" in caplog.text
        assert "her own words" not in caplog.text


def test_the_innermost_place_comes_last() -> None:
    try:
        where(None)  # type: ignore[arg-type]
    except AttributeError as fault:
        assert where(fault).split(", ")[-1].startswith("faults.py:")
