"""From when on a tier can be planned: where its layers end, and not while one has no end."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.rota.free_weeks import free_from, monday_from
from dispatch.rota.rules import Layer

LAYER = Layer(
    "nights",
    "primary",
    ZoneInfo("America/Chicago"),
    datetime(2026, 11, 2, 7),
    (("ana",),),
    turn=timedelta(days=7),
    ends=datetime(2027, 2, 1, 7),
)
TODAY, MORNING = date(2026, 11, 21), time(7)


def test_a_tier_is_free_where_its_last_layer_ends() -> None:
    later = replace(LAYER, ends=datetime(2027, 3, 1, 7))
    assert free_from([LAYER, later], "primary", TODAY, MORNING) == date(2027, 3, 1)


def test_a_layer_that_runs_past_the_morning_takes_that_day_too() -> None:
    assert free_from([replace(LAYER, ends=datetime(2027, 2, 1, 7, 1))], "primary", TODAY, MORNING) == date(
        2027, 2, 2
    )


def test_a_layer_without_an_end_leaves_nothing_to_plan() -> None:
    assert free_from([LAYER, replace(LAYER, ends=None)], "primary", TODAY, MORNING) is None


def test_layers_of_other_tiers_and_of_the_past_do_not_count() -> None:
    past = replace(LAYER, ends=datetime(2026, 1, 1, 7))
    other = replace(LAYER, tier="backup", ends=None)
    assert free_from([past, other], "primary", TODAY, MORNING) == TODAY


def test_weeks_are_planned_from_a_monday_on() -> None:
    assert [monday_from(date(2027, 2, day)) for day in (1, 2, 7, 8)] == [
        date(2027, 2, 1),
        date(2027, 2, 8),
        date(2027, 2, 8),
        date(2027, 2, 8),
    ]
