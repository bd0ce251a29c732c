"""Who answers on a phone: usually one of our people, sometimes two who share it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from app.tables import people, ways
from notify.marks import mark_of


@dataclass(frozen=True)
class Staff:
    """Who can be reached at a number: usually one person. `names` are of all their colleagues."""

    number: str
    ids: tuple[str, ...]
    programs: Mapping[str, str]
    names: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(self.ids)

    @property
    def shared(self) -> bool:
        """Do two of our people answer on this phone?"""
        return len(self.ids) > 1

    def mark(self, person: str) -> str:
        """The letter behind this person's codes here; none where the phone is theirs alone."""
        return mark_of(person, self.ids)


@dataclass(frozen=True)
class Said:
    """One person's part in one incident, which a text can be about. `task`: they are on it now; `open`: it
    waits for a word of theirs."""

    person: str
    incident: str
    ref: int
    task: bool
    open: bool


def staff_at(connection: Connection, number: str) -> Staff:
    """The people whose phone this is: their first number, or a further one that they proved."""
    found = _programs_at(connection, number)
    if not found:
        return Staff(number, (), {}, {})
    colleagues = select(people.c.id, people.c.name).where(people.c.program.in_(set(found.values())))
    return Staff(number, tuple(found), found, {row.id: row.name for row in connection.execute(colleagues)})


def mark_at(connection: Connection, person: str, number: str) -> str:
    """The letter that stands behind the codes of this person on this phone."""
    return mark_of(person, _programs_at(connection, number))


def _programs_at(connection: Connection, number: str) -> dict[str, str]:
    proved = select(ways.c.person).where(
        ways.c.address == number, ways.c.kind == "text", ways.c.verified_at.is_not(None)
    )
    mine = select(people.c.id, people.c.program).where(
        or_(people.c.phone == number, people.c.id.in_(proved)), people.c.active
    )
    return {row.id: row.program for row in connection.execute(mine.order_by(people.c.id))}
