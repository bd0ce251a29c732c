"""The auditor: each law of the house, broken by hand and found by name; and one that cannot be looked at in time."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from app.auditor.audit import Finding, audit, keep_alarms
from app.auditor.auditor import Auditor
from app.auditor.deadline import TooLong, bounded_read
from app.auditor.law import NAMED, Law
from app.auditor.laws.every import EVERY
from app.heartbeats import beats
from app.house_alarms import HouseAlarm, mark_told, raise_alarm, standing, take
from app.outside import Outside, Twilio
from app.tables import (
    heartbeats,
    incidents,
    journal,
    outbox,
    pages,
    people,
    reads,
    seats,
    sessions,
)
from dispatch import commands as c
from notify.outcomes import DELIVERED
from tests.desk import Call
from tests.house import House, a_house, on_both

MINUTE = timedelta(minutes=1)
FOREVER = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")

house = on_both(a_house)


def broken(house: House) -> dict[str, Finding]:
    """The laws that do not hold now, by name."""
    return {one.law.name: one for one in audit(house.shell, EVERY) if one.sentence}


def alarms(house: House) -> tuple[HouseAlarm, ...]:
    with house.shell.store.read() as connection:
        return standing(connection)


def a_busy_night(house: House) -> dict[str, Call]:
    """One call in each state that the laws speak of."""
    going = Call(house).sent()
    house.worker.tick()
    for person in ("ana", "ben"):
        going.do(c.Accept(person, going.page(person)))
    asked = Call(house).sent("cyd", "dov")
    waiting = Call(house)
    over = Call(house).triaged()
    over.do(c.Cancel("ruiz", "by_phone"))
    house.worker.tick()
    return {"going": going, "asked": asked, "waiting": waiting, "over": over}


def test_every_law_holds_through_a_busy_night(house: House) -> None:
    assert not broken(house), "an empty house"
    night = a_busy_night(house)
    house.client("ruiz").get("/board")
    assert not broken(house)
    night["going"].do(c.Arrive("ana", "ana"))
    night["going"].do(c.Arrive("ben", "ben"))
    house.pass_time(seconds=5)
    assert not broken(house)
    for _ in range(4):
        house.pass_time(minutes=7)
        assert not broken(house)


Act = Callable[[Connection, dict[str, Call], House], object]


def _set(table: type | object, where: str, **values: object) -> Act:
    """Break one row of the call named `where`."""

    def act(connection: Connection, night: dict[str, Call], house: House) -> object:
        column = table.c.id if table is incidents else table.c.incident  # type: ignore[attr-defined]
        made = {name: value(house) if callable(value) else value for name, value in values.items()}
        return connection.execute(update(table).where(column == night[where].id).values(**made))  # type: ignore[arg-type]

    return act


def _ago(**length: float) -> Callable[[House], object]:
    return lambda house: house.clock.now() - timedelta(**length)


def _forge(kind: str, where: str, by: str = "rule", via: str = "clock") -> Act:
    """A fact that no rule of ours would write, added as a stranger's program would."""

    def act(connection: Connection, night: dict[str, Call], house: House) -> object:
        row = connection.execute(select(journal).order_by(journal.c.seq.desc()).limit(1)).one()
        copy = {**row._mapping, "kind": kind, "stream": night[where].id, "by": by, "via": via}
        del copy["seq"]
        return connection.execute(insert(journal), copy)

    return act


def _no_messages(connection: Connection, night: dict[str, Call], house: House) -> object:
    return connection.execute(delete(outbox).where(outbox.c.incident == night["asked"].id))


def _a_seat_of_nobody(connection: Connection, night: dict[str, Call], house: House) -> object:
    call = night["waiting"]
    row = {"person": "okonjo", "incident": call.id, "ref": call.ref, "seat": "lead"}
    return connection.execute(insert(seats), row)


def _no_guard(connection: Connection, night: dict[str, Call], house: House) -> object:
    on = "" if house.shell.store.is_sqlite else " ON journal"
    return connection.exec_driver_sql(f"DROP TRIGGER journal_update{on}")


def _a_changed_row(connection: Connection, night: dict[str, Call], house: House) -> object:
    _no_guard(connection, night, house)
    newest = select(func.max(journal.c.seq)).scalar_subquery()
    return connection.execute(update(journal).where(journal.c.seq == newest).values(by="somebody"))


def _a_row_of_tomorrow(connection: Connection, night: dict[str, Call], house: House) -> object:
    house.clock._now -= timedelta(minutes=10)  # a machine's clock that was set back
    return None


def _a_nameless_read(connection: Connection, night: dict[str, Call], house: House) -> object:
    row = {"at": house.clock.now(), "person": "ruiz", "purpose": "", "what": "record", "subject": "x"}
    return connection.execute(insert(reads), row)


