"""F67 and F68: two people answer at once, by text, link and call mixed; and a yes meets the lapse of its own page."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import select

from app.commit import commit
from app.replies import hear
from app.ringing import code_of
from app.tables import journal, outbox, pages, people, shifts
from app.voice import keyed
from dispatch import commands as c
from dispatch.stages import Seat
from dispatch.value import Refused
from tests.crisis import Crisis
from tests.house import PHONES, PROGRAM, House, a_house

ROUNDS = 200
THREADS = 50
PAIRS = THREADS // 2
WAYS = list(product(("text", "link", "call"), repeat=2))
HAS_IT = "has "
HOURS = timedelta(hours=8)


@pytest.fixture
def house(tmp_path: Path, database_url: str | None) -> Iterator[House]:
    with a_house(
        tmp_path, database_url=database_url, alone_allowed=True, demo_channels=("text", "call")
    ) as house:
        yield house


@dataclass(frozen=True)
class Racer:
    """Somebody on call, of this test alone: who wins one round must be free in the next."""

    id: str
    name: str
    phone: str


def racers(house: House) -> list[tuple[Racer, Racer]]:
    """A pair for each two threads."""
    made = [
        Racer(f"r{n}", f"Racer {chr(65 + n // 26)}{chr(97 + n % 26)}ne", f"+1555556{n:04d}")
        for n in range(2 * PAIRS)
    ]
    now = house.clock.now()
    with house.shell.store.write() as connection:
        for place, one in enumerate(made):
            row = {"id": one.id, "name": one.name, "phone": one.phone, "email": f"{one.id}@alder.example"}
            row |= {"program": PROGRAM, "active": True, "created_at": now, "credential": "LICSW"}
            connection.execute(people.insert().values(roles=["responder"], skills=[], **row))
            shift = {"id": f"s-{one.id}", "program": PROGRAM, "tier": "primary", "person": one.id}
            shift |= {
                "place_in_line": 50 + place,
                "starts_at": now - HOURS,
                "ends_at": now + HOURS,
            }
            connection.execute(shifts.insert().values(**shift))
    return list(zip(made[::2], made[1::2], strict=True))


def one_seat_for_two(house: House, pair: tuple[Racer, Racer]) -> Crisis:
    """One seat, and both are being asked for it."""
    crisis = Crisis(house).received()
    crisis.ask(c.Triage("ruiz", 2))
    crisis.ask(c.Dispatch("ruiz", pair[0].id, None, "no_second"))
    crisis.ask(c.AskPerson("ruiz", pair[1].id, Seat.LEAD))
    return crisis


def said_by_call(house: House, crisis: Crisis, one: Racer) -> str:
    """The code and then the one are typed, in the call that this page would make; the script that is read out."""
    mine = select(outbox).where(
        outbox.c.person == one.id, outbox.c.incident == crisis.id, outbox.c.channel == "call"
    )
    with house.shell.store.read() as connection:
        row = connection.execute(mine.order_by(outbox.c.id)).first()
    assert row is not None, "a page has a call in its plan"
    event = f"twilio:CA{row.id}"
    told = keyed(house.shell, row.id, code_of(house.shell, row.delivery), "code1", event)
    return keyed(house.shell, row.id, "1", "menu1", event) if "menu1" in told else told


def said_by_link(house: House, crisis: Crisis, one: Racer) -> str:
    """The button of the page's link; the page that follows."""
    with house.shell.store.read() as connection:
        page = connection.scalar(
            select(pages.c.id).where(pages.c.person == one.id, pages.c.incident == crisis.id)
        )
    token = house.shell.page_link_token(page)
    client = house.app.test_client()
    client.get(f"/p/{token}")
    answer = client.post(f"/p/{token}/yes", data={"minutes": "15"}, follow_redirects=True)
    return answer.get_data(as_text=True)


