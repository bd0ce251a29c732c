"""What is wrong with the house itself: an alarm stands in a row until it is over, and stays as history."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, or_, select, update

from app.shell import new_id
from app.tables import HOUSE_ALARM_STANDS, house_alarms

SENTENCE_MOST = 300
STANDING_AT_MOST = 100


@dataclass(frozen=True)
class HouseAlarm:
    """One alarm that stands. `about` names the thing within its kind, such as `twilio:text`; `program` is None where
    it concerns every program; `seen_at` is when it was last found to be so, `told_at` when it was last told outside."""

    id: str
    kind: str
    about: str
    sentence: str
    program: str | None
    raised_at: datetime
    seen_at: datetime
    told_at: datetime | None
    taken_by: str | None


def raise_alarm(
    connection: Connection, kind: str, about: str, sentence: str, *, now: datetime, program: str | None = None
) -> bool:
    """It is so, now. An alarm that stands already is seen again; True: it is new. The sentence says what to do, and
    names no client."""
    said = sentence[:SENTENCE_MOST]
    # A provider that fails for one program alone fails for that one: another program's row is another alarm.
    theirs = house_alarms.c.program.is_(None) if program is None else house_alarms.c.program == program
    seen = connection.execute(
        update(house_alarms)
        .where(HOUSE_ALARM_STANDS, house_alarms.c.kind == kind, house_alarms.c.about == about, theirs)
        .values(seen_at=now, sentence=said)
    )
    if seen.rowcount:
        return False
    row = {"id": new_id(), "kind": kind, "about": about, "sentence": said, "program": program}
    connection.execute(insert(house_alarms), {**row, "raised_at": now, "seen_at": now})
    return True


def end_alarm(connection: Connection, kind: str, about: str, now: datetime) -> bool:
    """It is over, for every program; was there one?"""
    ended = connection.execute(
        update(house_alarms)
        .where(HOUSE_ALARM_STANDS, house_alarms.c.kind == kind, house_alarms.c.about == about)
        .values(ended_at=now)
    )
    return ended.rowcount > 0


def open_again(connection: Connection, kind: str, about: str) -> None:
    """It is of more than what somebody took: nobody has that yet, and nobody outside was told."""
    connection.execute(
        update(house_alarms)
        .where(HOUSE_ALARM_STANDS, house_alarms.c.kind == kind, house_alarms.c.about == about)
        .values(taken_by=None, taken_at=None, told_at=None)
    )


def take(connection: Connection, id: str, by: str, now: datetime) -> bool:
    """Somebody has it; who says so twice says it once. False: it is over, or somebody else has it."""
    free = or_(house_alarms.c.taken_by.is_(None), house_alarms.c.taken_by == by)
    taken = connection.execute(
        update(house_alarms)
        .where(HOUSE_ALARM_STANDS, house_alarms.c.id == id, free)
        .values(taken_by=by, taken_at=now)
    )
    return taken.rowcount > 0


def standing(connection: Connection, program: str | None = None) -> tuple[HouseAlarm, ...]:
    """Those that stand, the oldest first: all, or what one program's desk sees."""
    found = select(
        *(house_alarms.c[name] for name in HouseAlarm.__dataclass_fields__),
    ).where(HOUSE_ALARM_STANDS)
    if program is not None:
        found = found.where(house_alarms.c.program.is_(None) | (house_alarms.c.program == program))
    rows = connection.execute(
        found.order_by(house_alarms.c.raised_at, house_alarms.c.id).limit(STANDING_AT_MOST)
    )
    return tuple(HouseAlarm(**row._mapping) for row in rows)


def mark_told(connection: Connection, id: str, now: datetime) -> None:
    """It has been told outside."""
    connection.execute(update(house_alarms).where(house_alarms.c.id == id).values(told_at=now))
