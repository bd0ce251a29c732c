"""Which provider is tried first: by how each has done just now, for this program and channel."""

from datetime import UTC, datetime, timedelta

from notify.health import HALF_BACK, SURE_AFTER, Health

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
BOTH = ("north", "south")


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


def health() -> tuple[Health, Clock]:
    clock = Clock()
    return Health(clock.now), clock


def test_while_all_is_well_the_countys_own_order_counts() -> None:
    known, _ = health()
    known.note("alder", "text", "south", "good")
    assert known.order("alder", "text", BOTH) == ["north", "south"]


def test_one_that_does_not_answer_is_tried_last_at_once_for_that_program_and_channel_alone() -> None:
    known, _ = health()
    known.note("alder", "text", "north", "slow")
    assert known.order("alder", "text", BOTH) == ["south", "north"]
    assert known.order("alder", "call", BOTH) == ["north", "south"]
    assert known.order("birch", "text", BOTH) == ["north", "south"]


def test_what_is_wrong_with_an_account_is_wrong_for_every_program_also_one_not_seen_yet() -> None:
    known, _ = health()
    known.note("alder", "text", "north", "account", "20003")
    for program in ("alder", "birch"):
        assert known.order(program, "text", BOTH) == ["south", "north"]
        assert known.is_down(program, "text", "north")
        assert known.standing(program, "text", "north").code == "20003"


def test_it_is_tried_again_after_a_while_and_one_that_goes_through_mends_it() -> None:
    known, clock = health()
    known.note("alder", "text", "north", "account", "20003")
    clock.at += 3 * HALF_BACK
    assert not known.is_down("alder", "text", "north")
    assert known.order("alder", "text", BOTH) == ["north", "south"]
    known.note("alder", "text", "north", "account", "20003")
    for _ in range(4):
        known.note("alder", "text", "north", "good")
    assert known.order("alder", "text", BOTH) == ["north", "south"]


def test_when_both_are_down_both_are_still_tried() -> None:
    known, _ = health()
    for name in BOTH:
        for _ in range(5):
            known.note("alder", "text", name, "bad")
    assert sorted(known.order("alder", "text", BOTH)) == list(BOTH)


def test_who_has_been_down_for_a_while_need_not_be_asked_and_a_hiccup_is_no_while() -> None:
    known, clock = health()
    for _ in range(4):
        known.note("alder", "text", "north", "bad")
    assert known.is_down("alder", "text", "north") and not known.carries_nothing("alder", "text", "north")
    clock.at += SURE_AFTER
    assert known.carries_nothing("alder", "text", "north")
    assert not known.carries_nothing("alder", "text", "south")
    known.note("alder", "text", "north", "good")
    assert not known.carries_nothing("alder", "text", "north")


def test_down_since_is_when_it_fell() -> None:
    known, clock = health()
    for _ in range(3):
        clock.at += timedelta(seconds=1)
        known.note("alder", "text", "north", "bad")
    fell = clock.at
    clock.at += timedelta(seconds=1)
    known.note("alder", "text", "north", "bad")
    assert known.standing("alder", "text", "north").down_since == fell
