"""A restart in the middle of a wait loses nothing; and a service that is half set does not start."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.commit import load_incident
from app.settings import Unset, read_settings
from app.worker import Worker
from dispatch import commands as c
from dispatch.incident import Incident
from notify.recorder import Recorder
from tests.desk import Call
from tests.house import House, a_house

KEY = base64.b64encode(b"k" * 32).decode()
TWILIO = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "t" * 32, "TWILIO_FROM": "+12185550100"}
WHOLE = {
    "BASE_URL": "https://standby.example.org",
    "FIELD_KEYS": f"k1:{KEY}",
    "INDEX_KEY": KEY,
    "JOURNAL_KEY": KEY,
    "LINK_KEY": KEY,
    **TWILIO,
}


@pytest.fixture
def house(tmp_path: Path, database_url: str | None) -> Iterator[House]:
    with a_house(tmp_path, database_url=database_url) as house:
        house.worker.tick()
        yield house


def started_again(house: House) -> Worker:
    """Another worker on the same tables, as after a restart: it remembers nothing."""
    return Worker(house.shell, {"text": (Recorder(house.clock.now),)})


@pytest.mark.parametrize("minutes", [1, 2, 3, 4, 5, 15, 60])
def test_f15_after_a_stop_in_the_middle_of_a_page_the_next_one_is_asked_on_time_or_at_once(
    house: House, minutes: int
) -> None:
    call = Call(house).sent()
    house.worker.tick()
    asked_until = min(page.answer_by for page in call.incident.pages)
    house.clock.move(timedelta(minutes=minutes))
    worker = started_again(house)
    worker.tick()
    if house.clock.now() < asked_until:
        assert {page.person for page in _now(house, call).pages} == {"ana", "ben"}
        house.clock.move_to(asked_until)
        worker.tick()
    # One who could not answer while we stood still is given the time anew: at most one more answer's length.
    for _ in range(5):
        house.clock.move(timedelta(minutes=1))
        worker.tick()
    assert {page.person for page in _now(house, call).pages} > {"ana", "ben"}


def test_f15_a_wait_for_the_next_round_outlives_a_restart(house: House) -> None:
    call = Call(house).sent()
    for _ in range(60):
        house.pass_time(seconds=30)
        if _now(house, call).again_at is not None:
            break
    again_at = _now(house, call).again_at
    assert again_at is not None, "the ladder waits for its next round"
    rounds = _now(house, call).rounds
    house.clock.move_to(again_at + timedelta(seconds=1))
    started_again(house).tick()
    assert _now(house, call).rounds == rounds + 1


def test_f15_a_held_call_comes_back_on_time_after_a_restart(house: House) -> None:
    call = Call(house).triaged()
    again = house.clock.now() + timedelta(hours=2)
    call.do(c.Hold("ruiz", "asked_later", again))
    house.clock.move_to(again + timedelta(seconds=1))
    started_again(house).tick()
    assert [alarm.kind for alarm in _now(house, call).standing] == ["look_again"]


def _now(house: House, call: Call) -> Incident:
    with house.shell.store.read() as connection:
        found = load_incident(connection, call.id)
    assert found is not None
    return found


def settings(**changed: str | None) -> None:
    given = {**WHOLE, **changed}
    read_settings({f"STANDBY_{name}": value for name, value in given.items() if value}, Path("instance"))


def test_f19_what_is_whole_starts() -> None:
    settings()


@pytest.mark.parametrize("name", WHOLE)
def test_f19_each_thing_that_pages_need_is_asked_for_by_name(name: str) -> None:
    with pytest.raises(Unset) as unset:
        settings(**{name: None})
    assert any(f"STANDBY_{name}" in sentence for sentence in unset.value.sentences)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("BASE_URL", "standby.example.org", "STANDBY_BASE_URL"),
        ("ALARM_EMAIL", "ops@alder.example", "STANDBY_SMTP_URL"),
        ("ALARM_EMAIL", "ops", "STANDBY_ALARM_EMAIL"),
        ("ALARM_URL", "alder.example/alarm", "STANDBY_ALARM_URL"),
        ("DEADMAN_URL", "ping me", "STANDBY_DEADMAN_URL"),
        ("SMTP_URL", "http://mail", "STANDBY_SMTP_URL"),
        ("TELNYX_API_KEY", "k", "STANDBY_TELNYX_FROM"),
        ("TWILIO_FORM", "+12185550100", "STANDBY_TWILIO_FORM is not a setting"),
    ],
)
def test_f19_what_is_half_set_or_wrong_does_not_start(name: str, value: str, said: str) -> None:
    with pytest.raises(Unset) as unset:
        settings(**{name: value})
    assert any(said in sentence for sentence in unset.value.sentences), unset.value.sentences
