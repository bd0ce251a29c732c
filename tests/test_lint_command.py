"""`standby lint`: what a keeper's script reads at seven in the morning."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.clock import SystemClock
from app.settings import read_settings
from app.shell import Shell
from app.tables import people, programs, rota_tiers, shifts
from app.wiring import shell_for
from tests import test_cli

said = test_cli.said
house, furnished = test_cli.house, test_cli.furnished
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def shell(furnished: Path) -> Shell:
    """The keeper's own database."""
    return shell_for(read_settings(os.environ, furnished / "instance"))


def write(shell: Shell, *spans: tuple[timedelta, timedelta]) -> None:
    """A tier that needs one, and shifts of the only person from these times on, counted from now."""
    now = SystemClock().now()
    with shell.store.write() as connection:
        program = connection.scalar(select(programs.c.id))
        person = connection.scalar(select(people.c.id))
        need = {"program": program, "tier": "primary", "people": 1, "bring": [], "place": 0}
        connection.execute(rota_tiers.insert().values(need))
        for number, (start, end) in enumerate(spans):
            row = {"id": f"s{number}", "program": program, "tier": "primary", "person": person}
            connection.execute(shifts.insert().values(starts_at=now + start, ends_at=now + end, **row))


def test_without_a_rota_it_says_so_and_is_content(
    furnished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = said(capsys, "lint")
    assert code == 0
    assert out == "North County: no rota is set up. Write down how many people each tier needs.\n"


def test_a_hole_within_72_hours_ends_with_one(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    write(shell, (-HOUR, 2 * DAY))
    code, out, _ = said(capsys, "lint")
    assert code == 1
    assert "nobody on primary" in out and "GRAVE" in out


def test_a_hole_after_72_hours_is_printed_and_ends_with_nothing(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    write(shell, (-HOUR, 4 * DAY))
    code, out, _ = said(capsys, "lint", "--days", "30")
    assert code == 0 and "nobody on primary" in out
    code, out, _ = said(capsys, "lint", "--days", "2")
    assert code == 0 and "nobody on primary" not in out


def test_a_look_of_one_day_still_knows_of_a_hole_on_the_third(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    write(shell, (-HOUR, 2 * DAY), (3 * DAY - HOUR, 99 * DAY))
    assert said(capsys, "lint", "--days", "1")[0] == 1


def test_a_script_gets_json(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    write(shell, (-HOUR, 2 * DAY))
    code, out, _ = said(capsys, "lint", "--json")
    (program,) = json.loads(out)["programs"]
    assert code == 1 and program["set_up"] and program["hole_within_72_hours"]
    (gap,) = [one for one in program["findings"] if one["kind"] == "gap"]
    assert gap["grave"] and gap["tier"] == "primary" and gap["times"] == 1
    assert gap["starts_at"].endswith("+00:00")


def test_a_program_that_is_none_is_named(furnished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "lint", "--program", "nowhere") == (1, "", "There is no program nowhere.\n")


@pytest.mark.parametrize("days", ["0", "367", "-1", "ten"])
def test_days_that_make_no_sense_end_with_the_usage(
    furnished: Path, capsys: pytest.CaptureFixture[str], days: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        said(capsys, "lint", "--days", days)
    assert ended.value.code == 2
