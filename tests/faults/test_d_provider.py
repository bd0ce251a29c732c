"""Section D of the fault catalogue: the provider and the phone network fail, lie, repeat themselves and come late."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, text

from app.clock import VirtualClock
from app.delivered import report
from app.shell import Shell
from app.store import WRITERS_LOCK
from app.tables import outbox, shifts
from app.wiring import carried_by, shell_for
from app.worker import Worker
from dispatch import commands as c
from notify.outcomes import CODES
from notify.recorder import Recorder
from notify.transport import Channel, Outcome, Sendable, Sighting
from tests.crisis import Crisis
from tests.house import NIGHT, PHONES, House, a_house, settings_for
from tests.loopback.phone import NOBODY, VOICEMAIL, Phone, a_person
from tests.loopback.twilio_faults import breaking_down, cut_off, refusing, too_many
from tests.loopback.twilio_signing import sign
from tests.wired import BASE, Wired, a_wired_house, ask
from tests.wired_twice import HURRIED, WiredTwice, a_house_on_two_wires

STATUS = "/hooks/twilio/status"
ALWAYS = 400


@pytest.fixture
def house(tmp_path: Path, database_url: str | None) -> Iterator[House]:
    with a_house(tmp_path, database_url=database_url) as house:
        yield house


@pytest.fixture
def wired(tmp_path: Path, database_url: str | None) -> Iterator[Wired]:
    """One provider, and calls."""
    with a_wired_house(tmp_path, calls=True, database_url=database_url) as house:
        yield house


@pytest.fixture
def lone(tmp_path: Path) -> Iterator[Wired]:
    """The same on SQLite alone, where the question is none of the database."""
    with a_wired_house(tmp_path, calls=True) as house:
        yield house


@pytest.fixture
def twice(tmp_path: Path, database_url: str | None) -> Iterator[WiredTwice]:
    """Two providers."""
    with a_house_on_two_wires(tmp_path, database_url=database_url, seconds=HURRIED) as house:
        yield house


def paged(house: House, lead: str = "ana", second: str = "ben") -> Crisis:
    crisis = Crisis(house).received()
    crisis.ask(c.Triage("ruiz", 2))
    crisis.ask(c.Dispatch("ruiz", lead, second))
    return crisis


def states(wired: Wired | WiredTwice, incident: str) -> dict[str, str]:
    return {page.person: page.state for page in wired.incident(incident).pages}


def tries(shell: Shell, person: str, channel: str | None = None) -> list[Any]:
    """The rows of what this person was sent, oldest first."""
    with shell.store.read() as connection:
        mine = select(outbox).where(outbox.c.person == person).order_by(outbox.c.id)
        return [row for row in connection.execute(mine) if channel in (None, row.channel)]


def calls_to(wired: Wired | WiredTwice, person: str) -> int:
    return len([call for call in wired.twilio.calls.values() if call.to == PHONES[person]])


def page_texts(wired: Wired, person: str) -> list[str]:
    """What arrived on this phone."""
    held = [one.body for one in wired.twilio.messages.values() if one.to == PHONES[person]]
    return [body for body in held if "Crisis page" in body]


def tick(wired: Wired, times: int = 4) -> None:
    for _ in range(times):
        wired.worker.tick()


def run(wired: Wired, seconds: int, step: int = 1) -> None:
    for _ in range(seconds // step):
        wired.pass_time(seconds=step)


# --- F36, F37: transactions and clocks -------------------------------------------------------------------
class Looking(Recorder):
    """A provider that looks, at each request, whether anybody holds the writers' turn meanwhile."""

    def __init__(self, house: House) -> None:
        super().__init__(house.clock.now)
        self._shell = house.shell
        self.asked: set[str] = set()
        self.held = 0

    def _look(self, how: str) -> None:
        self.asked.add(how)
        engine = self._shell.store.engine
        if self._shell.store.is_sqlite:
            self.held += self._shell.store._turn._held
            return
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            free = connection.scalar(text(f"SELECT pg_try_advisory_lock({WRITERS_LOCK})"))
            self.held += not free
            if free:
                connection.execute(text(f"SELECT pg_advisory_unlock({WRITERS_LOCK})"))
            idle = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
            self.held += connection.scalar(text(idle)) or 0

    def send(self, what: Sendable) -> Outcome:
        self._look("send")
        return super().send(what)

    def find(self, what: Sendable, since: Any) -> tuple[Sighting, ...] | None:
        self._look("find")
        return super().find(what, since)

    def fetch(self, channel: Channel, provider_id: str) -> Sighting | None:
        self._look("fetch")
        return super().fetch(channel, provider_id)


