"""Pages are never held up or counted; notices of the rota are few, wait their turn, and are never lost."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from app.outbox import URGENT_BELOW, owe, priority
from app.outgoing.bundle import joined
from app.shell import new_id
from app.tables import incidents, outbox, pages
from app.throttle import KINDS, ORDINARY, TEXTS_AT_MOST, WITHIN
from dispatch import messages
from dispatch.messages import (
    AreYouOk,
    CannotReach,
    CoverOver,
    HasIt,
    HowToReply,
    Message,
    NumberCode,
    PageResponder,
    RotaNotice,
    RotaPublished,
    StandDown,
    YesHeard,
)
from notify.gsm7 import is_gsm7, septets
from tests.house import PHONES, House, a_house, on_both, settings_for
from tests.test_wording import one_of_each
from tests.wired import a_call

NOTICE = RotaNotice("ana", 0, "Nobody is on primary on Fri 27 Nov from 07:00 to 19:00, and nobody was asked.")

house = on_both(a_house)


def owed(house: House, *said: Message) -> None:
    with house.shell.store.write() as connection:
        owe(connection, None, list(said), house.clock.now(), 1)


def rows(house: House, *kinds: str) -> list[Any]:
    with house.shell.store.read() as connection:
        every = connection.execute(select(outbox).where(outbox.c.step == 0).order_by(outbox.c.id)).all()
    return [row for row in every if not kinds or row.kind in kinds]


def settle(house: House, minutes: int = 0) -> None:
    """Let the worker do all that is due, and let time pass."""
    for _ in range(30):
        house.worker.tick()
    for _ in range(minutes):
        house.pass_time(minutes=1)


def some_pages(house: House, many: int) -> None:
    """As many crises as this, each asking Ana."""
    incident = a_call(house.shell)
    settle(house)
    until = house.clock.now() + timedelta(minutes=3)
    with house.shell.store.write() as connection:
        kept = dict(connection.execute(select(pages).where(pages.c.person == "ana")).one()._mapping)
        connection.execute(delete(outbox))
        made = [PageResponder("ana", 3000 + number, new_id(), 2, 2, until) for number in range(many)]
        connection.execute(
            pages.insert(),
            [
                {**kept, "id": one.page, "ref": one.ref, "answer_by": until, "link_digest": one.page.encode()}
                for one in made
            ],
        )
        assert connection.scalar(select(incidents.c.id).where(incidents.c.id == incident))
        owe(connection, None, list(made), house.clock.now(), 1)


def test_every_kind_of_message_is_ordinary_or_is_never_held_up() -> None:
    """A new kind is free until somebody writes down that it can wait; these are all that can."""
    every = {kind for kind in vars(messages).values() if isinstance(kind, type) and issubclass(kind, Message)}
    free = every - set(ORDINARY) - {Message}
    assert {kind.__name__ for kind in ORDINARY} == set(KINDS)
    assert {PageResponder, AreYouOk, CannotReach, StandDown, YesHeard, HasIt, HowToReply, NumberCode} <= free
    assert all(priority(one) >= URGENT_BELOW for one in one_of_each() if type(one) in ORDINARY)
    assert priority(CannotReach("sue", 0, "Ana Vela", "stopped")) < URGENT_BELOW


def test_a_thousand_pages_to_one_number_all_go_at_once_while_fifty_notices_become_few(house: House) -> None:
    many = 1_000 if house.shell.store.is_sqlite else 100
    some_pages(house, many)
    owed(house, *[NOTICE] * 50)
    settle(house)
    sent = [row for row in rows(house, "PageResponder") if row.state == "sent"]
    assert len(sent) == many
    assert {row.sent_at for row in sent} == {house.clock.now()}, "in the same instant"
    settle(house, minutes=6)
    notices = rows(house, "RotaNotice")
    assert len(notices) == 50 and {row.state for row in notices} == {"sent"}
    assert len([row for row in notices if row.bundled_in is None]) <= 3


def test_a_phone_gets_three_texts_of_notices_in_five_minutes() -> None:
    assert (TEXTS_AT_MOST, WITHIN) == (3, timedelta(minutes=5))


def test_pages_go_though_the_notices_of_this_person_have_to_wait(house: House) -> None:
    for _ in range(TEXTS_AT_MOST + 2):
        owed(house, NOTICE)
        house.worker.tick()
    assert [row.state for row in rows(house, "RotaNotice")] == ["sent"] * TEXTS_AT_MOST + ["owed"] * 2
    a_call(house.shell)
    owed(
        house,
        AreYouOk("ana", 2001, house.clock.now()),
        StandDown("ana", 2001, "recalled"),
        YesHeard("ana", 2001, None),
    )
    house.worker.tick()
    others = rows(house, "PageResponder", "AreYouOk", "StandDown", "YesHeard")
    assert {row.state for row in others if row.person == "ana"} == {"sent"}


def test_what_waits_is_told_in_one_text_when_its_turn_comes_and_none_is_lost(house: House) -> None:
    for _ in range(TEXTS_AT_MOST):
        owed(house, NOTICE)
        house.worker.tick()
    owed(house, *[NOTICE] * 4)
    settle(house, minutes=4)
    assert len(house.texts("ana")) == TEXTS_AT_MOST
    settle(house, minutes=1)
    assert len(house.texts("ana")) == TEXTS_AT_MOST + 1
    assert house.texts("ana")[-1] == (
        "DEMO Alder County Mobile Crisis: 4 notices wait for you. Open Standby: http://127.0.0.1/shifts"
    )
    waited = rows(house, "RotaNotice")[TEXTS_AT_MOST:]
    assert {row.state for row in waited} == {"sent"}
    assert [row.bundled_in for row in waited] == [None, *[waited[0].id] * 3]
    assert {row.provider_id for row in waited[1:]} <= {None, waited[0].provider_id}


def test_short_notices_are_told_in_their_own_words(house: House) -> None:
    for _ in range(TEXTS_AT_MOST):
        owed(house, NOTICE)
        house.worker.tick()
    owed(house, CoverOver("ana", 3001, "taken"), RotaPublished("ana", 0, None))
    settle(house, minutes=6)
    assert house.texts("ana")[-1] == (
        "DEMO Alder County Mobile Crisis: 3001: somebody else has taken it. Thank you. "
        "A new rota is out. You have no shift in it."
    )


def test_one_persons_notices_hold_up_nobody_elses(house: House) -> None:
    owed(house, *[NOTICE] * 40)
    owed(house, RotaNotice("ben", 0, "One for Ben."))
    house.worker.tick()
    assert any("One for Ben." in one for one in house.texts("ben"))


def test_notices_in_one_text_that_was_refused_for_now_are_told_later_and_not_one_by_one(house: House) -> None:
    house.recorder.refuse(PHONES["ana"], "20429")
    owed(house, *[NOTICE] * 9)
    house.worker.tick()
    assert house.texts("ana") == []
    house.recorder.mend(PHONES["ana"])
    settle(house, minutes=12)
    assert {row.state for row in rows(house, "RotaNotice")} == {"sent"}
    assert 1 <= len(house.texts("ana")) <= TEXTS_AT_MOST


def test_a_text_of_many_whose_fate_is_not_known_is_looked_for_as_that_text(house: House) -> None:
    house.recorder.hang(PHONES["ana"], arrives=True)
    owed(house, *[NOTICE] * 9)
    house.worker.tick()
    house.recorder.mend(PHONES["ana"])
    settle(house, minutes=12)
    assert {row.state for row in rows(house, "RotaNotice")} == {"sent"}
    assert len(house.texts("ana")) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whatever_comes_when_nobody_gets_more_than_a_few_and_everything_is_told(house: House) -> None:
    @given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 7)), min_size=1, max_size=12))
    @settings(max_examples=10, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def any_evening(evening: list[tuple[int, int]]) -> None:
        house.clock.move(timedelta(hours=3))
        with house.shell.store.write() as connection:
            connection.execute(delete(outbox))
        for minutes, many in evening:
            for _ in range(minutes):
                house.pass_time(minutes=1)
            owed(house, *[NOTICE] * many)
            house.worker.tick()
        for _ in range(11):
            house.pass_time(minutes=1)
        told = rows(house, "RotaNotice")
        assert {row.state for row in told} == {"sent"}
        at = sorted(row.sent_at for row in told if row.bundled_in is None)
        for first, one_too_many in zip(at, at[TEXTS_AT_MOST:], strict=False):
            assert one_too_many - first >= WITHIN
        by_id = {row.id: row for row in told}
        assert all(by_id[row.bundled_in].sent_at == row.sent_at for row in told if row.bundled_in)

    any_evening()


@given(st.integers(2, 200), st.text(max_size=50), st.booleans())
def test_a_text_of_many_is_one_plain_segment(many: int, org: str, demo: bool) -> None:
    made = replace(settings_for("sqlite://"), org=org, demo=demo, base_url="https://" + "s" * 90 + ".example")
    claims = [SimpleNamespace(message=NOTICE)] * many
    body = joined(made, claims, "", ZoneInfo("America/Chicago"))  # type: ignore[arg-type]
    assert is_gsm7(body) and septets(body) <= 160
    assert str(many) in body or "Nobody is on primary" in body
