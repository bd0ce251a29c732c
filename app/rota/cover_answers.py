"""What the colleagues who were asked say: I take it, not this one, and the shift that goes back again."""

from sqlalchemy import Connection, select

from app.note import note
from app.outbox import owe
from app.rota.cover_rows import (
    Place,
    cover_at,
    draft,
    holds,
    insert_cover,
    lock_people,
    managers_of,
    note_answer,
    place_of,
    update_cover,
)
from app.rota.cover_settle import settle, wait_for_manager
from app.rota.covers import asking, managers_and, waiting
from app.rota.overrides import add_override
from app.rota.swaps import accept_swap
from app.rota.who_may import crew_for
from app.sessions import Me
from app.shell import Shell
from app.tables import rota_overrides
from dispatch.cover import Span
from dispatch.messages import CoverOpen, Message, RotaNotice
from dispatch.rota.cover import Cover, ahead, require_can_give_back, require_can_take, require_open
from dispatch.rota.rules import Assignment
from dispatch.rota.span_words import moment_words
from dispatch.value import Refused, require


def take(
    connection: Connection, shell: Shell, by: Me, cover_id: str, part: Span | None = None, via: str = "board"
) -> int:
    """The first yes has it. Everything is looked at again in this transaction; `Refused` writes nothing."""
    cover = cover_at(connection, cover_id, lock=True)
    lock_people(connection, (by.id, cover.person))
    now, place = shell.clock.now(), place_of(connection, by.program)
    require_can_take(cover, by.id, now, place.names, place.zone)
    if cover.kind == "swap":
        require(part is None, "A swap is of whole shifts.")
        return accept_swap(connection, shell, by, place, cover, via)
    wanted = part or ahead(cover, now)
    if place.terms.approve_cover and not cover.is_hole:
        return wait_for_manager(connection, shell, by, place, cover, wanted, via)
    return settle(connection, shell, by, place, cover, by.id, wanted, via)


def decline(connection: Connection, shell: Shell, by: Me, cover_id: str, via: str = "board") -> int:
    """Not this one. When nobody is left who could say yes, the holder hears it, and of a hole the managers too."""
    cover = cover_at(connection, cover_id, lock=True)
    now, place = shell.clock.now(), place_of(connection, by.program)
    if cover.taken_by == by.id and cover.state in ("waiting", "taken"):
        return give_back(connection, shell, by, cover_id, via)
    mine = cover.ask_of(by.id)
    if mine is None:
        raise Refused("You were not asked for that shift. Look at My shifts.")
    require_open(cover, by.id, now, place.names, place.zone)
    require(mine.answer != "no", "You said no already. Nobody is marked down for this.")
    note_answer(connection, cover.id, by.id, "no", now)
    seq = note(connection, shell, by, cover.id, "CoverDeclined", via=via, ref=cover.ref)
    owe(connection, None, _nobody_left(connection, by, place, cover), now, seq)
    if cover.kind == "swap":
        update_cover(connection, cover.id, state="closed", settled_at=now)
    return seq


def _nobody_left(connection: Connection, by: Me, place: Place, cover: Cover) -> list[Message]:
    holder = cover.person
    if cover.kind == "swap":
        return [
            RotaNotice(holder, cover.ref, f"{by.name} said no to the swap. Both shifts stay as they are.")
        ]
    if waiting(cover, but=by.id):
        return []
    told = managers_and(connection, place.program, holder) if cover.is_hole else [holder]
    return [CoverOpen(one, cover.ref, place.names[holder], cover.tier, cover.starts_at) for one in told]