def test_f36_no_provider_is_asked_anything_while_a_transaction_is_open(house: House) -> None:
    looking = Looking(house)
    worker = Worker(house.shell, carried_by(looking))
    paged(house)
    looking.hang(PHONES["ana"])
    looking.lose(PHONES["ben"])
    for seconds in (0, 1, 3, 3, 3, 21, 31):
        house.clock.move(timedelta(seconds=seconds))
        worker.tick()
    assert looking.asked == {"send", "find", "fetch"}
    assert looking.held == 0


@pytest.mark.parametrize("skew", [-5, 5])
def test_f37_two_workers_whose_clocks_are_five_minutes_apart_lose_nothing_and_give_one_owner(
    tmp_path: Path, database_url: str | None, skew: int
) -> None:
    with a_house(tmp_path, database_url=database_url) as house:
        url = database_url or f"sqlite:///{tmp_path / 'standby.db'}"
        other = shell_for(settings_for(url), VirtualClock(NIGHT + timedelta(minutes=skew)))
        carrier = house.recorder
        workers = [house.worker, Worker(other, carried_by(carrier))]
        crisis = paged(house)
        for _ in range(12):
            for shell, worker in zip((house.shell, other), workers, strict=True):
                shell.clock.move(timedelta(seconds=10))  # type: ignore[attr-defined]
                worker.tick()
        every = crisis.incident().pages
        assert every and all(page.state in ("asked", "lapsed") for page in every)
        for person in ("ana", "ben"):
            texts = [body for body in house.texts(person) if "Crisis page" in body]
            assert 1 <= len(texts) <= 3, "asked, perhaps twice at once, perhaps again"
        page = next(page for page in every if page.state == "asked")
        crisis.ask(c.Accept(page.person, page.id, 12))
        assert [member.person for member in crisis.incident().members] == [page.person]
        other.store.close()


# --- F45 to F48: unclear, too many, down, silent ---------------------------------------------------------
@pytest.mark.parametrize("arrived", [True, False], ids=["it arrived", "it did not"])
@pytest.mark.parametrize("fault", [breaking_down, cut_off], ids=["500", "no answer"])
def test_f45_after_an_unclear_send_the_phone_rings_at_once_and_one_text_arrives_within_ten_seconds(
    wired: Wired, fault: Any, arrived: bool
) -> None:
    wired.twilio.fault(fault(accepted=arrived), number=PHONES["ana"])
    wired.called()
    tick(wired)
    assert calls_to(wired, "ana") == 1 and calls_to(wired, "ben") == 0, "beside it, in the same moment"
    run(wired, 10)
    assert len(page_texts(wired, "ana")) == 1
    assert tries(wired.shell, "ana", "text")[0].state == "sent"


def test_f46_too_many_requests_is_no_answer_but_a_wait_and_the_phone_rings_meanwhile(wired: Wired) -> None:
    wired.twilio.fault(*[too_many()] * 3, number=PHONES["ana"])
    wired.called()
    tick(wired)
    run(wired, 30)
    assert len(page_texts(wired, "ana")) == 1, "sent when the provider took it again"
    assert calls_to(wired, "ana") >= 1 or tries(wired.shell, "ana", "call"), (
        "and another channel did not wait"
    )
    assert len(wired.twilio.sends(PHONES["ana"])) <= 8, "no storm of tries"
    assert len(page_texts(wired, "ben")) == 1


def test_f46_with_a_second_provider_too_many_requests_costs_no_time_at_all(twice: WiredTwice) -> None:
    twice.twilio.fault(*[too_many()] * ALWAYS)
    twice.called()
    twice.tick(4)
    assert all(any("Crisis page" in body for body in twice.texts(person)) for person in ("ana", "ben"))
    assert tries(twice.shell, "ana", "text")[0].provider == "telnyx"


