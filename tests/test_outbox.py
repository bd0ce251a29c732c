"""What is owed: claimed by one, settled by the one who has it, tried again, and then given up aloud."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app import settling
from app.claims import (
    LEASE,
    LINE_LOOKED_AT,
    ON_THE_LINE_AT_MOST,
    READ_AT_ONCE,
    Claim,
    Settled,
    anything_owed,
    claim,
    settle,
)
from app.delivered import report
from app.next_try import ATTEMPTS_AT_MOST, RECONCILE_AFTER
from app.outbox import owe
from app.tables import outbox, ways
from app.worker import SPARES_KEPT
from dispatch import commands as c
from dispatch.messages import AlarmStands, NoHeard, StandDown
from notify.outcomes import ambiguous, refused
from notify.transport import Outcome
from tests.crisis import Crisis
from tests.house import PHONES, House, a_house, on_both

SENT = Outcome("sent", provider_id="SM1")
SECOND = timedelta(seconds=1)

house = on_both(a_house)


def a_page(house: House) -> Crisis:
    """An incident of which Ana and Ben are being asked; both texts are owed."""
    crisis = Crisis(house).received()
    crisis.ask(c.Triage("ruiz", 2))
    crisis.ask(c.Dispatch("ruiz", "ana", "ben"))
    return crisis


def claimed(house: House, most: int = 10) -> list[Claim]:
    with house.shell.store.write() as connection:
        return claim(connection, house.clock.now(), most, lambda *_: None)


def settled(house: House, one: Claim, outcome: Outcome) -> Settled | None:
    with house.shell.store.write() as connection:
        return settle(connection, one, outcome, house.clock.now())


def row(house: House, message: int) -> Any:
    with house.shell.store.read() as connection:
        return connection.execute(select(outbox).where(outbox.c.id == message)).one()


def test_pages_go_before_alarms_and_those_before_the_rest(house: House) -> None:
    with house.shell.store.write() as connection:
        told = [StandDown("dov", 2001, "closed"), AlarmStands("cyd", 2001, "nobody_answered")]
        owe(connection, None, list(told), house.clock.now(), 0)
    a_page(house)
    kinds = [one.kind for one in claimed(house)]
    assert kinds == ["PageResponder", "PageResponder", "AlarmStands", "StandDown"]


def test_what_one_worker_has_claimed_no_other_claims(house: House) -> None:
    a_page(house)
    assert len(claimed(house)) == 2
    assert claimed(house) == []
    with house.shell.store.read() as connection:
        assert not anything_owed(connection, house.clock.now())


def test_when_a_lease_runs_out_another_claims_it_with_a_higher_fence_and_looks_before_sending(
    house: House,
) -> None:
    a_page(house)
    first = claimed(house)[0]
    house.clock.move(LEASE)
    again = next(one for one in claimed(house) if one.id == first.id)
    assert again.fence == first.fence + 1
    assert again.ambiguous and not first.ambiguous


def test_a_worker_that_comes_back_too_late_settles_nothing(house: House) -> None:
    a_page(house)
    late = claimed(house)[0]
    house.clock.move(LEASE)
    mine = next(one for one in claimed(house) if one.id == late.id)
    assert settled(house, late, refused("30005")) is None
    assert row(house, late.id).state == "sending"
    assert settled(house, mine, SENT) is not None
    assert settled(house, late, SENT) is None
    assert row(house, late.id).state == "sent"


def test_a_page_that_nobody_wants_any_more_is_not_sent_and_takes_no_place_in_line(house: House) -> None:
    crisis = a_page(house)
    crisis.ask(c.Cancel("ruiz", "caller_withdrew"))
    a_page(house)
    one, two = claimed(house, most=2)
    assert {one.person, two.person} == {"ana", "ben"}
    assert one.incident != crisis.id
    with house.shell.store.read() as connection:
        old = connection.scalars(select(outbox.c.state).where(outbox.c.page.like(f"{crisis.id}%"))).all()
    assert old == ["superseded", "superseded"]


@pytest.mark.parametrize("outcome", [ambiguous("no_answer"), refused("20429")])
def test_what_was_on_the_wire_when_the_answer_came_is_not_sent_again(house: House, outcome: Outcome) -> None:
    crisis = a_page(house)
    ana = next(one for one in claimed(house) if one.person == "ana")
    crisis.ask(c.Cancel("ruiz", "caller_withdrew"))
    assert row(house, ana.id).state == "sending", "it is out: nobody can call it back"
    done = settled(house, ana, outcome)
    assert done is not None and not done.lost and not done.begin_next
    assert row(house, ana.id).state == "superseded"


def test_whoever_stood_still_begins_the_next_channel_only_when_it_is_not_known_what_became_of_this_one(
    house: House,
) -> None:
    a_page(house)
    first = claimed(house)[0]
    fresh = settled(house, first, Outcome("refused", code="lease_over"))
    assert fresh is not None and not fresh.begin_next, "it was never sent, and goes out in a second"
    house.clock.move(SECOND)
    again = next(one for one in claimed(house) if one.id == first.id)
    house.clock.move(LEASE)
    taken_over = next(one for one in claimed(house) if one.id == first.id)
    assert taken_over.fence > again.fence and taken_over.ambiguous
    unclear = settled(house, taken_over, ambiguous("lease_over"))
    assert unclear is not None and unclear.begin_next


def test_a_no_for_now_is_tried_again_later_each_time_and_then_given_up(house: House) -> None:
    a_page(house)
    waits: list[timedelta] = []
    for attempt in range(1, ATTEMPTS_AT_MOST + 1):
        one = next(one for one in claimed(house) if one.person == "ana")
        assert one.attempts == attempt
        settled(house, one, refused("20429"))
        waits.append(row(house, one.id).available_at - house.clock.now())
        house.clock.move(waits[-1])
    assert waits == [SECOND * seconds for seconds in (1, 2, 4, 8, 15, 30, 30, 0)]
    assert row(house, one.id).state == "failed"


def test_a_no_for_good_is_given_up_at_once(house: House) -> None:
    a_page(house)
    one = claimed(house)[0]
    settled(house, one, refused("21211"))
    assert (row(house, one.id).state, row(house, one.id).code) == ("failed", "21211")


def test_an_unclear_send_is_looked_for_after_a_moment(house: House) -> None:
    a_page(house)
    one = claimed(house)[0]
    settled(house, one, ambiguous("no_answer"))
    assert not any(again.id == one.id for again in claimed(house))
    house.clock.move(RECONCILE_AFTER)
    assert next(again for again in claimed(house) if again.id == one.id).ambiguous


def test_an_unclear_send_of_which_nobody_is_asked_goes_out_at_once_and_only_once(house: House) -> None:
    """A provider that breaks down in no time would use up every attempt in no time."""
    a_page(house)
    for waits in (timedelta(0), RECONCILE_AFTER, RECONCILE_AFTER):
        one = claimed(house)[0]
        with house.shell.store.write() as connection:
            assert settle(connection, one, ambiguous("20500"), house.clock.now(), asked=False)
        assert row(house, one.id).available_at == house.clock.now() + waits
        house.clock.move(waits)


def rung(house: House) -> None:
    """A call to Ana is owed."""
    with house.shell.store.write() as connection:
        owe(
            connection, None, [AlarmStands("ana", 2001, "check_missed")], house.clock.now(), 0, channel="call"
        )


def test_a_phone_has_one_call_of_ours_at_a_time(house: House) -> None:
    rung(house)
    rung(house)
    (first,) = claimed(house)
    house.clock.move(LINE_LOOKED_AT)
    assert claimed(house) == [], "the first one is being placed"
    settled(house, first, SENT)
    house.clock.move(LINE_LOOKED_AT)
    assert claimed(house) == [], "it rings, or is talked on"
    assert report(house.shell, first.id, "no-answer", None)
    house.clock.move(LINE_LOOKED_AT)
    assert len(claimed(house)) == 1


@pytest.mark.parametrize("pushes", [2, 2 * READ_AT_ONCE + 1])
def test_what_waits_for_a_line_or_a_hand_holds_up_nothing_behind_it(house: House, pushes: int) -> None:
    with house.shell.store.write() as connection:
        now = house.clock.now()
        for channel in ("call", "call", "call", *["push"] * pushes, "text"):
            owe(connection, None, [AlarmStands("ana", 2001, "check_missed")], now, 0, channel=channel)

        def busy(program: str, channel: str, urgent: bool, refused_by: tuple[str, ...]) -> str | None:
            return "" if channel == "push" else None

        assert [one.channel for one in claim(connection, now, 2, busy)] == ["call", "text"]
        assert claim(connection, now, 2, busy) == [], "nobody has a hand for the rest"


@pytest.mark.parametrize("before", [timedelta(0), timedelta(days=3)])
def test_a_call_holds_its_line_from_when_it_went_out_not_from_when_it_was_owed_or_first_tried(
    house: House, before: timedelta
) -> None:
    rung(house)
    house.clock.move(before)
    (first,) = claimed(house)
    settled(house, first, ambiguous("no_answer"))
    house.clock.move(ON_THE_LINE_AT_MOST + SECOND)
    (again,) = claimed(house)
    settled(house, again, SENT)
    rung(house)
    assert claimed(house) == []
    house.clock.move(ON_THE_LINE_AT_MOST)
    assert len(claimed(house)) == 1, "a call of which no end is heard is taken for ended"


def test_one_message_that_we_cannot_read_holds_up_no_other(house: House) -> None:
    a_page(house)
    with house.shell.store.write() as connection:
        unknown = update(outbox).where(outbox.c.person == "ana").values(kind="FromTomorrow")
        connection.execute(unknown)
    house.worker.tick()
    assert len(house.texts("ben")) == 1
    for _ in range(ATTEMPTS_AT_MOST):
        house.pass_time(seconds=4)
    assert len(house.texts("cyd")) == 1, "the next person is asked for the page that could not be read"


def test_while_a_client_starts_no_page_is_given_up(house: House) -> None:
    crisis = a_page(house)
    house.recorder.down("starting")
    for _ in range(4):
        house.pass_time(seconds=2)
    assert {page.person for page in crisis.incident().open_pages} == {"ana", "ben"}
    house.recorder.mend()
    for _ in range(3):
        house.pass_time(seconds=4)
    assert [len(house.texts(person)) for person in ("ana", "ben", "cyd")] == [1, 1, 0]


def test_whatever_a_provider_says_can_be_written_down(house: House) -> None:
    a_page(house)
    one, other = claimed(house)
    assert settled(house, one, refused("REQUEST_BLOCKED_BY_THE_POLICY_OF_A_GATEWAY"))
    assert settled(house, other, Outcome("sent", provider_id="x" * 300))
    assert (row(house, one.id).state, row(house, other.id).state) == ("failed", "sent")


def test_one_outcome_that_cannot_be_written_down_holds_up_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_page(house)
    follow = settling._follow

    def fails(connection: Any, shell: Any, done: Any, *more: Any) -> Any:
        if done.claim.person == "ana" and more[0].code != "our_fault":
            raise ValueError
        return follow(connection, shell, done, *more)

    monkeypatch.setattr(settling, "_follow", fails)
    house.worker.tick()
    states = {one.person: one.state for one in all_rows(house)}
    assert states == {"ana": "ambiguous", "ben": "sent"}, "looked for, and then sent again"


def test_what_waited_through_a_downtime_keeps_its_letter(house: House) -> None:
    """The letter begins when the text is lost: also when both were owed long before the text went out."""
    owed_by_text_and_letter(house)
    house.clock.move(SPARES_KEPT + 5 * SECOND)
    house.recorder.lose(PHONES["ana"])
    house.pass_time(seconds=11)
    text, kept = all_rows(house)
    assert report(house.shell, text.id, "undelivered", "30003")
    assert row(house, kept.id).state == "owed" and not row(house, kept.id).spare


def test_a_letter_that_nobody_needed_is_dropped_in_the_end(house: House) -> None:
    owed_by_text_and_letter(house)
    house.recorder.lose(PHONES["ana"])
    house.worker.tick()
    assert [one.state for one in all_rows(house)] == ["sent", "owed"]
    house.clock.move(SPARES_KEPT + SECOND)
    for _ in range(2):
        house.pass_time(seconds=11)
    assert [one.state for one in all_rows(house)] == ["sent", "superseded"]


def owed_by_text_and_letter(house: House) -> None:
    """A notice to Ana; the letter is kept for when its text is lost."""
    with house.shell.store.write() as connection:
        letter = {"id": "w1", "person": "ana", "kind": "email", "address": "ana@x.example"}
        now = house.clock.now()
        connection.execute(ways.insert().values(**letter, verified_at=now, added_at=now))
        owe(connection, None, [NoHeard("ana", 2001)], now, 1, carried=("text", "email"))


def all_rows(house: House) -> list[Any]:
    with house.shell.store.read() as connection:
        return list(connection.execute(select(outbox).order_by(outbox.c.id)))


def test_a_text_is_looked_for_by_the_providers_clock_while_ours_is_ahead(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine's clock was set back: ours runs on, and what went out now is dated ten minutes ago."""
    asked: list[timedelta] = []
    find = house.recorder.find

    def watched(what: Any, since: Any) -> Any:
        asked.append(house.clock.now() + house.clock.apart - since)
        return find(what, since)

    monkeypatch.setattr(house.recorder, "find", watched)
    house.clock.apart = -timedelta(minutes=10)
    house.recorder.hang(PHONES["ana"])
    a_page(house)
    house.worker.tick()
    house.pass_time(seconds=4)
    assert asked and all(since > timedelta(0) for since in asked)
