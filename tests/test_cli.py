"""The keeper's commands: each works in an empty folder, and each says in one sentence what it cannot do."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import cli
from app.settings import KNOWN, PREFIX
from app.wiring import ROOT

ADMIN = ("admin", "create", "--name", "A. Keeper", "--program", "North County")
IN_CHICAGO = ("--zone", "America/Chicago")


@pytest.fixture
def house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Path]:
    """An empty folder whose settings are whole, with the keys that `standby keys` printed."""
    for name in KNOWN:
        monkeypatch.delenv(PREFIX + name, raising=False)
    assert cli.main(["keys"]) == 0
    for line in capsys.readouterr().out.splitlines():
        monkeypatch.setenv(*line.split("=", 1))
    monkeypatch.setenv("STANDBY_BASE_URL", "https://standby.example")
    monkeypatch.setenv("STANDBY_TWILIO_ACCOUNT_SID", "AC" + "0" * 32)
    monkeypatch.setenv("STANDBY_TWILIO_AUTH_TOKEN", "a-token")
    monkeypatch.setenv("STANDBY_TWILIO_FROM", "+15005550006")
    monkeypatch.chdir(tmp_path)
    yield tmp_path


@pytest.fixture
def furnished(house: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The same with a database, a program and its admin."""
    assert cli.main([*ADMIN, "--email", "keeper@north.example", *IN_CHICAGO]) == 0
    capsys.readouterr()
    return house


def said(capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, str, str]:
    """Run a command: its exit code, what it printed, and what it complained of."""
    code = cli.main(list(command))
    out, wrong = capsys.readouterr()
    return code, out, wrong


