"""A person's own order of the ways to reach them: changed one step at a time, within the program's minimum."""

from sqlalchemy import Connection, select

from app.note import note
from app.reach_terms import carried, reach_of
from app.sessions import Me
from app.shell import Shell
from app.tables import people
from app.working_ways import TAKES, picks, plans_of, working_of
from dispatch.own_plan import Move, Pick, moved, with_pick, without
from dispatch.reach import Channel


def own_plan(connection: Connection, person: str) -> tuple[Pick, ...] | None:
    """What this person has set. None: nothing, so it is done as the program does it."""
    return picks(connection.scalar(select(people.c.plan).where(people.c.id == person)))


def move_pick(connection: Connection, shell: Shell, by: Me, pick: Pick, to: Move) -> int:
    """Earlier or later by one place."""
    return _store(connection, shell, by, moved(_plan_now(connection, shell, by), pick, to))


def use(connection: Connection, shell: Shell, by: Me, pick: Pick) -> int:
    """Take one more way into one's plan."""
    working = working_of(connection, by.id, channels_here(shell))
    return _store(connection, shell, by, with_pick(_plan_now(connection, shell, by), pick, working))


def leave_out(connection: Connection, shell: Shell, by: Me, pick: Pick) -> int:
    """Leave one way out, within the program's minimum."""
    working = working_of(connection, by.id, channels_here(shell))
    plan = without(_plan_now(connection, shell, by), pick, working, at_least(connection, shell, by.program))
    return _store(connection, shell, by, plan)


def as_usual(connection: Connection, shell: Shell, by: Me) -> int:
    """Give up one's own order: it is done as the program does it."""
    connection.execute(people.update().where(people.c.id == by.id).values(plan=None))
    return note(connection, shell, by, by.id, "PlanChanged", plan=[])


def forget_way(connection: Connection, person: str, way: str) -> None:
    """A way was taken away: it leaves the plan too."""
    own = own_plan(connection, person)
    if own is not None and any(one.way == way for one in own):
        _write(connection, person, tuple(one for one in own if one.way != way))


def include(connection: Connection, person: str, way: str, kind: str) -> None:
    """A way was proved: whoever has a plan of their own finds it at its end."""
    own = own_plan(connection, person)
    if own is not None:
        fresh = (Pick(channel, way) for channel in TAKES[kind])
        _write(connection, person, (*own, *(pick for pick in fresh if pick not in own)))


def at_least(connection: Connection, shell: Shell, program: str) -> int:
    """How many different channels each keeps: the program's number, or all that the house has."""
    return min(reach_of(connection, program).channels_at_least, len(channels_here(shell)))


def channels_here(shell: Shell) -> tuple[Channel, ...]:
    """The channels that somebody carries for this house."""
    return carried(shell.settings.outside, shell.settings.demo)


def _plan_now(connection: Connection, shell: Shell, by: Me) -> tuple[Pick, ...]:
    """What the page shows: their own plan, or the usual one. Entries that do not work now keep their place."""
    own = own_plan(connection, by.id)
    if own is not None:
        return own
    usual = plans_of(connection, [by.id], channels_here(shell))[by.id]
    return tuple(Pick(way.channel, way.id) for way in usual)


def _store(connection: Connection, shell: Shell, by: Me, plan: tuple[Pick, ...]) -> int:
    _write(connection, by.id, plan)
    stored = [{"channel": one.channel, "way": one.way} for one in plan]
    return note(connection, shell, by, by.id, "PlanChanged", plan=stored)


def _write(connection: Connection, person: str, plan: tuple[Pick, ...]) -> None:
    stored = [{"channel": one.channel, "way": one.way} for one in plan]
    connection.execute(people.update().where(people.c.id == person).values(plan=stored))