def test_f47_a_provider_that_is_down_for_half_an_hour_carries_nothing_and_loses_nothing(
    tmp_path: Path,
) -> None:
    with a_house_on_two_wires(tmp_path, seconds=0.5) as twice:
        twice.twilio.fault(*[cut_off()] * ALWAYS)
        for minute in range(6):
            incident = twice.called()
            twice.tick(4)
            for _ in range(3):
                twice.pass_time(seconds=3)
            assert all(
                any(str(twice.incident(incident).ref) in body for body in twice.texts(person))
                for person in ("ana", "ben")
            ), f"minute {5 * minute}"
            for page in twice.incident(incident).pages:
                if page.state == "asked":
                    ask(twice.shell, incident, c.Decline(page.person, page.id, "other"))
            ask(twice.shell, incident, c.Cancel("ruiz", "caller_withdrew"))
            twice.pass_time(minutes=5)
        assert not twice.twilio.messages and not twice.twilio.calls
        carried = {row.provider for row in tries(twice.shell, "ana") if row.state == "sent"}
        assert carried == {"telnyx"}, "and nothing else is called sent"


def test_f47_with_no_second_provider_nothing_is_called_sent_and_the_desk_hears_of_it(wired: Wired) -> None:
    wired.twilio.fault(*[cut_off()] * ALWAYS)
    incident = wired.called()
    for _ in range(15):
        wired.pass_time(seconds=15)
    assert not any(row.state == "sent" for person in PHONES for row in tries(wired.shell, person))
    assert wired.incident(incident).standing, "an alarm stands on the call"


def test_f48_taken_and_then_silence_the_next_channel_begins_and_the_provider_is_asked(wired: Wired) -> None:
    wired.called()
    tick(wired)
    assert calls_to(wired, "ana") == 0
    run(wired, 22)
    assert calls_to(wired, "ana") == 1, "nobody said that the text arrived"
    for held in wired.twilio.messages.values():
        held.status = "delivered"
    run(wired, 12)
    assert tries(wired.shell, "ana", "text")[0].reached == 5, "asked after half a minute"


# --- F49 to F54: what is reported, and how ---------------------------------------------------------------
@pytest.mark.parametrize("word", ["undelivered", "failed"])
def test_f49_a_text_that_comes_back_after_it_was_sent_starts_the_next_channel_at_once(
    wired: Wired, word: str
) -> None:
    incident = wired.called()
    tick(wired)
    wired.pass_time(seconds=8)
    assert wired.twilio.call_back(wired.sid("ana"), "sent", word, error_code=30003) == [204, 204]
    tick(wired)
    assert calls_to(wired, "ana") == 1 and calls_to(wired, "ben") == 0
    assert states(wired, incident) == {"ana": "asked", "ben": "asked"}


def test_f49_when_every_way_has_come_back_the_next_person_is_asked_in_the_same_moment(wired: Wired) -> None:
    incident = wired.called()
    tick(wired)
    for _ in range(8):
        for row in tries(wired.shell, "ana"):
            if row.state == "sent" and row.failed is None:
                report(wired.shell, row.id, "failed", "30008")
        tick(wired, 2)
    assert states(wired, incident) == {"ana": "unreachable", "ben": "asked", "cyd": "asked"}


def test_f51_a_report_that_comes_before_the_send_is_answered_is_kept_and_joined(wired: Wired) -> None:
    wired.twilio.callbacks, wired.twilio.callbacks_first = ("sent", "delivered"), True
    wired.called()
    tick(wired)
    row = tries(wired.shell, "ana", "text")[0]
    assert (row.state, row.reached) == ("sent", 5)
    run(wired, 25)
    assert calls_to(wired, "ana") == 0, "it did arrive, so nothing hurries"


def test_f51_a_failure_that_comes_before_the_send_is_answered_is_acted_on_too(wired: Wired) -> None:
    wired.twilio.callbacks, wired.twilio.callbacks_first = ("undelivered",), True
    wired.called()
    tick(wired)
    assert calls_to(wired, "ana") >= 1


