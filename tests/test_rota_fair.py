"""Days and nights, holes and too few, how evenly the rota falls; then the report and the file for payroll."""

import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.queries.rota_fair import fair_report
from app.tables import people, reads
from dispatch.rota.fair import counts, spread, stints
from dispatch.rota.gaps import Gap, gaps
from dispatch.rota.rules import Assignment, TierNeed
from dispatch.rota.spans import changes, day_of, joined, parts
from dispatch.rota.terms import RotaTerms
from tests.crisis import Crisis
from tests.house import PROGRAM, House
from tests.rota_scene import a_rota, ask_cover
from tests.walk import text

COUNTY = ZoneInfo("America/Chicago")
TERMS = RotaTerms()
HOUR = timedelta(hours=1)


def wall(day: int, hour: int, month: int = 11) -> datetime:
    """A time of the county's wall in 2026."""
    return datetime(2026, month, day, hour, tzinfo=COUNTY).astimezone(UTC)


def shift(person: str, start: datetime, end: datetime, tier: str = "primary") -> Assignment:
    return Assignment(person, tier, start, end, "a layer")


def week(month: int = 11, day: int = 2) -> tuple[datetime, datetime]:
    """A week from a Monday."""
    return wall(day, 0, month), wall(day, 0, month) + timedelta(days=7)


# --- spans -------------------------------------------------------------------------------------------------------
def test_days_and_nights_take_turns_and_leave_nothing_out() -> None:
    all_parts = list(parts(date(2026, 10, 26), date(2026, 11, 8), TERMS, COUNTY))
    assert [part.night for part in all_parts] == [False, True] * 14
    assert all(one.ends_at == two.starts_at for one, two in zip(all_parts, all_parts[1:], strict=False))
    assert all_parts[0].starts_at == wall(26, 7, 10) and all_parts[-1].ends_at == wall(9, 7)


def test_a_night_belongs_to_the_date_on_which_it_begins() -> None:
    halloween = next(
        part for part in parts(date(2026, 10, 31), date(2026, 10, 31), TERMS, COUNTY) if part.night
    )
    assert (halloween.starts_at, halloween.ends_at) == (wall(31, 19, 10), wall(1, 7))
    assert halloween.ends_at - halloween.starts_at == 13 * HOUR


def test_a_night_that_begins_after_midnight_belongs_to_its_own_date_too() -> None:
    late = RotaTerms(night_starts=0, night_ends=8)
    night, day = parts(date(2026, 11, 3), date(2026, 11, 3), late, COUNTY)
    assert (night.starts_at, night.ends_at) == (wall(3, 0), wall(3, 8))
    assert (day.starts_at, day.ends_at, day.night) == (wall(3, 8), wall(4, 0), False)


def test_a_date_is_as_long_as_its_clocks_make_it() -> None:
    start, end = day_of(date(2026, 11, 1), COUNTY)
    assert end - start == 25 * HOUR
    start, end = day_of(date(2026, 3, 8), COUNTY)
    assert end - start == 23 * HOUR


def test_a_change_of_the_clocks_is_found_with_the_hour_that_comes_twice() -> None:
    (found,) = changes(*week(10, 26), COUNTY)
    assert (found.at, found.wall, found.back) == (datetime(2026, 11, 1, 7, tzinfo=UTC), time(1), True)


def test_a_change_of_the_clocks_is_found_with_the_hour_that_is_skipped() -> None:
    (found,) = changes(*week(3, 2), COUNTY)
    assert (found.at, found.wall, found.back) == (datetime(2026, 3, 8, 8, tzinfo=UTC), time(2), False)


def test_half_an_hour_that_comes_twice_is_found_too() -> None:
    island = ZoneInfo("Australia/Lord_Howe")
    start = datetime(2026, 4, 1, tzinfo=UTC)
    (found,) = changes(start, start + timedelta(days=7), island)
    assert (found.wall, found.back) == (time(1, 30), True)


def test_a_plain_week_has_no_change() -> None:
    assert changes(*week(), COUNTY) == ()


def test_spans_that_touch_are_one() -> None:
    given = [
        (wall(3, 7), wall(3, 9)),
        (wall(2, 7), wall(2, 19)),
        (wall(2, 19), wall(3, 7)),
        (wall(4, 0), wall(4, 1)),
    ]
    assert joined(given) == [(wall(2, 7), wall(3, 9)), (wall(4, 0), wall(4, 1))]


# --- gaps --------------------------------------------------------------------------------------------------------
NEEDS = (TierNeed("primary", 2), TierNeed("backup", 1))


def test_nobody_is_a_hole_and_one_of_two_is_too_few() -> None:
    found = [
        shift("ana", wall(2, 7), wall(2, 19)),
        shift("ben", wall(2, 7), wall(2, 13)),
        shift("cyd", wall(2, 7), wall(3, 7), "backup"),
    ]
    assert gaps(found, NEEDS, wall(2, 7), wall(3, 7)) == (
        Gap("primary", wall(2, 13), wall(2, 19), 1, 2),
        Gap("primary", wall(2, 19), wall(3, 7), 0, 2),
    )


