"""Somebody is on call, or will be within a day, and a way to them is lost, or all are: an alarm on every board and word
to the supervisors, at once and until it is mended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, bindparam, func, select

from app.house_alarms import end_alarm, raise_alarm
from app.oncall import on_duty
from app.rota.load import rules_of
from app.rota.once import Telling, tell
from app.shell import Shell
from app.tables import HOUSE_ALARM_STANDS, house_alarms, people, programs, ways
from dispatch.messages import CannotReach, Message
from dispatch.rota.final import final
from dispatch.rota.lint import words

KIND: Final = "unreachable"
AHEAD: Final = timedelta(hours=24)
Why = Literal["stopped", "broken", "nothing"]
SAID: Final[Mapping[Why, str]] = {
    "stopped": "has stopped our texts. They text START to our number; until then their other ways are used.",
    "broken": "a number of theirs takes nothing any more. Write down another one.",
    "nothing": "nothing of ours reaches them. Ring them by hand, or find somebody else.",
}
# A letter is read in the morning: it reaches nobody who is on call.
REACH_NOW: Final = frozenset({"text", "call", "push"})
TAKES: Final = {"text": ("text", "call"), "call": ("call",), "push": ("push",)}
_WHO = (
    select(people.c.id, people.c.name, people.c.phone)
    .where(people.c.id.in_(bindparam("ids", expanding=True)), people.c.active)
    .order_by(people.c.id)
)
_WAYS = select(ways).where(ways.c.person.in_(bindparam("ids", expanding=True)), ways.c.kind.in_(tuple(TAKES)))
_STANDING = select(house_alarms.c.about).where(
    HOUSE_ALARM_STANDS, house_alarms.c.kind == KIND, house_alarms.c.program == bindparam("program")
)

_ENDED = (
    select(house_alarms.c.about, func.max(house_alarms.c.ended_at).label("at"))
    .where(house_alarms.c.kind == KIND, house_alarms.c.program == bindparam("program"))
    .group_by(house_alarms.c.about)
)


@dataclass(frozen=True)
class Lost:
    """What is wrong with one person's ways, and since when; `lost_at` None: there never were any."""

    person: str
    name: str
    why: Why
    lost_at: datetime | None
    starts_at: datetime


def unreached(connection: Connection, shell: Shell, program: str, now: datetime) -> list[Telling]:
    """What is to be told now: who cannot be reached, and who can be again."""
    lost = lost_of(connection, shell, program, now)
    zone = ZoneInfo(_zone(connection, program))
    ended = _ended(connection, program) if any(one.lost_at is None for one in lost) else {}
    tellings = [
        Telling(
            (_key(one, ended.get(one.person)),), partial(_raise, program=program, one=one, zone=zone, now=now)
        )
        for one in lost
    ]
    still = {one.person for one in lost}
    mended = [person for person in _standing(connection, program) if person not in still]
    return tellings + [
        Telling((f"reached:{person}:{now:%Y-%m-%dT%H:%M:%S.%f}",), partial(_end, person=person, now=now))
        for person in mended
    ]


def tell_now(connection: Connection, shell: Shell, persons: Iterable[str], now: datetime) -> None:
    """A way of these people was lost or came back: what follows is told in the same transaction."""
    ids = sorted(set(persons))
    if not ids:
        return
    rows = connection.scalars(select(people.c.program).where(people.c.id.in_(ids)).distinct())
    for program in sorted(rows):
        tell(connection, program, unreached(connection, shell, program, now), now)


def lost_of(connection: Connection, shell: Shell, program: str, now: datetime) -> list[Lost]:
    """Everybody who is on call within a day, and has lost a number or every way."""
    carried = REACH_NOW & shell.settings.carried
    starts: dict[str, datetime] = {}
    for one in final(rules_of(connection, program, now, now + AHEAD), now, now + AHEAD):
        starts.setdefault(one.person, one.starts_at)
    if not starts or not carried:
        return []
    kept: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(_WAYS, {"ids": sorted(starts)}):
        kept.setdefault(row.person, []).append(row)
    found = []
    for who in connection.execute(_WHO, {"ids": sorted(starts)}):
        wrong = _wrong(who.phone, kept.get(who.id, []), carried)
        if wrong is not None:
            found.append(Lost(who.id, who.name, *wrong, starts[who.id]))
    return found


def _wrong(
    phone: str | None, rows: list[Row[Any]], carried: frozenset[str]
) -> tuple[Why, datetime | None] | None:
    counted = [row for row in rows if row.verified_at is not None or row.address == phone]
    numbers = [row for row in counted if row.kind != "push"]
    dead = [row for row in numbers if row.blocked_at or row.broken_at]
    lost_at = max((at for row in dead for at in (row.blocked_at, row.broken_at) if at), default=None)
    if not _reached(phone, counted) & carried:
        return "nothing", lost_at
    if any(row.blocked_at for row in dead):
        return "stopped", lost_at
    return ("broken", lost_at) if dead else None


def _reached(phone: str | None, rows: list[Row[Any]]) -> set[str]:
    """The channels by which something still reaches them. A number that takes no text may ring."""
    known = any(row.kind == "text" and row.address == phone for row in rows)
    found = set(TAKES["text"]) if phone and not known else set()
    for row in rows:
        dead = row.blocked_at is not None or row.broken_at is not None
        found |= set(TAKES[row.kind]) - ({row.kind} if dead else set())
    return found


def _key(one: Lost, ended: datetime | None) -> str:
    """The same loss is told once in a shift; one that was mended and comes back is another."""
    times = (one.starts_at, one.lost_at or ended)
    return ":".join(("lost", one.person, one.why, *(f"{at:%y%m%d%H%M%S.%f}" if at else "" for at in times)))


def _raise(connection: Connection, program: str, one: Lost, zone: ZoneInfo, now: datetime) -> list[Message]:
    later = one.starts_at if one.starts_at > now else None
    when = f"from {words.moment(later, zone)}" if later else "now"
    raise_alarm(
        connection,
        KIND,
        one.person,
        f"{one.name} is on call {when} and {SAID[one.why]}",
        now=now,
        program=program,
    )
    return [
        CannotReach(person, 0, one.name, one.why, later)
        for person in _supervisors(connection, program, one.person, now)
    ]


def _end(connection: Connection, person: str, now: datetime) -> list[Message]:
    end_alarm(connection, KIND, person, now)
    return []


def _supervisors(connection: Connection, program: str, about: str, now: datetime) -> list[str]:
    """Those on call, without the one that it is about; where that leaves nobody, all the others."""
    on_call = {one.person for one in on_duty(connection, program, now) if one.tier == "supervisor"} - {about}
    if on_call:
        return sorted(on_call)
    rows = connection.execute(
        select(people.c.id, people.c.roles).where(people.c.program == program, people.c.active)
    )
    return sorted({row.id for row in rows if "supervisor" in row.roles} - {about})


def _standing(connection: Connection, program: str) -> list[str]:
    return list(connection.scalars(_STANDING, {"program": program}))


def _ended(connection: Connection, program: str) -> dict[str, datetime]:
    """When it last ended for each: nothing else tells the one loss from the next of somebody who never had a way."""
    return {row.about: row.at for row in connection.execute(_ENDED, {"program": program})}


def _zone(connection: Connection, program: str) -> str:
    return str(connection.scalar(select(programs.c.zone).where(programs.c.id == program)))
