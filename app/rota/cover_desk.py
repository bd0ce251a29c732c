"""What a manager does with a request: approve or not, put somebody in, close it."""

from sqlalchemy import Connection

from app.note import note
from app.outbox import owe
from app.rota.cover_answers import reopen
from app.rota.cover_rows import cover_at, lock_people, place_of, update_cover
from app.rota.cover_settle import settle
from app.rota.covers import end_request
from app.rota.swaps import settle_swap
from app.sessions import Me
from app.shell import Shell
from dispatch.messages import CoverOver, Message
from dispatch.rota.cover import Cover, ahead, life
from dispatch.value import Refused, require

SETTLED = "That request is settled already. Reload the page."
OTHERS = "You said yes to it yourself. Another manager decides."


def approve(connection: Connection, shell: Shell, by: Me, cover_id: str) -> int:
    """The yes that waited counts, if the rules still allow it now."""
    cover = _waiting(connection, shell, by, cover_id)
    place = place_of(connection, by.program)
    if cover.kind == "swap":
        return settle_swap(connection, shell, by, place, cover, "board")
    assert cover.taken_by is not None
    return settle(connection, shell, by, place, cover, cover.taken_by, cover.span, "board")


def not_approve(connection: Connection, shell: Shell, by: Me, cover_id: str) -> int:
    """The yes does not count. A shift is asked on of the others; a swap is over."""
    cover = _waiting(connection, shell, by, cover_id)
    told: list[Message] = [
        CoverOver(one, cover.ref, "not_approved") for one in (str(cover.taken_by), cover.person)
    ]
    if cover.kind == "swap":
        update_cover(connection, cover.id, state="closed", settled_at=shell.clock.now())
        seq = note(connection, shell, by, cover.id, "CoverNotApproved", ref=cover.ref)
    else:
        note(connection, shell, by, cover.id, "CoverNotApproved", ref=cover.ref, taker=cover.taken_by)
        seq = reopen(connection, shell, by, cover, "board")
    owe(connection, None, told, shell.clock.now(), seq)
    return seq


def assign(connection: Connection, shell: Shell, by: Me, cover_id: str, person: str) -> int:
    """A manager puts somebody in, asked or not. The same rules hold; who must not, must not."""
    cover = cover_at(connection, cover_id, lock=True)
    lock_people(connection, (person, cover.person))
    now, place = shell.clock.now(), place_of(connection, by.program)
    require(cover.kind != "swap", "A swap is between two people. Change the rota itself instead.")
    require(life(cover, now) in ("open", "waiting"), SETTLED)
    require(person != cover.person, "They hold it already. Choose somebody else, or close the request.")
    return settle(connection, shell, by, place, cover, person, ahead(cover, now), "board")


def close(connection: Connection, shell: Shell, by: Me, cover_id: str) -> int:
    """The request is settled by other means; the rota stays as it is."""
    cover = cover_at(connection, cover_id, lock=True)
    require(life(cover, shell.clock.now()) in ("open", "waiting"), SETTLED)
    seq = note(connection, shell, by, cover.id, "CoverClosed", ref=cover.ref)
    end_request(connection, cover, "closed", shell.clock.now(), seq)
    return seq


def _waiting(connection: Connection, shell: Shell, by: Me, cover_id: str) -> Cover:
    cover = cover_at(connection, cover_id, lock=True)
    if life(cover, shell.clock.now()) != "waiting" or cover.taken_by is None:
        raise Refused("Nothing waits for approval there. Reload the page.")
    require(by.id not in (cover.taken_by, cover.person), OTHERS)
    lock_people(connection, (cover.taken_by, cover.person))
    return cover
