"""One provider is gone, in each way that one can go: every page gets through by the other, within that page."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.tables import ways
from tests.house import PHONES
from tests.loopback import telnyx_faults
from tests.loopback.phone import CODE, a_person
from tests.loopback.twilio_faults import Fault, breaking_down, cut_off, held, refusing, too_many
from tests.served import until
from tests.wired_twice import HURRIED, WiredTwice, a_house_on_two_wires

MANY = 200
# In a moment: the worker runs, and no clock moves.
AT_ONCE = 4


@contextmanager
def black_hole() -> Iterator[str]:
    """Takes every connection and never says a word, to whatever it is asked."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def nobody() -> Iterator[str]:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    yield f"http://127.0.0.1:{port}"


def page_texts(house: WiredTwice, person: str) -> list[str]:
    return [text for text in house.texts(person) if "Crisis page" in text]


def asked(house: WiredTwice, incident: str) -> dict[str, str]:
    return {page.person: page.state for page in house.incident(incident).pages}


def by_telnyx(house: WiredTwice, person: str) -> tuple[int, int]:
    """How many texts and calls Telnyx took for this person."""
    number = PHONES[person]
    texts = [one for one in house.telnyx.messages.values() if one.to == number]
    calls = [one for one in house.telnyx.rings.values() if one.asked["To"] == number]
    return len(texts), len(calls)


SAYS_NO = {
    "has lost our account": refusing(20003, 401),
    "suspended us": refusing(30002),
    "knows no sender of ours": refusing(21606),
    "has us unregistered": refusing(30034),
    "is rate limited": too_many(),
    "is blocked for this phone": refusing(30004),
}
SAYS_NOTHING_SURE: dict[str, Fault] = {
    "breaks down": breaking_down(),
    "cuts the line": cut_off(),
    "never answers": held(),
}


# --- all of Twilio is gone -------------------------------------------------------------------------------
@pytest.mark.parametrize("how", SAYS_NO)
def test_a_provider_that_says_no_costs_a_page_no_second(
    tmp_path: Path, database_url: str | None, how: str
) -> None:
    with a_house_on_two_wires(tmp_path, database_url=database_url) as house:
        house.twilio.fault(*[SAYS_NO[how]] * MANY)
        incident = house.called()
        house.tick(AT_ONCE)
        for person in ("ana", "ben"):
            assert len(page_texts(house, person)) == 1 and by_telnyx(house, person)[0] == 1
            assert house.tries(person, "text")[0].provider == "telnyx"
        assert asked(house, incident) == {"ana": "asked", "ben": "asked"}, "the ladder did not have to move"


def test_a_provider_that_cannot_be_reached_costs_a_page_no_second(tmp_path: Path) -> None:
    with nobody() as base, a_house_on_two_wires(tmp_path, twilio_base=base) as house:
        incident = house.called()
        house.tick(AT_ONCE)
        assert all(page_texts(house, person) for person in ("ana", "ben"))
        assert asked(house, incident) == {"ana": "asked", "ben": "asked"}


@pytest.mark.parametrize("how", SAYS_NOTHING_SURE)
def test_a_provider_that_says_nothing_sure_is_not_waited_for(
    tmp_path: Path, database_url: str | None, how: str
) -> None:
    """The text may have gone out: the phone rings at once, by the other provider; and the text is looked for, twice,
    before it goes out again."""
    with a_house_on_two_wires(tmp_path, database_url=database_url, seconds=HURRIED) as house:
        house.twilio.fault(*[SAYS_NOTHING_SURE[how]] * MANY)
        incident = house.called()
        house.tick(AT_ONCE)
        assert all(by_telnyx(house, person)[1] >= 1 for person in ("ana", "ben"))
        for _ in range(4):
            house.pass_time(seconds=3)
        assert all(len(page_texts(house, person)) == 1 for person in ("ana", "ben"))
        assert asked(house, incident) == {"ana": "asked", "ben": "asked"}


