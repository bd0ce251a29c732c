"""Only Twilio may tell us that a text arrived or that a person answered."""

import pytest

from notify.signature import Pairs, Signatures
from tests.loopback.twilio_signing import sign

ACCOUNT = "AC" + "1" * 32
BASE = "https://standby.example"
STATUS = [
    ("MessageSid", "SM1"),
    ("MessageStatus", "delivered"),
    ("AccountSid", ACCOUNT),
    ("To", "+15005550010"),
]
PATH = "/hooks/twilio/status"

# Published by Twilio: the first in its client libraries, the second in its webhook security page, the third,
# with a field that comes three times, in its client libraries. The auth token of all is 12345.
LIBRARY = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
PAGE = {**LIBRARY, "Caller": "+14158675310", "From": "+14158675310"}
REPEATED = [
    ("Sid", "CA123"),
    ("SidAccount", "AC123"),
    ("Digits", "5678"),
    ("Digits", "1234"),
    ("Digits", "1234"),
]
VECTORS = [
    (list(LIBRARY.items()), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    (list(PAGE.items()), "GvWf1cFY/Q7PnoempGyD5oXAezc="),
    (REPEATED, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
]


@pytest.mark.parametrize(("form", "published"), VECTORS)
def test_the_published_signatures_are_accepted(form: list[tuple[str, str]], published: str) -> None:
    ours = Signatures("https://mycompany.com", ACCOUNT, ["12345"])
    assert ours.signed("/myapp.php", "foo=1&bar=2", Pairs(form), published)
    assert not ours.signed("/myapp.php", "foo=1&bar=3", Pairs(form), published)
    assert not ours.signed("/myapp.php", "bar=2&foo=1", Pairs(form), published)
    assert not ours.signed("/myapp.php", "foo=1&bar=2", Pairs([*form, ("Digits", "9")]), published)


@pytest.mark.parametrize(("form", "published"), VECTORS)
def test_the_loopback_signs_as_published(form: list[tuple[str, str]], published: str) -> None:
    assert sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form) == published


def test_a_request_signed_for_our_public_address_is_genuine_behind_any_proxy() -> None:
    assert genuine(BASE + PATH)
    assert genuine(BASE + ":443" + PATH)


@pytest.mark.parametrize(
    "other",
    ["http://standby.example", "https://evil.example", "http://127.0.0.1:5000", "https://standby.example/x"],
)
def test_a_request_signed_for_another_address_is_not(other: str) -> None:
    assert not genuine(other + PATH)


def test_the_query_is_part_of_what_is_signed() -> None:
    signature = sign("now", f"{BASE}{PATH}?id=a%20b", STATUS)
    assert ours().genuine(PATH, "id=a%20b", STATUS, signature)
    assert not ours().genuine(PATH, "id=a+b", STATUS, signature)
    assert not ours().genuine(PATH, "", STATUS, signature)


def test_both_tokens_pass_while_one_replaces_the_other_and_the_old_one_not_after() -> None:
    changing = Signatures(BASE, ACCOUNT, ["now", "before"])
    for token in ("now", "before"):
        assert changing.genuine(PATH, "", STATUS, sign(token, BASE + PATH, STATUS))
    assert not ours().genuine(PATH, "", STATUS, sign("before", BASE + PATH, STATUS))


@pytest.mark.parametrize(
    "signature", [None, "", "x", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "é", "\x00", "=" * 10_000]
)
def test_a_missing_or_wrong_signature_does_not_pass(signature: str | None) -> None:
    assert not ours().genuine(PATH, "", STATUS, signature)


@pytest.mark.parametrize("tokens", [[], [None], ["", None]])
def test_without_a_token_nothing_passes_not_even_what_an_empty_token_signed(tokens: list[str | None]) -> None:
    assert not Signatures(BASE, ACCOUNT, tokens).genuine(PATH, "", STATUS, sign("", BASE + PATH, STATUS))


def test_without_a_public_address_nothing_passes() -> None:
    assert not Signatures("", ACCOUNT, ["now"]).genuine(PATH, "", STATUS, sign("now", PATH, STATUS))


@pytest.mark.parametrize("accounts", [[], ["AC" + "2" * 32], [ACCOUNT, "AC" + "2" * 32], [""]])
def test_a_signed_request_about_another_account_does_not_pass(accounts: list[str]) -> None:
    form = [("MessageSid", "SM1"), *(("AccountSid", account) for account in accounts)]
    assert not ours().genuine(PATH, "", form, sign("now", BASE + PATH, form))


def test_a_changed_field_breaks_the_signature() -> None:
    signature = sign("now", BASE + PATH, STATUS)
    changed = [(name, "undelivered" if name == "MessageStatus" else value) for name, value in STATUS]
    assert not ours().genuine(PATH, "", changed, signature)


def test_a_body_in_any_script_is_signed_as_utf8() -> None:
    form = [*STATUS, ("Body", "sí 👍 да")]
    assert ours().genuine(PATH, "", form, sign("now", BASE + PATH, form))
    broken = [*STATUS, ("Body", "\udcff")]
    assert not ours().genuine(PATH, "", broken, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")


def ours() -> Signatures:
    return Signatures(BASE + "/", ACCOUNT, ["now"])


def genuine(signed_address: str) -> bool:
    return ours().genuine(PATH, "", STATUS, sign("now", signed_address, STATUS))
