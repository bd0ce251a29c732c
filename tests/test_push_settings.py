"""The key that push services know us by: printed whole, read back, and refused in a sentence when it is not one."""

import base64
from pathlib import Path

import pytest

from app.outside import KNOWN, Vapid, read_outside
from app.settings import read_settings
from app.wiring import shell_for, wires_for
from notify.push_address import new_private_key, public_key

KEY = new_private_key()
TWILIO = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t", "TWILIO_FROM": "+15005550006"}


def read(**given: str) -> tuple[Vapid | None, list[str]]:
    wrong: list[str] = []
    named = dict.fromkeys((*KNOWN, "BASE_URL"), "")
    outside = read_outside({**named, **TWILIO, "BASE_URL": "https://standby.alder.example", **given}, wrong)
    return outside.vapid, wrong


def test_without_a_key_there_is_no_push_and_nothing_is_wrong() -> None:
    assert read() == (None, [])


def test_the_key_alone_is_enough_and_services_are_given_an_address_or_our_site() -> None:
    assert read(VAPID_PRIVATE_KEY=KEY) == (Vapid(KEY, "https://standby.alder.example"), [])
    ours = read(
        VAPID_PRIVATE_KEY=KEY, VAPID_CONTACT="mailto:it@alder.example", PUSH_HOSTS="a.example, b.example"
    )
    assert ours == (Vapid(KEY, "it@alder.example", ("a.example", "b.example")), [])
    assert read(VAPID_PRIVATE_KEY=KEY, BASE_URL="http://127.0.0.1:8000") == (
        Vapid(KEY, "standby@localhost"),
        [],
    )


@pytest.mark.parametrize(
    "key",
    ["x", KEY[:-1], KEY + "A", "_" * 43, "A" * 43, base64.b64encode(b"\xfb\xff" * 16).decode(), "kä" * 20],
    ids=lambda key: str(len(key)),
)
def test_a_key_that_is_none_is_refused_in_a_sentence_that_does_not_repeat_it(key: str) -> None:
    _, wrong = read(VAPID_PRIVATE_KEY=key)
    assert wrong == ["Set STANDBY_VAPID_PRIVATE_KEY to the key that `standby keys` prints."]


def test_a_contact_without_a_key_or_that_is_no_address_is_said() -> None:
    assert len(read(VAPID_CONTACT="it@alder.example")[1]) == 1
    assert len(read(VAPID_PRIVATE_KEY=KEY, VAPID_CONTACT="it at alder")[1]) == 1


def test_a_fresh_key_is_whole() -> None:
    keys = {new_private_key() for _ in range(50)}
    assert (
        len(keys) == 50
        and {len(key) for key in keys} == {43}
        and len({public_key(key) for key in keys}) == 50
    )


def test_what_is_set_is_carried_and_nothing_else(tmp_path: Path) -> None:
    def carriers(**given: str) -> dict[str, list[str]]:
        keys = {
            name: base64.b64encode(b"k" * 32).decode() for name in ("INDEX_KEY", "JOURNAL_KEY", "LINK_KEY")
        }
        named = {"BASE_URL": "https://standby.alder.example", "FIELD_KEYS": f"k1:{keys['LINK_KEY']}", **keys}
        environment = {f"STANDBY_{name}": value for name, value in {**named, **TWILIO, **given}.items()}
        shell = shell_for(read_settings(environment, tmp_path))
        try:
            return {channel: [one.name for one in wires] for channel, wires in wires_for(shell).items()}
        finally:
            shell.store.close()

    phones = {"text": ["twilio"], "call": ["twilio"]}
    assert carriers() == phones
    assert carriers(VAPID_PRIVATE_KEY=KEY) == {**phones, "push": ["push"]}
    mail = {"SMTP_URL": "smtps://us:pw@mail.alder.example", "MAIL_FROM": "standby@alder.example"}
    assert carriers(**mail) == {**phones, "email": ["smtp"]}