def test_a_provider_that_cannot_even_be_asked_is_left_after_the_first_look(tmp_path: Path) -> None:
    with black_hole() as base, a_house_on_two_wires(tmp_path, twilio_base=base, seconds=HURRIED) as house:
        incident = house.called()
        house.tick(AT_ONCE)
        assert all(by_telnyx(house, person)[1] >= 1 for person in ("ana", "ben"))
        house.pass_time(seconds=3)
        assert all(page_texts(house, person) for person in ("ana", "ben"))
        assert asked(house, incident) == {"ana": "asked", "ben": "asked"}


@pytest.mark.parametrize("how", [*SAYS_NO, *SAYS_NOTHING_SURE])
def test_no_page_of_many_is_lost_when_every_send_of_one_provider_is(tmp_path: Path, how: str) -> None:
    fault = (SAYS_NO | SAYS_NOTHING_SURE)[how]
    with a_house_on_two_wires(tmp_path, seconds=0.6) as house:
        house.twilio.fault(*[fault] * MANY)
        incidents = [house.called(lead=lead, second=second) for lead, second in TEAMS]
        for _ in range(6):
            house.pass_time(seconds=3)
        assert not house.twilio.messages and not house.twilio.calls, "not one went out there"
        lost = [
            (incident, page.person)
            for incident in incidents
            for page in house.incident(incident).pages
            if not any(by_telnyx(house, page.person)) or page.state != "asked"
        ]
        assert lost == []
        assert len(incidents) == len(TEAMS)


TEAMS = (("ana", "ben"), ("cyd", "dov"))


def test_calls_move_too_while_texts_still_go_by_the_first(tmp_path: Path) -> None:
    with a_house_on_two_wires(tmp_path) as house:
        house.called()
        house.tick(AT_ONCE)
        assert house.tries("ana", "text")[0].provider == "twilio"
        house.twilio.fault(*[refusing(21606)] * MANY)
        house.pass_time(seconds=21)
        assert by_telnyx(house, "ana") == (0, 1)
        heard = house.telnyx.ring(PHONES["ana"], a_person(CODE, "1"))
        assert "You have it" in heard.last


# --- the account -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("code", "status"), [(20003, 401), (30002, 400), (30034, 400), (21608, 400)])
def test_a_fault_of_the_account_raises_an_alarm_and_moves_all_that_follows(
    tmp_path: Path, code: int, status: int
) -> None:
    with a_house_on_two_wires(tmp_path) as house:
        house.twilio.fault(*[refusing(code, status)] * MANY)
        house.called(lead="ana", second=None)
        house.tick(AT_ONCE)
        assert str(code) in house.alarms()["twilio:text"]
        asked_before = len(house.twilio.sends())
        house.called(lead="cyd", second=None)
        house.tick(AT_ONCE)
        assert len(page_texts(house, "cyd")) == 1
        assert len(house.twilio.sends()) == asked_before, "it is not even asked for this page"


def test_telnyx_raises_the_same_alarm_for_its_own_account(tmp_path: Path) -> None:
    with nobody() as base, a_house_on_two_wires(tmp_path, twilio_base=base) as house:
        house.telnyx.fault(*[telnyx_faults.refusing("20100", 403)] * MANY)
        house.called()
        house.tick(AT_ONCE)
        assert "20100" in house.alarms()["telnyx:text"]


def test_texts_that_a_carrier_filters_move_the_traffic_too(tmp_path: Path) -> None:
    """They were taken, and came back later: the second within minutes is the account."""
    with a_house_on_two_wires(tmp_path) as house:
        house.called()
        house.tick(AT_ONCE)
        for text in list(house.twilio.messages.values()):
            house.twilio.call_back(text.sid, "undelivered", error_code=30007)
        assert "30007" in house.alarms()["twilio:text"]
        house.called(lead="cyd", second="dov")
        house.tick(AT_ONCE)
        assert all(by_telnyx(house, person)[0] == 1 for person in ("cyd", "dov"))


# --- the second one is gone ------------------------------------------------------------------------------
def test_while_the_first_is_well_the_second_may_be_gone(tmp_path: Path) -> None:
    with (
        black_hole() as base,
        a_house_on_two_wires(tmp_path, telnyx_base=f"{base}/v2", seconds=HURRIED) as house,
    ):
        began = time.monotonic()
        house.called()
        house.tick(AT_ONCE)
        assert all(page_texts(house, person) for person in ("ana", "ben"))
        assert time.monotonic() - began < 5.0, "nobody asked the one that never answers"
        assert not house.alarms()


