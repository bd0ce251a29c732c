"""Once a week, by day: each way of whoever is on call soon is rung by each channel that was not heard of late."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.rota.ring_heard import heard_call
from app.rota.watch import watch
from app.rota.weekly import FROM, HEARD_WITHIN, UNTIL, weekly_tests
from app.tables import rings
from dispatch.reach import CHANNELS
from tests.desk import Call
from tests.house import House, a_house
from tests.rota_scene import lay, need, wall
from tests.test_query_plans import walks

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ZONE = ZoneInfo("America/Chicago")


def a_rota(house: House) -> None:
    need(house, primary=1)
    lay(house, "Ana", "primary", [["ana"]], since="2026-10-05T07:00", turn_hours=24)


def rung_weekly(house: House, since: datetime | None = None) -> list[tuple[str, str, datetime]]:
    """Every weekly test: person, channel, when."""
    with house.shell.store.read() as connection:
        rows = connection.execute(select(rings).where(rings.c.why == "weekly").order_by(rings.c.id))
        return [
            (row.person, row.channel, row.rung_at) for row in rows if since is None or row.rung_at >= since
        ]


def run(house: House, until: datetime, step: timedelta = 10 * MINUTE) -> None:
    while house.clock.now() < until:
        watch(house.shell)
        house.clock.move(step)


def test_each_channel_of_whoever_is_on_call_soon_is_tested_once_a_week_by_day(
    tmp_path: Path, database_url: str | None
) -> None:
    with a_house(tmp_path, database_url=database_url, demo_channels=CHANNELS) as house:
        a_rota(house)
        # A Wednesday and the Thursday after it: nobody answers, and nobody is asked twice.
        house.clock.move_to(wall(11, 9))
        run(house, wall(12, 20))
        found = rung_weekly(house)
        assert len({(person, channel) for person, channel, _ in found}) == len(found)
        assert {channel for person, channel, _ in found if person == "ana"} == {"text", "call"}
        assert all(FROM <= at.astimezone(ZONE).time() < UNTIL for *_, at in found)


def test_tests_are_spread_over_the_day(tmp_path: Path) -> None:
    with a_house(tmp_path, demo_channels=CHANNELS) as house:
        need(house, primary=5)
        for person in ("ana", "ben", "cyd", "dov", "okonjo"):
            lay(house, person, "primary", [[person]], since="2026-10-05T07:00", turn_hours=24)
        house.clock.move_to(wall(11, 9))
        run(house, wall(11, 20))
        moments = [at for *_, at in rung_weekly(house)]
        assert len(moments) == 10 and len(set(moments)) >= 5
        assert max(moments.count(at) for at in moments) <= 3


def test_what_was_heard_this_week_is_not_tested(tmp_path: Path) -> None:
    with a_house(tmp_path, demo_channels=CHANNELS) as house:
        a_rota(house)
        house.clock.move_to(wall(11, 9))
        run(house, wall(11, 20))
        with house.shell.store.write() as connection:
            call = connection.scalar(
                select(rings.c.delivery).where(rings.c.person == "ana", rings.c.channel == "call")
            )
            assert call is not None and heard_call(connection, house.shell, call, house.clock.now())
        house.clock.move_to(wall(16, 9))  # the Monday after: a new week, five days later
        run(house, wall(16, 20))
        later = [
            (person, channel) for person, channel, at in rung_weekly(house, wall(16, 0)) if person == "ana"
        ]
        assert later == [("ana", "text")]
        house.clock.move_to(wall(16, 9) + HEARD_WITHIN)
        run(house, wall(23, 20))
        again = {channel for person, channel, _ in rung_weekly(house, wall(23, 0)) if person == "ana"}
        assert again == {"text", "call"}


def test_whoever_is_out_on_a_call_is_left_alone(tmp_path: Path) -> None:
    with a_house(tmp_path, demo_channels=CHANNELS) as house:
        a_rota(house)
        house.clock.move_to(wall(11, 12))
        Call(house).going()
        run(house, wall(11, 19))
        assert [one for one in rung_weekly(house) if one[0] == "ana"] == []


def test_looking_for_what_to_test_walks_through_no_growing_table(tmp_path: Path) -> None:
    with a_house(tmp_path, demo_channels=CHANNELS) as house:
        a_rota(house)
        house.clock.move_to(wall(11, 17) + 50 * MINUTE)

        def look() -> None:
            with house.shell.store.read() as connection:
                assert weekly_tests(connection, house.shell, "alder", ZONE, house.clock.now())

        assert walks(house, look) == []


def test_whoever_is_on_call_by_a_shift_that_was_written_by_hand_is_tested_too(tmp_path: Path) -> None:
    with a_house(tmp_path, demo_channels=CHANNELS) as house:
        house.clock.move_to(wall(10, 9))
        run(house, wall(10, 18))
        tested = {(person, channel) for person, channel, _ in rung_weekly(house)}
        assert tested == {
            (person, channel)
            for person in ("ana", "ben", "cyd", "dov", "okonjo")
            for channel in ("text", "call")
        }