def test_one_person_who_stands_there_twice_is_one_person() -> None:
    found = [shift("ana", wall(2, 7), wall(2, 19)), shift("ana", wall(2, 8), wall(2, 20))]
    short = gaps(found, NEEDS[:1], wall(2, 7), wall(2, 20))
    assert short == (Gap("primary", wall(2, 7), wall(2, 20), 1, 2),)


def test_a_gap_goes_on_while_people_change_in_it() -> None:
    found = [shift("ana", wall(2, 7), wall(2, 12)), shift("ben", wall(2, 12), wall(2, 19))]
    (short,) = gaps(found, NEEDS[:1], wall(2, 7), wall(2, 19))
    assert (short.length, short.have) == (12 * HOUR, 1)


def test_shifts_that_reach_beyond_the_span_leave_no_gap_in_it() -> None:
    found = [shift(who, wall(1, 0), wall(20, 0)) for who in ("ana", "ben")]
    assert gaps(found, NEEDS[:1], *week()) == ()


def test_more_than_needed_is_no_gap_and_a_tier_without_need_has_none() -> None:
    found = [shift(who, *week()) for who in ("ana", "ben", "cyd")]
    assert gaps(found, (TierNeed("primary", 2), TierNeed("tele", 0)), *week()) == ()


# --- fair --------------------------------------------------------------------------------------------------------
def test_hours_are_true_hours_when_the_clocks_go_back() -> None:
    count = counts([shift("ana", wall(31, 19, 10), wall(1, 7))], *week(10, 26), TERMS, COUNTY)["ana"]
    assert (count.hours, count.nights, count.shifts) == (13 * HOUR, 1, 1)


def test_an_hour_in_two_tiers_at_once_is_one_hour() -> None:
    found = [shift("ana", wall(3, 7), wall(3, 19)), shift("ana", wall(3, 13), wall(3, 22), "backup")]
    count = counts(found, *week(), TERMS, COUNTY)["ana"]
    assert (count.hours, count.shifts) == (15 * HOUR, 2)


def test_a_night_counts_from_half_of_it() -> None:
    half = counts([shift("ana", wall(3, 19), wall(4, 1))], *week(), TERMS, COUNTY)["ana"]
    less = counts([shift("ana", wall(3, 20), wall(4, 1))], *week(), TERMS, COUNTY)["ana"]
    assert (half.nights, less.nights) == (1, 0)


def test_saturday_and_sunday_make_one_weekend() -> None:
    found = [shift("ana", wall(7, 7), wall(7, 19)), shift("ana", wall(8, 7), wall(8, 19))]
    assert counts(found, *week(), TERMS, COUNTY)["ana"].weekends == 1
    friday = [shift("ana", wall(6, 19), wall(7, 7))]
    assert counts(friday, *week(), TERMS, COUNTY)["ana"].weekends == 0


def test_a_holiday_counts_once_by_day_and_by_night() -> None:
    found = [shift("ana", wall(26, 7), wall(27, 7))]
    count = counts(found, *week(11, 23), TERMS, COUNTY, {date(2026, 11, 26)})["ana"]
    assert (count.holidays, count.nights, count.hours) == (1, 1, 24 * HOUR)


def test_only_what_lies_in_the_span_counts() -> None:
    count = counts([shift("ana", wall(1, 19), wall(2, 7))], *week(), TERMS, COUNTY)["ana"]
    assert count.hours == 7 * HOUR


def test_the_parts_of_a_person_add_up_to_their_hours() -> None:
    found = [
        shift("ana", wall(31, 13, 10), wall(1, 9)),
        shift("ana", wall(1, 8), wall(1, 10), "backup"),
        shift("ben", wall(28, 0, 10), wall(30, 0, 10)),
    ]
    whole = counts(found, *week(10, 26), TERMS, COUNTY)
    rows = list(stints(found, *week(10, 26), TERMS, COUNTY))
    for person, count in whole.items():
        theirs = [row for row in rows if row.person == person]
        assert sum((row.hours for row in theirs), timedelta(0)) == count.hours
    assert [
        (row.part.day.day, row.part.night, row.hours, row.tiers) for row in rows if row.person == "ana"
    ] == [
        (31, False, 6 * HOUR, ("primary",)),
        (31, True, 13 * HOUR, ("primary",)),
        (1, False, 3 * HOUR, ("backup", "primary")),
    ]


def test_spread_says_mean_least_and_most_and_nothing_of_nobody() -> None:
    assert (spread([4, 10, 1]).mean, spread([4, 10, 1]).least, spread([4, 10, 1]).most) == (5, 1, 10)
    assert spread([]).mean == 0


# --- the report and the file -----------------------------------------------------------------------------------------
SPAN = "from=2026-11-11&to=2026-11-24"


def rows_of(house: House, who: str, query: str = SPAN) -> list[dict[str, str]]:
    answer = house.client(who).get(f"/rota/fair.csv?{query}")
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))


