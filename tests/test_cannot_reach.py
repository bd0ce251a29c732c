"""Somebody on call who has lost a way is an alarm and word to the supervisors, once, until it is mended."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.house_alarms import standing
from app.replies import hear
from app.rota.cannot_reach import KIND
from app.rota.watch import watch
from app.shell import new_id
from app.tables import journal, outbox, people, shifts, ways
from app.ways_health import is_stopped, note_arrival, note_refusal, note_start, note_stop
from notify.outcomes import CODES
from tests.house import NIGHT, PHONES, PROGRAM, House, a_house, on_both
from tests.rota_scene import need
from tests.walk import post, text

LANDLINE = "+12185550177"

house = on_both(a_house, demo_channels=("text", "call", "push"))


def refused(
    house: House, person: str, code: str, channel: str = "text", way: str = "", address: str = ""
) -> None:
    there = address or PHONES[person]
    with house.shell.store.write() as connection:
        note_refusal(
            connection, house.shell, person, way, there, channel, CODES[code], code, house.clock.now()
        )


def arrived(house: House, person: str, channel: str = "text", address: str = "", **sent: Any) -> None:
    there = address or PHONES[person]
    with house.shell.store.write() as connection:
        note_arrival(connection, house.shell, person, None, there, channel, house.clock.now(), **sent)


def another_way(house: House, person: str, kind: str, address: str, proved: bool = True) -> str:
    way = new_id()
    with house.shell.store.write() as connection:
        row = {"id": way, "person": person, "kind": kind, "address": address, "added_at": NIGHT}
        connection.execute(ways.insert().values(**row, verified_at=NIGHT if proved else None))
    return way


def alarms(house: House) -> dict[str, str]:
    with house.shell.store.read() as connection:
        return {one.about: one.sentence for one in standing(connection, PROGRAM) if one.kind == KIND}


def told(house: House) -> list[str]:
    """Who was told that somebody cannot be reached."""
    with house.shell.store.read() as connection:
        mine = select(outbox.c.person).where(outbox.c.kind == "CannotReach", outbox.c.step == 0)
        return list(connection.scalars(mine.order_by(outbox.c.id)))


def row(house: House, person: str, kind: str = "text") -> Any:
    with house.shell.store.read() as connection:
        found = select(ways).where(ways.c.person == person, ways.c.kind == kind)
        return connection.execute(found).first()


def kinds(house: House, person: str) -> list[str]:
    with house.shell.store.read() as connection:
        return list(connection.scalars(select(journal.c.kind).where(journal.c.stream == person)))


PERMANENT = sorted(code for code, why in CODES.items() if why == "number")
PASSING = sorted(code for code, why in CODES.items() if why not in ("number", "opted_out"))


# --- what a code does to a way ---------------------------------------------------------------------------
@pytest.mark.parametrize("code", PERMANENT)
def test_a_number_that_will_never_take_a_text_is_written_down_with_its_code(house: House, code: str) -> None:
    refused(house, "ana", code)
    known = row(house, "ana")
    assert (known.broken_at, known.broken_code, known.blocked_at) == (NIGHT, code, None)
    assert kinds(house, "ana") == ["WayBroken"]
    assert "a number of theirs takes nothing any more" in alarms(house)["ana"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("code", PASSING)
def test_what_is_only_this_moments_or_the_accounts_trouble_takes_no_way_from_anybody(
    house: House, code: str
) -> None:
    refused(house, "ana", code)
    assert row(house, "ana") is None and alarms(house) == {} and kinds(house, "ana") == []


def test_the_same_refusal_again_writes_and_tells_nothing_more(house: House) -> None:
    refused(house, "ana", "21614")
    house.clock.move(timedelta(minutes=1))
    refused(house, "ana", "30005")
    assert row(house, "ana").broken_code == "21614"
    assert kinds(house, "ana") == ["WayBroken"] and told(house) == ["okonjo"]


def test_a_call_that_cannot_be_made_to_a_mobile_says_nothing_of_its_texts(house: House) -> None:
    refused(house, "ana", "21211", channel="call")
    assert row(house, "ana") is None and alarms(house) == {}


def test_a_number_for_calls_that_nobody_has_is_broken_for_calls(house: House) -> None:
    way = another_way(house, "ana", "call", LANDLINE)
    refused(house, "ana", "21211", channel="call", way=way, address=LANDLINE)
    assert row(house, "ana", "call").broken_code == "21211"
    assert "ana" in alarms(house)


def test_a_browser_that_is_gone_is_written_down_and_wakes_nobody(house: House) -> None:
    way = another_way(house, "ana", "push", "https://push.example/1")
    with house.shell.store.write() as connection:
        note_refusal(
            connection, house.shell, "ana", way, "https://push.example/1", "push", "number", "410", NIGHT
        )
    assert row(house, "ana", "push").broken_at == NIGHT
    assert alarms(house) == {}


def test_a_slip_in_a_number_that_is_still_to_be_proved_is_no_news_of_anybody(house: House) -> None:
    another_way(house, "ana", "text", LANDLINE, proved=False)
    refused(house, "ana", "21211", address=LANDLINE)
    assert row(house, "ana").broken_at is None and alarms(house) == {}


@pytest.mark.parametrize("channel", ["text"])
def test_something_that_arrives_ends_what_was_said_before_it_was_sent(house: House, channel: str) -> None:
    refused(house, "ana", "21614")
    house.clock.move(timedelta(minutes=5))
    arrived(house, "ana", channel, sent_at=NIGHT - timedelta(minutes=1))
    assert row(house, "ana").broken_at == NIGHT, "it went out before"
    arrived(house, "ana", channel, sent_at=NIGHT + timedelta(minutes=1))
    assert row(house, "ana").broken_at is None
    assert kinds(house, "ana") == ["WayBroken", "WayWorks"] and alarms(house) == {}


def test_a_call_that_was_heard_is_no_text_that_arrives(house: House) -> None:
    refused(house, "ana", "30006")
    house.clock.move(timedelta(minutes=5))
    arrived(house, "ana", "call")
    assert row(house, "ana").broken_code == "30006"


def test_a_stop_on_a_phone_that_two_share_is_both_of_theirs(house: House) -> None:
    with house.shell.store.write() as connection:
        connection.execute(people.update().where(people.c.id == "ben").values(phone=PHONES["ana"]))
        assert note_stop(connection, house.shell, PHONES["ana"], NIGHT) == ("ana", "ben")
        assert note_stop(connection, house.shell, PHONES["ana"], NIGHT) == ()
    assert set(alarms(house)) == {"ana", "ben"}
    with house.shell.store.write() as connection:
        assert note_start(connection, house.shell, PHONES["ana"], NIGHT) == ("ana", "ben")
        assert not is_stopped(connection, PHONES["ana"])
    assert alarms(house) == {}


def test_a_code_that_proves_a_number_makes_it_well(house: House) -> None:
    way = another_way(house, "ana", "text", LANDLINE)
    hear(house.shell, LANDLINE, "STOP", new_id())
    refused(house, "ana", "30005", way=way, address=LANDLINE)
    assert row(house, "ana").blocked_at and row(house, "ana").broken_at
    ana = house.client("ana")
    assert post(ana, f"/account/ways/{way}/code").status_code == 302
    house.worker.tick()
    code = house.recorder.texts_to(LANDLINE)[-1].body.split("code is ")[1][:6]
    assert post(ana, f"/account/ways/{way}/prove", **{f"code-{way}": code}).status_code == 302
    assert (row(house, "ana").blocked_at, row(house, "ana").broken_at) == (None, None)


# --- who is told, and until when -------------------------------------------------------------------------
def test_the_supervisor_on_call_is_told_at_once_by_whatever_way_and_no_number_is_said(house: House) -> None:
    refused(house, "ana", "21614")
    house.worker.tick()
    assert told(house) == ["okonjo"]
    assert house.texts("okonjo")[-1].endswith(
        "Ana Vela is on call now and a number of theirs takes nothing any more. See Rota, Ready."
    )
    house.pass_time(minutes=2)
    assert house.recorder.calls_to(PHONES["okonjo"]), "an alarm that is not seen rings"


def test_every_board_says_it_until_it_is_mended(house: House) -> None:
    refused(house, "ana", "21614")
    house.worker.tick()
    assert "Ana Vela is on call now and a number of theirs" in text(house.client("ruiz").get("/board/house"))
    house.clock.move(timedelta(minutes=1))
    arrived(house, "ana")
    assert "a number of theirs" not in text(house.client("ruiz").get("/board/house"))


def test_with_nothing_left_that_reaches_them_it_says_so(house: House) -> None:
    another_way(house, "ana", "call", LANDLINE)
    with house.shell.store.write() as connection:
        connection.execute(people.update().where(people.c.id == "ana").values(phone=None))
    refused(house, "ana", "21211", channel="call", address=LANDLINE, way=row(house, "ana", "call").id)
    assert "nothing of ours reaches them. Ring them by hand" in alarms(house)["ana"]


def test_a_second_loss_of_the_same_person_is_told_again_where_it_is_worse(house: House) -> None:
    way = another_way(house, "ana", "call", LANDLINE)
    refused(house, "ana", "21614")
    house.clock.move(timedelta(minutes=1))
    hear(house.shell, PHONES["ana"], "STOP", new_id())
    assert told(house) == ["okonjo"] * 2
    assert "has stopped our texts" in alarms(house)["ana"] and way


def test_the_watch_tells_of_a_shift_that_comes_near_once_and_ends_what_is_over(house: House) -> None:
    need(house, primary=1)
    with house.shell.store.write() as connection:
        starts = NIGHT + timedelta(hours=30)
        mine = {"id": "next-root", "program": PROGRAM, "tier": "primary", "person": "haddad"}
        connection.execute(
            shifts.insert().values(**mine, starts_at=starts, ends_at=starts + timedelta(hours=8))
        )
    refused(house, "haddad", "21614")
    watch(house.shell)
    assert alarms(house) == {}, "that is more than a day off"
    house.clock.move(timedelta(hours=7))
    for _ in range(3):
        watch(house.shell)
        house.clock.move(timedelta(seconds=30))
    assert "L. Haddad is on call from" in alarms(house)["haddad"] and told(house) == ["okonjo"]
    with house.shell.store.write() as connection:
        connection.execute(shifts.delete().where(shifts.c.id == "next-root"))
    watch(house.shell)
    assert alarms(house) == {}


def test_somebody_without_any_way_is_found_also_where_there_is_no_rota(house: House) -> None:
    with house.shell.store.write() as connection:
        connection.execute(people.update().where(people.c.id == "ana").values(phone=None))
    watch(house.shell)
    assert "nothing of ours reaches them" in alarms(house)["ana"] and told(house) == ["okonjo"]


def test_somebody_without_any_way_is_told_again_when_it_happens_again_in_one_shift(house: House) -> None:
    need(house, primary=1)

    def phone(number: str | None) -> None:
        with house.shell.store.write() as connection:
            connection.execute(people.update().where(people.c.id == "ana").values(phone=number))
        house.clock.move(timedelta(seconds=30))
        watch(house.shell)

    for _ in range(2):
        phone(None)
        assert "nothing of ours reaches them" in alarms(house)["ana"]
        phone(PHONES["ana"])
        assert alarms(house) == {}
    assert told(house) == ["okonjo"] * 2


def test_a_house_that_carries_nothing_has_another_trouble_than_this(tmp_path: Path) -> None:
    with a_house(tmp_path, demo_channels=("email",)) as house:
        hear(house.shell, PHONES["ana"], "STOP", new_id())
        assert alarms(house) == {}


def test_the_readiness_page_names_who_has_stopped_our_texts(house: House) -> None:
    need(house, primary=1)
    hear(house.shell, PHONES["ana"], "STOP", new_id())
    assert "Ana Vela has stopped our texts and is on call now" in text(
        house.client("brandvold").get("/rota/ready")
    )
