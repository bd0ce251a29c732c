"""The rota speaks up by itself: each reminder once, whatever the clocks do, and a hole to those who can fill it."""

import json
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.replies import hear
from app.rota.once import Telling, tell
from app.rota.watch import Watch, watch
from app.tables import notices, outbox, people, programs, rota_layers, rota_tiers, shifts
from app.ways_health import note_stop
from dispatch.messages import RotaNotice
from dispatch.rota.wall import wall_of
from tests.house import NIGHT, PHONES, PROGRAM, House, a_house
from tests.rota_scene import COUNTY, a_rota, ask_cover, days, lay, need, put_over, take_off, wall
from tests.test_query_plans import walks

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def owed(house: House, kind: str = "ShiftSoon") -> list[dict[str, Any]]:
    """Every text of a kind that is owed, with to whom and when, oldest first."""
    with house.shell.store.read() as connection:
        rows = connection.execute(
            select(outbox.c.person, outbox.c.message, outbox.c.owed_at)
            .where(outbox.c.kind == kind)
            .order_by(outbox.c.id)
        )
        return [{**json.loads(row.message), "at": row.owed_at, "person": row.person} for row in rows]


def run(house: House, until: datetime, step: timedelta = 10 * MINUTE) -> None:
    """Let time pass and look again and again, as the service does."""
    while house.clock.now() < until:
        watch(house.shell)
        house.clock.move(step)


def starts(house: House, kind: str = "ShiftSoon") -> Counter[tuple[str, datetime]]:
    """How often each person was reminded of each start."""
    return Counter((one["person"], _instant(one["starts_at"])) for one in owed(house, kind))


def _instant(stored: Any) -> datetime:
    assert isinstance(stored, str)
    return datetime.fromisoformat(stored)


def warn_nobody(house: House) -> None:
    """Without a manager, a supervisor or an admin nobody is warned, and reminders stand alone."""
    with house.shell.store.write() as connection:
        roles = ("brandvold", "okonjo", "haddad", "root")
        connection.execute(people.update().where(people.c.id.in_(roles)).values(active=False))


