"""What people see of deliveries: each way in the comms pane, the page of all tries, and how fast each way is."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.delivered import evidence, report
from app.house_alarms import end_alarm
from app.provider_faults import account_fault
from app.queries.latency import percentile, spread
from app.spoken import failure
from app.tables import outbox, ways
from dispatch import commands as c
from dispatch.reach import CHANNELS
from notify.outcomes import CODES, FAILURES
from tests.desk import Call
from tests.house import NIGHT, PHONES, House, a_house
from tests.test_query_plans import walks
from tests.walk import text

SECOND = timedelta(seconds=1)


def reached(tmp_path: Path, url: str | None = None) -> Any:
    """A house that has every channel."""
    return a_house(tmp_path, database_url=url, demo_channels=CHANNELS)


def pane(house: House, ref: int) -> str:
    answer = house.client("ruiz").get(f"/incidents/{ref}?pane=comms")
    assert answer.status_code == 200
    return text(answer)


def tries(house: House, person: str) -> list[Any]:
    with house.shell.store.read() as connection:
        wanted = select(outbox).where(outbox.c.person == person, outbox.c.page.is_not(None))
        return list(connection.execute(wanted.order_by(outbox.c.id)))


def try_of(house: House, person: str, channel: str) -> int:
    return int(next(row.id for row in tries(house, person) if row.channel == channel))


def test_an_undelivered_text_says_why_and_that_voice_began_at_once(tmp_path: Path) -> None:
    with reached(tmp_path) as house:
        house.recorder.lose(PHONES["ana"])
        call = Call(house).sent()
        house.worker.tick()
        house.clock.move(4 * SECOND)
        assert report(house.shell, try_of(house, "ana", "text"), "undelivered", "30003")
        house.worker.tick()
        said = pane(house, call.ref)
        assert "did not arrive: the phone is off or out of reach, code 30003" in said
        assert "Voice began at once" in said
        assert "Voice Recorder" in said


def test_a_try_that_had_begun_before_is_not_said_to_have_begun_at_once(tmp_path: Path) -> None:
    with reached(tmp_path) as house:
        house.recorder.lose(PHONES["ana"])
        call = Call(house).sent()
        house.worker.tick()
        house.pass_time(seconds=21)  # nobody says that it arrived: the call begins beside it
        house.clock.move(10 * SECOND)
        assert report(house.shell, try_of(house, "ana", "text"), "undelivered", "30003")
        said = pane(house, call.ref)
        assert "code 30003" in said and "began at once" not in said


def test_a_call_that_rang_out_says_so_and_that_no_key_came(tmp_path: Path) -> None:
    with reached(tmp_path) as house:
        call = Call(house).sent()
        house.worker.tick()
        house.pass_time(seconds=61)
        ring = try_of(house, "ana", "call")
        assert evidence(house.shell, ring, "machine_start")
        assert report(house.shell, ring, "no-answer", None)
        said = pane(house, call.ref)
        assert "rang 30 s" in said and "no key, perhaps a machine" in said


def test_a_code_typed_in_a_call_stands_as_heard_and_not_as_an_answer(tmp_path: Path) -> None:
    with reached(tmp_path) as house:
        call = Call(house).sent()
        house.worker.tick()
        house.pass_time(seconds=61)
        assert report(house.shell, try_of(house, "ana", "call"), "human", None)
        said = pane(house, call.ref)
        assert "code typed" in said and "Waiting" in said


def test_what_comes_next_is_read_from_the_tries_that_wait(tmp_path: Path) -> None:
    with reached(tmp_path) as house:
        call = Call(house).sent()
        house.worker.tick()
        said = pane(house, call.ref)
        assert "Next, if nobody answers" in said
        assert "03:01:00 Vela&#39;s phone rings" in said or "03:01:00 Vela's phone rings" in said
        call.do(c.Accept("ana", call.page("ana"), 12))
        assert "Vela&#39;s phone rings" not in pane(house, call.ref)
        assert "Vela's phone rings" not in pane(house, call.ref)


def test_two_phones_of_one_person_are_told_apart(tmp_path: Path) -> None:
    with reached(tmp_path) as house:
        line = {"id": "w1", "person": "ana", "kind": "call", "address": "+12185550177"}
        with house.shell.store.write() as connection:
            connection.execute(ways.insert().values(**line, verified_at=NIGHT, added_at=NIGHT))
        call = Call(house).sent()
        house.worker.tick()
        house.pass_time(seconds=61)
        house.pass_time(seconds=60)
        said = pane(house, call.ref)
        assert f"Voice to …{PHONES['ana'][-4:]}" in said and "Voice to …0177" in said


def test_a_try_whose_fate_is_not_known_is_looked_up_and_says_so(tmp_path: Path) -> None:
    with reached(tmp_path) as house:
        house.recorder.hang(PHONES["ana"])
        call = Call(house).sent()
        house.worker.tick()
        assert "not known, looked up" in pane(house, call.ref)


def test_the_page_of_deliveries_has_every_try_of_the_day_and_searches_by_person_and_call(
    tmp_path: Path, database_url: str | None
) -> None:
    with reached(tmp_path, database_url) as house:
        first, second = Call(house).sent(), Call(house)
        house.worker.tick()
        house.pass_time(seconds=61)
        everything = text(house.client("okonjo").get("/deliveries"))
        assert "Ana Vela" in everything and "Ben Whitcomb" in everything and "Voice" in everything
        mine = text(house.client("okonjo").get("/deliveries?person=ana"))
        assert "Page of" in mine and mine.count("Ben Whitcomb") == 1  # in the list to choose from
        assert f"Page of {first.ref}" in text(house.client("ruiz").get(f"/deliveries?ref={first.ref}"))
        assert "Nothing fits." in text(house.client("ruiz").get(f"/deliveries?ref={second.ref}"))
        house.clock.move(timedelta(hours=25))
        assert "Nobody was paged in the last 24 hours." in text(house.client("root").get("/deliveries"))
        assert f"Page of {first.ref}" in text(house.client("root").get(f"/deliveries?ref={first.ref}"))


def test_a_link_that_was_opened_stands_beside_its_page(tmp_path: Path) -> None:
    with reached(tmp_path) as house:
        call = Call(house).sent()
        house.worker.tick()
        assert "opened" not in text(house.client("okonjo").get("/deliveries?person=ana"))
        house.clock.move(9 * SECOND)
        opened = f"opened {house.clock.now().astimezone(ZoneInfo('America/Chicago')):%H:%M:%S}"
        token = house.shell.page_link_token(call.page("ana"))
        house.client().post(f"/p/{token}/shown", headers={"X-Standby": "1"})
        assert opened in text(house.client("okonjo").get("/deliveries?person=ana"))
        assert "opened" not in text(house.client("okonjo").get("/deliveries?person=ben"))


@pytest.mark.parametrize("query", ["ref=abc", "ref=99999999999999999999", "over=year", "person=" + "x" * 300])
def test_what_cannot_be_searched_by_is_said_and_everything_is_shown(tmp_path: Path, query: str) -> None:
    with reached(tmp_path) as house:
        Call(house).sent()
        answer = house.client("ruiz").get(f"/deliveries?{query}")
        assert answer.status_code == 422
        assert "How fast, and how well" in text(answer)


def test_what_was_typed_stays_and_what_was_searched_for_stands_above_the_figures(tmp_path: Path) -> None:
    with reached(tmp_path) as house:
        call = Call(house).sent()
        assert 'value="20o1"' in house.client("ruiz").get("/deliveries?ref=20o1").get_data(as_text=True)
        every, one = (text(house.client("ruiz").get(f"/deliveries{q}")) for q in ("", f"?ref={call.ref}"))
        figures, page = "How fast, and how well", f"Page of {call.ref}"
        assert every.index(figures) < every.index(page)
        assert one.index(page) < one.index(figures)
        assert "True at 03:00:00" in one


def test_the_figures_of_a_way_are_counted_from_its_rows(tmp_path: Path, database_url: str | None) -> None:
    with reached(tmp_path, database_url) as house:
        call = Call(house).sent()
        house.clock.move(2 * SECOND)
        house.worker.tick()
        house.clock.move(3 * SECOND)
        report(house.shell, try_of(house, "ana", "text"), "delivered", None)
        report(house.shell, try_of(house, "ben", "text"), "undelivered", "30005")
        house.clock.move(7 * SECOND)
        call.do(c.Accept("ana", call.page("ana"), 12))
        said = text(house.client("ruiz").get("/deliveries?over=hour"))
        # Two texts, one of them lost: 2 s to the wire, 3 s to the phone, 12 s to the answer.
        assert "Text Recorder" in said and "50.0 %" in said
        for seconds in ("2.00 s", "3.00 s", "12 s"):
            assert seconds in said
        house.clock.move(timedelta(hours=2))
        assert "Nothing was sent in this time." in text(
            house.client("ruiz").get("/deliveries?over=hour")
        ) or ("Text Recorder" in text(house.client("ruiz").get("/deliveries?over=hour")))


def test_a_provider_that_is_down_says_so_on_the_page(tmp_path: Path) -> None:
    with reached(tmp_path) as house:
        Call(house).sent()
        house.worker.tick()
        for _ in range(4):
            house.shell.health.note("alder", "text", "recorder", "bad", "30008")
        assert "Carries next to nothing" in text(house.client("ruiz").get("/deliveries"))


def test_an_account_with_a_fault_says_so_for_as_long_as_its_alarm_stands(tmp_path: Path) -> None:
    """Nobody tries it meanwhile, so that time alone would make it look well."""
    with reached(tmp_path) as house:
        Call(house).sent()
        house.worker.tick()
        with house.shell.store.write() as connection:
            account_fault(connection, house.shell, "text", "recorder", "20003", house.clock.now())
        house.clock.move(timedelta(minutes=10))
        faulty = "Its account has a fault, code 20003"
        assert faulty in text(house.client("ruiz").get("/deliveries"))
        with house.shell.store.write() as connection:
            end_alarm(connection, "provider", "recorder:text", house.clock.now())
        assert faulty not in text(house.client("ruiz").get("/deliveries"))


@pytest.mark.parametrize(
    ("count", "share", "expected"), [(1, 99, 1), (100, 99, 99), (100, 50, 50), (3, 50, 2), (200, 95, 190)]
)
def test_a_percentile_is_the_nearest_rank(count: int, share: float, expected: int) -> None:
    assert percentile([float(n) for n in range(1, count + 1)], share) == expected


def test_nothing_measured_has_no_percentile() -> None:
    empty = spread([])
    assert (empty.count, empty.p50, empty.p99) == (0, None, None)


def test_every_code_that_we_know_has_words_and_an_unknown_one_says_that_it_is() -> None:
    said = {code: failure(code) for code in CODES}
    assert all(len(words) > 8 and "_" not in words for words in said.values()), said
    assert "a code that we do not know" not in " ".join(said.values())
    assert failure("98765") == "the provider could not deliver it, with a code that we do not know, 98765"
    assert all("code" not in failure(word) or word == "ended" for word in FAILURES)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("sip-403", "the call was turned away, SIP code 403"),
        ("sip-404", "the carrier found no such number, SIP code 404"),
        ("sip-486", "the line was busy, SIP code 486"),
        ("sip-503", "the call could not be put through, SIP code 503"),
    ],
)
def test_what_a_carrier_says_of_a_call_has_words_of_its_own(code: str, words: str) -> None:
    assert failure(code, "call") == words


def test_the_page_of_deliveries_walks_through_no_growing_table(tmp_path: Path) -> None:
    with reached(tmp_path) as house:
        call = Call(house).sent()
        house.worker.tick()
        desk = house.client("ruiz")
        asked: dict[str, Callable[[], object]] = {
            path: lambda path=path: desk.get(path)  # type: ignore[misc]
            for path in ("/deliveries?over=week", f"/deliveries?ref={call.ref}", "/deliveries?person=ana")
        }
        assert [step for act in asked.values() for step in walks(house, act)] == []