def give_back(
    connection: Connection, shell: Shell, by: Me, cover_id: str, via: str = "board", taker: str | None = None
) -> int:
    """Taken, and cannot after all: the holder has it again if they still may, and it is asked anew; if they may not
    it stays with the taker until somebody else says yes. `taker`: a manager does it for them."""
    cover = cover_at(connection, cover_id, lock=True)
    taker = taker or by.id
    lock_people(connection, (taker, cover.person))
    now, place = shell.clock.now(), place_of(connection, by.program)
    if cover.state == "waiting" and cover.taken_by == taker:
        return reopen(connection, shell, by, cover, via)
    require_can_give_back(cover, taker, now)
    still = holds(connection, by.program, taker, cover.tier, cover.span)
    require(still, "The rota was changed since. Ask for cover of what is left of it.")
    returns = _returns(connection, shell, place, cover)
    if returns:
        _undo(connection, shell, by, cover)
    update_cover(connection, cover.id, state="given_back", settled_at=now)
    seq = note(
        connection,
        shell,
        by,
        cover.id,
        "CoverGivenBack",
        via=via,
        ref=cover.ref,
        taker=taker,
        returns=returns,
    )
    owe(connection, None, _ask_anew(connection, shell, by, place, cover, taker, returns, via), now, seq)
    return seq


def reopen(connection: Connection, shell: Shell, by: Me, cover: Cover, via: str) -> int:
    """A yes that no manager has approved does not count: the others are asked again."""
    assert cover.taken_by is not None
    now = shell.clock.now()
    note_answer(connection, cover.id, cover.taken_by, "no", now)
    update_cover(connection, cover.id, state="open", taken_by=None, taken_at=None)
    seq = note(connection, shell, by, cover.id, "CoverReopened", via=via, ref=cover.ref)
    holder = place_of(connection, by.program).names[cover.person]
    again: list[Message] = [asking(cover, one, holder) for one in waiting(cover, but=cover.taken_by)]
    owe(connection, None, again, now, seq)
    return seq


def _returns(connection: Connection, shell: Shell, place: Place, cover: Cover) -> bool:
    """May the holder have it again? Whoever is sick or away, or has another shift by now, may not."""
    assert cover.taken_by is not None
    crew = crew_for(connection, shell, place, cover.taken_by, cover.tier, cover.span, only=(cover.person,))
    return bool(crew.may)


def _undo(connection: Connection, shell: Shell, by: Me, cover: Cover) -> None:
    made = select(rota_overrides).where(rota_overrides.c.cover == cover.id, rota_overrides.c.undoes.is_(None))
    for row in connection.execute(made.order_by(rota_overrides.c.number.desc())).all():
        add_override(
            connection,
            shell,
            by,
            row.tier,
            row.starts_at,
            row.ends_at,
            row.instead_of,
            row.person,
            row.why,
            cover.id,
            row.id,
            without=(Assignment(row.person, row.tier, row.starts_at, row.ends_at, ""),) if row.person else (),
        )


def _ask_anew(
    connection: Connection,
    shell: Shell,
    by: Me,
    place: Place,
    cover: Cover,
    taker: str,
    returns: bool,
    via: str,
) -> list[Message]:
    """The same shift with a new number, of those who have not said no and still may."""
    now = shell.clock.now()
    holder = cover.person if returns else taker
    crew = crew_for(connection, shell, place, holder, cover.tier, cover.span)
    may = {one.person for one in crew.may}
    persons = [one for one in waiting(cover, but=taker) if one in may and one != cover.person]
    new = insert_cover(
        connection, shell, place.program, draft("cover", holder, cover.tier, cover.span, now, persons)
    )
    note(connection, shell, by, new.id, "CoverAsked", via=via, ref=new.ref, asked=persons, of=cover.ref)
    messages: list[Message] = [asking(new, one, place.names[holder]) for one in persons]
    at = moment_words(cover.starts_at, place.zone)
    if returns:
        said = f"{place.names[taker]} gave your shift of {at} back. It is yours again, and asked anew as {new.ref}."
        messages.append(RotaNotice(cover.person, new.ref, said))
    if not returns or not persons:
        told = managers_of(connection, place.program)
        messages += [CoverOpen(one, new.ref, place.names[holder], new.tier, new.starts_at) for one in told]
    return messages
