"""Two people change two shifts: offered to a named colleague, both sides checked again as both change, or neither."""

from dataclasses import replace

from sqlalchemy import Connection

from app.note import note
from app.outbox import owe
from app.rota.check import may_work
from app.rota.cover_rows import (
    Place,
    draft,
    insert_cover,
    managers_of,
    note_answer,
    place_of,
    update_cover,
)
from app.rota.cover_settle import approve_words
from app.rota.covers import NOT_YOURS, RUNNING, own_shift, require_not_asked, span_fact
from app.rota.overrides import add_override
from app.rota.shifts import ROLE_FOR
from app.sessions import Me
from app.shell import Shell
from app.tables import people
from dispatch.messages import CoverFound, CoverYours, Message, RotaNotice, SwapAsked
from dispatch.rota.cover import Cover
from dispatch.rota.may_work import CURE
from dispatch.rota.rules import Assignment
from dispatch.value import Refused, require

GONE = "{name} does not have that shift any more. Look at the rota and offer anew."


def offer_swap(
    connection: Connection, shell: Shell, by: Me, mine: Assignment, theirs: Assignment, word: str = ""
) -> tuple[Cover, int]:
    """Offer one's own shift for a colleague's. Both stay as they are until the colleague says yes."""
    now, place = shell.clock.now(), place_of(connection, by.program)
    require(mine.person == by.id, NOT_YOURS)
    require(theirs.person != by.id, "Both shifts are yours. Choose one of a colleague.")
    require(min(mine.starts_at, theirs.starts_at) > now, RUNNING)
    for one in (mine, theirs):
        span = (one.starts_at, one.ends_at)
        require_not_asked(connection, by.program, one.person, one.tier, span, now)
    require_both(connection, shell, place, mine, theirs)
    swap = replace(
        draft("swap", by.id, mine.tier, (mine.starts_at, mine.ends_at), now, [theirs.person]),
        other=theirs.person,
        other_tier=theirs.tier,
        other_starts_at=theirs.starts_at,
        other_ends_at=theirs.ends_at,
    )
    swap = insert_cover(connection, shell, by.program, swap, word)
    fact = {"other": theirs.person, "other_starts_at": theirs.starts_at.isoformat(), **span_fact(swap)}
    seq = note(connection, shell, by, swap.id, "SwapOffered", ref=swap.ref, **fact)
    offered = SwapAsked(theirs.person, swap.ref, by.name, mine.starts_at, theirs.starts_at)
    owe(connection, None, [offered], now, seq)
    return swap, seq


def accept_swap(connection: Connection, shell: Shell, by: Me, place: Place, swap: Cover, via: str) -> int:
    """The colleague says yes: both shifts change in one transaction, or wait for a manager."""
    now = shell.clock.now()
    require_both(connection, shell, place, *sides(swap))
    note_answer(connection, swap.id, by.id, "yes", now)
    if not place.terms.approve_swap:
        return settle_swap(connection, shell, by, place, swap, via)
    update_cover(connection, swap.id, state="waiting", taken_by=by.id, taken_at=now)
    seq = note(connection, shell, by, swap.id, "CoverWaits", via=via, ref=swap.ref, **span_fact(swap))
    told: list[Message] = [
        CoverYours(by.id, swap.ref, swap.tier, swap.starts_at, swap.ends_at, approved=False)
    ]
    said = approve_words(place, replace(swap, taken_by=by.id))
    told += [RotaNotice(one, swap.ref, said) for one in managers_of(connection, place.program)]
    owe(connection, None, told, now, seq)
    return seq


def settle_swap(connection: Connection, shell: Shell, by: Me, place: Place, swap: Cover, via: str) -> int:
    """Both changes of the rota at once. Each side is looked at as if the other shift were gone already."""
    now = shell.clock.now()
    mine, theirs = sides(swap)
    require_both(connection, shell, place, mine, theirs)
    for gives, comes in ((mine, theirs.person), (theirs, mine.person)):
        add_override(
            connection,
            shell,
            by,
            gives.tier,
            gives.starts_at,
            gives.ends_at,
            gives.person,
            comes,
            "arranged",
            swap.id,
            without=(mine, theirs),
        )
    settled = {"state": "taken", "taken_by": theirs.person, "settled_at": now}
    update_cover(connection, swap.id, **settled, taken_at=swap.taken_at or now)
    seq = note(connection, shell, by, swap.id, "SwapMade", via=via, ref=swap.ref, **span_fact(swap))
    told: list[Message] = [
        CoverYours(theirs.person, swap.ref, mine.tier, mine.starts_at, mine.ends_at),
        CoverFound(mine.person, swap.ref, place.names[theirs.person], mine.starts_at),
        CoverYours(mine.person, swap.ref, theirs.tier, theirs.starts_at, theirs.ends_at),
    ]
    owe(connection, None, told, now, seq)
    return seq


def sides(swap: Cover) -> tuple[Assignment, Assignment]:
    """The holder's shift and the colleague's."""
    assert swap.other and swap.other_tier and swap.other_starts_at and swap.other_ends_at
    return (
        Assignment(swap.person, swap.tier, swap.starts_at, swap.ends_at, ""),
        Assignment(swap.other, swap.other_tier, swap.other_starts_at, swap.other_ends_at, ""),
    )


def require_both(
    connection: Connection, shell: Shell, place: Place, mine: Assignment, theirs: Assignment
) -> None:
    """Both still have their shifts, and each may work the other's once their own is gone."""
    same = mine.tier == theirs.tier and mine.starts_at < theirs.ends_at and theirs.starts_at < mine.ends_at
    require(not same, "The two shifts overlap. Choose another one.")
    for one, missing in ((mine, NOT_YOURS), (theirs, GONE.format(name=place.names.get(theirs.person)))):
        span = (one.starts_at, one.ends_at)
        require(own_shift(connection, place.program, one.person, one.tier, span), missing)
    for gets, gives in ((mine, theirs), (theirs, mine)):
        refused = why_not(connection, shell, place, gives.person, gets, gives)
        if refused:
            raise Refused(refused)


def why_not(
    connection: Connection, shell: Shell, place: Place, person: str, gets: Assignment, gives: Assignment
) -> str:
    """The first hard rule against this person in that shift without their own; "" where there is none."""
    roles = connection.execute(people.select().where(people.c.id == person)).one().roles
    needed = ROLE_FOR.get(gets.tier, "responder")
    if needed not in roles:
        return f"{place.names[person]} is not a {needed}. Choose a shift of another tier."
    found = may_work(
        connection, shell, place.program, person, gets.tier, gets.starts_at, gets.ends_at, (gets, gives)
    )
    return next((one.sentence.removesuffix(CURE) for one in found if one.weight == "hard"), "")