def said_by_text(house: House, crisis: Crisis, one: Racer) -> str:
    """A text; what is owed to them in answer."""
    hear(house.shell, one.phone, f"{crisis.ref} Y 15", f"SM{crisis.ref}{one.id}")
    mine = select(outbox.c.kind, outbox.c.message).where(
        outbox.c.person == one.id, outbox.c.incident == crisis.id, outbox.c.kind != "PageResponder"
    )
    with house.shell.store.read() as connection:
        return " ".join(f"{row.kind} {row.message}" for row in connection.execute(mine.order_by(outbox.c.id)))


SAYING = {"text": said_by_text, "link": said_by_link, "call": said_by_call}


def raced(house: House, pair: tuple[Racer, Racer], ways: tuple[str, str], hands: ThreadPoolExecutor) -> None:
    """One round: both answer at once, and each is told the truth."""
    crisis = one_seat_for_two(house, pair)
    at_once = threading.Barrier(2)

    def answer(one: Racer, way: str) -> str:
        at_once.wait(30)
        return SAYING[way](house, crisis, one)

    told = list(hands.map(answer, pair, ways))
    incident = crisis.incident()
    owners = [member.person for member in incident.members]
    assert len(owners) == 1, f"{owners} by {ways}"
    winner, loser = pair if owners == [pair[0].id] else pair[::-1]
    said = dict(zip((one.id for one in pair), told, strict=True))
    assert winner.name in said[loser.id], f"{loser.id} by {ways} was told: {said[loser.id][:600]}"
    assert f"{loser.name} {HAS_IT}" not in said[winner.id], f"{winner.id} was told that another has it"
    assert not incident.open_pages, "nobody is asked for a seat that is taken"
    crisis.ask(c.Cancel("ruiz", "caller_withdrew"))


def test_f67_of_two_people_who_answer_at_once_one_has_it_and_each_is_told_the_truth(house: House) -> None:
    pairs = racers(house)
    with ThreadPoolExecutor(PAIRS) as games, ThreadPoolExecutor(THREADS) as hands:

        def play(number: int) -> None:
            for turn in range(number, ROUNDS, PAIRS):
                raced(house, pairs[number], WAYS[turn % len(WAYS)], hands)

        for game in [games.submit(play, number) for number in range(PAIRS)]:
            game.result(120)


def test_f68_a_yes_and_the_lapse_of_its_page_at_the_same_instant_leave_an_owner_and_nobody_asked_for_that_seat(
    house: House,
) -> None:
    lapsed = 0
    with ThreadPoolExecutor(2) as hands:
        for number in range(40):
            crisis = Crisis(house).received()
            crisis.ask(c.Triage("ruiz", 2))
            crisis.ask(c.Dispatch("ruiz", "ana", "ben"))
            page = next(page for page in crisis.incident().pages if page.person == "ana")
            house.clock.move_to(page.answer_by)
            at_once = threading.Barrier(2)

            def yes(
                crisis: Crisis = crisis, at_once: threading.Barrier = at_once, number: int = number
            ) -> None:
                at_once.wait(30)
                hear(house.shell, PHONES["ana"], f"{crisis.ref} Y", f"SM{number}")

            def lapse(crisis: Crisis = crisis, at_once: threading.Barrier = at_once) -> None:
                at_once.wait(30)
                try:
                    commit(house.shell, crisis.id, c.Wake(), via="clock")
                except Refused:
                    return

            for one in [hands.submit(yes), hands.submit(lapse)]:
                one.result(60)
            incident = crisis.incident()
            ana = incident.member("ana")
            assert ana is not None, "the yes counts, before the lapse or after it"
            assert not [page for page in incident.open_pages if page.seat is ana.seat], (
                "never owned and asked for"
            )
            lapsed += "Lapsed" in kinds(house, crisis)
            crisis.ask(c.Cancel("ruiz", "caller_withdrew"))
    assert lapsed, "the lapse did come, at least once"


def kinds(house: House, crisis: Crisis) -> list[str]:
    with house.shell.store.read() as connection:
        return list(connection.scalars(select(journal.c.kind).where(journal.c.stream == crisis.id)))
