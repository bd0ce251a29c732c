"""Which page or task a text is about: its number decides, or there is only one; else we ask, never guess."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, or_, select

from app.tables import pages, people, seats, ways
from dispatch.messages import HowToReply, Message, Refusal, WhichPage
from notify.replies import Reply

# A page that lapsed just now may be the one that a bare yes was typed for.
JUST_NOW = timedelta(minutes=5)
# With nothing open, a bare word may still be a late answer to the one page of the last hours.
LATELY = timedelta(hours=2)
TO_A_PAGE = ("yes", "no")


@dataclass(frozen=True)
class Staff:
    """Who can be reached at a number: usually one person. `names` are of all their colleagues."""

    ids: tuple[str, ...]
    programs: Mapping[str, str]
    names: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(self.ids)


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
    proved = select(ways.c.person).where(
        ways.c.address == number, ways.c.kind == "text", ways.c.verified_at.is_not(None)
    )
    mine = select(people.c.id, people.c.program).where(
        or_(people.c.phone == number, people.c.id.in_(proved)), people.c.active
    )
    found = {row.id: row.program for row in connection.execute(mine.order_by(people.c.id))}
    if not found:
        return Staff((), {}, {})
    colleagues = select(people.c.id, people.c.name).where(people.c.program.in_(set(found.values())))
    return Staff(tuple(found), found, {row.id: row.name for row in connection.execute(colleagues)})


def meant(connection: Connection, staff: Staff, heard: Reply, now: datetime) -> Said | Message:
    """What this text is about, or the question back. Where two share a phone only a page's number counts."""
    parts = parts_of(connection, staff.ids, now, heard.ref)
    waiting = [part for part in parts if part.open]
    if heard.word == "unknown":
        return _how(staff, waiting, heard.ref)
    coded = [part for part in parts if part.ref == heard.ref]
    if len(coded) > 1:
        sentence = "Two of you on this number were asked. Use the link in your page, or sign in."
        return Refusal(coded[0].person, coded[0].ref, sentence)
    if coded:
        return coded[0]
    if heard.ref is not None or len(staff.ids) > 1:
        return _which(staff, waiting)
    if heard.word not in TO_A_PAGE:
        waiting = [part for part in waiting if part.task] or waiting
    certain = waiting or parts
    return certain[0] if len(certain) == 1 else _which(staff, waiting)


def parts_of(connection: Connection, persons: tuple[str, ...], now: datetime, ref: int | None) -> list[Said]:
    """What these people have, had lately, or name by its number: one part for each person and incident."""
    on_task = and_(seats.c.person == pages.c.person, seats.c.incident == pages.c.incident)
    wanted = or_(
        pages.c.state == "asked",
        seats.c.person.is_not(None),
        pages.c.asked_at > now - LATELY,
        pages.c.ref == (ref or 0),
    )
    rows = connection.execute(
        select(
            pages.c.person,
            pages.c.incident,
            pages.c.ref,
            pages.c.state,
            pages.c.answer_by,
            seats.c.person.label("seated"),
        )
        .outerjoin(seats, on_task)
        .where(pages.c.person.in_(persons), wanted)
        .order_by(pages.c.ref, pages.c.person)
    )
    parts: dict[tuple[str, str], Said] = {}
    for row in rows:
        lapsed_now = row.state == "lapsed" and row.answer_by > now - JUST_NOW
        task = row.seated is not None
        known = parts.get((row.person, row.incident))
        is_open = task or row.state == "asked" or lapsed_now or (known is not None and known.open)
        parts[row.person, row.incident] = Said(row.person, row.incident, row.ref, task, is_open)
    return list(parts.values())


def _how(staff: Staff, waiting: list[Said], ref: int | None) -> HowToReply:
    """How to say it, with the number that they named if it is theirs, else with the first that waits."""
    named = [part for part in waiting if part.ref == ref] or waiting
    return HowToReply(named[0].person, named[0].ref) if named else HowToReply(staff.ids[0], 0)


def _which(staff: Staff, parts: list[Said]) -> Message:
    refs = tuple(sorted({part.ref for part in parts}))
    if not refs:
        return HowToReply(staff.ids[0], 0)
    return WhichPage(parts[0].person, refs[0], refs)
