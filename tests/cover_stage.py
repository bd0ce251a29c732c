"""A few hands for tests of cover: give somebody a shift, ask, say yes by text, look who is on call."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.replies import hear
from app.rota.cover_answers import take
from app.rota.cover_rows import acting, cover_at, final_rota
from app.rota.covers import ask_cover
from app.shell import new_id
from app.tables import covers, programs, shifts, time_off
from dispatch.cover import Span
from dispatch.rota.cover import Cover
from dispatch.rota.rules import Assignment
from tests.house import PHONES, PROGRAM, House

# Thursday 19:00 to Friday 07:00 in the county: well after tonight's shifts.
THURSDAY = datetime(2026, 11, 13, 1, 0, tzinfo=UTC)
NIGHT_LONG = timedelta(hours=12)


def a_shift(
    house: House,
    person: str,
    starts_at: datetime = THURSDAY,
    length: timedelta = NIGHT_LONG,
    tier: str = "primary",
) -> Assignment:
    """This person is on call then."""
    row = {"program": PROGRAM, "tier": tier, "person": person, "place_in_line": 0}
    with house.shell.store.write() as connection:
        connection.execute(
            shifts.insert().values(id=new_id(), starts_at=starts_at, ends_at=starts_at + length, **row)
        )
    return Assignment(person, tier, starts_at, starts_at + length, "")


def asked(house: House, shift: Assignment, *persons: str, part: Span | None = None, word: str = "") -> Cover:
    """The holder asks these for cover."""
    whole = shift.starts_at, shift.ends_at
    with house.shell.store.write() as connection:
        by = acting(connection, shift.person)
        made, _ = ask_cover(connection, house.shell, by, shift, part or whole, list(persons), word)
    house.worker.tick()
    return made


def do(house: House, act: Any, person: str, *given: Any, **more: Any) -> Any:
    """This person does it, in a transaction of its own, and what is owed goes out."""
    with house.shell.store.write() as connection:
        done = act(connection, house.shell, acting(connection, person), *given, **more)
    house.worker.tick()
    return done


def taken(house: House, cover: Cover, person: str, part: Span | None = None) -> None:
    """This colleague says yes on the page."""
    do(house, take, person, cover.id, part)


def says(house: House, person: str, body: str) -> str:
    """This person texts us; what they are told back."""
    before = len(house.texts(person))
    hear(house.shell, PHONES[person], body, new_id())
    house.worker.tick()
    return " | ".join(house.texts(person)[before:])


def on_call(house: House, tier: str = "primary", start: datetime = THURSDAY, hours: float = 12) -> list[str]:
    """Who is on call in a tier over a span, in its order."""
    with house.shell.store.read() as connection:
        found = final_rota(connection, PROGRAM, start, start + timedelta(hours=hours))
    return [one.person for one in found if one.tier == tier]


def stored(house: House, cover: Cover) -> Cover:
    """The request as it stands now."""
    with house.shell.store.read() as connection:
        return cover_at(connection, cover.id)


def all_covers(house: House) -> list[Cover]:
    """Every request, oldest first."""
    with house.shell.store.read() as connection:
        ids = connection.scalars(select(covers.c.id).order_by(covers.c.ref)).all()
        return [cover_at(connection, one) for one in ids]


def terms(house: House, **stored_terms: Any) -> None:
    """The program's own terms of the rota."""
    with house.shell.store.write() as connection:
        connection.execute(programs.update().values(rota=stored_terms))


def away(house: House, person: str, starts_at: datetime, ends_at: datetime) -> None:
    """This person has time off then."""
    row = {"kind": "vacation", "state": "approved", "asked_at": house.clock.now()}
    with house.shell.store.write() as connection:
        connection.execute(
            time_off.insert().values(
                id=new_id(), program=PROGRAM, person=person, starts_at=starts_at, ends_at=ends_at, **row
            )
        )