def test_a_county_without_a_rota_hears_of_nothing_but_its_phones(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        assert watch(house.shell) == 0
        run(house, NIGHT + 2 * DAY, 30 * MINUTE)
        with house.shell.store.read() as connection:
            kinds = set(connection.scalars(select(outbox.c.kind)))
        assert kinds == {"RingTest"}


def test_who_begins_a_shift_that_was_written_by_hand_is_rung_at_its_start(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        at = NIGHT + HOUR
        with house.shell.store.write() as connection:
            row = {"id": "by-hand", "program": PROGRAM, "tier": "primary", "person": "haddad"}
            connection.execute(shifts.insert().values(**row, starts_at=at, ends_at=at + 8 * HOUR))
        run(house, at + 30 * MINUTE, MINUTE)
        assert [(one["person"], one["at"]) for one in owed(house, "RingTest")] == [("haddad", at)]


def test_a_reminder_comes_two_hours_before_with_the_partner_and_a_number(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        a_rota(house)
        house.clock.move_to(wall(11, 16) + 55 * MINUTE)
        watch(house.shell)
        assert owed(house) == []
        house.clock.move(6 * MINUTE)  # 17:01, a minute at which nothing is tested weekly
        assert watch(house.shell) == 2
        house.worker.tick()
        (text,) = house.texts("cyd")
        assert "Your shift: Wed 11 Nov 19:00 to 07:00, primary. With Dov Osei." in text
        assert "reply 2001 OK." in text


@pytest.mark.parametrize("answers", [False, True])
def test_who_was_not_heard_since_the_reminder_is_rung_once_at_the_start(
    tmp_path: Path, answers: bool
) -> None:
    with a_house(tmp_path) as house:
        a_rota(house)
        house.clock.move_to(wall(11, 17) + MINUTE)
        watch(house.shell)
        house.worker.tick()
        (reminder,) = house.texts("cyd")
        if answers:
            number = reminder.split("reply ")[1].split()[0]
            hear(house.shell, PHONES["cyd"], f"{number} OK", "an-event")
        house.clock.move_to(wall(11, 18) + 59 * MINUTE)
        watch(house.shell)
        assert owed(house, "RingTest") == []
        run(house, wall(11, 19) + 30 * MINUTE, MINUTE)
        # Dov goes on from his day as backup: nothing begins for him.
        rung = [(one["person"], one["at"]) for one in owed(house, "RingTest")]
        assert rung == ([] if answers else [("cyd", wall(11, 19))])


def test_a_service_that_slept_through_a_start_wakes_nobody_for_a_test(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        a_rota(house)
        house.clock.move_to(wall(11, 19) + 16 * MINUTE)
        watch(house.shell)
        assert owed(house, "RingTest") == []


@pytest.mark.parametrize("step", [30 * timedelta(seconds=1), 10 * MINUTE])
def test_a_week_across_the_change_of_the_clocks_reminds_of_every_shift_once(
    tmp_path: Path, step: timedelta
) -> None:
    with a_house(tmp_path) as house:
        warn_nobody(house)
        need(house, primary=1, backup=1)
        lay(house, "Days", "primary", [["ana"], ["ben"], ["cyd"]], windows=days("07:00", "19:00"))
        lay(house, "Nights", "primary", [["dov"]], windows=days("19:00", "07:00"), place=2)
        lay(house, "Late", "backup", [["ben"], ["cyd"]], since="2026-10-05T01:30", turn_hours=24, place=3)
        # The clocks go ahead on Sunday 14 March 2027 at 02:00.
        start, length = wall(12, 12, month=3, year=2027), 7 * DAY
        if step < MINUTE:
            start, length = wall(13, 22, month=3, year=2027), 11 * HOUR
        house.clock.move_to(start)
        run(house, start + length, step)
        told = starts(house)
        assert set(told.values()) == {1}
        assert set(told) == every_start(start, start + length + 2 * HOUR - step)
        late = {(one["person"], (_instant(one["starts_at"]) - one["at"])) for one in owed(house)}
        assert all(2 * HOUR - step < ahead <= 2 * HOUR for _, ahead in late)


def every_start(start: datetime, end: datetime) -> set[tuple[str, datetime]]:
    """The slow, obvious way: count the days of the wall since the layers began."""
    found = set()
    first = wall_of(start, COUNTY).date()
    for number in range(10):
        day = first + number * DAY
        turn = (day - datetime(2026, 10, 5).date()).days
        for hour, minute, line in (
            (7, 0, ("ana", "ben", "cyd")),
            (19, 0, ("dov",)),
            (1, 30, ("ben", "cyd")),
        ):
            at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=COUNTY).astimezone(UTC)
            if start < at <= end:
                found.add((line[turn % len(line)], at))
    return found


def test_a_restart_tells_nothing_twice_and_nothing_that_is_past(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        warn_nobody(house)
        a_rota(house)
        house.clock.move_to(wall(12, 17))
        watch(house.shell)
        before = starts(house)
        # Nothing of this is kept in memory: the next look is that of a new process, and three shifts are past.
        house.clock.move_to(wall(14, 6))
        watch(house.shell)
        watch(house.shell)
        new = starts(house) - before
        assert set(new.values()) == {1}
        assert {start for _, start in new} == {wall(14, 7)}


def test_a_death_between_the_note_and_the_text_leaves_neither(tmp_path: Path) -> None:
    def dies(_: object) -> list[RotaNotice]:
        raise RuntimeError("died here")

    with a_house(tmp_path) as house:
        with pytest.raises(RuntimeError), house.shell.store.write() as connection:
            tell(connection, PROGRAM, [Telling(("soon:ana:x",), dies)], NIGHT)  # type: ignore[arg-type]
        with house.shell.store.read() as connection:
            assert connection.execute(select(notices)).all() == []


def test_who_is_on_call_until_the_shift_begins_is_not_reminded_of_it(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        warn_nobody(house)
        need(house, primary=1)
        lay(house, "Ana", "primary", [["ana"]], since="2026-10-05T07:00", turn_hours=24)
        house.clock.move_to(wall(12, 6))
        watch(house.shell)
        assert owed(house) == []


def test_a_shift_that_was_handed_on_is_told_to_the_one_who_has_it_now(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        warn_nobody(house)
        need(house, primary=1)
        lay(house, "Nights", "primary", [["cyd"]], windows=days("19:00", "07:00"))
        house.clock.move_to(wall(12, 17) + MINUTE)
        watch(house.shell)
        put_over(house, "primary", wall(12, 19), wall(13, 7), instead_of="cyd", person="ben")
        watch(house.shell)
        assert [one["person"] for one in owed(house)] == ["cyd", "ben"]


def test_somebody_without_a_phone_or_switched_off_or_who_said_stop_is_not_texted(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        warn_nobody(house)
        need(house, primary=4)
        lay(house, "All", "primary", [["ana", "ben", "cyd", "dov"]], windows=days("19:00", "07:00"))
        with house.shell.store.write() as connection:
            connection.execute(people.update().where(people.c.id == "ana").values(phone=None))
            connection.execute(people.update().where(people.c.id == "ben").values(active=False))
            note_stop(connection, house.shell, PHONES["cyd"], NIGHT)
        house.clock.move_to(wall(12, 18))
        watch(house.shell)
        assert [one["person"] for one in owed(house)] == ["dov"]


def test_a_hole_is_told_a_day_before_and_an_hour_before_and_no_more(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        a_rota(house)
        put_over(house, "supervisor", wall(14, 19), wall(15, 7), person=None)
        house.clock.move_to(wall(13, 12))
        run(house, wall(15, 9))
        holes = [one for one in owed(house, "RotaNotice") if one["sentence"].startswith("Sat 14 Nov 19:00")]
        assert [one["at"] for one in holes] == [wall(13, 19), wall(14, 18)]
        assert {one["person"] for one in holes} == {"brandvold"}
        assert holes[0]["sentence"].startswith("Sat 14 Nov 19:00, nobody on supervisor, 12 h.")


def test_a_hole_that_opens_while_it_runs_is_told_at_once_and_once(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        a_rota(house)
        house.clock.move_to(wall(14, 22))
        run(house, wall(14, 22) + 40 * MINUTE)
        take_off(house, "cyd", wall(14, 22) + 30 * MINUTE, wall(15, 12))
        run(house, wall(15, 6))
        holes = [one for one in owed(house, "RotaNotice") if "1 of 2 people on primary" in one["sentence"]]
        assert [one["at"] for one in holes] == [wall(14, 22) + 40 * MINUTE]


def test_what_is_new_and_grave_is_one_text_at_nine_in_the_morning(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        a_rota(house)
        house.clock.move_to(wall(13, 5))
        run(house, wall(16, 5), 30 * MINUTE)
        first = owed(house, "RotaNotice")
        # The rota as it stands breaks rules of rest and weeks; that is told on the first morning only.
        assert [one["at"] for one in first] == [wall(13, 9)]
        assert "things to mend. First: " in first[0]["sentence"]
        put_over(house, "supervisor", wall(28, 19), wall(29, 7), person=None)
        run(house, wall(18, 5), 30 * MINUTE)
        (second,) = owed(house, "RotaNotice")[1:]
        assert second["at"] == wall(16, 9)
        assert second["sentence"].startswith("Sat 28 Nov 19:00, nobody on supervisor, 12 h.")


def test_who_is_told_of_a_hole_is_the_manager_else_a_supervisor_else_an_admin(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        need(house, primary=1)
        lay(house, "Days", "primary", [["ana"], ["ben"]], windows=days("07:00", "19:00"))
        told = []
        for day, gone in ((12, ""), (13, "brandvold"), (14, "okonjo"), (15, "haddad")):
            with house.shell.store.write() as connection:
                connection.execute(people.update().where(people.c.id == gone).values(active=False))
            house.clock.move_to(wall(day, 18) + 30 * MINUTE)
            before = len(owed(house, "RotaNotice"))
            watch(house.shell)
            told.append({one["person"] for one in owed(house, "RotaNotice")[before:]})
        assert told == [{"brandvold"}, {"okonjo", "haddad"}, {"haddad"}, {"root"}]


def test_a_broken_program_holds_up_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with a_house(tmp_path) as house:
        warn_nobody(house)
        a_rota(house)
        with house.shell.store.write() as connection:
            connection.execute(
                programs.insert().values(
                    id="aaa", name="First", zone="Nowhere/None", policy={}, areas=[], active=True
                )
            )
            row = {"program": "aaa", "tier": "primary", "people": 1, "bring": [], "place": 0}
            connection.execute(rota_tiers.insert().values(row))
        house.clock.move_to(wall(12, 18))
        assert watch(house.shell) == 2
        assert "aaa" in caplog.text and "Nowhere" not in caplog.text


def test_a_layer_that_cannot_be_read_keeps_nobody_elses_reminder_back(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        warn_nobody(house)
        a_rota(house)
        with house.shell.store.write() as connection:
            row = rota_layers.update().where(rota_layers.c.id == "layer-Backup")
            connection.execute(row.values(body="{}"))
        house.clock.move_to(wall(12, 18))
        assert watch(house.shell) == 2


def test_cover_that_nobody_takes_is_told_once(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        a_rota(house)
        ask_cover(house, "cyd", "primary", wall(14, 19), wall(15, 7))
        house.clock.move_to(wall(13, 6))
        run(house, wall(15, 6), 30 * MINUTE)
        told = Counter((one["person"], one["ref"]) for one in owed(house, "CoverOpen"))
        assert set(told.values()) == {1}
        assert {ref for _, ref in told} == {2901}


def test_neither_the_watch_nor_the_page_walks_through_what_grows(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        a_rota(house)
        ask_cover(house, "cyd", "primary", wall(14, 19), wall(15, 7))
        manager = house.client("brandvold")
        house.clock.move_to(wall(13, 18))
        assert walks(house, lambda: watch(house.shell)) == []
        assert walks(house, lambda: manager.get("/rota/ready")) == []
        assert walks(house, lambda: manager.get("/account/ways")) == []


def test_the_watch_has_a_thread_of_its_own_that_begins_at_once_and_ends_when_told(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        a_rota(house)
        house.clock.move_to(wall(12, 18))
        told = threading.Event()
        house.shell.listeners.append(lambda _: told.set())
        keeper = Watch(house.shell)
        keeper.start()
        assert told.wait(20)
        keeper.stop()
        assert "watch" not in {thread.name for thread in threading.enumerate()}
