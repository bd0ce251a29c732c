"""Overrides: somebody in instead of somebody, nobody, or a change taken back. Checked again as it is written."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select

from app.note import note
from app.outbox import owe
from app.rota.check import may_work
from app.rota.preview import restored, rules_around
from app.rota.shifts import AHEAD_AT_MOST, TIER_NAMES, NewShift, add_shift, check_person, check_times
from app.sessions import Me
from app.shell import Shell, new_id
from app.tables import people, programs, rota_overrides
from dispatch.messages import Message, RotaNotice
from dispatch.rota.final import in_force
from dispatch.rota.lacks import tier_words
from dispatch.rota.preview import Difference, difference
from dispatch.rota.rules import Assignment, Override, Rules
from dispatch.rota.span_words import span_words
from dispatch.value import Refused, require

LONGEST: Final = timedelta(days=35)
LAST: Final = 2**31
WHYS: Final = {
    "arranged": "Arranged between them",
    "sick": "Sick",
    "away": "Away",
    "training": "At a training",
    "hole": "Fills a hole",
    "mistake": "The rota was wrong",
    "other": "Another reason",
}


@dataclass(frozen=True)
class Change:
    """The rota before and after one override over its span, and who goes off and comes on by it. `override` is
    None where somebody comes on beside the others."""

    override: Override | None
    before: Rules
    after: Rules
    starts_at: datetime
    ends_at: datetime
    differences: tuple[Difference, ...]


def add_override(
    connection: Connection,
    shell: Shell,
    by: Me,
    tier: str,
    starts_at: datetime,
    ends_at: datetime,
    instead_of: str | None,
    person: str | None,
    why: str,
    cover: str | None = None,
    undoes: str | None = None,
    without: tuple[Assignment, ...] = (),
) -> str:
    """Write an override and return its id. `instead_of` None is the whole tier, `person` None is nobody; what has
    passed stays as it was. `without` are shifts that the person gives away in the same breath. Those who come
    on or go off are told by text, unless the change belongs to a `cover`, whose own texts tell them."""
    change = meant(connection, shell, by.program, tier, starts_at, ends_at, instead_of, person, undoes)
    check_coming(connection, by.program, change)
    leaving = (*without, *going_off(change.differences))
    for one in change.differences:
        if one.change == "on":
            span = one.starts_at, one.ends_at
            found = may_work(connection, shell, by.program, one.person, tier, *span, leaving)
            for objection in restored(found) if undoes else found:
                require(objection.weight == "soft", objection.sentence)
    assert change.override is not None
    seq = _write(connection, shell, by, change.override, why, cover)
    if cover is None:
        _tell(connection, shell, by, change.differences, seq)
    return change.override.id


def put_beside(connection: Connection, shell: Shell, by: Me, new: NewShift) -> int:
    """Somebody comes on beside whoever is on, as a shift written by hand, and is told; the journal's seq."""
    change = meant_beside(connection, shell, by.program, new)
    new = replace(new, starts_at=change.starts_at)
    seq = add_shift(connection, shell, by, new)
    _tell(connection, shell, by, change.differences, seq)
    return seq


def undo_override(connection: Connection, shell: Shell, by: Me, override: str, why: str = "mistake") -> str:
    """Take an override back, by another one that undoes it; returns the id of that one. Of one that has begun,
    the hours that have passed stay as they were."""
    row = _row(connection, by.program, override)
    undo = add_override(
        connection,
        shell,
        by,
        row.tier,
        row.starts_at,
        row.ends_at,
        row.instead_of,
        row.person,
        why,
        undoes=override,
    )
    now = shell.clock.now()
    if row.starts_at < now and row.undoes is None:
        past = Override(new_id(), LAST, row.tier, row.starts_at, now, row.instead_of, row.person)
        _write(connection, shell, by, past, row.why, row.cover)
    return undo


def meant(
    connection: Connection,
    shell: Shell,
    program: str,
    tier: str,
    starts_at: datetime,
    ends_at: datetime,
    instead_of: str | None,
    person: str | None,
    undoes: str | None = None,
) -> Change:
    """What such an override would do now. Refuses what cannot be meant: an end before the start, a span that is
    over, somebody who is not on then, a change that changes nothing."""
    now = shell.clock.now()
    _check_times(starts_at, ends_at, now)
    if undoes is None:
        starts_at = max(starts_at, now)
        require(tier in TIER_NAMES, "There is no such tier. Choose one from the list.")
        require(
            person is None or person != instead_of, "The same person goes off and comes on. Choose another."
        )
    before = rules_around(connection, program, starts_at, ends_at)
    override = Override(new_id(), LAST, tier, starts_at, ends_at, instead_of, person, undoes)
    if undoes is not None:
        _check_undoing(before, undoes, now)
    after = replace(before, overrides=(*before.overrides, override))
    differences = difference(before, after, max(starts_at, now), ends_at)
    require(differences, _nothing(connection, override))
    return Change(override, before, after, starts_at, ends_at, differences)


def meant_undoing(connection: Connection, shell: Shell, program: str, override: str) -> Change:
    """What taking this override back would do now."""
    row = _row(connection, program, override)
    span = row.starts_at, row.ends_at
    return meant(connection, shell, program, row.tier, *span, row.instead_of, row.person, override)


