"""Changing a layer keeps its past, and the turn goes on where it was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from dispatch.rota.edit import changed_from, ended, first_shifts, moved, replaced, write_layer
from dispatch.rota.final import final
from dispatch.rota.read import layer_of
from dispatch.rota.rules import Assignment, Layer, Rules
from dispatch.value import Refused

WEEK = {"turn_hours": 168}
NIGHTS = {"windows": [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "19:00", "to": "07:00"}]}
SPLIT = {"windows": [{"from": "07:00", "to": "19:00"}, {"from": "19:00", "to": "07:00"}]}
SHAPES = [WEEK, NIGHTS, SPLIT, {**WEEK, **NIGHTS}, {"turn_hours": 36}, {"turn_hours": 24, **NIGHTS}]
ZONES = ["America/Chicago", "America/Phoenix", "Australia/Lord_Howe", "America/Sao_Paulo"]


def a_layer(**given: object) -> Layer:
    row = {
        "id": "nights",
        "tier": "primary",
        "zone": "America/Chicago",
        "begins": "2026-09-07T19:00",
        "line": [["ana"], ["ben"], ["cyd"]],
    }
    return layer_of({**row, **(given or WEEK)})


def rota(*layers: Layer) -> list[tuple[str, datetime, datetime]]:
    """Who is on when over three months, hand-overs to oneself joined."""
    start, end = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    found: list[Assignment] = []
    for one in sorted(final(Rules(layers=layers), start, end), key=lambda one: (one.person, one.starts_at)):
        if found and found[-1].person == one.person and found[-1].ends_at == one.starts_at:
            found[-1] = replace(found[-1], ends_at=one.ends_at)
        else:
            found.append(one)
    return sorted((one.person, one.starts_at, one.ends_at) for one in found)


def wall(day: int, hour: int = 19, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour)


# --- the turn goes on -------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_a_change_to_itself_changes_nothing_whenever_it_is_made(shape: dict[str, object]) -> None:
    chance = Random(7)
    for _ in range(60):
        old = a_layer(**shape, zone=chance.choice(ZONES), first=chance.randrange(3))
        at = old.begins + timedelta(hours=chance.randrange(-48, 24 * 70))
        assert rota(*changed_from(old, old, at)) == rota(old), at


def test_who_comes_new_into_the_line_takes_over_from_that_moment() -> None:
    old = a_layer()
    # Wednesday noon in Ben's week, which began on Monday 14 September at 19:00.
    new = replace(old, line=replaced(old.line, "ben", "dov"))
    layers = changed_from(old, new, wall(16, 12, 9))
    after = rota(*layers)
    at = datetime(2026, 9, 16, 17, tzinfo=UTC)
    monday = datetime(2026, 9, 15, 0, tzinfo=UTC)
    assert ("ben", monday, at) in after
    assert ("dov", at, monday + timedelta(days=7)) in after
    assert ("cyd", monday + timedelta(days=7), monday + timedelta(days=14)) in after
    assert not any(person == "ben" and begins > at for person, begins, _ in after)


def test_a_longer_line_goes_on_with_whoever_was_next() -> None:
    old = a_layer()
    new = replace(old, line=(("dov",), *old.line))
    after = rota(*changed_from(old, new, wall(21, 19, 9)))
    cyd = datetime(2026, 9, 22, 0, tzinfo=UTC)
    assert ("cyd", cyd, cyd + timedelta(days=7)) in after
    assert ("dov", cyd + timedelta(days=7), cyd + timedelta(days=14)) in after


def test_the_turn_begins_with_whoever_one_says() -> None:
    old = a_layer()
    layers = changed_from(old, old, wall(16, 12, 9), begin_with=0)
    at, monday = datetime(2026, 9, 16, 17, tzinfo=UTC), datetime(2026, 9, 22, 0, tzinfo=UTC)
    assert ("ana", at, monday) in rota(*layers)
    assert ("ben", monday, monday + timedelta(days=7)) in rota(*layers)


def test_a_new_length_of_turn_is_counted_from_the_change() -> None:
    old = a_layer()
    new = replace(old, turn=timedelta(days=1))
    past, daily = changed_from(old, new, wall(16, 12, 9))
    assert past.ends == daily.begins == wall(16, 12, 9)
    assert [people for _, _, people in first_shifts(daily, daily.begins, 4)] == [
        ("ben",),
        ("cyd",),
        ("ana",),
        ("ben",),
    ]


def test_the_past_is_never_touched() -> None:
    chance = Random(3)
    for _ in range(60):
        old = a_layer(**chance.choice(SHAPES))
        new = replace(a_layer(**chance.choice(SHAPES), line=[["dov"], ["ana", "ben"]]), tier="backup")
        at = old.begins + timedelta(hours=chance.randrange(1, 24 * 60))
        after = changed_from(old, new, at)
        before, kept = final_until(at, old), final_until(at, *after)
        assert before == kept


def final_until(at: datetime, *layers: Layer) -> list[Assignment]:
    start = datetime(2026, 9, 1, tzinfo=UTC)
    end = (at + timedelta(hours=5)).replace(tzinfo=UTC)
    cut = [
        replace(one, ends_at=min(one.ends_at, end), source="")
        for one in final(Rules(layers=layers), start, end)
    ]
    return cut


def test_another_zone_begins_at_the_same_instant() -> None:
    old = a_layer()
    new = replace(a_layer(**WEEK, zone="America/New_York"), turn=timedelta(days=1))
    past, moved_zone = changed_from(old, new, wall(16, 12, 9))
    assert past.ends == wall(16, 12, 9) and moved_zone.begins == wall(16, 13, 9)


def test_a_layer_that_has_not_begun_is_simply_another() -> None:
    old = a_layer()
    assert changed_from(old, old, wall(1, 12, 9)) == (replace(old, id=""),)


def test_a_change_after_the_end_is_refused() -> None:
    old = a_layer(**WEEK, ends="2026-10-01T19:00")
    with pytest.raises(Refused, match="begins after the layer ends"):
        changed_from(old, old, wall(2))


# --- ending, the line, and writing it down ----------------------------------------------------------------


def test_a_layer_ends_once_and_at_the_earlier_time() -> None:
    layer = a_layer()
    first = ended(layer, wall(20))
    assert first and first.ends == wall(20)
    assert ended(first, wall(25)) == first
    assert ended(layer, layer.begins) is None


def test_a_person_goes_up_and_down_the_line_and_stops_at_its_ends() -> None:
    line = (("ana",), ("ben", "dov"), ("cyd",))
    assert moved(line, 1, -1) == (("ben", "dov"), ("ana",), ("cyd",))
    assert moved(line, 1, 1) == (("ana",), ("cyd",), ("ben", "dov"))
    assert moved(line, 0, -1) == line and moved(line, 2, 1) == line and moved(line, 9, 1) == line


def test_nobody_stands_twice_in_one_turn() -> None:
    with pytest.raises(Refused, match="same turn already"):
        replaced((("ana", "ben"),), "ana", "ben")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_layer_written_down_reads_the_same(shape: dict[str, object]) -> None:
    layer = a_layer(**shape, name="Nights", team="C4", ends="2027-01-04T07:00", first=2)
    assert layer_of(write_layer(layer)) == layer