def _still_signed_in(connection: Connection, night: dict[str, Call], house: House) -> object:
    row = {"digest": b"d" * 32, "person": "haddad", "csrf": "x", "seen_at": house.clock.now()}
    times = {"created_at": house.clock.now() - MINUTE, "ends_at": house.clock.now() + MINUTE}
    connection.execute(insert(sessions), {**row, **times})
    return connection.execute(update(people).where(people.c.id == "haddad").values(active=False))


def _a_bar_of_nobody(connection: Connection, night: dict[str, Call], house: House) -> object:
    from app.tables import programs, rota_bars, rota_tiers

    program = connection.scalar(select(programs.c.id))
    tier = {"program": program, "tier": "primary", "people": 2, "bring": [], "place": 0}
    connection.execute(insert(rota_tiers), tier)
    now = house.clock.now()
    bar = {
        "program": program,
        "person": "cyd",
        "why": "no_license",
        "starts_at": now,
        "ends_at": now + 9 * MINUTE,
    }
    return connection.execute(insert(rota_bars), bar)


# The law by its name, how it is broken, and which call, if any, its sentence names.
BREAKS: dict[str, tuple[Act, str | None]] = {
    "on time": (_set(incidents, "waiting", wake_at=_ago(seconds=16)), "waiting"),
    "a wake ahead": (_set(incidents, "waiting", wake_at=None), "waiting"),
    "a review ahead": (_set(incidents, "over", wake_at=None), "over"),
    "somebody asked": (
        lambda connection, night, house: (
            _set(pages, "asked", state="lapsed")(connection, night, house),
            _set(incidents, "asked", wake_at=_ago(hours=-1))(connection, night, house),
        ),
        "asked",
    ),
    "pages lapse": (_set(pages, "asked", answer_by=_ago(seconds=16)), "asked"),
    "on the board": (_set(incidents, "waiting", on_board=False), "waiting"),
    "in the queue": (_set(incidents, "over", reviewable=False), "over"),
    "pages are owed": (_no_messages, "asked"),
    "pages can arrive": (_set(outbox, "asked", state="failed"), "asked"),
    "pages are wanted": (_set(incidents, "asked", stage="with_person"), "asked"),
    "seats are wanted": (_set(incidents, "going", stage="documenting"), "going"),
    "first try": (_set(outbox, "asked", state="owed", attempts=0, available_at=_ago(seconds=11)), None),
    "nothing waits": (_set(outbox, "asked", state="ambiguous", available_at=_ago(seconds=61)), None),
    "leases end": (_set(outbox, "asked", state="sending", lease_until=_ago(seconds=16)), None),
    "known messages": (_set(outbox, "asked", state="owed", kind="PageResponderV9"), None),
    "sent was sent": (_set(outbox, "asked", state="sent", sent_at=None), None),
    "ended by a person": (_forge("Cleared", "going"), "going"),
    "answered by a person": (_forge("Accepted", "going"), "going"),
    "a yes for each seat": (_a_seat_of_nobody, "waiting"),
    "a yes in the journal": (_a_seat_of_nobody, "waiting"),
    "signed stays": (_no_guard, None),
    "signed is there": (_forge("Signed", "going", by="ana", via="board"), "going"),
    "the chain holds": (_a_changed_row, None),
    "known facts": (_forge("Teleported", "going"), None),
    "the clock runs on": (_a_row_of_tomorrow, None),
    "reads have a purpose": (_a_nameless_read, None),
    "rights end": (_still_signed_in, None),
    "bars follow rules": (_a_bar_of_nobody, None),
}


def test_each_law_is_broken_below() -> None:
    assert set(BREAKS) == {law.name for law in EVERY}


@pytest.mark.parametrize("law", BREAKS)
def test_a_law_that_is_broken_is_found_and_says_where(house: House, law: str) -> None:
    night = a_busy_night(house)
    act, whose = BREAKS[law]
    with house.shell.store.write() as connection:
        act(connection, night, house)
    found = broken(house)
    assert law in found, sorted(found)
    assert found[law].broken and not found[law].unseen
    assert whose is None or str(night[whose].ref) in found[law].sentence


def test_a_page_that_was_heard_in_a_call_has_arrived_though_the_call_is_over(house: House) -> None:
    night = a_busy_night(house)
    with house.shell.store.write() as connection:
        _set(outbox, "asked", state="sent", failed="ended", reached=DELIVERED)(connection, night, house)
    assert "pages can arrive" not in broken(house)
    with house.shell.store.write() as connection:
        _set(outbox, "asked", reached=DELIVERED - 1)(connection, night, house)
    assert "pages can arrive" in broken(house)


