"""The nights of the whole shell, second half: other seeds, so that two processes share the work."""

import json
from pathlib import Path

import pytest

from app import cli
from app.sim import simulate
from app.sim.carrier import Carrier
from app.sim.law import Broken
from app.sim.report import Report
from app.sim.simulate import as_json, summed
from tests.sim.stretches import nights

SEEDS = range(51, 101)


def test_no_law_is_broken_in_any_of_the_other_nights() -> None:
    broken = [report for report in nights(SEEDS) if report.broken]
    assert not broken, summed(broken, 0)


def test_the_command_says_what_the_nights_came_to_and_needs_no_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STANDBY_DATABASE_URL", "sqlite:////nowhere/at/all.db")
    assert cli.main(["simulate", "--seed", "7", "--nights", "2", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["nights"] == 2
    assert said["incidents"] >= 2
    assert (said["lost"], said["unowned"], said["laws_broken"]) == (0, 0, [])
    assert said["duplicates"] >= 0
    assert list(tmp_path.iterdir()) == []


def test_a_broken_law_is_named_with_its_seed_and_how_to_see_it_again() -> None:
    said = as_json([Report(7), Report(8, broken=[Broken("sent_is_true", "message 3 never went out")])])
    assert said["laws_broken"] == ["seed 8 broke sent_is_true: message 3 never went out"]
    assert said["replay"] == ["python -m app.sim 8"]


def test_an_error_of_ours_in_a_send_is_no_fault_of_the_night(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker takes it for an unclear send and goes on, as it must: so the laws have to say it."""
    monkeypatch.setattr(Carrier, "_fate", lambda self: "a fate that nobody wrote")
    (report,) = simulate.nights(1, 1)
    assert [broken.law for broken in report.broken] == ["no_fault_of_ours"]


@pytest.mark.parametrize("wrong", ["0", "-1", "many", "99999999999"])
def test_a_seed_is_a_whole_number(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["simulate", "--seed", wrong])
    assert "whole number" in capsys.readouterr().err
