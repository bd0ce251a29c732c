"""The ways to each person that work, in the person's own order."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select

from app.reach_terms import read_reach
from app.tables import people, programs, ways
from dispatch.own_plan import Pick, arranged
from dispatch.reach import CHANNELS, Channel, Way

# Made once: what is owed to anybody asks these.
_PEOPLE = (
    select(people.c.id, people.c.phone, people.c.text_blocked_at, people.c.plan, programs.c.policy)
    .join(programs, programs.c.id == people.c.program)
    .where(people.c.id.in_(bindparam("persons", expanding=True)), people.c.active)
)
_WAYS = (
    select(ways)
    .where(ways.c.person.in_(bindparam("persons", expanding=True)))
    .order_by(ways.c.added_at, ways.c.id)
)
# A number for texts rings too: a mobile phone takes both.
TAKES: dict[str, tuple[Channel, ...]] = {
    "text": ("text", "call"),
    "call": ("call",),
    "push": ("push",),
    "email": ("email",),
}


def plans_of(
    connection: Connection, persons: Iterable[str], among: Sequence[Channel] = CHANNELS
) -> dict[str, tuple[Way, ...]]:
    """Each person's ways that work, in their own order, and only by the channels that somebody carries. Whoever
    is not active has none."""
    wanted = sorted(set(persons))
    if not wanted:
        return {}
    rows = connection.execute(_PEOPLE, {"persons": wanted}).all()
    kept: dict[str, list[Any]] = {}
    for way in connection.execute(_WAYS, {"persons": wanted}):
        kept.setdefault(way.person, []).append(way)
    found: dict[str, tuple[Way, ...]] = {person: () for person in wanted}
    for row in rows:
        working = [way for way in _working(row, kept.get(row.id, [])) if way.channel in among]
        at_least = read_reach(row.policy or {}).channels_at_least
        found[row.id] = arranged(picks(row.plan), working, at_least)
    return found


def working_of(connection: Connection, person: str, among: Sequence[Channel] = CHANNELS) -> tuple[Way, ...]:
    """One person's ways that work, as they were added."""
    row = connection.execute(_PEOPLE, {"persons": [person]}).first()
    if row is None:
        return ()
    kept = connection.execute(_WAYS, {"persons": [person]}).all()
    return tuple(way for way in _working(row, kept) if way.channel in among)


def _working(person: Any, kept: Sequence[Any]) -> list[Way]:
    """The number on the staff list counts from its first day: an admin stands for it. Every other counts when it
    is proved. A number that takes no texts may still ring."""
    first = next((row for row in kept if row.kind == "text" and row.address == person.phone), None)
    found: list[Way] = []
    if person.phone:
        if person.text_blocked_at is None and (first is None or _takes_texts(first)):
            found.append(Way("", "text", person.phone))
        found.append(Way("", "call", person.phone))
    for row in kept:
        if row is first or row.verified_at is None:
            continue
        if row.kind == "text":
            if _takes_texts(row):
                found.append(Way(row.id, "text", row.address))
            found.append(Way(row.id, "call", row.address))
        elif row.kind in TAKES and row.broken_at is None and row.blocked_at is None:
            found.append(Way(row.id, row.kind, row.address))
    return found


def _takes_texts(row: Any) -> bool:
    return row.blocked_at is None and row.broken_at is None


def picks(stored: Any) -> tuple[Pick, ...] | None:
    """A plan as it is stored. What this version cannot read is passed over: the person's other ways stand in."""
    if not isinstance(stored, list):
        return None
    return tuple(
        Pick(one["channel"], one.get("way") or "")
        for one in stored
        if isinstance(one, dict) and one.get("channel") in CHANNELS
    )
