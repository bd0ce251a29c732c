"""How one person is reached: the order of the tries, what begins when one fails, and when nothing is left."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.reach import (
    CHANNELS,
    TRIES_AT_MOST,
    Reach,
    State,
    Try,
    Way,
    is_gone,
    next_of,
    plan_of,
    quiet_plan,
)

TEXT, CALL = Way("", "text", "+15555550102"), Way("", "call", "+15555550102")
PUSH, MAIL = Way("w1", "push", "https://push.example/1"), Way("w2", "email", "ana@alder.example")
MINUTE = timedelta(minutes=1)
ways = st.lists(
    st.builds(Way, st.text("w12345", min_size=1, max_size=3), st.sampled_from(CHANNELS), st.just("x")),
    max_size=6,
)
tries = st.lists(
    st.builds(
        Try,
        st.integers(0, 7),
        st.sampled_from(CHANNELS),
        st.sampled_from(["waiting", "out", "arrived", "lost", "dropped"]),
    ),
    max_size=6,
)


def begun(*planned: Way, within: timedelta = 3 * MINUTE) -> list[tuple[str, float | None]]:
    return [
        (step.way.channel, None if step.after is None else step.after.total_seconds())
        for step in plan_of(planned, within, Reach())
    ]


def a_try(step: int, channel: str, state: State) -> Try:
    return Try(step, channel, state)  # type: ignore[arg-type]


def test_a_text_goes_at_once_the_phone_rings_after_a_minute_and_again_while_there_is_time() -> None:
    assert begun(TEXT, CALL) == [("text", 0), ("call", 60), ("call", 120)]
    assert begun(TEXT, CALL, within=MINUTE) == [("text", 0), ("call", 60)]


def test_whoever_wants_to_be_rung_first_is_rung_first() -> None:
    assert begun(CALL, TEXT)[:2] == [("call", 0), ("text", 60)]


def test_a_push_goes_beside_the_first_and_takes_nobodys_place() -> None:
    assert begun(PUSH, TEXT, CALL, MAIL) == [("push", 0), ("text", 0), ("call", 60), ("email", 120)]


def test_every_way_is_in_the_plan_though_its_time_is_after_the_deadline() -> None:
    """A failure brings it forward."""
    assert {channel for channel, _ in begun(TEXT, CALL, MAIL, within=MINUTE)} == {"text", "call", "email"}


def test_nobody_is_rung_up_for_a_notice() -> None:
    assert [(step.way.channel, step.after) for step in quiet_plan([PUSH, TEXT, CALL, MAIL])] == [
        ("text", timedelta(0)),
        ("email", None),
        ("push", None),
    ]


@given(ways, st.integers(0, 600))
def test_a_plan_has_a_first_try_at_once_and_a_bound(planned: list[Way], seconds: int) -> None:
    steps = plan_of(planned, timedelta(seconds=seconds), Reach())
    assert len(steps) <= TRIES_AT_MOST
    assert bool(steps) == bool(planned)
    if steps:
        assert min(step.after for step in steps if step.after is not None) == timedelta(0)
        assert {step.way for step in steps} == set(planned[:TRIES_AT_MOST]) & {step.way for step in steps}


def test_the_next_try_is_the_earliest_that_waits() -> None:
    every = [a_try(0, "text", "lost"), a_try(2, "call", "waiting"), a_try(1, "call", "waiting")]
    assert next_of(every) == every[2]
    assert next_of(every[:1]) is None


@pytest.mark.parametrize(
    ("gone", "every"),
    [
        (True, [("text", "lost"), ("call", "lost")]),
        (False, [("text", "lost"), ("call", "waiting")]),
        (False, [("text", "out"), ("call", "lost")]),
        (False, [("text", "arrived"), ("call", "lost")]),
        # Nobody hears a letter, or a push that was not shown, at night.
        (True, [("push", "out"), ("text", "lost"), ("call", "lost"), ("email", "arrived")]),
        (False, [("push", "arrived"), ("text", "lost"), ("call", "lost")]),
        # They are all that this person has.
        (False, [("push", "out"), ("email", "out")]),
        (True, [("push", "lost"), ("email", "lost")]),
        (True, [("text", "dropped"), ("call", "lost")]),
    ],
)
def test_a_person_is_gone_when_nothing_may_still_reach_them(
    gone: bool, every: list[tuple[str, State]]
) -> None:
    assert is_gone(a_try(step, channel, state) for step, (channel, state) in enumerate(every)) == gone


@given(tries)
def test_nobody_is_gone_while_a_try_waits_or_a_phone_has_arrived(every: list[Try]) -> None:
    if is_gone(every):
        assert not any(one.state == "waiting" and one.channel in ("text", "call") for one in every)
        assert not any(one.channel in ("text", "call") and one.state in ("out", "arrived") for one in every)