def test_a_broken_law_is_an_alarm_until_it_holds_again(house: House) -> None:
    call = Call(house)
    auditor = Auditor(house.shell)
    auditor.look(house.clock.now())
    assert not alarms(house)
    with house.shell.store.write() as connection:
        row = select(incidents.c.wake_at).where(incidents.c.id == call.id)
        wake_at = connection.scalar(row)
        connection.execute(update(incidents).values(wake_at=None))
    auditor.look(house.clock.now())
    (alarm,) = alarms(house)
    assert (alarm.kind, alarm.about) == ("law", "a wake ahead") and str(call.ref) in alarm.sentence
    assert call.ref and "Quarry" not in alarm.sentence
    with house.shell.store.write() as connection:
        connection.execute(update(incidents).values(wake_at=wake_at))
    auditor.look(house.clock.now())
    assert not alarms(house)


def test_a_taken_alarm_is_open_again_when_it_names_another_call_and_not_when_one_goes_away(
    house: House,
) -> None:
    first, second = Call(house), Call(house)
    auditor = Auditor(house.shell)

    def without_a_wake(*calls: Call) -> HouseAlarm:
        house.clock.move(MINUTE)
        late = house.clock.now() + timedelta(hours=1)
        with house.shell.store.write() as connection:
            connection.execute(update(incidents).values(wake_at=late))
            ids = [call.id for call in calls]
            connection.execute(update(incidents).where(incidents.c.id.in_(ids)).values(wake_at=None))
        auditor.look(house.clock.now())
        (found,) = alarms(house)
        return found

    def taken() -> None:
        with house.shell.store.write() as connection:
            assert take(connection, alarms(house)[0].id, "ruiz", house.clock.now())
            mark_told(connection, alarms(house)[0].id, house.clock.now())

    alarm = without_a_wake(first)
    taken()
    assert without_a_wake(first).taken_by == "ruiz", "the same call again is nothing new"
    both = without_a_wake(first, second)
    assert both.id == alarm.id and str(second.ref) in both.sentence
    assert (both.taken_by, both.told_at) == (None, None)
    taken()
    fewer = without_a_wake(second)
    assert str(first.ref) not in fewer.sentence and fewer.taken_by == "ruiz" and fewer.told_at
    assert without_a_wake(first, second).taken_by is None, "it came back"


def test_a_taken_alarm_stays_taken_while_its_law_cannot_be_looked_at(house: House) -> None:
    call = Call(house)
    with house.shell.store.write() as connection:
        connection.execute(update(incidents).values(wake_at=None))
    auditor = Auditor(house.shell)
    auditor.look(house.clock.now())
    with house.shell.store.write() as connection:
        take(connection, alarms(house)[0].id, "ruiz", house.clock.now())
    (law,) = (law for law in EVERY if law.name == "a wake ahead")
    keep_alarms(house.shell, [Finding(law, (), 0.0, "the database refused")])
    (unseen,) = alarms(house)
    assert str(call.ref) in unseen.sentence and unseen.taken_by == "ruiz"
    house.clock.move(MINUTE)
    auditor.look(house.clock.now())
    (seen,) = alarms(house)
    assert str(call.ref) in seen.sentence and seen.taken_by == "ruiz", "a slow database rings for nothing new"


def test_what_there_was_no_room_to_name_is_no_other_call(house: House) -> None:
    """They come in any order: of more than are named nobody can say which one is new."""
    (law,) = (law for law in EVERY if law.name == "a wake ahead")
    calls = tuple(str(2001 + number) for number in range(NAMED + 1))
    keep_alarms(house.shell, [Finding(law, calls, 0.0)])
    with house.shell.store.write() as connection:
        take(connection, alarms(house)[0].id, "ruiz", house.clock.now())
    keep_alarms(house.shell, [Finding(law, calls[::-1], 0.0)])
    assert alarms(house)[0].taken_by == "ruiz"


def test_a_law_that_takes_too_long_is_ended_and_told_and_hides_no_other(house: House) -> None:
    Call(house)
    with house.shell.store.write() as connection:
        connection.execute(update(incidents).values(wake_at=None))
    slow = Law("slow", "I0", "Too slow.", lambda connection, *_: connection.scalars(FOREVER).all())
    found = audit(house.shell, (slow, *EVERY), seconds=0.3)
    keep_alarms(house.shell, found)
    assert found[0].unseen and found[0].milliseconds < 1500
    assert {one.about for one in alarms(house)} == {"slow", "a wake ahead"}
    assert "longer than 0.3 s" in next(one.sentence for one in alarms(house) if one.about == "slow")


