"""The rules of a zone change under a stored rota: what moved is said, for two weeks, and to the hour."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib import resources
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.rota.zones import keep_zones, moved_shifts
from app.tables import rota_layers, rota_overrides, rota_zones, shifts
from app.wiring import ROOT
from dispatch.rota.rules import Layer, Rules
from dispatch.rota.zones import clocks_from, clocks_of, moved, tzif
from tests.house import NIGHT, PROGRAM, House, a_house
from tests.rota_made import ZONES

CHICAGO = ZoneInfo("America/Chicago")
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
# What another process does with the same database, under another edition of the zone database.
LOOK = """
import json, sys
from datetime import datetime
from app.rota.zones import keep_zones, moved_shifts, tzdata_version
from app.store import Store
now = datetime.fromisoformat(sys.argv[2])
with Store(sys.argv[1]).write() as connection:
    if sys.argv[3] == "keep":
        keep_zones(connection, "alder", now)
    print(json.dumps([tzdata_version(), *moved_shifts(connection, "alder", now)]))
"""


def edition(folder: Path, version: str, chicago_as: str) -> Path:
    """A zone database of this version, in which Chicago's clocks are set as another city's are today."""
    (folder / version / "America").mkdir(parents=True)
    taken = resources.files("tzdata") / "zoneinfo" / chicago_as
    (folder / version / "America" / "Chicago").write_bytes(taken.read_bytes())
    (folder / version / "tzdata.zi").write_text(f"# version {version}\n")
    return folder / version


def look(house: House, tzdata: Path, now: datetime, *, keep: bool = False) -> list[str]:
    """The version, and what moved, as a process sees it that reads this zone database."""
    ran = subprocess.run(
        [
            *(sys.executable, "-c", LOOK, str(house.shell.store.engine.url)),
            *(now.isoformat(), "keep" if keep else "look"),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONTZPATH": str(tzdata), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    said: list[str] = json.loads(ran.stdout)
    return said


def with_nights(house: House) -> None:
    """One layer of nights and one shift by hand, a week ahead; tonight's shifts stay."""
    layer = {
        "id": "nights",
        "tier": "primary",
        "zone": "America/Chicago",
        "begins": "2026-11-16T19:00",
        "ends": "2026-11-18T07:00",
        "line": [["ana"], ["ben"]],
        "windows": [{"from": "19:00", "to": "07:00"}],
    }
    with house.shell.store.write() as connection:
        connection.execute(
            rota_layers.insert().values(
                id="nights",
                program=PROGRAM,
                tier="primary",
                name="Nights",
                place=0,
                body=json.dumps(layer),
                made_by="brandvold",
                made_at=NIGHT,
            )
        )
        connection.execute(shifts.delete())
        connection.execute(
            shifts.insert().values(
                id="by hand",
                program=PROGRAM,
                tier="backup",
                person="dov",
                place_in_line=1,
                starts_at=datetime(2026, 11, 17, 1, tzinfo=UTC),
                ends_at=datetime(2026, 11, 17, 13, tzinfo=UTC),
            )
        )


def test_a_new_zone_database_moves_shifts_and_says_which(tmp_path: Path) -> None:
    winter = edition(tmp_path, "2026a", "America/Chicago")
    summer_for_ever = edition(tmp_path, "2026b", "America/Panama")
    with a_house(tmp_path) as house:
        with_nights(house)
        assert look(house, winter, NIGHT, keep=True) == ["2026a"]
        assert look(house, winter, NIGHT + DAY) == ["2026a"], "nothing moves while the rules stay"
        said = look(house, summer_for_ever, NIGHT + DAY)
        assert said == [
            "2026b",
            "Ana Vela, primary, Mon 16 Nov 19:00: the shift begins 1 h earlier and ends 1 h earlier than before, "
            "because the clocks of America/Chicago are set by new rules. Tell Ana Vela.",
            "Dov Osei, backup: what was written for 16 Nov 19:00 to 17 Nov 07:00 reads "
            "16 Nov 20:00 to 17 Nov 08:00 by the new clocks of America/Chicago. "
            "Write it anew if it follows the wall.",
            "Ben Whitcomb, primary, Tue 17 Nov 19:00: the shift begins 1 h earlier and ends 1 h earlier than before, "
            "because the clocks of America/Chicago are set by new rules. Tell Ben Whitcomb.",
        ]
        with house.shell.store.read() as connection:
            assert connection.scalar(select(rota_zones.c.version)) == "2026a"


