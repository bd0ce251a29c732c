"""Time off: asked for, withdrawn, approved or not. Shifts within it are seen before, and never become holes unsaid."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from app.note import note
from app.outbox import owe
from app.rota.cover_rows import Place, managers_of, place_of
from app.rota.holes import end_requests, open_holes, shifts_within
from app.sessions import Me
from app.shell import Shell, new_id
from app.tables import people, time_off
from dispatch.messages import Message, RotaNotice
from dispatch.rota.span_words import span_words
from dispatch.value import Refused, require

KINDS = {"vacation": "Vacation", "sick": "Sick", "training": "Training", "other": "Something else"}
LONGEST = timedelta(days=120)
AHEAD_AT_MOST = timedelta(days=400)
SHIFTS_NAMED = 3


Span = tuple[datetime, datetime]


def ask_time_off(
    connection: Connection, shell: Shell, by: Me, kind: str, starts_at: datetime, ends_at: datetime
) -> int:
    """Ask for oneself. Where the program's terms need nobody's word it counts at once, but only without a shift."""
    return ask_several(connection, shell, by, kind, ((starts_at, ends_at),))


def ask_several(
    connection: Connection,
    shell: Shell,
    by: Me,
    kind: str,
    spans: tuple[Span, ...],
    source: str | None = None,
) -> int:
    """Ask for several spans at once, all or none; the managers hear of them in one text."""
    now, place = shell.clock.now(), place_of(connection, by.program)
    at_once = not place.terms.approve_time_off
    seq = 0
    for starts_at, ends_at in spans:
        _check(connection, by.id, kind, starts_at, ends_at, now)
        if at_once:
            _require_free(connection, place, by.id, "You have", starts_at, ends_at, now)
        leave = _insert(connection, by, place, by.id, kind, starts_at, ends_at, now, at_once, source)
        fact = _fact(by.id, kind, starts_at, ends_at, at_once)
        seq = note(connection, shell, by, leave, "TimeOffAsked", **fact)
    first = span_words(*spans[0], place.zone)
    what = f"time off, {first}" if len(spans) == 1 else f"time off {len(spans)} times, first {first}"
    told: list[Message] = [
        RotaNotice(one, 0, f"{by.name} asks for {what}.")
        for one in managers_of(connection, by.program)
        if one != by.id
    ]
    owe(connection, None, [] if at_once else told, now, seq)
    return seq


def enter_time_off(
    connection: Connection,
    shell: Shell,
    by: Me,
    person: str,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    holes: bool,
) -> int:
    """Written by a manager for somebody else: it counts at once. `holes`: with shifts in it, which are then asked."""
    now, place = shell.clock.now(), place_of(connection, by.program)
    known = select(people.c.id).where(people.c.id == person, people.c.program == by.program, people.c.active)
    require(connection.scalar(known), "That person is not on the staff list. Choose from the list.")
    _check(connection, person, kind, starts_at, ends_at, now)
    if not holes:
        _require_free(connection, place, person, f"{place.names[person]} has", starts_at, ends_at, now)
    mine = shifts_within(connection, place.program, person, max(starts_at, now), ends_at)
    leave = _insert(connection, by, place, person, kind, starts_at, ends_at, now, approved=True)
    fact = _fact(person, kind, starts_at, ends_at, True)
    note(connection, shell, by, leave, "TimeOffEntered", **fact)
    return _goes(connection, shell, by, place, leave, person, (starts_at, ends_at), mine)


def approve_time_off(connection: Connection, shell: Shell, by: Me, leave: str, holes: bool) -> int:
    """It counts. Shifts within it must be somebody else's first, or become holes by a manager's own word."""
    row = _waiting(connection, by, leave)
    now, place = shell.clock.now(), place_of(connection, by.program)
    span = row.starts_at, row.ends_at
    require(row.ends_at > now, "That time is over. Refuse it, so that it stands no more.")
    if not holes:
        _require_free(connection, place, row.person, f"{place.names[row.person]} has", *span, now)
    mine = shifts_within(connection, place.program, row.person, max(row.starts_at, now), row.ends_at)
    _decide(connection, leave, "approved", by, now)
    return _goes(connection, shell, by, place, leave, row.person, span, mine)


def refuse_time_off(connection: Connection, shell: Shell, by: Me, leave: str) -> int:
    """It does not count."""
    row = _waiting(connection, by, leave)
    now, place = shell.clock.now(), place_of(connection, by.program)
    _decide(connection, leave, "refused", by, now)
    seq = note(connection, shell, by, leave, "TimeOffRefused", person=row.person)
    span = span_words(row.starts_at, row.ends_at, place.zone)
    said = f"Your time off, {span}, was not approved. Talk to {by.name}."
    owe(connection, None, [RotaNotice(row.person, 0, said)], now, seq)
    return seq


def withdraw_time_off(connection: Connection, shell: Shell, by: Me, leave: str) -> int:
    """One's own, while it is not over. Of time off that runs the rest is given back."""
    now, row = shell.clock.now(), _row(connection, leave)
    require(row.person == by.id, "That is not your time off.")
    require(row.state in ("asked", "approved"), "That is settled already. Reload the page.")
    require(row.ends_at > now, "That time is over already.")
    approved = row.state == "approved"
    if approved and row.starts_at <= now:
        connection.execute(time_off.update().where(time_off.c.id == leave).values(ends_at=now))
    else:
        _decide(connection, leave, "withdrawn", by, now)
    seq = note(connection, shell, by, leave, "TimeOffWithdrawn", person=by.id)
    if approved:
        span = max(row.starts_at, now), row.ends_at
        owe(connection, None, end_requests(connection, by.id, span, now, asked_anew=False), now, seq)
    return seq


