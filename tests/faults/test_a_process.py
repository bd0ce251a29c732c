"""Section A of the fault catalogue, the kills: kill -9 at any write of the real service, and nothing is half done."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from app.commit import commit_in
from app.schema import is_newest
from app.shell import new_id
from app.store import Store
from app.tables import charts, outbox
from dispatch import commands as c
from tests.crisis import Crisis
from tests.faults import strace
from tests.faults.migrating import at_the_version_before
from tests.faults.service import AFTER_THE_LEASE, DIES_WITHIN, SOON, Stricken, struck
from tests.house import PHONES, House
from tests.loopback.twilio_faults import held
from tests.served import ROOT, until

pytestmark = [pytest.mark.servers, pytest.mark.usefixtures("kills")]

TAKEN_DOWN = {"channel": "phone", "callback": "218-555-0199", "place": "12 Quarry Road"}
TEAM = {"lead": "ana", "second": "ben"}


def strikes(at: list[int], through: int) -> pytest.MarkDecorator:
    """The Nth writing call at which the process dies: some of them always, at night every one."""
    night = [pytest.param(n, marks=pytest.mark.night) for n in range(1, through + 1) if n not in at]
    return pytest.mark.parametrize("nth", [*at, *night])


def writing(house: Stricken, nth: int) -> tuple[str, int]:
    """Where a transaction is written: into SQLite's log and that log onto the disk in turn; PostgreSQL's by its
    socket, on which every statement is a call, so that what the clock's own thread says meanwhile counts too."""
    if not house.on_sqlite:
        return "sendto", 12 + 3 * nth
    return ("pwrite64", "fdatasync")[nth % 2], (1 + nth) // 2


@strikes([2], through=24)
def test_f01_killed_while_a_call_is_being_saved_it_is_saved_once_when_asked_again(
    house: Stricken, nth: int
) -> None:
    desk, key = house.desk(), new_id()
    press = partial(desk.post, "/incidents/new", key=key, **TAKEN_DOWN)
    answered = struck(house, *writing(house, nth), press)
    assert not (nth < 3 and answered), "the process was to die before it answered"
    places = [press().headers["Location"] for _ in range(2)]
    assert places[0] == places[1]
    house.sound()


def test_f02_killed_after_the_commit_and_before_the_answer_the_same_wish_pages_each_person_once(
    house: Stricken,
) -> None:
    incident, ref = house.a_call()
    press = partial(house.desk().post, f"/incidents/{ref}/dispatch", key=new_id(), **TEAM)
    assert not struck(house, "sendto", 1 if house.on_sqlite else 40, press)
    assert press().status_code in (302, 303)
    assert sorted(house.pages(incident)) == [("ana", "asked"), ("ben", "asked")]
    until(lambda: house.taken("ana", ref) and house.taken("ben", ref), AFTER_THE_LEASE, "both pages")
    house.over(incident)


def test_f03_killed_after_the_claim_and_before_the_send_the_page_goes_out(house: Stricken) -> None:
    house.again()  # a new process: its first connections go to the provider
    with house.dying("connect") as kill:
        incident, ref = house.a_page()
        kill.wait_for_death(DIES_WITHIN)
    assert (
        house.count(incident, "sending") > 0 and not house.taken("ana", ref) and not house.taken("ben", ref)
    )
    house.again()
    until(lambda: house.taken("ana", ref) and house.taken("ben", ref), AFTER_THE_LEASE, "both pages")
    house.sound()
    house.over(incident)


def test_f04_killed_after_the_provider_took_it_and_before_that_is_written_down_it_is_found(
    house: Stricken,
) -> None:
    house.twilio.fault(held(accepted=True), number=PHONES["ana"])
    incident, ref = house.a_page()
    until(lambda: house.taken("ana", ref), SOON, "the provider's taking it")
    assert house.count(incident, "sending", "ambiguous") > 0
    house.again()
    until(lambda: house.count(incident, "sending", "ambiguous") == 0, AFTER_THE_LEASE, "the second look")
    assert len(house.taken("ana", ref)) == 1
    house.over(incident)


