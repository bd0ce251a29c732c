"""Settings are read once, and half-set settings refuse to start with sentences that say what to set."""

import base64
from pathlib import Path

import pytest

from app.settings import LONGEST_BASE_URL, Unset, read_settings

KEY = base64.b64encode(b"k" * 32).decode()
WHOLE = {
    "STANDBY_BASE_URL": "https://standby.example.org",
    "STANDBY_FIELD_KEYS": f"k2:{KEY},k1:{KEY}",
    "STANDBY_INDEX_KEY": KEY,
    "STANDBY_JOURNAL_KEY": KEY,
    "STANDBY_LINK_KEY": KEY,
    "STANDBY_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "STANDBY_TWILIO_AUTH_TOKEN": "a token",
    "STANDBY_TWILIO_FROM": "+12185550100",
}
INSTANCE = Path("/nowhere/instance")


def sentences(**changes: str) -> list[str]:
    """What the settings are refused with, when these differ from a whole set."""
    given = {**WHOLE, **{f"STANDBY_{name}": value for name, value in changes.items()}}
    with pytest.raises(Unset) as refused:
        read_settings(given, INSTANCE)
    return refused.value.sentences


def test_a_whole_set_is_read_and_the_first_field_key_is_the_one_to_write_with() -> None:
    settings = read_settings({**WHOLE, "PATH": "/bin"}, INSTANCE)
    assert [key_id for key_id, _ in settings.field_keys] == ["k2", "k1"]
    assert settings.database_url == "sqlite:////nowhere/instance/standby.db"
    assert settings.secure and settings.outside.twilio is not None and not settings.demo


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////var/lib/standby/standby.db",
        "postgresql+psycopg://standby:secret@db.example.org:5432/standby",
        "postgresql+psycopg://standby@/standby?host=/run/postgresql",
    ],
)
def test_a_sqlite_file_and_a_postgresql_database_are_taken(url: str) -> None:
    assert read_settings({**WHOLE, "STANDBY_DATABASE_URL": url}, INSTANCE).database_url == url


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "standby.db",
        "postgresql://standby:hunter2@db/standby",
        "postgresql+psycopg2://standby:hunter2@db/standby",
        "postgresql+psycopg://standby:hunter2@db",
        "postgresql+psycopg://standby:hunter2@db:port/standby",
        "mysql://standby:hunter2@db/standby",
    ],
)
def test_any_other_database_is_refused_and_its_password_is_not_said(url: str) -> None:
    (said,) = sentences(DATABASE_URL=url)
    assert "postgresql+psycopg://USER:PASSWORD@HOST/DATABASE" in said and "one process serves" in said
    assert "hunter2" not in said


@pytest.mark.parametrize("name", [name.removeprefix("STANDBY_") for name in WHOLE])
def test_each_missing_setting_is_named(name: str) -> None:
    assert any(name in sentence for sentence in sentences(**{name: ""}))


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Unset) as refused:
        read_settings({}, INSTANCE)
    assert len(refused.value.sentences) >= 6


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASE_URL", "standby.example.org"),
        ("BASE_URL", "ftp://standby.example.org"),
        ("BASE_URL", "https://" + "x" * LONGEST_BASE_URL),
        ("INDEX_KEY", "short"),
        ("LINK_KEY", base64.b64encode(b"k" * 31).decode()),
        ("FIELD_KEYS", "k1:not base64"),
        ("ZONE", "Nowhere/Town"),
        ("SESSION_HOURS", "forty"),
        ("IDLE_MINUTES", "0"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_by_its_name(name: str, value: str) -> None:
    assert any(name in sentence for sentence in sentences(**{name: value}))


def test_a_misspelt_setting_is_refused_because_it_would_do_nothing() -> None:
    assert any("TWILIO_TOKEN is not a setting" in sentence for sentence in sentences(TWILIO_TOKEN="x"))


def test_no_refusal_repeats_a_secret() -> None:
    secret = "c2VjcmV0IHdvcmRz"
    assert not any(secret in sentence for sentence in sentences(INDEX_KEY=secret, FIELD_KEYS=f"k1:{secret}"))


TELNYX = {
    "TELNYX_API_KEY": "KEY0",
    "TELNYX_PUBLIC_KEY": "/FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU=",
    "TELNYX_FROM": "+12185550101",
}


def test_a_second_telephone_provider_is_read_and_may_stand_alone() -> None:
    given = WHOLE | {f"STANDBY_{name}": value for name, value in TELNYX.items()}
    both = read_settings(given, INSTANCE).outside
    assert both.twilio is not None and both.telnyx is not None and both.telnyx.voice_app is None
    alone = {name: value for name, value in given.items() if "TWILIO" not in name}
    assert read_settings(alone, INSTANCE).outside.twilio is None


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"TELNYX_API_KEY": ""}, "STANDBY_TELNYX_API_KEY"),
        ({"TELNYX_PUBLIC_KEY": ""}, "STANDBY_TELNYX_PUBLIC_KEY"),
        ({"TELNYX_PUBLIC_KEY": "KEY0"}, "STANDBY_TELNYX_PUBLIC_KEY"),
        ({"TELNYX_PUBLIC_KEY": "-----BEGIN PUBLIC KEY-----"}, "STANDBY_TELNYX_PUBLIC_KEY"),
        ({"TELNYX_FROM": "12185550101"}, "STANDBY_TELNYX_FROM"),
        ({"TELNYX_VOICE_APP": "1293384261075731499"}, "STANDBY_TELNYX_ACCOUNT"),
    ],
)
def test_a_half_set_second_provider_is_refused(changes: dict[str, str], named: str) -> None:
    (said,) = sentences(**{**TELNYX, **changes})
    assert named in said