def test_a_page_behind_a_phone_that_rings_goes_out_by_the_second_when_the_first_has_had_its_time(
    tmp_path: Path,
) -> None:
    """Two calls for one team, both of whose texts hang: the phone rings for the one, and may not ring for the other."""
    with (
        black_hole() as base,
        a_house_on_two_wires(tmp_path, twilio_base=base, seconds=8.0) as house,
    ):
        house.worker.start()
        try:
            began, now = time.monotonic(), house.clock.now()

            refs = [str(house.incident(house.called()).ref) for _ in range(2)]

            def told() -> bool:
                """Of both calls, as time goes on: in one text, or in two when the first was on its way already."""
                house.clock.move_to(now + timedelta(seconds=time.monotonic() - began))
                said = {one: " ".join(house.texts(one)) for one in ("ana", "ben")}
                return all(ref in words for words in said.values() for ref in refs)

            took = until(told, 30.0, "the text")
        finally:
            house.worker.stop()
        assert took < 13.0, "the send's eight seconds, without seven more for a look that hangs too"
        assert all(by_telnyx(house, one)[0] for one in ("ana", "ben"))


# --- no more than needed ---------------------------------------------------------------------------------
def test_a_text_that_did_go_out_by_the_first_is_not_sent_again_by_the_second(tmp_path: Path) -> None:
    with a_house_on_two_wires(tmp_path, seconds=HURRIED) as house:
        house.twilio.fault(held(accepted=True), number=PHONES["ana"])
        house.called()
        for _ in range(4):
            house.pass_time(seconds=3)
        assert len(page_texts(house, "ana")) == 1 and by_telnyx(house, "ana")[0] == 0


def test_a_list_that_lags_is_looked_at_twice_where_the_text_was_sent(tmp_path: Path) -> None:
    """The second look is at the provider that may have it, and not at the one that is to send next."""
    with a_house_on_two_wires(tmp_path, seconds=HURRIED) as house:
        house.twilio.fault(held(accepted=True), number=PHONES["ana"])
        house.called(lead="ana", second=None)
        house.tick(AT_ONCE)
        hidden = dict(house.twilio.messages)
        house.twilio.messages.clear()
        house.pass_time(seconds=3)
        house.twilio.messages.update(hidden)
        for _ in range(3):
            house.pass_time(seconds=3)
        assert len(page_texts(house, "ana")) == 1 and by_telnyx(house, "ana")[0] == 0


def test_an_unclear_text_by_the_second_is_one_text_however_often_it_is_sent(tmp_path: Path) -> None:
    with nobody() as base, a_house_on_two_wires(tmp_path, twilio_base=base) as house:
        unclear = [telnyx_faults.cut_off(accepted=True), telnyx_faults.cut_off(accepted=True)]
        house.telnyx.fault(*unclear, number=PHONES["ana"])
        house.called(lead="ana", second=None)
        for _ in range(6):
            house.pass_time(seconds=3)
        assert len(house.telnyx.sends(PHONES["ana"])) >= 2
        assert len(page_texts(house, "ana")) == 1


def test_one_that_carries_nothing_is_not_asked_what_it_has(tmp_path: Path) -> None:
    """Twice rather than never: the look would hang like the send did."""
    with a_house_on_two_wires(tmp_path, seconds=HURRIED) as house:
        house.twilio.fault(held(accepted=True), number=PHONES["ana"])
        house.called(lead="ana", second=None)
        house.tick(AT_ONCE)
        for _ in range(4):
            house.shell.health.note("alder", "text", "twilio", "bad", "no_answer")
        seen = len(house.twilio.requests)
        house.pass_time(seconds=3)
        assert len(house.twilio.requests) == seen
        assert by_telnyx(house, "ana")[0] == 1 and house.tries("ana", "text")[0].provider == "telnyx"