@pytest.mark.parametrize("query", ["?m=99999", "", "?m=-1", "?m=1e3"])
def test_f52_a_report_of_a_text_that_is_not_ours_is_taken_and_changes_nothing(
    lone: Wired, query: str, caplog: pytest.LogCaptureFixture
) -> None:
    lone.called()
    tick(lone)
    before = lone.everything()
    path = f"{STATUS}{query}"
    pairs = [("AccountSid", lone.twilio.account_sid), ("MessageStatus", "undelivered")]
    signed = sign(lone.twilio.auth_token, BASE + path, pairs)
    assert lone.post(path, pairs, {"X-Twilio-Signature": signed}) == 204
    assert lone.everything() == before and tries(lone.shell, "ana", "text")[0].failed is None
    assert "not ours" in caplog.text


def test_f52_a_report_of_another_account_is_refused_though_its_signature_is_right(lone: Wired) -> None:
    lone.called()
    tick(lone)
    pairs = [("AccountSid", "AC" + "7" * 32), ("MessageStatus", "undelivered")]
    signed = sign(lone.twilio.auth_token, f"{BASE}{STATUS}?m=1", pairs)
    assert lone.post(f"{STATUS}?m=1", pairs, {"X-Twilio-Signature": signed}) == 403
    assert tries(lone.shell, "ana", "text")[0].failed is None


@pytest.mark.parametrize(
    "signed_for",
    ["http://standby.example", "https://evil.example", "https://standby.example:8443", ""],
)
def test_f53_a_forged_report_is_refused_whatever_a_proxy_says_of_where_it_came(
    lone: Wired, signed_for: str
) -> None:
    lone.called()
    tick(lone)
    pairs = [("AccountSid", lone.twilio.account_sid), ("MessageStatus", "undelivered")]
    there = f"{signed_for}{STATUS}?m=1"
    headers = {"X-Twilio-Signature": sign(lone.twilio.auth_token, there, pairs) if signed_for else "AAAA"}
    headers |= {"X-Forwarded-Proto": urlsplit(there).scheme, "X-Forwarded-Host": urlsplit(there).netloc}
    assert lone.post(f"{STATUS}?m=1", pairs, headers) == 403
    assert tries(lone.shell, "ana", "text")[0].failed is None


def test_f53_a_genuine_report_sent_again_changes_nothing_more(wired: Wired) -> None:
    wired.called()
    tick(wired)
    pairs = [("AccountSid", wired.twilio.account_sid), ("MessageStatus", "delivered")]
    path = f"{STATUS}?m={tries(wired.shell, 'ana', 'text')[0].id}"
    signed = {"X-Twilio-Signature": sign(wired.twilio.auth_token, BASE + path, pairs)}
    assert wired.post(path, pairs, signed) == 204
    first, before = tries(wired.shell, "ana", "text")[0], wired.everything()
    wired.clock.move(timedelta(minutes=1))
    assert [wired.post(path, pairs, signed) for _ in range(3)] == [204] * 3
    assert tries(wired.shell, "ana", "text")[0] == first and wired.everything() == before


def test_f54_a_report_that_our_database_could_not_take_is_refused_and_asked_for_later(wired: Wired) -> None:
    wired.called()
    tick(wired)
    sid = wired.sid("ana")
    _rename(wired.shell, "outbox", "outbox_away")
    try:
        assert wired.twilio.call_back(sid, "delivered") == [500], "so that it comes again"
    finally:
        _rename(wired.shell, "outbox_away", "outbox")
    assert tries(wired.shell, "ana", "text")[0].reached == 0
    run(wired, 32)
    assert tries(wired.shell, "ana", "text")[0].reached == 5


def _rename(shell: Shell, table: str, name: str) -> None:
    with shell.store.write() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {name}")


# --- F58 to F62: codes, accounts, voicemail --------------------------------------------------------------
NUMBERS = sorted(
    code for code, why in CODES.items() if why == "number" and code.isdecimal() and len(code) == 5
)
ACCOUNTS = sorted(code for code, why in CODES.items() if why == "account" and len(code) == 5)


