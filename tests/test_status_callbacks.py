"""What the provider says of our texts, over the real wire: in any order, any number of times."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.tables import outbox
from tests.house import PHONES
from tests.loopback.twilio_faults import refusing
from tests.loopback.twilio_signing import sign
from tests.wired import BASE, Wired, a_wired_house

STATUS = "/hooks/twilio/status"


@pytest.fixture
def wired(tmp_path: Path) -> Iterator[Wired]:
    with a_wired_house(tmp_path) as house:
        yield house


def page_states(wired: Wired, incident: str) -> dict[str, str]:
    return {page.person: page.state for page in wired.incident(incident).pages}


def delivery(wired: Wired, person: str) -> tuple[int, str | None, str | None]:
    """What is known of the first text to this person: how far it came, whether it failed, with which code."""
    with wired.shell.store.read() as connection:
        row = connection.execute(
            select(outbox.c.reached, outbox.c.failed, outbox.c.code)
            .where(outbox.c.person == person)
            .order_by(outbox.c.id)
        ).first()
    assert row is not None
    return row.reached, row.failed, row.code


def signed_post(wired: Wired, query: str, account: str | None = None, **fields: str) -> int:
    """A status as the provider signs it, with whatever this test wants in it."""
    path = f"{STATUS}{query}"
    pairs = [("AccountSid", account or wired.twilio.account_sid), *fields.items()]
    return wired.post(path, pairs, {"X-Twilio-Signature": sign(wired.twilio.auth_token, BASE + path, pairs)})


def test_how_far_each_text_came_is_told_by_its_own_id(wired: Wired) -> None:
    wired.twilio.callbacks = ("queued", "sent", "delivered")
    wired.called()
    wired.worker.tick()
    assert delivery(wired, "ana") == (5, None, None)
    assert {seen.form["StatusCallback"].split("#")[0] for seen in wired.twilio.sends()} == {
        f"{BASE}{STATUS}?m=1",
        f"{BASE}{STATUS}?m=2",
    }


def test_a_status_that_comes_before_the_send_was_answered_is_kept(wired: Wired) -> None:
    wired.twilio.callbacks, wired.twilio.callbacks_first = ("delivered",), True
    wired.called()
    wired.worker.tick()
    assert delivery(wired, "ana") == (5, None, None)


def test_delivered_is_no_answer(wired: Wired) -> None:
    wired.twilio.callbacks = ("sent", "delivered", "read")
    incident = wired.called()
    wired.worker.tick()
    assert page_states(wired, incident) == {"ana": "asked", "ben": "asked"}
    wired.pass_time(minutes=3)
    assert page_states(wired, incident)["ana"] == "lapsed"


def test_a_page_that_will_not_arrive_asks_the_next_person_at_once(wired: Wired) -> None:
    incident = wired.called()
    wired.worker.tick()
    assert wired.twilio.call_back(wired.sid("ana"), "sent", "undelivered", error_code=30003) == [204, 204]
    assert page_states(wired, incident) == {"ana": "unreachable", "ben": "asked", "cyd": "asked"}
    wired.worker.tick()
    assert any("Crisis page 2001" in text for text in wired.texts("cyd"))


def test_someone_whose_page_was_said_lost_may_still_say_yes(wired: Wired) -> None:
    incident = wired.called()
    wired.worker.tick()
    wired.twilio.call_back(wired.sid("ana"), "undelivered", error_code=30003)
    wired.text("ana", "2001 Y")
    assert wired.incident(incident).member("ana") is not None


def test_a_number_that_the_provider_refuses_outright_asks_the_next_person_at_once(wired: Wired) -> None:
    wired.twilio.fault(refusing(21610), number=PHONES["ana"])
    incident = wired.called()
    wired.worker.tick()
    wired.worker.tick()  # what came back from the wire is settled at the beginning of the next beat
    assert page_states(wired, incident)["ana"] == "unreachable"
    assert page_states(wired, incident)["cyd"] == "asked"


@pytest.mark.parametrize("order", list(itertools.permutations(("queued", "sent", "delivered"))))
def test_any_order_and_any_repetition_of_statuses_ends_the_same(wired: Wired, order: tuple[str, ...]) -> None:
    incident = wired.called()
    wired.worker.tick()
    for status in (*order, *order, *reversed(order)):
        assert wired.twilio.call_back(wired.sid("ana"), status) == [204]
    assert delivery(wired, "ana") == (5, None, None)
    assert page_states(wired, incident)["ana"] == "asked"


@pytest.mark.parametrize("order", list(itertools.permutations(("sent", "undelivered", "failed"))))
def test_a_failure_asks_one_next_person_however_often_it_is_told(
    wired: Wired, order: tuple[str, ...]
) -> None:
    incident = wired.called()
    wired.worker.tick()
    for status in (*order, *order):
        wired.twilio.call_back(wired.sid("ana"), status, error_code=30006)
    assert delivery(wired, "ana") == (4, "failed", "30006")
    assert page_states(wired, incident) == {"ana": "unreachable", "ben": "asked", "cyd": "asked"}


def test_a_failure_told_after_delivered_takes_nothing_back(wired: Wired) -> None:
    incident = wired.called()
    wired.worker.tick()
    wired.twilio.call_back(wired.sid("ana"), "delivered", "failed", error_code=30008)
    assert page_states(wired, incident)["ana"] == "asked"


def test_a_failure_told_after_the_yes_takes_nothing_back(wired: Wired) -> None:
    incident = wired.called()
    wired.worker.tick()
    page_text = wired.sid("ana")
    wired.text("ana", "2001 Y")
    wired.twilio.call_back(page_text, "undelivered", error_code=30003)
    assert page_states(wired, incident)["ana"] == "accepted"


def test_a_lost_text_that_is_no_page_asks_nobody(wired: Wired) -> None:
    incident = wired.called()
    wired.text("ana", "2001 Y")
    before = page_states(wired, incident)
    wired.twilio.call_back(wired.sid("ana"), "undelivered", error_code=30003)
    assert page_states(wired, incident) == before


@pytest.mark.parametrize(
    "query", ["", "?m=", "?m=99999", "?m=-1", "?m=1;2", "?m=" + "9" * 40, "?m=1e9", "?m=١"]
)
def test_a_status_for_no_text_of_ours_changes_nothing_and_is_logged(
    wired: Wired, query: str, caplog: pytest.LogCaptureFixture
) -> None:
    wired.called()
    wired.worker.tick()
    before = wired.everything()
    encoded = query.encode().decode("latin-1") if query.isascii() else "?m=%D9%A1"
    assert signed_post(wired, encoded, MessageSid="SM1", MessageStatus="undelivered") == 204
    assert wired.everything() == before and delivery(wired, "ana")[1] is None
    assert "not ours" in caplog.text


@pytest.mark.parametrize("said", ["", "exploded", "DELIVERED", "sent\x00"])
def test_a_status_in_a_word_that_we_do_not_know_changes_nothing(wired: Wired, said: str) -> None:
    wired.called()
    wired.worker.tick()
    assert signed_post(wired, "?m=1", MessageStatus=said) == 204
    assert delivery(wired, "ana") == (0, None, None)


def test_a_status_of_another_account_changes_nothing_though_it_is_signed(wired: Wired) -> None:
    incident = wired.called()
    wired.worker.tick()
    before = wired.everything()
    assert signed_post(wired, "?m=1", account="AC" + "7" * 32, MessageStatus="undelivered") == 403
    assert wired.everything() == before and page_states(wired, incident)["ana"] == "asked"


@pytest.mark.parametrize("given", [None, "", "Zm9yZ2Vk"])
def test_an_unsigned_or_forged_status_changes_nothing(wired: Wired, given: str | None) -> None:
    incident = wired.called()
    wired.worker.tick()
    before = wired.everything()
    pairs = [("AccountSid", wired.twilio.account_sid), ("MessageStatus", "undelivered")]
    headers = {} if given is None else {"X-Twilio-Signature": given}
    assert wired.post(f"{STATUS}?m=1", pairs, headers) == 403
    assert wired.everything() == before and page_states(wired, incident)["ana"] == "asked"


def test_a_signature_for_one_text_does_not_speak_for_another(wired: Wired) -> None:
    incident = wired.called()
    wired.worker.tick()
    pairs = [("AccountSid", wired.twilio.account_sid), ("MessageStatus", "undelivered")]
    signed = sign(wired.twilio.auth_token, f"{BASE}{STATUS}?m=1", pairs)
    assert wired.post(f"{STATUS}?m=2", pairs, {"X-Twilio-Signature": signed}) == 403
    assert page_states(wired, incident)["ben"] == "asked"
