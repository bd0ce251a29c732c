"""Hand-over at a shift's end: a colleague takes one seat by name, and until then nothing has changed."""

from dispatch import commands as c
from dispatch import facts as f
from dispatch.board import Board
from dispatch.desk import rung_of
from dispatch.incident import Incident, Member
from dispatch.stages import COMMITTED, WRITING, Step
from dispatch.value import Refused, require


def take_over(incident: Incident, command: c.TakeOver, board: Board) -> list[f.Fact]:
    """The taker has the seat from now on, the outgoing person is off it, and it was never empty.

    On the road the taker sets off by themselves. Where the outgoing person is at the place already, the seat
    changes hands there: whoever takes it is there too, and their check-in clock begins.
    """
    require(
        command.taker == command.by or command.on_behalf, "Each takes over for themselves, or tells the desk."
    )
    leaving = _leaving(incident, command.outgoing, board)
    _require_fit(incident, command, board)
    there = leaving.step is Step.ON_SCENE
    return [
        f.TakenOver(
            board.now,
            command.by,
            command.taker,
            leaving.person,
            leaving.seat,
            f"{incident.id}-{len(incident.pages) + 1}",
            rung_of(command.taker, board),
            board.now + board.policy.check_every if there else None,
            command.on_behalf,
        )
    ]


def _leaving(incident: Incident, outgoing: str, board: Board) -> Member:
    """The member whose seat is taken over. Notes are not handed over: only who was there can write them."""
    name = board.name(outgoing)
    require(
        incident.stage not in WRITING,
        f"The team of {incident.ref} is done there. Its notes stay with those who were there.",
    )
    member = incident.member(outgoing)
    if member is not None and incident.stage in COMMITTED:
        return member
    asked = any(page.person == outgoing for page in incident.open_pages)
    raise Refused(
        f"{name} has not said yes to {incident.ref}. Let the page run, or ask the desk to page you."
        if asked
        else f"{name} has no seat on {incident.ref}. There is nothing to take over."
    )


def _require_fit(incident: Incident, command: c.TakeOver, board: Board) -> None:
    """Somebody whom the ladder could page now, and who is free."""
    taker, own = command.taker, command.taker == command.by
    are, have = ("You are", "You have") if own else (f"{board.name(taker)} is", f"{board.name(taker)} has")
    require(incident.member(taker) is None, f"{have} a seat on {incident.ref} already.")
    asked = any(page.person == taker for page in incident.open_pages)
    require(not asked, f"{are} asked for {incident.ref}. Answer that page first.")
    elsewhere = board.busy.get(taker)
    require(elsewhere is None, f"{are} on {elsewhere}. Finish it or give it back first.")
    paged = {rung.tier for rung in board.policy.ladder}
    require(
        any(one.person == taker and one.tier in paged for one in board.on_call),
        f"{are} not on call and ready now. Only somebody who is takes {incident.ref} over.",
    )
