"""What the rota promises whatever its rules are: no gap and no double, fair turns, changes that compose."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from importlib import resources
from itertools import pairwise
from math import gcd
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.rota.final import final, on_call_at
from dispatch.rota.rules import Assignment, Away, Layer, Override, Rules, Window
from dispatch.rota.wall import instant, wall_of
from tests.rota_made import DAY, made_up
from tests.rota_slow import QUARTER

CHICAGO = ZoneInfo("America/Chicago")
HOUR = timedelta(hours=1)
WEEK = 7 * DAY
EVERY_DAY = tuple(range(7))
ZONE_TABLE = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
US_ZONES = sorted(row.split("\t")[2] for row in ZONE_TABLE.splitlines() if row.startswith("US\t"))
QUARTERS_OF_A_DAY = st.integers(0, 95)


def utc(*given: int) -> datetime:
    return datetime(*given, tzinfo=UTC)  # type: ignore[arg-type, misc]


def on_wall(zone: ZoneInfo, *people: str, **more: object) -> Layer:
    """A layer with one person to a turn."""
    first = {"id": "l", "tier": "primary", "begins": datetime(1969, 12, 1), "zone": zone}
    return Layer(**{**first, "line": tuple((person,) for person in people), **more})  # type: ignore[arg-type]


def people_of(found: Iterable[Assignment]) -> list[str]:
    return [one.person for one in found]


# --- the wall, and the line of time -------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(len(US_ZONES)), ids=US_ZONES.__getitem__)
def test_a_rotation_round_the_clock_is_one_unbroken_line_from_1970_to_2040(number: int) -> None:
    hand_over = (time(0), time(1, 30), time(2), time(2, 30), time(1), time(3), time(7))[number % 7]
    zone = ZoneInfo(US_ZONES[number])
    begins = datetime.combine(datetime(1969, 12, 1), hand_over)
    layer = on_wall(zone, "ana", "ben", "cyd", begins=begins, turn=DAY)
    found = final(Rules((layer,)), utc(1970, 1, 1), utc(2041, 1, 1))
    assert len(found) > 71 * 365
    order = {"ana": "ben", "ben": "cyd", "cyd": "ana"}
    for one, following in pairwise(found):
        assert one.ends_at == following.starts_at and one.starts_at < one.ends_at
        assert following.person == order[one.person]


def test_all_zones_of_the_country_are_looked_at() -> None:
    assert len(US_ZONES) >= 29 and "America/Chicago" in US_ZONES and "Pacific/Honolulu" in US_ZONES


@given(
    zone=st.sampled_from(US_ZONES).map(ZoneInfo),
    day=st.datetimes(datetime(1970, 1, 1), datetime(2040, 12, 1)),
    turn=st.integers(1, 800).map(lambda quarters: quarters * QUARTER),
    starts=QUARTERS_OF_A_DAY.map(lambda quarters: quarters * QUARTER),
)
@settings(max_examples=150, deadline=None)
def test_no_hand_over_leaves_a_gap_or_puts_two_on(
    zone: ZoneInfo, day: datetime, turn: timedelta, starts: timedelta
) -> None:
    layer = on_wall(zone, "ana", "ben", "cyd", begins=datetime(1969, 12, 1) + starts, turn=turn)
    start = day.replace(tzinfo=UTC)
    found = final(Rules((layer,)), start, start + 21 * DAY)
    assert found[0].starts_at <= start and found[-1].ends_at >= start + 21 * DAY
    assert all(one.ends_at == following.starts_at for one, following in pairwise(found))


@given(
    zone=st.sampled_from([*US_ZONES, "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia"]).map(
        ZoneInfo
    ),
    walls=st.lists(st.datetimes(datetime(1970, 1, 1), datetime(2040, 12, 31)), min_size=2, max_size=2),
    near=st.timedeltas(-3 * HOUR, 3 * HOUR),
)
@settings(max_examples=300, deadline=None)
def test_the_wall_never_runs_backwards(zone: ZoneInfo, walls: list[datetime], near: timedelta) -> None:
    early, late = sorted((walls[0], walls[0] + near))
    assert instant(early, zone) <= instant(late, zone)
    early, late = sorted(walls)
    assert instant(early, zone) <= instant(late, zone)


def clock_in(zone: ZoneInfo, at: datetime) -> str:
    return f"{at.astimezone(zone):%H:%M %Z}"


@pytest.mark.parametrize(
    ("wall", "at"),
    [
        (datetime(2026, 3, 8, 1, 59), utc(2026, 3, 8, 7, 59)),
        (datetime(2026, 3, 8, 2, 0), utc(2026, 3, 8, 8)),  # the clock never shows it: the moment of the skip
        (datetime(2026, 3, 8, 2, 30), utc(2026, 3, 8, 8)),
        (datetime(2026, 3, 8, 3, 0), utc(2026, 3, 8, 8)),
        (datetime(2026, 11, 1, 0, 59), utc(2026, 11, 1, 5, 59)),
        (datetime(2026, 11, 1, 1, 30), utc(2026, 11, 1, 6, 30)),  # comes twice: the first
        (datetime(2026, 11, 1, 2, 0), utc(2026, 11, 1, 8)),
    ],
)
def test_each_time_of_the_wall_is_one_instant(wall: datetime, at: datetime) -> None:
    assert instant(wall, CHICAGO) == at


def test_where_midnight_is_skipped_people_change_at_the_first_moment_of_the_day() -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    assert instant(datetime(2018, 11, 4), zone) == utc(2018, 11, 4, 3)
    layer = on_wall(zone, "ana", "ben", begins=datetime(2018, 11, 1), turn=DAY)
    found = final(Rules((layer,)), utc(2018, 11, 3, 12), utc(2018, 11, 5, 12))
    assert [clock_in(zone, one.starts_at) for one in found] == ["00:00 -03", "01:00 -02", "00:00 -02"]
    assert found[0].ends_at == found[1].starts_at and found[1].ends_at - found[1].starts_at == 23 * HOUR


def test_where_a_whole_day_is_skipped_nobody_is_on_for_no_time() -> None:
    zone = ZoneInfo("Pacific/Apia")  # went from 29 to 31 December 2011
    layer = on_wall(zone, "ana", "ben", "cyd", begins=datetime(2011, 12, 28, 7), turn=DAY)
    found = final(Rules((layer,)), utc(2011, 12, 28, 18), utc(2012, 1, 2))
    assert all(one.ends_at == following.starts_at for one, following in pairwise(found))
    assert all(one.ends_at > one.starts_at for one in found)


def test_half_an_hour_that_comes_twice_belongs_to_who_was_on() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")  # 2026-04-05 02:00 becomes 01:30
    layer = on_wall(zone, "ana", "ben", begins=datetime(2026, 4, 1, 1, 45), turn=DAY)
    found = final(Rules((layer,)), utc(2026, 4, 4, 14), utc(2026, 4, 5, 15))
    assert [one.ends_at - one.starts_at for one in found] == [DAY, DAY + HOUR / 2]
    assert found[0].ends_at == found[1].starts_at == utc(2026, 4, 4, 14, 45)


@pytest.mark.parametrize(
    ("day", "hours"), [(datetime(2026, 3, 7), 11), (datetime(2026, 10, 31), 13), (datetime(2026, 7, 1), 12)]
)
def test_a_night_is_as_long_as_it_truly_is(day: datetime, hours: int) -> None:
    nights = Window(EVERY_DAY, time(19), 12 * HOUR)
    layer = on_wall(CHICAGO, "ana", begins=datetime(2026, 1, 1), windows=(nights,))
    start = instant(day + 19 * HOUR, CHICAGO)
    (night,) = final(Rules((layer,)), start, start + HOUR)
    assert night.ends_at - night.starts_at == hours * HOUR
    assert clock_in(CHICAGO, night.ends_at).startswith("07:00")


def test_day_and_night_together_leave_no_hole_in_the_night_of_the_change() -> None:
    day, night = Window(EVERY_DAY, time(2, 30), 12 * HOUR), Window(EVERY_DAY, time(14, 30), 12 * HOUR)
    layers = tuple(
        on_wall(CHICAGO, *who, id=who[0], begins=datetime(2026, 1, 1), windows=(window,))
        for window, who in ((day, ("ana", "ben")), (night, ("cyd", "dov")))
    )
    found = final(Rules(layers), utc(2026, 2, 1), utc(2026, 12, 1))
    assert all(one.ends_at == following.starts_at for one, following in pairwise(found))


@given(at=st.datetimes(datetime(1971, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))
@settings(max_examples=100, deadline=None)
def test_an_instant_that_is_written_and_read_again_is_the_same(at: datetime) -> None:
    local = at.astimezone(CHICAGO)
    assert datetime.fromisoformat(local.isoformat()) == at
    assert instant(wall_of(at, CHICAGO), CHICAGO) <= at


def test_leap_days_and_year_ends_are_days_like_others() -> None:
    layer = on_wall(CHICAGO, "ana", "ben", "cyd", begins=datetime(2015, 1, 1, 7), turn=DAY)
    # 2028 has a leap day, 2100 has none, and 2026 ends in the middle of a week.
    for start in (utc(2028, 2, 27), utc(2100, 2, 26), utc(2026, 12, 29)):
        found = final(Rules((layer,)), start, start + 5 * DAY)
        assert len(found) == 6
        for one in found:
            worn = (wall_of(one.starts_at, CHICAGO) - datetime(2015, 1, 1, 7)) // DAY
            assert one.person == ("ana", "ben", "cyd")[worn % 3]


# --- turns ---------------------------------------------------------------------------------------------------

WINDOWS = st.lists(st.integers(0, 7 * 24 - 1), min_size=2, max_size=10, unique=True).map(
    lambda hours: tuple(
        Window((opens // 24,), time(opens % 24), (closes - opens) * HOUR)
        for opens, closes in zip(sorted(hours)[::2], sorted(hours)[1::2], strict=False)
    )
)


@given(
    windows=WINDOWS,
    people=st.integers(1, 9),
    turn=st.none() | st.integers(1, 500).map(lambda quarters: quarters * QUARTER),
    begins=st.datetimes(datetime(2015, 1, 1), datetime(2027, 1, 1)).map(
        lambda at: at.replace(minute=0, second=0, microsecond=0)
    ),
    first=st.integers(0, 8),
)
@settings(max_examples=200, deadline=None)
def test_the_turn_moves_with_each_shift_that_is_worked_and_skips_nobody(
    windows: tuple[Window, ...], people: int, turn: timedelta | None, begins: datetime, first: int
) -> None:
    staff = [f"p{number}" for number in range(people)]
    layer = on_wall(
        ZoneInfo("America/Phoenix"), *staff, begins=begins, windows=windows, turn=turn, first=first % people
    )
    start = begins.replace(tzinfo=UTC)
    found = [one for one in final(Rules((layer,)), start, start + 150 * DAY) if one.ends_at > one.starts_at]
    worked = [found[0].person] if found else []
    length = turn or timedelta(0)
    for one, following in pairwise(found):
        if turn and _turn_of(one, layer, length) == _turn_of(following, layer, length):
            assert one.person == following.person
        else:
            worked.append(following.person)
    expected = [staff[(first % people + number) % people] for number in range(len(worked))]
    assert worked == expected


def _turn_of(one: Assignment, layer: Layer, length: timedelta) -> int:
    return (wall_of(one.starts_at, layer.zone) - layer.begins) // length


@pytest.mark.parametrize("people", [1, 2, 5, 7, 14])
@pytest.mark.parametrize("turn", [None, DAY, 36 * HOUR])
def test_on_weekdays_alone_everybody_works_as_often_as_everybody_else(
    people: int, turn: timedelta | None
) -> None:
    weekdays = Window((0, 1, 2, 3, 4), time(8), 9 * HOUR)
    staff = [f"p{number}" for number in range(people)]
    layer = on_wall(CHICAGO, *staff, begins=datetime(2026, 1, 5), windows=(weekdays,), turn=turn)
    # So many whole weeks that the line goes round whole times whatever a turn is.
    weeks = 3 * people * 5 // gcd(people, 5)
    start = instant(layer.begins, CHICAGO)
    found = final(Rules((layer,)), start, instant(layer.begins + weeks * WEEK, CHICAGO))
    if turn is None or turn == DAY:
        assert len(set(Counter(people_of(found)).values())) == 1
    turns = {(one.person, _turn_of(one, layer, turn or DAY)) for one in found}
    times = Counter(person for person, _ in turns)
    assert set(times) == set(staff) and max(times.values()) - min(times.values()) <= 1


def test_a_rota_of_2015_and_one_of_today_agree_on_whose_turn_it_is() -> None:
    old = on_wall(CHICAGO, "ana", "ben", "cyd", begins=datetime(2015, 1, 5, 7), turn=WEEK)
    new = replace(old, begins=datetime(2026, 11, 2, 7), first=617 % 3)  # 617 weeks later
    span = utc(2026, 11, 2, 13), utc(2027, 3, 1)
    assert final(Rules((old,)), *span) == final(Rules((new,)), *span)


def test_a_layer_keeps_to_its_own_first_and_last_day() -> None:
    layer = on_wall(CHICAGO, "ana", begins=datetime(2026, 11, 2, 12), ends=datetime(2026, 11, 3, 3), turn=DAY)
    (only,) = final(Rules((layer,)), utc(2026, 10, 1), utc(2026, 12, 1))
    assert (only.starts_at, only.ends_at) == (utc(2026, 11, 2, 18), utc(2026, 11, 3, 9))


def test_a_layer_that_begins_or_ends_within_a_window_takes_that_part_of_it() -> None:
    nights = Window(EVERY_DAY, time(19), 12 * HOUR)
    first, last = datetime(2026, 11, 2, 23), datetime(2026, 11, 4, 1)
    layer = on_wall(CHICAGO, "ana", "ben", begins=first, ends=last, windows=(nights,))
    found = final(Rules((layer,)), utc(2026, 10, 1), utc(2026, 12, 1))
    assert [(one.person, one.starts_at, one.ends_at) for one in found] == [
        ("ana", utc(2026, 11, 3, 5), utc(2026, 11, 3, 13)),
        ("ben", utc(2026, 11, 4, 1), utc(2026, 11, 4, 7)),
    ]


# --- changes -------------------------------------------------------------------------------------------------

START = utc(2026, 11, 2, 13)
ROUND_THE_CLOCK = Rules((on_wall(CHICAGO, "ana", "ben", begins=datetime(2026, 11, 2, 7), turn=DAY),))


def over(
    number: int, instead_of: str | None, person: str | None, hours: tuple[int, int] = (0, 24)
) -> Override:
    begins, ends = (START + hour * HOUR for hour in hours)
    return Override(f"o{number}", number, "primary", begins, ends, instead_of, person)


def undo(number: int, of: Override) -> Override:
    return replace(of, id=f"o{number}", order=number, undoes=of.id)


def first_day(*overrides: Override, away: tuple[Away, ...] = ()) -> list[tuple[str, int, int]]:
    """Who is on from which hour to which, within the first day."""
    found = final(replace(ROUND_THE_CLOCK, overrides=overrides, away=away), START, START + DAY)
    return [
        (one.person, max(0, (one.starts_at - START) // HOUR), min(24, (one.ends_at - START) // HOUR))
        for one in found
    ]


def test_the_last_word_wins() -> None:
    assert first_day(over(1, "ana", "cyd"), over(2, None, "dov")) == [("dov", 0, 24)]
    assert first_day(over(2, None, "dov"), over(1, "ana", "cyd")) == [("dov", 0, 24)], "order is not position"


def test_a_cover_may_be_covered_in_part() -> None:
    assert first_day(over(1, "ana", "cyd", (2, 20)), over(2, "cyd", "dov", (10, 12))) == [
        ("ana", 0, 2),
        ("cyd", 2, 10),
        ("dov", 10, 12),
        ("cyd", 12, 20),
        ("ana", 20, 24),
    ]


def test_a_long_change_counts_for_a_shift_that_a_short_one_after_it_does_not_reach() -> None:
    halves = tuple(
        on_wall(CHICAGO, who, id=who, begins=datetime(2026, 11, 2, 7), windows=(window,))
        for who, window in (
            ("ana", Window(EVERY_DAY, time(7), 12 * HOUR)),
            ("ben", Window(EVERY_DAY, time(19), 12 * HOUR)),
        )
    )
    changes = (over(1, "ben", "cyd"), over(2, "ana", "dov", (1, 2)))
    found = final(Rules(halves, overrides=changes), START + 12 * HOUR, START + DAY)
    assert people_of(found) == ["cyd"]


def test_nobody_is_a_word_too_and_is_a_gap() -> None:
    assert first_day(over(1, "ana", None, (4, 8))) == [("ana", 0, 4), ("ana", 8, 24)]
    assert first_day(over(1, None, None)) == []


def test_somebody_comes_in_where_nobody_was() -> None:
    assert first_day(over(1, None, None), over(2, None, "cyd", (3, 5))) == [("cyd", 3, 5)]


def test_a_cover_for_somebody_who_is_not_on_changes_nothing() -> None:
    assert first_day(over(1, "ben", "cyd")) == [("ana", 0, 24)]


def test_time_off_counts_after_every_change() -> None:
    away = (Away("cyd", START + 6 * HOUR, START + 9 * HOUR, "sick"),)
    assert first_day(over(1, "ana", "cyd"), away=away) == [("cyd", 0, 6), ("cyd", 9, 24)]
    elsewhere = (replace(away[0], tier="backup"),)
    assert first_day(over(1, "ana", "cyd"), away=elsewhere) == [("cyd", 0, 24)]


def test_undoing_restores_and_undoing_that_restores_the_change() -> None:
    change = over(1, "ana", "cyd", (2, 4))
    once, twice = undo(2, change), undo(3, undo(2, change))
    assert first_day(change, once) == [("ana", 0, 24)]
    assert first_day(change, once, twice) == first_day(change)
    assert first_day(change, once, twice, undo(4, twice)) == [("ana", 0, 24)]


@given(seed=st.integers(0, 10_000), which=st.integers(0, 100), times=st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_an_override_that_is_undone_is_as_if_it_had_never_been(seed: int, which: int, times: int) -> None:
    rules = made_up(seed)
    if not rules.overrides:
        return
    last = max(rules.overrides, key=lambda one: one.order)
    change = replace(last, id="new", order=last.order + 1, undoes=None, person="zoe", instead_of=None)
    chain = [change]
    for number in range(times):
        chain.append(replace(change, id=f"undo {number}", order=last.order + 2 + number, undoes=chain[-1].id))
    span = change.starts_at - 40 * DAY, change.ends_at + 40 * DAY
    plain = final(rules, *span)
    with_change = final(replace(rules, overrides=(*rules.overrides, change)), *span)
    undone = final(replace(rules, overrides=(*rules.overrides, *chain)), *span)
    assert undone == (plain if times % 2 else with_change)
    away = {one.person for one in rules.away}
    assert "zoe" in away or with_change != plain


@given(seed=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_who_is_on_call_is_what_the_final_rota_says_at_that_instant(seed: int) -> None:
    rules = made_up(seed)
    start = (rules.layers[0].begins + 200 * DAY).replace(tzinfo=UTC)
    found = final(rules, start, start + 3 * DAY)
    for step in range(0, 3 * 96, 7):
        at = start + step * QUARTER
        expected = {(one.tier, one.person, one.source) for one in found if one.starts_at <= at < one.ends_at}
        assert {(one.tier, one.person, one.source) for one in on_call_at(rules, at)} == expected


@given(seed=st.integers(0, 10_000), cut=st.integers(1, 20 * 96))
@settings(max_examples=40, deadline=None)
def test_a_span_says_the_same_as_its_two_parts(seed: int, cut: int) -> None:
    rules = made_up(seed)
    start = (rules.layers[0].begins + 100 * DAY).replace(tzinfo=UTC)
    middle, end = start + cut * QUARTER, start + 20 * DAY + QUARTER

    def clipped(begins: datetime, ends: datetime) -> Counter[tuple[str, str, str, int]]:
        quarters: Counter[tuple[str, str, str, int]] = Counter()
        for one in final(rules, begins, ends):
            since, until = max(one.starts_at, begins), min(one.ends_at, ends)
            for number in range((since - start) // QUARTER, (until - start) // QUARTER):
                quarters[one.tier, one.person, one.source, number] += 1
        return quarters

    assert clipped(start, end) == clipped(start, middle) + clipped(middle, end)


def test_hand_written_shifts_come_before_every_layer_in_the_line() -> None:
    by_hand = Assignment("zoe", "primary", START - DAY, START + DAY, "by hand", None, 4000)
    layer = replace(ROUND_THE_CLOCK.layers[0], place=1_000_000)
    on = on_call_at(Rules((layer,), (by_hand,)), START + HOUR)
    assert people_of(on) == ["zoe", "ana"]