def meant_beside(connection: Connection, shell: Shell, program: str, new: NewShift) -> Change:
    """What one more person on call would do now; hours that have passed stay as they were."""
    now = shell.clock.now()
    check_times(new, now)
    starts_at = max(new.starts_at, now)
    before = rules_around(connection, program, starts_at, new.ends_at)
    coming = Assignment(new.person, new.tier, starts_at, new.ends_at, "new")
    after = replace(before, shifts=(*before.shifts, coming))
    differences = difference(before, after, starts_at, new.ends_at)
    require(differences, "They are on then already, or away. Choose another.")
    return Change(None, before, after, starts_at, new.ends_at, differences)


def check_coming(connection: Connection, program: str, change: Change) -> None:
    """Refuse to put somebody on call who could not be."""
    for one in change.differences:
        if one.change == "on":
            check_person(connection, program, one.person, one.tier)


def going_off(differences: tuple[Difference, ...]) -> tuple[Assignment, ...]:
    """What a change takes away, as the check of those who come on wants it."""
    return tuple(
        Assignment(one.person, one.tier, one.starts_at, one.ends_at, "")
        for one in differences
        if one.change == "off"
    )


def number_of(connection: Connection, override: str) -> int:
    """The seq of an override's row in the journal."""
    found = connection.scalar(select(rota_overrides.c.number).where(rota_overrides.c.id == override))
    assert found is not None, "asked right after it was written"
    return int(found)


def _check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    require(starts_at != ends_at, "From and to are the same time. Write a later end.")
    require(starts_at < ends_at, "The end is before the start. A night ends on the next day.")
    require(ends_at > now, "That time is over. What was stays as it was.")
    require(
        ends_at - starts_at <= LONGEST, "One change is at most 35 days long. For longer, change the layer."
    )
    require(starts_at - now <= AHEAD_AT_MOST, "Change the rota at most 400 days ahead.")


def _check_undoing(before: Rules, undoes: str, now: datetime) -> None:
    undone = next((one for one in before.overrides if one.id == undoes), None)
    standing = {one.id for one in in_force(before.overrides)}
    if undone is None or (undone.undoes is None and undone.id not in standing):
        raise Refused("That change was taken back already. Reload the page.")
    # The hours that have passed are written anew behind the undoing; a later change of the same hours would
    # then come to stand before them.
    later = [
        one
        for one in before.overrides
        if one.id in standing and one.tier == undone.tier and one.order > undone.order
    ]
    overlaid = any(one.starts_at < now and one.ends_at > undone.starts_at for one in later)
    require(
        undone.starts_at >= now or not overlaid,
        "A later change covers hours of this one that have passed. Take that one back first.",
    )


def _nothing(connection: Connection, override: Override) -> str:
    if override.instead_of is not None and override.undoes is None:
        name = connection.scalar(select(people.c.name).where(people.c.id == override.instead_of))
        return f"{name or 'That person'} is not on {tier_words(override.tier)} then. Choose who goes off."
    return "That changes nothing: the rota is like that already."


def _write(
    connection: Connection, shell: Shell, by: Me, override: Override, why: str, cover: str | None
) -> int:
    values: dict[str, Any] = {
        "tier": override.tier,
        "instead_of": override.instead_of,
        "person": override.person,
        "undoes": override.undoes,
        "cover": cover,
        "why": why,
    }
    span = {"starts_at": override.starts_at, "ends_at": override.ends_at}
    said = {name: at.isoformat() for name, at in span.items()}
    seq = note(connection, shell, by, override.id, "OverrideAdded", **values, **said)
    connection.execute(
        rota_overrides.insert().values(
            id=override.id,
            program=by.program,
            number=seq,
            made_by=by.id,
            made_at=shell.clock.now(),
            **values,
            **span,
        )
    )
    return seq


def _row(connection: Connection, program: str, override: str) -> Row[Any]:
    row = connection.execute(
        select(rota_overrides).where(rota_overrides.c.id == override, rota_overrides.c.program == program)
    ).first()
    if row is None:
        raise Refused("That change is not on the rota. Reload the page.")
    return row


def _tell(
    connection: Connection, shell: Shell, by: Me, differences: tuple[Difference, ...], seq: int
) -> None:
    """One text to each person, about their first change; whoever made it knows."""
    zone = ZoneInfo(connection.scalar(select(programs.c.zone).where(programs.c.id == by.program)) or "UTC")
    first: dict[str, Difference] = {}
    for one in differences:
        first.setdefault(one.person, one)
    messages: list[Message] = [
        RotaNotice(person, 0, f"You are {_said(one, zone)}{_more(one, differences)}.")
        for person, one in first.items()
        if person != by.id
    ]
    owe(connection, None, messages, shell.clock.now(), seq)


def _said(one: Difference, zone: ZoneInfo) -> str:
    return f"{one.change} {tier_words(one.tier)} {span_words(one.starts_at, one.ends_at, zone)}"


def _more(one: Difference, differences: tuple[Difference, ...]) -> str:
    more = sum(other.person == one.person for other in differences) - 1
    return f", and {more} more {'change' if more == 1 else 'changes'}: see My shifts" if more else ""