def _goes(
    connection: Connection,
    shell: Shell,
    by: Me,
    place: Place,
    leave: str,
    person: str,
    span: tuple[datetime, datetime],
    mine: list[Any],
) -> int:
    """It is approved: their shifts are asked of the others, and they hear it."""
    now = shell.clock.now()
    seq = note(connection, shell, by, leave, "TimeOffApproved", person=person, shifts=len(mine))
    ahead = max(span[0], now), span[1]
    messages = end_requests(connection, person, ahead, now, asked_anew=True)
    messages += open_holes(connection, shell, by, place, "leave", mine, ahead, "board")[1]
    said = f"Your time off, {span_words(*span, place.zone)}, is approved."
    owe(connection, None, [*messages, RotaNotice(person, 0, said)], now, seq)
    return seq


def _check(
    connection: Connection, person: str, kind: str, starts_at: datetime, ends_at: datetime, now: datetime
) -> None:
    require(kind in KINDS, "Choose what it is for.")
    require(starts_at != ends_at, "From and to are the same time. Write a later end.")
    require(starts_at < ends_at, "The end is before the start. Write a later end.")
    require(ends_at > now, "That time is over already. Write one that is still ahead.")
    require(ends_at - starts_at <= LONGEST, "Write at most 120 days at once.")
    require(starts_at - now <= AHEAD_AT_MOST, "Write time off at most 400 days ahead.")
    require(now - starts_at <= timedelta(days=1), "Time off can begin at most a day ago.")
    other = connection.execute(
        select(time_off.c.state).where(
            time_off.c.person == person,
            time_off.c.state.in_(("asked", "approved")),
            time_off.c.starts_at < ends_at,
            time_off.c.ends_at > starts_at,
        )
    ).first()
    require(other is None, "There is time off then already. Withdraw that first, or choose other days.")


def _require_free(
    connection: Connection,
    place: Place,
    person: str,
    who: str,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> None:
    mine = shifts_within(connection, place.program, person, max(starts_at, now), ends_at)
    if not mine:
        return
    named = [f"{one.tier} {span_words(one.starts_at, one.ends_at, place.zone)}" for one in mine]
    more = f" and {len(mine) - SHIFTS_NAMED} more" if len(mine) > SHIFTS_NAMED else ""
    shifts = "1 shift" if len(mine) == 1 else f"{len(mine)} shifts"
    raise Refused(f"{who} {shifts} then: {'; '.join(named[:SHIFTS_NAMED])}{more}. Ask for cover first.")


def _insert(
    connection: Connection,
    by: Me,
    place: Place,
    person: str,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    approved: bool,
    source: str | None = None,
) -> str:
    leave = new_id()
    connection.execute(
        time_off.insert().values(
            id=leave,
            program=place.program,
            person=person,
            kind=kind,
            starts_at=starts_at,
            ends_at=ends_at,
            state="approved" if approved else "asked",
            source=source,
            asked_at=now,
            decided_by=by.id if approved else None,
            decided_at=now if approved else None,
        )
    )
    return leave


def _decide(connection: Connection, leave: str, state: str, by: Me, now: datetime) -> None:
    decided = {"state": state, "decided_by": by.id, "decided_at": now}
    connection.execute(time_off.update().where(time_off.c.id == leave).values(**decided))


def _waiting(connection: Connection, by: Me, leave: str) -> Row[Any]:
    row = _row(connection, leave)
    require(row.state == "asked", "That is settled already. Reload the page.")
    require(row.person != by.id, "That is your own. Another manager decides.")
    return row


def _row(connection: Connection, leave: str) -> Row[Any]:
    row = connection.execute(select(time_off).where(time_off.c.id == leave).with_for_update()).first()
    if row is None:
        raise Refused("That time off is not there any more. Reload the page.")
    return row


def _fact(person: str, kind: str, starts_at: datetime, ends_at: datetime, approved: bool) -> dict[str, Any]:
    span = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
    return {"person": person, "kind_of": kind, "approved": approved, **span}
