"""The one write path: all of it or nothing, one effect for one wish, and nobody hears of it too early."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.commit import Done, commit
from app.intake import open_incident
from app.journal import newest
from app.shell import new_id
from app.tables import incidents, metadata, outbox, pages
from dispatch import commands as c
from dispatch.stages import Seat
from dispatch.value import Refused
from tests.crisis import Crisis
from tests.house import PROGRAM, House, a_house, on_both

house = on_both(a_house)


def everything(house: House) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    with house.shell.store.read() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
        }


def test_a_refused_wish_writes_nothing(house: House) -> None:
    crisis = Crisis(house).received()
    before = everything(house)
    with pytest.raises(Refused, match="Triage it first"):
        commit(house.shell, crisis.id, c.Dispatch("ruiz"), via="board", key="k1", words={"note": "x"})
    assert everything(house) == before


def test_a_wish_about_an_incident_that_is_not_there_is_refused(house: House) -> None:
    with pytest.raises(Refused, match="no such incident"):
        commit(house.shell, "nowhere", c.Triage("ruiz", 1), via="board")


def test_what_fails_beside_a_change_takes_the_change_with_it(house: House) -> None:
    crisis = Crisis(house).received()
    before = everything(house)

    def beside(*_: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        commit(house.shell, crisis.id, c.Triage("ruiz", 2), via="board", key="k1", beside=beside)
    assert everything(house) == before


def test_the_same_wish_asked_twice_has_one_effect_and_one_answer(house: House) -> None:
    crisis = Crisis(house).received()
    first = commit(house.shell, crisis.id, c.Triage("ruiz", 2), via="board", key="k1")
    before = everything(house)
    again = commit(house.shell, crisis.id, c.Triage("ruiz", 2), via="board", key="k1")
    assert first.facts and not again.facts
    assert (again.seq, again.incident) == (first.seq, first.incident)
    assert everything(house) == before


def test_the_same_wish_is_granted_again_though_it_would_be_refused_now(house: House) -> None:
    crisis = Crisis(house).received()
    crisis.ask(c.Triage("ruiz", 2))
    first = commit(house.shell, crisis.id, c.Dispatch("ruiz"), via="board", key="k1")
    assert commit(house.shell, crisis.id, c.Dispatch("ruiz"), via="board", key="k1").seq == first.seq


def test_the_same_key_from_two_people_is_two_wishes(house: House) -> None:
    crisis = Crisis(house).received()
    for person in ("ruiz", "castellan"):
        assert commit(house.shell, crisis.id, c.CallEmergency(person), via="board", key="k1").facts


def test_a_call_that_is_saved_twice_under_one_key_is_one_incident(house: House) -> None:
    def save() -> Done:
        return open_incident(
            house.shell, "ruiz", PROGRAM, "phone", {}, (), {"callback": "218-555-0147"}, "board", "k1"
        )

    assert save().incident.ref == save().incident.ref
    with house.shell.store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(incidents)) == 1


def test_an_incident_and_its_first_pages_are_one_commit(house: House) -> None:
    crisis = Crisis(house).received()
    crisis.ask(c.Triage("ruiz", 2))
    done = commit(house.shell, crisis.id, c.Dispatch("ruiz"), via="board")
    with house.shell.store.read() as connection:
        owed = connection.execute(select(outbox.c.page, outbox.c.incident_seq)).all()
        asked = connection.scalars(select(pages.c.id)).all()
    assert {row.page for row in owed} == set(asked) == {page.id for page in done.incident.pages}
    assert {row.incident_seq for row in owed} == {done.seq}


def test_listeners_hear_of_a_change_only_when_it_is_durable(house: House) -> None:
    heard: list[tuple[int, int]] = []

    def listen(seq: int) -> None:
        with house.shell.store.read() as connection:
            heard.append((seq, newest(connection)))

    crisis = Crisis(house).received()
    house.shell.listeners.append(listen)
    done = commit(house.shell, crisis.id, c.Triage("ruiz", 2), via="board")
    assert heard == [(done.seq, done.seq)]


def test_a_milestone_keeps_its_first_time_when_a_second_team_goes(house: House) -> None:
    crisis = Crisis(house).received().sent()
    crisis.ask(c.GoEnRoute("ana", "ana"))
    first = house.clock.now()
    crisis.ask(c.Recall("ruiz", "more_urgent"))
    house.clock.move(timedelta(minutes=20))
    crisis.ask(c.Dispatch("ruiz", "ana", "ben"))
    crisis.ask(c.Accept("ana", crisis.incident().open_pages[0].id, 12))
    crisis.ask(c.GoEnRoute("ana", "ana"))
    with house.shell.store.read() as connection:
        row = connection.execute(select(incidents).where(incidents.c.id == crisis.id)).one()
    assert (row.dispatched_at, row.accepted_at, row.en_route_at) == (first, first, first)


def test_when_many_say_yes_at_once_two_go_and_every_other_is_told_who(house: House) -> None:
    people = ("ana", "ben", "cyd", "dov", "okonjo", "haddad")
    for _ in range(8):
        crisis = Crisis(house).received()
        crisis.ask(c.Triage("ruiz", 2))
        crisis.ask(c.Dispatch("ruiz", "ana", "ben"))
        for number, person in enumerate(people[2:]):
            crisis.ask(c.AskPerson("ruiz", person, (Seat.LEAD, Seat.SECOND)[number % 2]))
        said: dict[str, str] = {}
        start = threading.Barrier(len(people))

        def accept(
            person: str, page: str, crisis: Crisis, said: dict[str, str], start: threading.Barrier
        ) -> None:
            start.wait()
            try:
                commit(house.shell, crisis.id, c.Accept(person, page), via="link", key=new_id())
                said[person] = "yes"
            except Refused as refused:
                said[person] = refused.sentence

        asked = {page.person: page.id for page in crisis.incident().pages}
        threads = [
            threading.Thread(target=accept, args=(person, asked[person], crisis, said, start))
            for person in people
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        team = {member.person for member in crisis.incident().members}
        assert team == {person for person, answer in said.items() if answer == "yes"} and len(team) == 2
        assert all("has it. You are not needed" in said[person] for person in set(people) - team)
        crisis.ask(c.Cancel("ruiz", "test"))
