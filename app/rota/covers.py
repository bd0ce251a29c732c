"""Asking for cover: of a whole shift or a part, of colleagues who may; it stays with its holder until one says yes."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from app.note import note
from app.outbox import owe
from app.rota.cover_rows import (
    Place,
    cover_at,
    draft,
    final_rota,
    insert_cover,
    managers_of,
    overlapping,
    place_of,
    update_cover,
)
from app.rota.overrides import LONGEST
from app.rota.who_may import Crew, crew_for
from app.sessions import Me
from app.shell import Shell
from dispatch.cover import Span
from dispatch.messages import CoverAsked, CoverOver, Message
from dispatch.rota.cover import Cover, life, require_part
from dispatch.rota.rules import Assignment
from dispatch.value import Refused, require

NOT_YOURS = "That shift is not yours any more. Look at My shifts."
RUNNING = "That has begun. Ask for a part that begins later, or say that you cannot go on."


def ask_cover(
    connection: Connection,
    shell: Shell,
    by: Me,
    shift: Assignment,
    part: Span,
    persons: list[str],
    word: str = "",
) -> tuple[Cover, int]:
    """Ask these colleagues. Refuses what is no part of one's own shift, and anybody who may not."""
    now, place = shell.clock.now(), place_of(connection, by.program)
    whole = (shift.starts_at, shift.ends_at)
    require(own_shift(connection, by.program, by.id, shift.tier, whole), NOT_YOURS)
    require_part(whole, part, now)
    require(part[0] > now, RUNNING)
    require(part[1] - part[0] <= LONGEST, "Ask for at most 35 days at once. Choose a part.")
    require_not_asked(connection, by.program, by.id, shift.tier, part, now)
    crew = crew_for(connection, shell, place, by.id, shift.tier, part)
    require_may(crew, persons)
    cover = draft("cover", by.id, shift.tier, part, now, persons)
    cover = insert_cover(connection, shell, by.program, cover, word)
    seq = note(
        connection, shell, by, cover.id, "CoverAsked", ref=cover.ref, asked=persons, **span_fact(cover)
    )
    messages: list[Message] = [asking(cover, one, by.name) for one in persons]
    owe(connection, None, messages, now, seq)
    return cover, seq


def withdraw(connection: Connection, shell: Shell, by: Me, cover_id: str) -> int:
    """The holder takes a request back; whoever was asked hears that it is not needed."""
    now, cover = shell.clock.now(), cover_at(connection, cover_id, lock=True)
    require(cover.person == by.id, "That is not your request. Its holder takes it back, or a manager.")
    require(not cover.is_hole, "You are off that shift. Say that you are fit again, and it is yours.")
    require(life(cover, now) in ("open", "waiting"), "That request is settled already. Reload the page.")
    seq = note(connection, shell, by, cover.id, "CoverWithdrawn", ref=cover.ref)
    end_request(connection, cover, "withdrawn", now, seq)
    return seq


def end_request(connection: Connection, cover: Cover, state: str, now: datetime, seq: int) -> None:
    """A request is over without a taker: closed by a manager, or withdrawn. Those who still wait hear it."""
    update_cover(connection, cover.id, state=state, settled_at=now)
    why = "manager" if state == "closed" else "withdrawn"
    told: list[Message] = [CoverOver(one, cover.ref, why) for one in waiting(cover)]  # type: ignore[arg-type]
    if state == "closed":
        told.append(CoverOver(cover.person, cover.ref, "manager"))
    owe(connection, None, told, now, seq)


def waiting(cover: Cover, but: str = "") -> list[str]:
    """Who was asked and has not said no."""
    return [one.person for one in cover.asked if one.answer != "no" and one.person != but]


def asking(cover: Cover, person: str, holder: str) -> CoverAsked:
    """The text that asks one colleague."""
    sick = cover.kind == "sick"
    return CoverAsked(person, cover.ref, holder, cover.tier, cover.starts_at, cover.ends_at, sick)


def open_rest(
    connection: Connection,
    shell: Shell,
    by: Me,
    place: Place,
    cover: Cover,
    pieces: list[Span],
    persons: list[str],
    via: str,
) -> list[Message]:
    """What a part left is asked anew, each piece with its own number, of those who have not said no."""
    now, messages = shell.clock.now(), list[Message]()
    for piece in pieces:
        rest = replace(
            draft(cover.kind, cover.person, cover.tier, piece, now, persons), made_at=cover.made_at
        )
        rest = insert_cover(connection, shell, place.program, rest)
        note(
            connection,
            shell,
            by,
            rest.id,
            "CoverRestOpened",
            via=via,
            ref=rest.ref,
            of=cover.ref,
            **span_fact(rest),
        )
        messages += [asking(rest, one, place.names[cover.person]) for one in persons]
    return messages


def own_shift(connection: Connection, program: str, person: str, tier: str, span: Span) -> Assignment | None:
    """This very shift, if it is this person's now."""
    found = final_rota(connection, program, *span)
    return next(
        (one for one in found if (one.person, one.tier, one.starts_at, one.ends_at) == (person, tier, *span)),
        None,
    )


def require_not_asked(
    connection: Connection, program: str, person: str, tier: str, span: Span, now: datetime
) -> None:
    """One shift is asked for once at a time."""
    known = overlapping(connection, program, person, tier, span, now)
    if known is not None:
        raise Refused(f"It is asked for already, as {known.ref}. Take that back first.")


def require_may(crew: Crew, persons: list[str]) -> None:
    """Each of these may take it; nobody is asked for what a rule forbids."""
    for person in persons:
        one = crew.of(person)
        require(not one.hard, one.hard[0] if one.hard else "")
    require(persons or not crew.may, "Choose at least one colleague to ask.")


def managers_and(connection: Connection, program: str, *persons: str) -> list[str]:
    """The managers and these people, each once."""
    return list(dict.fromkeys((*managers_of(connection, program), *persons)))


def span_fact(cover: Cover) -> dict[str, str]:
    """What the journal keeps of a shift that is asked for."""
    return {
        "tier": cover.tier,
        "person": cover.person,
        "starts_at": cover.starts_at.isoformat(),
        "ends_at": cover.ends_at.isoformat(),
    }