def test_the_report_counts_everybody_for_those_who_keep_the_rota_and_oneself_for_others(house: House) -> None:
    a_rota(house)
    for who in ("brandvold", "okonjo", "root"):
        assert "Dov Osei" in text(house.client(who).get(f"/rota/fair?{SPAN}")), who
    mine = text(house.client("ana").get(f"/rota/fair?{SPAN}"))
    assert "Ana Vela" in mine and "Dov Osei" not in mine
    assert {row["person_id"] for row in rows_of(house, "ana")} == {"ana"}
    assert {row["person_id"] for row in rows_of(house, "brandvold")} > {"ana", "dov"}


def test_the_file_and_the_report_count_the_same_hours(house: House) -> None:
    a_rota(house)
    with house.shell.store.read() as connection:
        report = fair_report(connection, PROGRAM, date(2026, 11, 11), date(2026, 11, 24))
    for line in report.lines:
        rows = [row for row in rows_of(house, "brandvold") if row["person_id"] == line.who.id]
        assert sum(float(row["on_call_hours"]) for row in rows) == line.count.hours / HOUR
        nights = [row for row in rows if row["part"] == "night" and float(row["on_call_hours"]) >= 6]
        assert len(nights) == line.count.nights


def test_the_file_has_a_row_for_each_day_or_night_with_iso_dates_and_the_holiday(house: House) -> None:
    a_rota(house)
    first = rows_of(house, "ana")[0]
    assert first == {
        "person_id": "ana",
        "name": "Ana Vela",
        "date": "2026-11-11",
        "part": "day",
        "tiers": "primary",
        "on_call_hours": "12.00",
        "called_out_hours": "0.00",
        "weekend": "no",
        "holiday": "Veterans Day",
    }


def test_no_cell_of_the_file_is_a_formula(house: House) -> None:
    a_rota(house)
    with house.shell.store.write() as connection:
        connection.execute(people.update().where(people.c.id == "ana").values(name="=HYPERLINK(1)"))
    assert {row["name"] for row in rows_of(house, "ana")} == {"'=HYPERLINK(1)"}


def test_whoever_takes_the_file_is_noted(house: House) -> None:
    a_rota(house)
    rows_of(house, "brandvold")
    with house.shell.store.read() as connection:
        noted = connection.execute(select(reads).where(reads.c.purpose == "export")).one()
    assert (noted.person, noted.what, noted.subject) == ("brandvold", "rota", PROGRAM)


def test_covers_are_counted_for_both_and_swaps_for_neither(house: House) -> None:
    a_rota(house)
    for ref, kind in ((2901, "cover"), (2902, "sick"), (2903, "swap")):
        ask_cover(
            house,
            "ana",
            "primary",
            wall(14, 7),
            wall(14, 19),
            ref=ref,
            kind=kind,
            state="taken",
            taken_by="dov",
        )
    with house.shell.store.read() as connection:
        report = fair_report(connection, PROGRAM, date(2026, 11, 11), date(2026, 11, 24))
    found = {line.who.id: (line.taken, line.given) for line in report.lines}
    assert (found["ana"], found["dov"], found["ben"]) == ((0, 2), (2, 0), (0, 0))


def test_hours_called_out_are_those_from_going_until_clear(house: House) -> None:
    crisis = Crisis(house).received().sent().on_scene().cleared(after_minutes=45)
    went, cleared = crisis.column("en_route_at"), crisis.column("cleared_at")
    rows = rows_of(house, "brandvold", "from=2026-11-09&to=2026-11-10")
    out = {row["person_id"]: row["called_out_hours"] for row in rows if row["part"] == "night"}
    expected = f"{(cleared - went) / HOUR:.2f}"
    assert expected != "0.00" and (out["ana"], out["ben"], out["cyd"]) == (expected, expected, "0.00")


def test_people_are_compared_within_a_tier(house: House) -> None:
    a_rota(house)
    with house.shell.store.read() as connection:
        where = (connection, PROGRAM, date(2026, 11, 11), date(2026, 11, 24))
        primary, backup = fair_report(*where, tier="primary"), fair_report(*where, tier="backup")
    assert {line.who.id for line in primary.lines} == {"ana", "ben", "cyd", "dov"}
    assert {line.who.id for line in backup.lines} == {"cyd", "dov"}
    assert primary.nights.mean == 7


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=2026-11-20&to=2026-11-11", "The last day is before the first. Write a later one."),
        ("from=2020-01-01&to=2026-11-11", "Count at most 400 days at once. Write an earlier last day."),
        ("from=yesterday", "Write a date as 2026-11-21."),
    ],
)
def test_a_span_that_cannot_be_counted_says_what_to_write(house: House, query: str, sentence: str) -> None:
    answer = house.client("brandvold").get(f"/rota/fair?{query}")
    assert answer.status_code == 422 and sentence in text(answer)
    assert house.client("brandvold").get(f"/rota/fair.csv?{query}").status_code == 422
