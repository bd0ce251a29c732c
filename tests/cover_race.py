"""Many people say yes to one shift at the same moment: exactly one has it, and the others hear who."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import func, select

from app.rota.cover_answers import take
from app.rota.cover_rows import acting, cover_at, final_rota
from app.rota.covers import ask_cover
from app.shell import Shell
from app.tables import people, rota_overrides, shifts
from dispatch.rota.rules import Assignment
from dispatch.value import Refused
from tests.house import PROGRAM

ROUNDS = 50
SHIFT = timedelta(hours=8)


class HasShell(Protocol):
    """Any house: all that a race needs of it is its shell."""

    shell: Shell


def race_of_takers(house: HasShell, takers: int = 2, rounds: int = ROUNDS) -> None:
    """Each round is a shift of its own, three days after the one before, so that nobody's rest is in the way."""
    shell = house.shell
    persons = _takers(shell, takers)
    first = shell.clock.now() + timedelta(days=2)
    with ThreadPoolExecutor(takers) as pool:
        for number in range(rounds):
            cover = _asked(shell, first + timedelta(days=3 * number), persons)
            at_once = threading.Barrier(takers)
            said = list(pool.map(lambda one, c=cover, b=at_once: _yes(shell, c, one, b), persons))
            _check(shell, cover, persons, said)


def _takers(shell: Shell, takers: int) -> list[str]:
    persons = [f"taker{number}" for number in range(takers)]
    with shell.store.write() as connection:
        for number, person in enumerate(persons):
            row = {"id": person, "name": f"Taker {number}", "email": f"{person}@alder.example"}
            row |= {"phone": f"+1555556{number:04d}", "program": PROGRAM, "active": True}
            connection.execute(
                people.insert().values(
                    roles=["responder"], skills=[], credential="", created_at=shell.clock.now(), **row
                )
            )
    return persons


def _asked(shell: Shell, starts_at: datetime, persons: list[str]) -> str:
    span = starts_at, starts_at + SHIFT
    with shell.store.write() as connection:
        row = {"program": PROGRAM, "tier": "primary", "person": "ana", "place_in_line": 0}
        connection.execute(
            shifts.insert().values(id=f"r-{starts_at:%m%d}", starts_at=span[0], ends_at=span[1], **row)
        )
        shift = Assignment("ana", "primary", *span, "")
        return ask_cover(connection, shell, acting(connection, "ana"), shift, span, persons)[0].id


def _yes(shell: Shell, cover: str, person: str, at_once: threading.Barrier) -> str:
    at_once.wait()
    try:
        with shell.store.write() as connection:
            take(connection, shell, acting(connection, person), cover)
    except Refused as refused:
        return refused.sentence
    return ""


def _check(shell: Shell, cover_id: str, persons: list[str], said: list[str]) -> None:
    winners = [person for person, sentence in zip(persons, said, strict=True) if not sentence]
    assert len(winners) == 1, said
    with shell.store.read() as connection:
        cover = cover_at(connection, cover_id)
        rota = final_rota(connection, PROGRAM, *cover.span)
        written = select(func.count()).where(rota_overrides.c.cover == cover_id)
        assert connection.scalar(written) == 1
        name = connection.scalar(select(people.c.name).where(people.c.id == winners[0]))
    assert (cover.state, cover.taken_by) == ("taken", winners[0])
    assert [one.person for one in rota if one.tier == "primary"] == winners
    assert all(sentence.startswith(f"{name} took it ") for sentence in said if sentence)