@strikes([4], through=16)
def test_f05_killed_inside_a_step_of_the_ladder_the_step_is_taken_whole_and_once(
    house: Stricken, nth: int
) -> None:
    incident, ref = house.a_call(minutes_ago=10)
    earlier = house.earlier(minutes=10)
    at = ("pwrite64", nth) if house.on_sqlite else ("sendto", 4 + 2 * nth)
    with house.dying(*at) as kill:
        with earlier.store.write() as connection:
            commit_in(connection, earlier, incident, c.Dispatch("ruiz", "ana", "ben"), "board")
            went_out = update(outbox).where(outbox.c.incident == incident)
            connection.execute(went_out.values(state="sent", sent_at=earlier.clock.now()))
        kill.wait_for_death(DIES_WITHIN)
    stepped = sorted(house.pages(incident))
    both = [("ana", "lapsed"), ("ben", "lapsed"), ("cyd", "asked"), ("dov", "asked")]
    assert stepped in ([("ana", "asked"), ("ben", "asked")], both), "a step is taken whole or not at all"
    house.again()
    until(lambda: house.taken("cyd", ref) and house.taken("dov", ref), AFTER_THE_LEASE, "the next two pages")
    assert sorted(house.pages(incident)) == both
    assert house.facts(incident).count("Lapsed") == 2 and house.facts(incident).count("Asked") == 4
    house.sound()
    house.over(incident)


@strikes([3], through=16)
def test_f06_killed_while_a_yes_is_being_heard_the_same_text_again_gives_one_owner_and_one_answer(
    house: Stricken, nth: int
) -> None:
    incident, ref = house.a_page()
    until(lambda: house.count(incident, "sent") >= 2, SOON, "both pages")
    yes = partial(house.twilio.receive, PHONES["ana"], f"{ref} Y", sid=f"SM{new_id():0>32}")
    struck(house, *writing(house, nth), yes)
    assert [yes(), yes()] == [200, 200], "the provider posts what was not answered again"
    assert house.facts(incident).count("Accepted") == 1
    assert [member.person for member in house.incident(incident).members] == ["ana"]
    told = select(func.count()).where(outbox.c.incident == incident, outbox.c.kind == "YesHeard")
    with house.shell.store.read() as connection:
        assert connection.scalar(told) == 1
    house.sound()
    house.over(incident)


@strikes([4], through=16)
def test_f07_killed_while_notes_are_being_signed_they_are_signed_with_their_row_in_the_journal_or_not(
    house: Stricken, nth: int
) -> None:
    earlier = house.earlier(minutes=90)
    past = House(earlier, earlier.clock, None, None)  # type: ignore[arg-type]
    crisis = Crisis(past).received().sent().on_scene().cleared().written()
    press = partial(house.desk("ana").post, f"/incidents/{crisis.ref}/sign", key=new_id(), version="1")
    struck(house, *writing(house, nth), press)
    frozen = select(func.count()).where(charts.c.incident == crisis.id, charts.c.signed_at.is_not(None))
    with house.shell.store.read() as connection:
        assert house.facts(crisis.id).count("Signed") == connection.scalar(frozen), "never half"
    assert press().status_code == 303
    assert house.facts(crisis.id).count("Signed") == 1
    house.sound()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@strikes([30], through=120)
def test_f08_killed_while_the_schema_changes_it_changes_at_the_next_try_and_old_rows_are_read(
    request: pytest.FixtureRequest, tmp_path: Path, nth: int, kind: str
) -> None:
    with at_the_version_before(request, tmp_path, kind) as (environment, url, row_is_there):
        upgrade = [sys.executable, "-m", "app.cli", "db", "upgrade"]
        calls = "pwrite64" if kind == "sqlite" else "sendto"
        here = {"cwd": ROOT, "env": {**os.environ, **environment}}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        killed = strace.under(calls, strace.KILL, nth, upgrade, **here, **quiet).wait(60)
        assert killed != 0 or nth > 30, "the migration was to die"
        store = Store(url)
        assert row_is_there(store)
        subprocess.run(upgrade, check=True, timeout=60, **here, **quiet)  # type: ignore[call-overload]
        assert is_newest(store) and row_is_there(store)
        store.close()
