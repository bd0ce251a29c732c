"""Section C of the fault catalogue: clocks that leap, hours that come twice, rules of a zone that change."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.clock import BELIEVED_AFTER, SystemClock
from app.codec import dump, load
from app.house_alarms import standing
from app.journal import verify
from app.outside import Outside, Telnyx
from app.tables import charts, journal
from app.wiring import ROOT, carried_by, shell_for, speakers_for
from app.worker import Worker
from dispatch import commands as c
from dispatch.facts import Asked
from dispatch.rota.final import final, on_call_at
from dispatch.rota.read import layer_of
from dispatch.rota.rules import Rules
from dispatch.rota.wall import instant, wall_of
from dispatch.stages import Seat
from notify.recorder import Recorder
from notify.telnyx_signature import SIGNATURE_HEADER, TIME_HEADER
from tests.crisis import Crisis
from tests.house import NIGHT, House, a_house, create_schema, furnish, settings_for
from tests.loopback.telnyx_signing import headers, public_key

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
US_ZONES = (
    "America/New_York",
    "America/Detroit",
    "America/Indiana/Indianapolis",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Adak",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "Pacific/Guam",
)


class Machine:
    """A machine whose wall clock can be set while time runs on."""

    def __init__(self) -> None:
        self.wall, self.ran = NIGHT, 1_000.0
        self.clock = SystemClock(lambda: self.wall, lambda: self.ran)

    def run(self, length: timedelta) -> datetime:
        """Time that really passes, in steps of a second as the worker looks."""
        for _ in range(int(length.total_seconds())):
            self.wall += timedelta(seconds=1)
            self.ran += 1.0
            self.clock.now()
        return self.clock.now()


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def house(tmp_path: Path, machine: Machine, database_url: str | None) -> Iterator[House]:
    """A house on a machine whose wall clock can be set."""
    url = database_url or f"sqlite:///{tmp_path / 'standby.db'}"
    shell = shell_for(settings_for(url), machine.clock)
    if database_url is None:
        create_schema(shell)
    furnish(shell)
    recorder = Recorder(machine.clock.now)
    yield House(shell, None, recorder, Worker(shell, carried_by(recorder)))  # type: ignore[arg-type]
    shell.store.close()


def states(crisis: Crisis) -> dict[str, str]:
    return {page.person: page.state for page in crisis.incident().pages}


def paged(house: House) -> Crisis:
    """Ana and Ben are being asked, and have three minutes."""
    crisis = Crisis(house).received()
    crisis.ask(c.Triage("ruiz", 2))
    crisis.ask(c.Dispatch("ruiz", "ana", "ben"))
    house.worker.tick()
    return crisis


def test_f38_a_wall_clock_set_back_ten_minutes_makes_no_deadline_late(machine: Machine, house: House) -> None:
    crisis = paged(house)
    machine.wall -= 10 * MINUTE
    machine.run(3 * MINUTE + timedelta(seconds=5))
    house.worker.tick()
    assert states(crisis) == {"ana": "lapsed", "ben": "lapsed", "cyd": "asked", "dov": "asked"}
    assert machine.clock.apart < -9 * MINUTE, "and it can be seen that the clocks are apart"


@pytest.mark.parametrize("leap", [-10 * MINUTE, 12 * MINUTE])
def test_f38_what_telnyx_signs_is_heard_while_the_wall_clock_and_ours_are_apart(
    machine: Machine, leap: timedelta
) -> None:
    """A machine that is set right after it ran ahead, and one that was paused."""
    key = Ed25519PrivateKey.generate()
    telnyx = Telnyx("key", public_key(key), "+15005550107")
    shell = shell_for(settings_for("sqlite://", outside=Outside(telnyx=telnyx)), machine.clock)
    signatures = speakers_for(shell).telnyx
    assert signatures is not None
    machine.wall += leap
    machine.run(2 * MINUTE)
    assert abs(machine.clock.apart) > 9 * MINUTE
    for at in (machine.wall, machine.clock.now()):
        given = headers(key, int(at.timestamp()), b"{}")
        assert signatures.refusal(b"{}", given[TIME_HEADER], given[SIGNATURE_HEADER]) is None
    shell.store.close()


def test_f38_what_is_written_down_after_a_clock_was_set_back_still_comes_later(
    machine: Machine, house: House
) -> None:
    crisis = paged(house)
    machine.wall -= 10 * MINUTE
    machine.run(timedelta(seconds=1))
    crisis.ask(c.Cancel("ruiz", "caller_withdrew"))
    with house.shell.store.read() as connection:
        times = connection.scalars(select(journal.c.recorded_at).order_by(journal.c.seq)).all()
    assert times == sorted(times)


@given(back=st.integers(1, 100_000), steps=st.lists(st.floats(0, 900), max_size=20))
def test_f38_time_never_runs_backwards_and_no_minute_is_more_than_a_second_longer(
    back: int, steps: list[float]
) -> None:
    machine = Machine()
    machine.wall -= timedelta(seconds=back)
    before = machine.clock.now()
    for step in steps:
        machine.wall += timedelta(seconds=step)
        machine.ran += step
        now = machine.clock.now()
        assert timedelta(seconds=0.989 * step) <= now - before <= timedelta(seconds=step + 0.001)
        before = now


def test_f38_after_a_while_the_time_of_the_house_is_the_wall_clocks_again(machine: Machine) -> None:
    machine.wall -= 5 * timedelta(seconds=1)
    machine.run(10 * MINUTE)
    assert machine.clock.apart == timedelta(0)


def test_f39_a_wall_clock_that_leaps_a_day_lapses_nobody_at_once_and_pages_go_on(
    machine: Machine, house: House
) -> None:
    crisis = paged(house)
    machine.wall += DAY
    machine.run(timedelta(seconds=30))
    house.worker.tick()
    assert states(crisis) == {"ana": "asked", "ben": "asked"}
    assert machine.clock.apart == DAY
    again = Crisis(house).received()
    again.ask(c.Triage("ruiz", 2))
    again.ask(c.Dispatch("ruiz", "cyd", "dov"))
    house.worker.tick()
    assert any(f"Crisis page {again.ref}" in text for text in house.texts("cyd"))


def test_f39_a_leap_that_is_taken_back_within_a_minute_never_happened(machine: Machine, house: House) -> None:
    crisis = paged(house)
    machine.wall += DAY
    machine.run(timedelta(seconds=30))
    machine.wall -= DAY
    assert machine.run(timedelta(seconds=30)) == NIGHT + MINUTE
    house.worker.tick()
    assert states(crisis) == {"ana": "asked", "ben": "asked"}


def test_f39_a_leap_of_minutes_that_stays_is_believed_after_a_minute(machine: Machine) -> None:
    machine.wall += 5 * MINUTE
    machine.run(BELIEVED_AFTER - timedelta(seconds=2))
    assert machine.clock.apart == 5 * MINUTE
    assert machine.run(timedelta(seconds=5)) == machine.wall


def test_f39_a_leap_of_a_day_is_a_fault_however_long_it_stays_and_an_alarm_says_so(
    machine: Machine, house: House
) -> None:
    crisis = paged(house)
    machine.wall += DAY
    assert machine.run(2 * MINUTE) == NIGHT + 2 * MINUTE
    house.worker.tick()
    assert states(crisis) == {"ana": "asked", "ben": "asked"}
    with house.shell.store.read() as connection:
        (alarm,) = standing(connection)
    assert alarm.kind == "clock" and "1440 min ahead" in alarm.sentence


def test_f38_a_process_that_starts_goes_on_from_what_was_written_down_before_the_clock_was_set_back(
    machine: Machine, house: House
) -> None:
    crisis = paged(house)
    machine.wall -= 10 * MINUTE
    machine.clock = SystemClock(lambda: machine.wall, lambda: machine.ran)
    shell = shell_for(house.shell.settings, machine.clock)
    worker = Worker(shell, carried_by(house.recorder))
    worker.begin()
    try:
        assert machine.clock.now() == NIGHT
        machine.run(3 * MINUTE + timedelta(seconds=5))
        worker.tick()
        assert states(crisis)["cyd"] == "asked"
    finally:
        worker.let_go()
        shell.store.close()


def test_a_time_that_is_plainly_nonsense_is_not_gone_on_from(machine: Machine) -> None:
    machine.clock.run_on_from(NIGHT + 400 * DAY)
    assert machine.clock.now() == NIGHT


def covered_once(zone: str, first: date, hand_over: str, days: int = 4) -> None:
    """Two layers that abut on the wall cover each instant of some days exactly once."""
    other = "19:00" if hand_over != "19:00" else "07:00"
    layers = tuple(
        layer_of(
            {
                "id": name,
                "tier": "primary",
                "zone": zone,
                "begins": f"{first - DAY}T00:00",
                "line": [[name]],
                "windows": [{"from": start, "to": end}],
            }
        )
        for name, start, end in (("one", hand_over, other), ("two", other, hand_over))
    )
    rules = Rules(layers=layers)
    start = datetime(first.year, first.month, first.day, 12, tzinfo=UTC)
    found = sorted(final(rules, start, start + days * DAY), key=lambda one: one.starts_at)
    assert found[0].starts_at <= start and found[-1].ends_at >= start + days * DAY
    assert all(one.ends_at == after.starts_at for one, after in zip(found, found[1:], strict=False))


@given(
    zone=st.sampled_from(US_ZONES),
    first=st.dates(date(1971, 1, 3), date(2040, 12, 25)),
    hand_over=st.sampled_from(["00:00", "01:30", "02:00", "02:30", "03:00", "07:00"]),
)
def test_f40_on_any_days_in_any_zone_each_instant_has_exactly_one_shift(
    zone: str, first: date, hand_over: str
) -> None:
    covered_once(zone, first, hand_over)


@pytest.mark.parametrize("hand_over", ["00:00", "01:30", "02:00", "02:30", "03:00"])
@pytest.mark.parametrize("zone", US_ZONES)
@pytest.mark.parametrize("first", [date(2026, 3, 7), date(2026, 10, 31)])
def test_f40_on_the_nights_of_2026_on_which_clocks_change_each_instant_has_exactly_one_shift(
    zone: str, first: date, hand_over: str
) -> None:
    covered_once(zone, first, hand_over)


def test_f40_an_hour_that_does_not_exist_is_the_moment_of_the_skip() -> None:
    chicago = ZoneInfo("America/Chicago")
    skip = datetime(2026, 3, 8, 8, tzinfo=UTC)
    assert instant(datetime(2026, 3, 8, 2, 0), chicago) == skip
    assert instant(datetime(2026, 3, 8, 2, 30), chicago) == skip
    assert instant(datetime(2026, 3, 8, 3, 0), chicago) == skip
    assert instant(datetime(2026, 3, 9, 0, 0), chicago) == datetime(2026, 3, 9, 5, tzinfo=UTC), "not skipped"


def test_f41_an_hour_that_comes_twice_is_its_first_coming_and_both_are_told_apart_with_their_offset() -> None:
    chicago = ZoneInfo("America/Chicago")
    first = instant(datetime(2026, 11, 1, 1, 30), chicago)
    second = first + HOUR
    assert wall_of(first, chicago) == wall_of(second, chicago) == datetime(2026, 11, 1, 1, 30)
    written = [at.astimezone(chicago).isoformat() for at in (first, second)]
    assert written == ["2026-11-01T01:30:00-05:00", "2026-11-01T01:30:00-06:00"]
    assert [datetime.fromisoformat(text) for text in written] == [first, second]
    assert [at.astimezone(chicago).tzname() for at in (first, second)] == ["CDT", "CST"]


@given(zone=st.sampled_from(US_ZONES), at=st.datetimes(datetime(1970, 1, 2), datetime(2040, 12, 30)))
def test_f41_what_is_written_with_its_offset_is_read_as_the_same_instant(zone: str, at: datetime) -> None:
    there = at.replace(microsecond=0, tzinfo=UTC).astimezone(ZoneInfo(zone))
    assert datetime.fromisoformat(there.isoformat()).astimezone(UTC) == there.astimezone(UTC)
    asked = Asked(there.astimezone(UTC), "rule", "p-1", "ana", Seat.LEAD, 0, there.astimezone(UTC) + HOUR)
    assert load(Asked, dump(asked)) == asked


@pytest.mark.parametrize(
    "at",
    [
        datetime(2034, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),  # where a leap second would stand
        datetime(2028, 2, 29, 5, 59, 59, tzinfo=UTC),
        datetime(2027, 12, 31, 23, 59, 58, tzinfo=UTC),
        datetime(2038, 1, 19, 3, 14, 6, tzinfo=UTC),
    ],
)
def test_f42_over_the_ends_of_years_leap_days_and_leap_seconds_pages_go_out_and_time_stays_in_order(
    tmp_path: Path, at: datetime
) -> None:
    with a_house(tmp_path) as house:
        house.clock.move_to(at)
        furnished_for(house, at)
        crisis = paged(house)
        for _ in range(5):
            house.pass_time(seconds=1)
        house.pass_time(minutes=3)
        assert states(crisis) == {"ana": "lapsed", "ben": "lapsed", "cyd": "asked", "dov": "asked"}
        with house.shell.store.read() as connection:
            times = connection.scalars(select(journal.c.recorded_at).order_by(journal.c.seq)).all()
            assert (
                times == sorted(times) and verify(connection, house.shell.settings.journal_key).reason is None
            )


def furnished_for(house: House, at: datetime) -> None:
    """The shifts of the house at that time."""
    with house.shell.store.write() as connection:
        connection.exec_driver_sql(
            "UPDATE shifts SET starts_at = ?, ends_at = ?",
            tuple(int((at + moved).timestamp() * 1_000_000) for moved in (-8 * HOUR, 16 * HOUR)),
        )


@pytest.mark.parametrize("wrong", ["1999-01-01T00:00:00+00:00", "2099-12-31T23:59:59-12:00"])
def test_f43_whatever_a_device_takes_its_time_for_the_servers_counts(tmp_path: Path, wrong: str) -> None:
    with a_house(tmp_path) as house:
        crisis = Crisis(house).received().sent().on_scene().cleared()
        device = house.client("ana")
        form = {
            "narrative": "He sat on the stairs.",
            "base": "0",
            "at": wrong,
            "saved_at": wrong,
            "now": wrong,
        }
        page = device.get(f"/incidents/{crisis.ref}/chart").get_data(as_text=True)
        csrf = page.split('name="csrf" value="')[1].split('"')[0]
        answer = device.post(
            f"/incidents/{crisis.ref}/chart/changes?window=w1",
            data={**form, "csrf": csrf},
            headers={"X-Standby": "1", "Date": wrong},
        )
        assert answer.status_code in (200, 422), answer.get_data(as_text=True)
        crisis.save("ana", {"narrative": "He sat on the stairs."}, window="w2")
        with house.shell.store.read() as connection:
            assert connection.scalar(select(charts.c.updated_at)) == house.clock.now()
            seqs = connection.execute(
                select(journal.c.seq, journal.c.recorded_at).order_by(journal.c.seq)
            ).all()
        assert [row.recorded_at for row in seqs] == sorted(row.recorded_at for row in seqs)


ASK = """
import json, sys
from datetime import datetime
from dispatch.rota.final import final
from dispatch.rota.read import layer_of
from dispatch.rota.rules import Rules
layer = layer_of(json.loads(sys.argv[1]))
start, end = (datetime.fromisoformat(text) for text in sys.argv[2:4])
found = final(Rules(layers=(layer,)), start, end)
wall = [one.starts_at.astimezone(layer.zone).strftime("%H:%M") for one in found if one.starts_at > start]
print(json.dumps([wall, [one.starts_at.isoformat() for one in found if one.starts_at > start]]))
"""


def test_f44_when_the_rules_of_a_zone_change_a_stored_rota_keeps_its_times_on_the_wall(
    tmp_path: Path,
) -> None:
    """Two editions of the zone database, and the same stored layer: seven in the evening stays seven."""
    layer = {
        "id": "nights",
        "tier": "primary",
        "zone": "America/Chicago",
        "begins": "2026-07-01T19:00",
        "line": [["ana"], ["ben"]],
        "windows": [{"from": "19:00", "to": "07:00"}],
    }
    asked = [json.dumps(layer), "2026-07-06T12:00:00+00:00", "2026-07-09T12:00:00+00:00"]
    told = []
    for edition, like in (("a", "America/Chicago"), ("b", "America/Regina")):  # b: no summer time any more
        folder = tmp_path / edition / "America"
        folder.mkdir(parents=True)
        (folder / "Chicago").write_bytes((resources.files("tzdata") / "zoneinfo" / like).read_bytes())
        ran = subprocess.run(
            [sys.executable, "-c", ASK, *asked],
            cwd=ROOT,
            env={**os.environ, "PYTHONTZPATH": str(tmp_path / edition), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        told.append(json.loads(ran.stdout))
    (walls, at), (walls_then, at_then) = told
    assert walls == walls_then == ["19:00"] * 3
    moved = {
        datetime.fromisoformat(then) - datetime.fromisoformat(was)
        for was, then in zip(at, at_then, strict=True)
    }
    assert moved == {HOUR}


def test_f44_and_nobody_is_on_call_by_the_old_rules(tmp_path: Path) -> None:
    """What is asked is worked out now, from the wall: no written-out shift keeps yesterday's instant."""
    layer = layer_of(
        {
            "id": "days",
            "tier": "primary",
            "zone": "America/Chicago",
            "begins": "2026-07-01T07:00",
            "line": [["ana"]],
            "windows": [{"from": "07:00", "to": "19:00"}],
        }
    )
    seven = instant(datetime(2026, 7, 6, 7), layer.zone)
    rules = Rules(layers=(layer,))
    assert not on_call_at(rules, seven - MINUTE) and on_call_at(rules, seven)
