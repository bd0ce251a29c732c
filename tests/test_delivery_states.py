"""What is known of a text is the same, whatever order the provider's reports arrive in and however often."""

from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.outcomes import CODES, Delivery, heard, join, rank, refused, why

STATUSES = (
    "accepted",
    "queued",
    "sending",
    "sent",
    "delivered",
    "read",
    "undelivered",
    "failed",
    "canceled",
    "moon",
)
reports = st.builds(heard, st.sampled_from(STATUSES), st.sampled_from((None, "", "30003", "30005", "30008")))
deliveries = st.lists(reports, max_size=6).map(lambda all_heard: reduce(join, all_heard, Delivery()))


def known(*reports_in_order: tuple[str, str | None]) -> Delivery:
    return reduce(join, (heard(*report) for report in reports_in_order), Delivery())


def test_every_order_and_repetition_of_a_delivery_gives_one_state() -> None:
    reported = [("queued", None), ("sending", "30005"), ("sent", None), ("delivered", None)]
    ends = {known(*order, *order[:2]) for order in permutations(reported)}
    assert {(end.status, end.code, end.lost) for end in ends} == {("delivered", None, False)}
    assert len(ends) == 1


def test_every_order_and_repetition_of_a_failure_gives_one_state() -> None:
    reported = [
        ("queued", None),
        ("sent", None),
        ("undelivered", "30003"),
        ("failed", "30008"),
        ("failed", None),
    ]
    ends = {known(*order, order[0]) for order in permutations(reported)}
    assert {(end.status, end.code, end.lost) for end in ends} == {("failed", "30008", True)}
    assert len(ends) == 1


@pytest.mark.parametrize("failure", ["failed", "undelivered"])
def test_a_failure_after_sent_is_a_failure(failure: str) -> None:
    late = known(("sent", None), (failure, "30005"))
    assert late.lost
    assert (late.status, late.code) == (failure, "30005")


@pytest.mark.parametrize("arrived", ["delivered", "read"])
def test_delivered_wins_over_a_failure_and_the_contradiction_is_kept(arrived: str) -> None:
    for order in permutations([(arrived, None), ("failed", "30008")]):
        state = known(*order)
        assert state.status == arrived
        assert (state.reached, state.failed) == (rank(arrived), "failed")
        assert not state.lost
        assert state.code == "30008"


def test_a_code_is_read_only_beside_a_failure() -> None:
    assert known(("sending", "30005"), ("sent", "30005")).code is None
    assert known(("undelivered", "30005")).code == "30005"


def test_a_status_that_we_do_not_know_changes_nothing() -> None:
    assert known(("sent", None), ("moon", "30005")) == known(("sent", None))
    assert heard("moon", None).status == "unheard"


def test_the_statuses_stand_in_the_order_of_a_texts_way() -> None:
    way = ["queued", "sending", "sent", "delivered", "read"]
    assert [rank(status) for status in way] == sorted({rank(status) for status in way})
    assert rank("failed") == rank("undelivered") == rank("moon") == 0


@given(deliveries, deliveries, deliveries)
def test_joining_needs_no_order_no_grouping_and_no_counting(
    one: Delivery, two: Delivery, three: Delivery
) -> None:
    assert join(one, two) == join(two, one)
    assert join(one, join(two, three)) == join(join(one, two), three)
    assert join(one, one) == one
    assert join(one, Delivery()) == one


@pytest.mark.parametrize("code", ["21211", "21614", "21610", "30005", "30006"])
def test_a_number_that_can_never_take_a_text_is_given_up(code: str) -> None:
    assert refused(code).permanent
    assert not refused(code).account_wide


@pytest.mark.parametrize("code", ["20003", "30002", "30007", "30032", "30034", "21606", "21608"])
def test_a_fault_of_the_account_makes_every_page_suspect_and_blames_no_number(code: str) -> None:
    assert refused(code).account_wide
    assert not refused(code).permanent


@pytest.mark.parametrize(
    "code", ["30036", "21611", "30001", "30003", "30008", "20429", "21612", "99999", None]
)
def test_any_other_code_known_or_not_is_a_failure_of_this_send_alone(code: str | None) -> None:
    assert refused(code).kind == "refused"
    assert not refused(code).permanent
    assert not refused(code).account_wide


def test_a_code_that_nobody_has_seen_is_called_unknown() -> None:
    assert why("12345") == why(None) == "unknown"
    assert "unknown" not in CODES.values()
