"""Which page or task a text is about: its code decides, or there is only one; else we ask, never guess."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, or_, select

from app.asked_back import did_you_mean, no_such_page, not_understood, two_share, which
from app.phone_owners import Said, Staff
from app.tables import pages, seats
from dispatch.messages import Message
from notify.marks import fits
from notify.near import one_off
from notify.replies import Reply

# A page that lapsed just now may be the one that a bare yes was typed for.
JUST_NOW = timedelta(minutes=5)
# With nothing open, a bare word may still be a late answer to the one page of the last hours.
LATELY = timedelta(hours=2)
TO_A_PAGE = ("yes", "no")


def meant(connection: Connection, staff: Staff, heard: Reply, now: datetime) -> Said | Message | None:
    """What this text is about, or the question back; None where nothing need be said. Where two share a phone only a
    code with its letter counts."""
    parts = parts_of(connection, staff.ids, now, heard.ref)
    waiting = [part for part in parts if part.open]
    if heard.word == "unknown":
        named = [part for part in waiting if part.ref == heard.ref and fits(heard.mark, part.person)]
        return not_understood(staff, named or waiting, heard)
    coded = [part for part in parts if part.ref == heard.ref]
    if coded:
        return _coded(staff, coded, heard)
    if heard.ref is not None:
        return _near(staff, waiting, heard)
    if staff.shared:
        return two_share(staff, waiting, heard)
    if heard.word not in TO_A_PAGE:
        waiting = [part for part in waiting if part.task] or waiting
    certain = waiting or parts
    return certain[0] if len(certain) == 1 else which(staff, waiting)


def page_that_waits(connection: Connection, staff: Staff, now: datetime) -> tuple[str, int] | None:
    """Whose page waits for an answer on this phone, and its number: the first of them. A check-in is none: nobody who
    cries for help is asked for an OK."""
    parts = parts_of(connection, staff.ids, now, None)
    return next(((part.person, part.ref) for part in parts if part.open and not part.task), None)


def _coded(staff: Staff, coded: list[Said], heard: Reply) -> Said | Message:
    """The code is one of theirs. Is it sure whose?"""
    if heard.mark:
        theirs = [part for part in coded if fits(heard.mark, part.person)]
        return theirs[0] if len(theirs) == 1 else no_such_page(staff, coded, heard)
    if not staff.shared:
        return coded[0]
    # A step is taken by whoever is on the task; where that is one of them, no letter is needed for it.
    on_task = [part for part in coded if part.task]
    if heard.word not in TO_A_PAGE and len(on_task) == 1:
        return on_task[0]
    return two_share(staff, coded, heard)


def _near(staff: Staff, waiting: list[Said], heard: Reply) -> Message:
    """None of theirs has this number. One that waits may be a slip of the finger away from it."""
    near = [part for part in waiting if one_off(str(heard.ref), str(part.ref))]
    if len(near) == 1:
        return did_you_mean(staff, near[0], heard)
    return no_such_page(staff, waiting, heard)


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