def test_what_moved_is_told_for_two_weeks_and_then_known(tmp_path: Path) -> None:
    winter = edition(tmp_path, "2026a", "America/Chicago")
    summer_for_ever = edition(tmp_path, "2026b", "America/Panama")
    with a_house(tmp_path) as house:
        with_nights(house)
        look(house, winter, NIGHT, keep=True)
        assert len(look(house, summer_for_ever, NIGHT + DAY, keep=True)) == 4
        assert len(look(house, summer_for_ever, NIGHT + 2 * DAY, keep=True)) == 4
        assert look(house, summer_for_ever, NIGHT + 15 * DAY, keep=True) == ["2026b"]
        with house.shell.store.read() as connection:
            row = connection.execute(select(rota_zones)).one()
        assert (row.version, row.differs_since) == ("2026b", None)


def test_rules_that_came_back_are_told_no_longer(tmp_path: Path) -> None:
    winter = edition(tmp_path, "2026a", "America/Chicago")
    summer_for_ever = edition(tmp_path, "2026b", "America/Panama")
    with a_house(tmp_path) as house:
        with_nights(house)
        look(house, winter, NIGHT, keep=True)
        assert len(look(house, summer_for_ever, NIGHT + DAY, keep=True)) == 4
        assert look(house, winter, NIGHT + DAY, keep=True) == ["2026a"]
        with house.shell.store.read() as connection:
            assert connection.scalar(select(rota_zones.c.differs_since)) is None


def test_the_zone_of_each_layer_is_kept_and_looked_at_daily(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        with_nights(house)
        with house.shell.store.write() as connection:
            body = rota_layers.c.body
            elsewhere = connection.scalar(select(body)).replace("Chicago", "New_York")  # type: ignore[union-attr]
            connection.execute(rota_layers.update().values(body=elsewhere))
            keep_zones(connection, PROGRAM, NIGHT)
            keep_zones(connection, PROGRAM, NIGHT + HOUR)
            rows = connection.execute(select(rota_zones).order_by(rota_zones.c.zone)).all()
            assert [row.zone for row in rows] == ["America/Chicago", "America/New_York"]
            assert {row.seen_at for row in rows} == {datetime(2026, 11, 10, tzinfo=UTC)}
            keep_zones(connection, PROGRAM, NIGHT + 2 * DAY)
            assert set(connection.scalars(select(rota_zones.c.seen_at))) == {
                datetime(2026, 11, 12, tzinfo=UTC)
            }
            assert moved_shifts(connection, PROGRAM, NIGHT + 2 * DAY) == ()


def test_an_override_that_is_undone_is_not_spoken_of(tmp_path: Path) -> None:
    start = datetime(2026, 11, 17, 1, tzinfo=UTC)
    with a_house(tmp_path) as house:
        with house.shell.store.write() as connection:
            connection.execute(shifts.delete())
            for number, undoes in (("1", None), ("2", "1")):
                connection.execute(
                    rota_overrides.insert().values(
                        id=number,
                        program=PROGRAM,
                        number=int(number),
                        tier="backup",
                        starts_at=start,
                        ends_at=start + 12 * HOUR,
                        person="dov",
                        undoes=undoes,
                        why="sick",
                        made_by="brandvold",
                        made_at=NIGHT,
                    )
                )
        look(house, edition(tmp_path, "2026a", "America/Chicago"), NIGHT, keep=True)
        assert look(house, edition(tmp_path, "2026b", "America/Panama"), NIGHT) == ["2026b"]


@pytest.mark.parametrize("zone", [*ZONES, ZoneInfo("Africa/Casablanca"), ZoneInfo("UTC")], ids=str)
def test_clocks_that_were_kept_are_the_zone_for_as_long_as_they_say(zone: ZoneInfo) -> None:
    since = datetime(2016, 1, 1, tzinfo=UTC)
    clocks = clocks_of(zone, since, since + 1200 * DAY)
    kept = ZoneInfo.from_file(BytesIO(tzif(clocks)), zone.key)
    assert kept.key == zone.key
    for quarter in range(0, 1200 * 96, 5):
        at = since + quarter * timedelta(minutes=15)
        assert at.astimezone(kept).utcoffset() == at.astimezone(zone).utcoffset()
    for change, offset in clocks.changes:
        for at in (change - timedelta(seconds=1), change):
            assert at.astimezone(kept).utcoffset() == at.astimezone(zone).utcoffset()
        assert clocks_from(clocks, change).offset == offset
        assert clocks_from(clocks, change - timedelta(seconds=1)).changes[0] == (change, offset)


def test_what_lies_before_the_first_look_has_not_moved() -> None:
    since = datetime(
        2026, 11, 10, tzinfo=UTC
    )  # after the clocks went back: a week's turn had begun before it
    clocks = clocks_of(CHICAGO, since, since + 400 * DAY)
    kept = ZoneInfo.from_file(BytesIO(tzif(clocks)), CHICAGO.key)
    weeks = Layer("l", "primary", CHICAGO, datetime(2026, 10, 30, 9), (("ana",), ("ben",)), turn=14 * DAY)
    same = moved(Rules((weeks,)), {CHICAGO.key: (kept, clocks)}, CHICAGO, since, since + 60 * DAY)
    assert same == ()
