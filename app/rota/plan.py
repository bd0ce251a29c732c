"""A person's own order of the ways to reach them, kept in people.plan: moved one place at a time."""

from sqlalchemy import Connection, select

from app.note import note
from app.reaching import ways_for
from app.sessions import Me
from app.shell import Shell
from app.tables import people
from app.world import policy_of
from dispatch.own_plan import Move, Pick, moved, pick_of, require_enough
from dispatch.reach import Way


def plan_now(connection: Connection, shell: Shell, person: str) -> tuple[Way, ...]:
    """The ways that lead to this person, in the order in which they are tried."""
    return ways_for(connection, [person], shell.settings.carried)[person]


def is_own(connection: Connection, person: str) -> bool:
    """Has this person made an order of their own?"""
    return connection.scalar(select(people.c.plan).where(people.c.id == person)) is not None


def move_way(connection: Connection, shell: Shell, by: Me, pick: Pick, to: Move) -> int:
    """Try this way one place earlier or later from now on; the journal's seq."""
    order = moved([pick_of(way) for way in plan_now(connection, shell, by.id)], pick, to)
    stored = [{"channel": one.channel, "way": one.way} for one in order]
    connection.execute(people.update().where(people.c.id == by.id).values(plan=stored))
    return note(connection, shell, by, by.id, "PlanChanged", plan=stored)


def as_usual(connection: Connection, shell: Shell, by: Me) -> int:
    """Give up one's own order; the journal's seq."""
    connection.execute(people.update().where(people.c.id == by.id).values(plan=None))
    return note(connection, shell, by, by.id, "PlanChanged", plan=None)


def at_least(connection: Connection, shell: Shell, program: str) -> int:
    """How many different channels everybody keeps: the program's number, or all that this house has."""
    return min(policy_of(connection, program).reach.channels_at_least, len(shell.settings.carried))


def require_enough_without(connection: Connection, shell: Shell, by: Me, way: str) -> None:
    """Refuse to take away a way that the program's minimum needs. One that counts for nothing may always go."""
    theirs = plan_now(connection, shell, by.id)
    left = [one for one in theirs if one.id != way]
    if len(left) < len(theirs):
        require_enough(left, at_least(connection, shell, by.program))