def test_a_law_that_fails_is_told_and_hides_no_other(house: House) -> None:
    failing = Law("failing", "I0", "It fails.", lambda *_: [str(1 // 0)])
    wrong = Law("wrong", "I0", "It asks nonsense.", lambda one, *_: one.scalars(text("SELECT nothing")).all())
    found = audit(house.shell, (failing, wrong, *EVERY))
    assert [one.law.name for one in found if one.unseen] == ["failing", "wrong"]
    assert len(found) == len(EVERY) + 2


def test_the_auditor_can_write_nothing(house: House) -> None:
    with pytest.raises(DBAPIError), bounded_read(house.shell.store, 2.0) as connection:
        connection.execute(delete(heartbeats))
    with house.shell.store.write() as connection:
        connection.execute(delete(heartbeats))  # the same connection, given back, writes again


def test_a_look_that_ends_too_late_counts_as_too_late(house: House) -> None:
    with pytest.raises(TooLong), bounded_read(house.shell.store, 0.0) as connection:
        connection.execute(select(heartbeats))


def test_only_the_first_few_that_break_a_law_are_named(house: House) -> None:
    calls = [Call(house) for _ in range(NAMED + 2)]
    with house.shell.store.write() as connection:
        connection.execute(update(incidents).values(wake_at=None))
    sentence = broken(house)["a wake ahead"].sentence
    assert sentence.endswith("and more.") and sum(str(call.ref) in sentence for call in calls) == NAMED


def test_the_auditor_waits_after_a_start_then_looks_each_minute_and_beats_between(house: House) -> None:
    auditor = Auditor(house.shell)
    Call(house)
    with house.shell.store.write() as connection:
        connection.execute(update(incidents).values(wake_at=None))
    auditor.step()
    assert not auditor.found, "the worker catches up first"
    for _ in range(10):
        house.clock.move(timedelta(seconds=4))
        auditor.step()
        with house.shell.store.read() as connection:
            assert beats(connection)["auditor"] == house.clock.now()
    assert [one.about for one in alarms(house)] == ["a wake ahead"]
    first = alarms(house)[0]
    for _ in range(16):
        house.clock.move(timedelta(seconds=4))
        auditor.step()
    (again,) = alarms(house)
    assert again.id == first.id and again.seen_at - first.seen_at >= MINUTE


def test_a_providers_alarm_ends_two_minutes_after_something_went_through_it_again(house: House) -> None:
    auditor = Auditor(house.shell)
    health = house.shell.health
    with house.shell.store.write() as connection:
        raise_alarm(connection, "provider", "twilio:text", "It refuses all.", now=house.clock.now())
    health.note("", "text", "twilio", "account", "30034")

    def later(**length: float) -> list[str]:
        house.clock.move(timedelta(**length))
        auditor.step()
        return [one.about for one in alarms(house)]

    assert later(minutes=10) == ["twilio:text"], "time alone mends nothing"
    health.note("alder", "text", "twilio", "good")
    assert later(seconds=1) == ["twilio:text"]
    assert later(seconds=60) == ["twilio:text"]
    health.note("alder", "text", "twilio", "bad", "30008")
    assert later(seconds=90) == ["twilio:text"], "it failed in between"
    health.note("alder", "text", "twilio", "good")
    later(seconds=1)
    assert later(seconds=121) == []


def test_neither_time_nor_a_restart_ends_the_alarm_of_a_provider_that_is_set_up(tmp_path: Path) -> None:
    twilio = Twilio("AC1", "a token", None, "+12185550100", None)
    with a_house(tmp_path, outside=Outside(twilio)) as house:
        with house.shell.store.write() as connection:
            for about in ("twilio:text", "telnyx:text"):
                raise_alarm(connection, "provider", about, "It refuses all.", now=house.clock.now())
        house.clock.move(MINUTE)
        auditor = Auditor(house.shell)
        for _ in range(10):
            auditor.step()
            house.clock.move(MINUTE)
        assert [one.about for one in alarms(house)] == ["twilio:text"], "the other one is gone for good"
        house.shell.health.note("alder", "text", "twilio", "good")
        for _ in range(3):
            house.clock.move(MINUTE)
            auditor.step()
        assert alarms(house) == ()


def test_what_went_through_before_a_fault_does_not_end_its_alarm(house: House) -> None:
    house.shell.health.note("alder", "text", "twilio", "good")
    house.clock.move(MINUTE)
    with house.shell.store.write() as connection:
        raise_alarm(connection, "provider", "twilio:text", "It refuses all.", now=house.clock.now())
    auditor = Auditor(house.shell)
    for _ in range(5):
        auditor.step()
        house.clock.move(MINUTE)
    assert [one.about for one in alarms(house)] == ["twilio:text"]
