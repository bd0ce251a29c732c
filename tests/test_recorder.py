"""The transport that sends nothing behaves like the one that does, and can be told to fail."""

from datetime import UTC, datetime, timedelta

from notify.recorder import ADDRESSES_KEPT, KEPT_EACH, Kept, Recorder
from notify.transport import Call, Outcome, Text, Transport

START = datetime(2026, 11, 21, 9, 16, tzinfo=UTC)
BEN = "+15005550010"
TEXT = Text(BEN, "Crisis page 2291.", "https://standby.example/hooks/twilio/status", "o1")


def recorder() -> Recorder:
    return Recorder(now=lambda: START)


def test_a_text_is_kept_for_its_phone_and_can_be_looked_up() -> None:
    phones: Transport = (kept := recorder())
    outcome = phones.send(TEXT)
    assert outcome.kind == "sent"
    assert kept.texts_to(BEN) == (TEXT,)
    seen = phones.fetch("text", outcome.provider_id or "")
    assert seen is not None
    assert phones.find(TEXT, START) == (seen,)
    assert phones.find(TEXT, START + timedelta(seconds=1)) == ()


def test_a_lost_text_is_sent_and_never_arrives() -> None:
    heard: list[str] = []
    phones = Recorder(now=lambda: START, deliver=lambda text, provider_id, status: heard.append(status))
    phones.lose(BEN)
    assert phones.send(TEXT).kind == "sent"
    assert phones.texts_to(BEN) == ()
    phones.mend(BEN)
    phones.send(TEXT)
    assert phones.texts_to(BEN) == (TEXT,)
    assert heard == ["sent", "sent", "delivered"]


def test_a_refused_text_has_the_providers_code() -> None:
    phones = recorder()
    phones.refuse(BEN)
    assert phones.send(TEXT) == Outcome("refused", code="21610", permanent=True)
    assert phones.find(TEXT, START) == ()


def test_a_hung_send_is_unclear_whether_it_arrived_or_not() -> None:
    phones = recorder()
    phones.hang(BEN)
    assert phones.send(TEXT).kind == "ambiguous"
    assert phones.texts_to(BEN) == ()
    phones.hang(BEN, arrives=True)
    assert phones.send(TEXT).kind == "ambiguous"
    assert phones.texts_to(BEN) == (TEXT,)
    assert len(phones.find(TEXT, START) or ()) == 1


def test_a_listener_hears_each_text_until_it_leaves_and_may_send_one_itself() -> None:
    phones = recorder()
    heard: list[Kept] = []

    def listener(kept: Kept) -> None:
        heard.append(kept)
        if len(heard) == 1:
            phones.send(Text("+15005550011", "2291: Ben goes.", TEXT.callback_url, "o2"))

    leave = phones.subscribe(listener)
    phones.send(TEXT)
    leave()
    phones.send(TEXT)
    assert [kept.what.our_id for kept in heard] == ["o1", "o2"]


def test_what_is_kept_is_bounded() -> None:
    phones = recorder()
    for _ in range(KEPT_EACH + 1):
        phones.send(TEXT)
    assert len(phones.texts_to(BEN)) == KEPT_EACH
    for number in range(ADDRESSES_KEPT):
        phones.send(Text(f"+1700555{number:04}", "x", TEXT.callback_url, "o"))
    assert phones.texts_to(BEN) == ()


def test_a_call_only_rings_until_somebody_says_more() -> None:
    heard: list[str] = []
    phones = Recorder(now=lambda: START, deliver=lambda call, provider_id, status: heard.append(status))
    sent = phones.send(Call(TEXT.to, "<Response/>", "https://standby.example/call", "7"))
    assert heard == ["initiated", "ringing"]
    seen = phones.fetch("call", sent.provider_id or "")
    assert seen is not None and seen.status == "ringing"