@pytest.mark.parametrize("channel", ["text", "call"])
def test_a_report_of_what_was_not_answered_is_the_answer(tmp_path: Path, channel: str) -> None:
    """Telnyx took it and the line was cut; its first report names our try, so there is nothing to send again."""
    with nobody() as base, a_house_on_two_wires(tmp_path, twilio_base=base) as house:
        house.telnyx.fault(telnyx_faults.cut_off(accepted=True), number=PHONES["ana"])
        if channel == "call":
            house.telnyx.honours_keys = False
            house.telnyx.fault(telnyx_faults.cut_off(accepted=True), number=PHONES["ana"])
        house.called(lead="ana", second=None)
        house.tick(AT_ONCE)
        for text in list(house.telnyx.messages):
            house.telnyx.report_text(text, "sent")
        for sid in list(house.telnyx.rings):
            house.telnyx.report_call(sid, "initiated", "ringing")
        asked = len(house.telnyx.sends(PHONES["ana"])), len(house.telnyx.calls(PHONES["ana"]))
        for _ in range(4):
            house.pass_time(seconds=3)
        assert (len(house.telnyx.sends(PHONES["ana"])), len(house.telnyx.calls(PHONES["ana"]))) == asked


# --- in real time ----------------------------------------------------------------------------------------
def test_the_running_worker_rings_by_the_second_while_the_first_hangs(tmp_path: Path) -> None:
    """With threads: nobody waits until the first provider has had its time."""
    with (
        black_hole() as base,
        a_house_on_two_wires(tmp_path, twilio_base=base, seconds=8.0) as house,
    ):
        house.worker.start()
        try:
            house.called()
            took = until(lambda: all(by_telnyx(house, one)[1] for one in ("ana", "ben")), 30.0, "a call")
        finally:
            house.worker.stop()
        assert took < 8.0, "before the first one's time is over"


# --- who has the last word -------------------------------------------------------------------------------
@pytest.mark.parametrize("first", [True, False])
def test_whoever_says_not_now_is_asked_again_whatever_the_other_one_says(tmp_path: Path, first: bool) -> None:
    """Rate-limited by the one, refused for no good reason by the other: the order makes no difference."""
    with a_house_on_two_wires(tmp_path) as house:
        busy, strange = (too_many(), telnyx_faults.refusing("40301"))
        if not first:
            busy, strange = refusing(99999), telnyx_faults.refusing("10011", 429)
        house.twilio.fault(busy, number=PHONES["ana"])
        house.telnyx.fault(strange, number=PHONES["ana"])
        house.called(lead="ana", second=None)
        for _ in range(3):
            house.pass_time(seconds=1)
        assert len(page_texts(house, "ana")) == 1


def test_that_a_number_is_none_is_one_providers_word_until_the_other_has_said_it(tmp_path: Path) -> None:
    with a_house_on_two_wires(tmp_path) as house:
        for person in ("ana", "cyd"):
            house.twilio.fault(*[refusing(21211)] * MANY, number=PHONES[person])
        house.called(lead="ana", second=None)
        house.tick(AT_ONCE)
        assert by_telnyx(house, "ana")[0] == 1 and len(page_texts(house, "ana")) == 1
        assert broken(house) == []
        house.telnyx.fault(*[telnyx_faults.refusing("40310")] * MANY, number=PHONES["cyd"])
        house.called(lead="cyd", second=None)
        house.tick(AT_ONCE)
        assert broken(house) == ["cyd"]


def test_a_number_is_not_given_up_while_the_other_provider_had_only_no_time_for_it(tmp_path: Path) -> None:
    with a_house_on_two_wires(tmp_path) as house:
        house.twilio.fault(too_many(), number=PHONES["ana"])
        house.telnyx.fault(telnyx_faults.refusing("40310"), number=PHONES["ana"])
        house.called(lead="ana", second=None)
        for _ in range(3):
            house.pass_time(seconds=1)
        assert len(page_texts(house, "ana")) == 1 and broken(house) == []


def test_who_texted_stop_has_said_it_to_us_and_the_other_provider_is_not_asked(tmp_path: Path) -> None:
    with a_house_on_two_wires(tmp_path) as house:
        house.twilio.fault(*[refusing(21610)] * MANY)
        house.called(lead="ana", second=None)
        house.tick(AT_ONCE)
        assert by_telnyx(house, "ana")[0] == 0


def broken(house: WiredTwice) -> list[str]:
    with house.shell.store.read() as connection:
        return list(connection.scalars(select(ways.c.person).where(ways.c.broken_at.is_not(None))))
