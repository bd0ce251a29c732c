"""The life of a cover as a function of values: no house, no clock but the one that is handed in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.cover import Span
from dispatch.rota.cover import (
    PIECE_AT_LEAST,
    Ask,
    Cover,
    Kind,
    State,
    ahead,
    life,
    noon_after,
    pieces_left,
    reminders,
    require_can_take,
    require_part,
)
from dispatch.rota.terms import RotaTerms
from dispatch.value import Refused

CHICAGO = ZoneInfo("America/Chicago")
HOUR = timedelta(hours=1)
START = datetime(2026, 11, 13, 1, tzinfo=UTC)
MADE = START - 72 * HOUR
NAMES = {"ana": "Ana", "ben": "Ben", "cyd": "Cyd"}


def a_cover(kind: str = "cover", state: str = "open", **more: object) -> Cover:
    asks = (Ask("ben", MADE), Ask("cyd", MADE))
    made = Cover(
        "c",
        2305,
        cast(Kind, kind),
        "ana",
        "primary",
        START,
        START + 12 * HOUR,
        cast(State, state),
        MADE,
        asks,
    )
    return replace(made, **more)


@pytest.mark.parametrize("kind", ["cover", "swap"])
def test_what_nobody_took_is_past_as_it_begins(kind: str) -> None:
    cover = a_cover(kind)
    assert life(cover, START - HOUR) == "open" and life(cover, START) == "past"


@pytest.mark.parametrize("kind", ["sick", "leave"])
def test_a_hole_can_be_filled_until_its_last_minute_and_only_what_is_ahead(kind: str) -> None:
    cover = a_cover(kind)
    assert life(cover, START + 11 * HOUR) == "open" and life(cover, START + 12 * HOUR) == "past"
    assert ahead(cover, START + 2 * HOUR) == (START + 2 * HOUR, START + 12 * HOUR)
    assert ahead(cover, START - HOUR) == cover.span


def test_a_swap_is_past_as_the_first_of_the_two_begins() -> None:
    swap = a_cover("swap", other="ben", other_starts_at=START - 24 * HOUR)
    assert life(swap, START - 25 * HOUR) == "open" and life(swap, START - 24 * HOUR) == "past"


@pytest.mark.parametrize("state", ["taken", "withdrawn", "closed", "given_back"])
def test_what_is_settled_stays_settled(state: str) -> None:
    assert life(a_cover(state=state), START + 99 * HOUR) == state


@given(st.integers(0, 24), st.integers(0, 24))
def test_a_part_and_what_it_leaves_are_the_whole_and_no_crumbs(first: int, last: int) -> None:
    half = timedelta(minutes=30)
    whole: Span = (START, START + 24 * half)
    part: Span = (START + first * half, START + last * half)
    try:
        require_part(whole, part, MADE)
    except Refused:
        return
    left = pieces_left(whole, part)
    assert sum((end - start for start, end in (part, *left)), timedelta(0)) == whole[1] - whole[0]
    assert all(end - start >= PIECE_AT_LEAST for start, end in (part, *left))
    assert not any(start < part[1] and end > part[0] for start, end in left)


@pytest.mark.parametrize(
    ("person", "changes", "sentence"),
    [
        ("ana", {}, "your own request"),
        ("dov", {}, "not asked"),
        (
            "ben",
            {"state": "taken", "taken_by": "cyd", "taken_at": START - 60 * HOUR},
            "Cyd took it Tue 10 Nov 07:00.",
        ),
        ("ben", {"state": "taken", "taken_by": "ben", "taken_at": START - 60 * HOUR}, "You took it"),
        (
            "ben",
            {"state": "waiting", "taken_by": "cyd", "taken_at": START - 60 * HOUR},
            "It waits for a manager.",
        ),
        ("ben", {"state": "withdrawn"}, "not needed any more"),
        ("ben", {"state": "given_back"}, "asked anew"),
        ("ben", {"state": "closed"}, "A manager has settled it."),
    ],
)
def test_a_yes_that_comes_too_late_hears_the_truth(
    person: str, changes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        require_can_take(a_cover(**changes), person, START - 10 * HOUR, NAMES, CHICAGO)


def test_noon_is_noon_on_the_wall_also_when_the_clocks_change() -> None:
    evening = datetime(2026, 10, 31, 23, tzinfo=UTC)  # Saturday 18:00, before the clocks go back
    assert noon_after(evening, CHICAGO) == datetime(2026, 11, 1, 18, tzinfo=UTC)
    late = datetime(2026, 11, 1, 4, 59, tzinfo=UTC)  # still Saturday in the county
    assert noon_after(late, CHICAGO) == datetime(2026, 11, 1, 18, tzinfo=UTC)


def test_what_is_asked_again_comes_after_it_was_asked_and_before_it_is_over() -> None:
    wanted = dict(reminders(a_cover(), RotaTerms(), CHICAGO))
    assert wanted == {
        "noon": datetime(2026, 11, 10, 18, tzinfo=UTC),
        "day": START - 24 * HOUR,
        "manager": START - 24 * HOUR,
        "past": START,
    }
    short = dict(reminders(a_cover(made_at=START - 3 * HOUR), RotaTerms(), CHICAGO))
    assert short == {"manager": START - 3 * HOUR, "past": START}


def test_of_a_hole_the_managers_hear_as_it_opens_and_not_twice() -> None:
    now = dict(reminders(a_cover("sick", made_at=START - 3 * HOUR), RotaTerms(), CHICAGO))
    assert now == {"past": START + 12 * HOUR}
