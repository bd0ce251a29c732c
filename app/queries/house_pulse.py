"""What the board says of the house itself: parts that stand still, providers that carry nothing, its alarms, holes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from app.house_alarms import standing
from app.queries.health import pulse
from app.queries.providers import providers_down
from app.rota.ready import holes_of
from app.shell import Shell
from app.tables import people, programs
from dispatch.rota.lint import words
from dispatch.rota.lint.scene import AROUND

AHEAD = timedelta(hours=72)


@dataclass(frozen=True)
class Standing:
    """One alarm of the house. `who` has it, empty while nobody does."""

    id: str
    kind: str
    sentence: str
    since: datetime
    who: str


@dataclass(frozen=True)
class Holes:
    """Of the rota's next 72 hours: how many, and the first of them in words."""

    count: int = 0
    first: str = ""


@dataclass(frozen=True)
class HousePulse:
    """`late` is empty while all is well; else what the desk does. `stopped`: pages do not go out, which is red.
    `by_hand`: something cannot be sent, so that the list of whom to call is offered."""

    late: str = ""
    stopped: bool = False
    by_hand: bool = False
    alarms: tuple[Standing, ...] = ()
    holes: int = 0
    first: str = ""

    @property
    def open(self) -> tuple[Standing, ...]:
        """Alarms that nobody has."""
        return tuple(one for one in self.alarms if not one.who)

    @property
    def look(self) -> bool:
        """Is there anything to look at, beside holes?"""
        return bool(self.late or self.open)


def house_pulse(
    connection: Connection, shell: Shell, program: str, now: datetime, holes: Holes
) -> HousePulse:
    """How the house is, for one program's board. A few index look-ups; holes take longer and change seldom, so they
    are handed in."""
    beat = pulse(connection, now, program)
    down = providers_down(shell, program)
    alarms = house_alarms_of(connection, program)
    return HousePulse(
        late=beat.sentence if beat.stopped else down.sentence or beat.sentence,
        stopped=beat.stopped or down.stopped,
        by_hand=beat.stopped or bool(down.sentence) or any(one.kind == "provider" for one in alarms),
        alarms=alarms,
        holes=holes.count,
        first=holes.first,
    )


def holes_ahead(connection: Connection, program: str, now: datetime) -> Holes:
    """The holes of the rota to come."""
    zone = connection.scalar(select(programs.c.zone).where(programs.c.id == program))
    if zone is None:
        return Holes()
    every = holes_of(connection, program, ZoneInfo(zone), now - AROUND, now + AROUND)
    found = [one for one in every if one.ends_at > now and one.starts_at < now + AHEAD]
    if not found:
        return Holes()
    first = min(found, key=lambda one: one.starts_at)
    when = "Now" if first.starts_at <= now else words.moment(first.starts_at, ZoneInfo(zone))
    return Holes(len(found), f"{when}, {first.said}")


def house_alarms_of(connection: Connection, program: str) -> tuple[Standing, ...]:
    """The alarms that one program's desk sees, the oldest first."""
    found = standing(connection, program)
    taken = {one.taken_by for one in found if one.taken_by is not None}
    rows = (
        connection.execute(select(people.c.id, people.c.name).where(people.c.id.in_(taken))) if taken else ()
    )
    names = {row.id: row.name for row in rows}
    return tuple(
        Standing(one.id, one.kind, one.sentence, one.raised_at, names.get(one.taken_by or "", ""))
        for one in found
    )