@pytest.mark.parametrize("code", [code for code in NUMBERS if code.startswith(("2", "3"))])
def test_f58_a_number_that_cannot_take_texts_is_asked_once_and_another_way_begins(
    lone: Wired, code: str
) -> None:
    lone.twilio.fault(refusing(int(code)), number=PHONES["ana"])
    lone.called()
    run(lone, 30)
    assert len(page_texts(lone, "ana")) == 0 and len(lone.texts("ana")) == 1, "no loop of tries"
    assert calls_to(lone, "ana") >= 1
    assert tries(lone.shell, "ana", "text")[0].state == "failed"


@pytest.mark.parametrize("code", [30007, 30032, 30034])
def test_f59_two_texts_filtered_within_five_minutes_are_the_account_and_the_house_says_so(
    twice: WiredTwice, code: int
) -> None:
    twice.called()
    twice.tick(4)
    for person in ("ana", "ben"):
        assert report(twice.shell, tries(twice.shell, person, "text")[0].id, "undelivered", str(code))
    twice.tick(2)
    assert any(about == "twilio:text" for about in twice.alarms())
    twice.called(lead="cyd", second="dov")
    twice.tick(4)
    assert tries(twice.shell, "cyd", "text")[-1].provider == "telnyx", "and traffic has moved"


@pytest.mark.parametrize(("code", "status"), [(20003, 401), (30002, 400)])
def test_f60_a_lost_or_suspended_account_is_no_loop_and_no_lost_page(
    twice: WiredTwice, code: int, status: int
) -> None:
    twice.twilio.fault(*[refusing(code, status)] * ALWAYS)
    twice.called()
    twice.tick(4)
    asked = len(twice.twilio.sends())
    assert all(any("Crisis page" in body for body in twice.texts(person)) for person in ("ana", "ben"))
    assert any(about.startswith("twilio:") for about in twice.alarms())
    for _ in range(20):
        twice.pass_time(seconds=1)
    assert len(twice.twilio.sends()) <= asked + 6


@pytest.mark.parametrize(
    "phone",
    [
        VOICEMAIL,
        Phone("person", (), "human"),
        Phone("person", (), "unknown"),
        Phone("machine", (), "human"),
        NOBODY,
        a_person("99999999"),
    ],
    ids=["voicemail", "human says nothing", "unknown", "taken for human", "nobody", "types something else"],
)
def test_f61_nothing_but_the_typed_code_answers_a_call(lone: Wired, phone: Phone) -> None:
    incident = lone.called()
    tick(lone)
    run(lone, 22)
    rung = calls_to(lone, "ana")
    assert rung == 1
    lone.twilio.ring(PHONES["ana"], phone)
    tick(lone)
    assert states(lone, incident)["ana"] == "asked" or states(lone, incident)["ana"] == "unreachable"
    assert lone.incident(incident).member("ana") is None
    run(lone, 180, step=5)
    assert lone.incident(incident).member("ana") is None
    assert "cyd" in states(lone, incident), "and the ladder went on"


def test_f61_a_call_that_nobody_answered_is_made_again(wired: Wired) -> None:
    wired.called()
    tick(wired)
    run(wired, 22)
    wired.twilio.ring(PHONES["ana"], NOBODY)
    run(wired, 100, step=2)
    assert calls_to(wired, "ana") >= 2


def test_f62_a_call_carries_its_own_words_and_fetches_none(lone: Wired) -> None:
    lone.called()
    tick(lone)
    run(lone, 22)
    asked = next(seen for seen in lone.twilio.sends(PHONES["ana"]) if "Twiml" in seen.form)
    assert "Url" not in asked.form and "<Say" in asked.form["Twiml"]
    heard = lone.twilio.ring(PHONES["ana"], Phone("person", ()))
    assert any("page" in words.lower() for words in heard.words), "it is read out though nobody asked us"


def test_f62_when_we_cannot_be_reached_the_words_are_still_read_and_nothing_counts_as_an_answer(
    lone: Wired,
) -> None:
    incident = lone.called()
    tick(lone)
    run(lone, 22)
    there, lone.twilio.webhook_base = lone.twilio.webhook_base, None
    lone.twilio.post = lambda url, pairs, headers: 502
    heard = lone.twilio.ring(PHONES["ana"], a_person("1"))
    lone.twilio.post, lone.twilio.webhook_base = None, there
    assert heard.words and lone.incident(incident).member("ana") is None


