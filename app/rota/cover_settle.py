"""Settling a request: every rule once more, the change of the rota, and a word to everybody concerned."""

from dataclasses import replace

from sqlalchemy import Connection

from app.note import note
from app.outbox import owe
from app.rota.cover_rows import Place, add_asks, holds, managers_of, note_answer, update_cover
from app.rota.covers import open_rest, span_fact, waiting
from app.rota.overrides import add_override
from app.rota.who_may import Candidate, require_candidate
from app.sessions import Me
from app.shell import Shell
from dispatch.cover import Span
from dispatch.messages import CoverFound, CoverOver, CoverYours, Message, RotaNotice
from dispatch.rota.cover import Cover, ahead, pieces_left, require_part
from dispatch.rota.rules import Assignment
from dispatch.rota.span_words import span_words
from dispatch.value import Refused

WHY = {"cover": "arranged", "swap": "arranged", "sick": "sick", "leave": "away"}


def settle(
    connection: Connection, shell: Shell, by: Me, place: Place, cover: Cover, taker: str, part: Span, via: str
) -> int:
    """`taker` has the part from now on. Called in the transaction that commits, with the request locked."""
    now = shell.clock.now()
    one = require_fit(connection, shell, place, cover, taker, part)
    add_asks(connection, cover.id, [taker], now)
    note_answer(connection, cover.id, taker, "yes", now)
    cover, messages = cut(connection, shell, by, place, cover, taker, part, via)
    columns = {"state": "taken", "taken_by": taker, "taken_at": now, "settled_at": now}
    update_cover(connection, cover.id, **columns)
    _write(connection, shell, by, cover, one)
    fact = {"ref": cover.ref, "taker": taker, **span_fact(cover)}
    seq = note(connection, shell, by, cover.id, "CoverTaken", via=via, **fact)
    messages += [
        CoverYours(taker, cover.ref, cover.tier, cover.starts_at, cover.ends_at),
        CoverFound(cover.person, cover.ref, place.names[taker], cover.starts_at),
    ]
    owe(connection, None, messages + _managers(connection, place, cover, taker), now, seq)
    return seq


def wait_for_manager(
    connection: Connection, shell: Shell, by: Me, place: Place, cover: Cover, part: Span, via: str
) -> int:
    """Somebody said yes and the program's terms ask for a manager's word. Nothing of the rota changes yet."""
    now = shell.clock.now()
    require_fit(connection, shell, place, cover, by.id, part)
    note_answer(connection, cover.id, by.id, "yes", now)
    # The others are not told that it is over: they are asked again if it is not approved.
    cover, messages = cut(connection, shell, by, place, cover, by.id, part, via, over=False)
    update_cover(connection, cover.id, state="waiting", taken_by=by.id, taken_at=now)
    seq = note(connection, shell, by, cover.id, "CoverWaits", via=via, ref=cover.ref, **span_fact(cover))
    messages.append(CoverYours(by.id, cover.ref, cover.tier, cover.starts_at, cover.ends_at, approved=False))
    said = approve_words(place, replace(cover, taken_by=by.id))
    messages += [RotaNotice(one, cover.ref, said) for one in managers_of(connection, place.program)]
    owe(connection, None, messages, now, seq)
    return seq


def approve_words(place: Place, cover: Cover) -> str:
    """What a manager reads of a yes that waits for their word."""
    taker = place.names[cover.taken_by or cover.person]
    if cover.kind == "swap":
        return f"{taker} and {place.names[cover.person]} would swap shifts. Approve it or not."
    return f"{taker} would take {_shift_words(place, cover)}. Approve it or not."


def require_fit(
    connection: Connection, shell: Shell, place: Place, cover: Cover, taker: str, part: Span
) -> Candidate:
    """All that must be true as the change is written: a real part, still its holder's, and no hard rule against it."""
    now = shell.clock.now()
    require_part(ahead(cover, now), part, now)
    if holds(connection, place.program, cover.person, cover.tier, part, away=cover.is_hole) is None:
        raise Refused(f"That shift is not {place.names[cover.person]}'s any more. Nothing is left to take.")
    return require_candidate(
        connection, shell, place, cover.person, cover.tier, part, taker, steps_up=cover.is_hole
    )


def cut(
    connection: Connection,
    shell: Shell,
    by: Me,
    place: Place,
    cover: Cover,
    taker: str,
    part: Span,
    via: str,
    *,
    over: bool = True,
) -> tuple[Cover, list[Message]]:
    """The request shrinks to the part; the rest is asked anew, and those who are not asked for it hear that it is
    over."""
    now = shell.clock.now()
    asked = waiting(cover, but=taker)
    pieces = pieces_left(ahead(cover, now), part)
    if part != cover.span:
        cover = replace(cover, starts_at=part[0], ends_at=part[1])
        update_cover(connection, cover.id, starts_at=part[0], ends_at=part[1])
    if pieces:
        return cover, open_rest(connection, shell, by, place, cover, pieces, asked, via)
    if not over:
        return cover, []
    why = "taken" if by.id == taker else "manager"
    return cover, [CoverOver(one, cover.ref, why) for one in asked]  # type: ignore[arg-type]


def _write(connection: Connection, shell: Shell, by: Me, cover: Cover, one: Candidate) -> None:
    """The overrides: the taker in the holder's place, and out of the backup shift that they leave for it."""
    for left in one.leaves:
        start, end = max(left.starts_at, cover.starts_at), min(left.ends_at, cover.ends_at)
        add_override(connection, shell, by, left.tier, start, end, one.person, None, "hole", cover.id)
    add_override(
        connection,
        shell,
        by,
        cover.tier,
        cover.starts_at,
        cover.ends_at,
        cover.person,
        one.person,
        WHY[cover.kind],
        cover.id,
        without=(Assignment(cover.person, cover.tier, cover.starts_at, cover.ends_at, ""), *one.leaves),
    )


def _managers(connection: Connection, place: Place, cover: Cover, taker: str) -> list[Message]:
    if not cover.is_hole:
        return []
    said = f"{place.names[taker]} takes {_shift_words(place, cover)}. The hole is filled."
    return [RotaNotice(one, cover.ref, said) for one in managers_of(connection, place.program)]


def _shift_words(place: Place, cover: Cover) -> str:
    span = span_words(cover.starts_at, cover.ends_at, place.zone)
    return f"{place.names[cover.person]}'s {cover.tier} shift, {span}"
