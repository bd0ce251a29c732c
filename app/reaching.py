"""The ways that lead to each person now, in their own order or the program's, without those that are broken."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, select

from app.tables import people, ways
from dispatch.own_plan import TAKES
from dispatch.reach import CHANNELS, Way

# Made once: building a statement costs more than running it, and every page asks it.
_WHO = select(people.c.id, people.c.phone, people.c.plan).where(
    people.c.id.in_(bindparam("ids", expanding=True))
)
_THEIRS = (
    select(ways)
    .join(people, people.c.id == ways.c.person)
    .where(
        ways.c.person.in_(bindparam("ids", expanding=True)),
        or_(ways.c.verified_at.is_not(None), (ways.c.kind == "text") & (ways.c.address == people.c.phone)),
    )
    .order_by(ways.c.person, ways.c.added_at, ways.c.id)
)


def ways_for(
    connection: Connection, persons: Iterable[str], carried: Iterable[str] = CHANNELS
) -> dict[str, tuple[Way, ...]]:
    """Each person's ways by the channels that somebody carries. Where every one is blocked or broken they are all
    named: a try that may fail beats none. Nobody is left out; without any way it is an empty tuple."""
    ids = sorted(set(persons))
    rows: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(_THEIRS, {"ids": ids}):
        rows.setdefault(row.person, []).append(row)
    usable = frozenset(carried)
    found = {person: () for person in ids} | {
        who.id: _ways(who, rows.get(who.id, ()), usable) for who in connection.execute(_WHO, {"ids": ids})
    }
    return found


def _ways(who: Any, rows: Sequence[Row[Any]], carried: frozenset[str]) -> tuple[Way, ...]:
    every, working = [], []
    known_first = any(row.kind == "text" and row.address == who.phone for row in rows)
    if who.phone and not known_first:
        for channel in TAKES["text"]:
            way = Way("", channel, who.phone)
            every.append(way)
            working.append(way)
    for row in rows:
        first = row.kind == "text" and row.address == who.phone
        dead = row.blocked_at is not None or row.broken_at is not None
        for channel in TAKES[row.kind]:
            way = Way("" if first else row.id, channel, row.address)
            every.append(way)
            # A number that takes no text may ring.
            if not (dead and channel == row.kind):
                working.append(way)
    usable = [way for way in working if way.channel in carried] or [
        way for way in every if way.channel in carried
    ]
    return tuple(_ordered(usable, who.plan, who.phone))


def _ordered(usable: list[Way], plan: Any, phone: str | None) -> list[Way]:
    """As the person wrote it, then whatever they left out; without a plan push, text, call, letter, the first
    number's before the others'."""
    place = {(one["channel"], one["way"]): number for number, one in enumerate(plan or ())}
    own = [CHANNELS.index(way.channel) for way in usable]
    order = sorted(
        range(len(usable)),
        key=lambda at: (
            place.get((usable[at].channel, usable[at].id), len(place)),
            own[at],
            usable[at].address != phone,
            at,
        ),
    )
    return [usable[at] for at in order]