def test_without_settings_each_missing_one_is_named_and_nothing_is_made(tmp_path: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    ran = subprocess.run(
        [sys.executable, "-m", "app.cli", "serve"],
        cwd=tmp_path,
        env={**bare, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 1 and "Standby cannot start:" in ran.stderr
    for name in ("BASE_URL", "FIELD_KEYS", "INDEX_KEY", "JOURNAL_KEY", "LINK_KEY", "TWILIO_FROM"):
        assert PREFIX + name in ran.stderr
    assert "Traceback" not in ran.stderr and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("STANDBY_BASE_ULR", "https://x.example", "STANDBY_BASE_ULR is not a setting."),
        ("STANDBY_BASE_URL", "standby.example", "Set STANDBY_BASE_URL to the address people use"),
        ("STANDBY_ZONE", "America", "Set STANDBY_ZONE to a zone such as America/Chicago."),
        ("STANDBY_SESSION_HOURS", "99", "Set STANDBY_SESSION_HOURS to a whole number from 1 to 24."),
        ("STANDBY_LINK_KEY", "c2hvcnQ=", "Set STANDBY_LINK_KEY to 32 random bytes in base64"),
        ("STANDBY_FIELD_KEYS", "k" * 300 + ":" + "A" * 43 + "=", "Set STANDBY_FIELD_KEYS to ID:KEY pairs"),
        ("STANDBY_DATABASE_URL", "postgresql://desk/standby", "Set STANDBY_DATABASE_URL to a SQLite file"),
        ("STANDBY_DATABASE_URL", "rubbish", "Set STANDBY_DATABASE_URL to a SQLite file"),
        ("STANDBY_TWILIO_FROM", "the desk", "Set STANDBY_TWILIO_FROM to a number such as +12185550100"),
        ("STANDBY_GEOCODER_URL", "ftp://maps.example", "Set STANDBY_GEOCODER_URL to the county's own map"),
        ("STANDBY_REDIS_URL", "redis://x", "STANDBY_REDIS_URL is for several processes"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_before_the_service_starts(
    house: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    sentence: str,
) -> None:
    monkeypatch.setenv(name, value)
    code, out, wrong = said(capsys, "serve")
    assert code == 1 and sentence in wrong and out == ""


def test_keys_are_fresh_each_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "keys")[1] != said(capsys, "keys")[1]


def test_the_database_is_brought_to_the_newest_schema_once(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "db", "upgrade")[0] == 0
    before = tables(house)
    assert {"incidents", "journal", "outbox"} <= before
    assert said(capsys, "db", "upgrade") == (0, "The database stands at the newest schema.\n", "")
    assert tables(house) == before


@pytest.mark.parametrize(
    "command", [("audit", "verify"), ("token", "create", "North 911", "--scope", "eido")]
)
def test_a_command_that_needs_the_database_says_what_to_run_first(
    house: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    code, _, wrong = said(capsys, *command)
    assert (code, wrong) == (1, f"{cli.OLD_DATABASE}\n")


def test_a_database_that_cannot_be_opened_is_said_in_a_sentence(
    house: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STANDBY_DATABASE_URL", f"sqlite:///{house / 'nowhere' / 'standby.db'}")
    assert said(capsys, "doctor") == (1, "", f"{cli.NO_DATABASE}\n")


def test_the_first_admin_gets_a_password_that_is_shown_once(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = said(capsys, *ADMIN, "--email", "Keeper@North.example", *IN_CHICAGO)
    kind, role, email, password = out.splitlines()[0].split()
    assert (code, kind, role, email) == (0, "sign-in:", "admin", "keeper@north.example")
    assert password.encode() not in (house / "instance" / "standby.db").read_bytes()


@pytest.mark.parametrize(
    ("email", "zone", "sentence"),
    [
        ("keeper", "America/Chicago", "Give a work e-mail such as a.keeper@county.example."),
        ("keeper@north.example", "America/Chicago", "That e-mail has an account already. Choose another."),
        ("b@north.example", "Mars/Crater", "Give a zone such as America/Chicago."),
        ("b@north.example", "America", "Give a zone such as America/Chicago."),
    ],
)
def test_an_admin_who_cannot_be_made_is_refused_with_what_to_give(
    furnished: Path, capsys: pytest.CaptureFixture[str], email: str, zone: str, sentence: str
) -> None:
    assert said(capsys, *ADMIN, "--email", email, "--zone", zone) == (1, "", f"{sentence}\n")


def test_a_token_is_shown_once_and_its_program_may_be_left_out_while_there_is_one(
    furnished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = said(capsys, "token", "create", "North 911", "--scope", "eido")
    token = out.split()[1]
    assert code == 0 and token.startswith("sb_")
    assert token.encode() not in (furnished / "instance" / "standby.db").read_bytes()
    code, _, wrong = said(capsys, "token", "create", "x", "--scope", "read", "--program", "south")
    assert (code, wrong) == (1, "There is no program south. Known: north-county.\n")
    code, _, wrong = said(capsys, "token", "create", " ", "--scope", "read")
    assert (code, wrong) == (1, "Give the token a name that says who uses it.\n")


def test_verifying_names_the_first_row_that_somebody_changed(
    furnished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "token", "create", "North 911", "--scope", "eido")
    whole = "All 2 rows of the journal follow from the one before.\n"
    assert said(capsys, "audit", "verify") == (0, whole, "")
    with sqlite3.connect(furnished / "instance" / "standby.db") as raw:
        raw.execute("DROP TRIGGER journal_update")
        raw.execute("UPDATE journal SET at = at + 1 WHERE seq = 2")
    code, _, wrong = said(capsys, "audit", "verify")
    assert (code, wrong) == (1, "Row 2 was changed, or a row before it is missing.\n")


def test_the_doctor_finds_a_worker_that_never_ran(
    furnished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = said(capsys, "doctor")
    assert code == 1 and "LOOK: The worker has never run here. Start `standby serve`." in out
    assert "ok: The journal's 1 rows hold together." in out


def test_a_screener_is_scored_with_the_rule_that_fired(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "instrument", "score", "c-ssrs", "q1=yes", "q2=no", "q6=lifetime", "--json")
    found = json.loads(out)
    assert code == 0 and (found["instrument"], found["result"]) == ("c-ssrs", "moderate")
    assert found["rule"] == "Question 6 is yes, lifetime only."


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (["q1=maybe"], "Answer q1 with one of: yes, no, refused, unable, not_asked."),
        (["q9=yes"], "The screener has q1 to q6 and q6_recent. Take the other name out."),
        (["q1=yes", "q1=no"], "q1 is answered twice. Give one answer."),
        (["she said yes=1", "she said yes=2"], "A question is answered twice. Give one answer."),
    ],
)
def test_an_answer_that_cannot_be_scored_is_refused_and_not_repeated(
    capsys: pytest.CaptureFixture[str], answers: list[str], sentence: str
) -> None:
    assert said(capsys, "instrument", "score", "c-ssrs", *answers) == (1, "", f"{sentence}\n")


@pytest.mark.parametrize("command", [("serve", "--port", "70000"), ("db", "drop"), ("dance",), ()])
def test_a_command_that_is_none_ends_with_its_usage(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(command))
    assert ended.value.code == 2 and "usage: standby" in capsys.readouterr().err


def tables(house: Path) -> set[str]:
    """The tables of the database in this folder."""
    with sqlite3.connect(house / "instance" / "standby.db") as raw:
        return {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