# --- F71, F74, F75 ---------------------------------------------------------------------------------------
TIERS = ("primary", "backup", "supervisor")


@pytest.mark.parametrize(
    "there", [(), *((tier,) for tier in TIERS), ("primary", "supervisor"), ("backup", "supervisor")]
)
def test_f71_an_empty_rung_is_skipped_at_once_and_an_empty_rota_raises_the_alarm_at_once(
    house: House, there: tuple[str, ...]
) -> None:
    with house.shell.store.write() as connection:
        connection.execute(shifts.delete().where(shifts.c.tier.not_in(there or ("nobody",))))
    crisis = Crisis(house).received()
    crisis.ask(c.Triage("ruiz", 2))
    crisis.ask(c.Dispatch("ruiz", None, None))
    house.worker.tick()
    rungs = {"primary": {"ana", "ben"}, "backup": {"cyd", "dov"}, "supervisor": {"okonjo"}}
    asked = {page.person for page in crisis.incident().pages}
    if there:
        assert asked & rungs[there[0]], "the first rung that has anybody"
        assert all(any(str(crisis.ref) in text for text in house.texts(person)) for person in asked)
    else:
        assert not asked and crisis.incident().standing, "the desk is told now, not after a time-out"


def test_f71_people_whom_nothing_reaches_are_passed_over_at_once_down_to_the_alarm(wired: Wired) -> None:
    wired.twilio.fault(*[refusing(21211)] * ALWAYS)
    incident = wired.called()
    tick(wired, 12)
    assert set(states(wired, incident)) >= {"ana", "ben", "cyd", "dov", "okonjo"}
    assert wired.incident(incident).standing, "in the same moment, by the virtual clock"


def test_f74_of_a_hundred_calls_in_a_minute_each_has_its_first_page_out_in_a_beat(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        for number in range(100):
            paged(house)
            house.clock.move(timedelta(milliseconds=600))
            if number % 2:
                house.worker.tick()
        for _ in range(3):
            house.pass_time(seconds=1)
        with house.shell.store.read() as connection:
            mine = select(outbox.c.incident, outbox.c.owed_at, outbox.c.wire_at)
            rows = connection.execute(mine.where(outbox.c.step == 0, outbox.c.wire_at.is_not(None))).all()
    first: dict[str, timedelta] = {}
    for row in rows:
        waited = row.wire_at - row.owed_at
        first[row.incident] = min(first.get(row.incident, waited), waited)
    assert len(first) == 100
    assert max(first.values()) <= timedelta(seconds=2)


def test_f74_pages_that_wait_for_one_phone_together_are_one_text(house: House) -> None:
    crises = [paged(house) for _ in range(3)]
    house.worker.tick()
    (told,) = house.texts("ana")
    assert all(str(crisis.ref) in told for crisis in crises)


def test_f75_when_both_providers_deliver_the_first_answer_wins_and_the_rest_is_dropped(
    twice: WiredTwice,
) -> None:
    twice.twilio.fault(breaking_down(accepted=True), number=PHONES["ana"])
    incident = twice.called()
    twice.tick(4)
    taken = twice.twilio.messages
    lagging, taken_now = dict(taken), list(taken)
    for sid in taken_now:
        if taken[sid].to == PHONES["ana"]:
            del taken[sid]  # its list does not show it yet
    for _ in range(4):
        twice.pass_time(seconds=3)
    arrived = [one for one in lagging.values() if one.to == PHONES["ana"]]
    assert arrived and any("Crisis page" in body for body in twice.texts("ana")), "two copies of one page"
    ref = twice.incident(incident).ref
    assert [twice.twilio.receive(PHONES["ana"], f"{ref} Y") for _ in range(2)] == [200, 200]
    assert [one.person for one in twice.incident(incident).members] == ["ana"]
    left = [row.state for row in tries(twice.shell, "ana") if row.kind == "PageResponder"]
    assert not {"owed", "ambiguous"} & set(left), "what was still to come is dropped"
