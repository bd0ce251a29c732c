"""Yes, no, silence and dead numbers: what an answer to a page does. Only a human act answers a page."""

from datetime import timedelta

from dispatch import commands as c
from dispatch import facts as f
from dispatch.board import Board
from dispatch.desk import require_free, rung_of
from dispatch.incident import Incident, Page
from dispatch.ladder import ask
from dispatch.stages import GOING, Stage, Step
from dispatch.value import Refused, require

DECLINE_REASONS = {
    "unfit": "Not fit to drive or work",
    "knows_person": "Knows this person",
    "too_far": "Too far, or no car",
    "other": "Something else",
}
MINUTES_AT_MOST = 180


def accept(incident: Incident, command: c.Accept, board: Board) -> list[f.Fact]:
    """A yes. The first yes for a seat has it; a late yes still counts while the seat is empty."""
    page = require_own_page(incident, command.page, command.by, command.on_behalf)
    require(command.minutes is None or 0 <= command.minutes <= MINUTES_AT_MOST, "Give minutes from 0 to 180.")
    eta = None if command.minutes is None else board.now + timedelta(minutes=command.minutes)
    if page.state == "accepted" and incident.member(page.person) and eta is not None:
        return [f.EtaGiven(board.now, command.by, page.person, eta)]
    require_seat_is_free(incident, page, board)
    require(
        page.person not in board.busy,
        f"You are on {board.busy.get(page.person)}. Finish it or give it back first.",
    )
    accepted = f.Accepted(board.now, command.by, page.id, page.person, page.seat, eta, command.on_behalf)
    not_needed = [
        f.Withdrawn(board.now, command.by, other.id, other.person, "someone_else")
        for other in incident.open_pages
        if other.id != page.id and (other.seat is page.seat or other.person == page.person)
    ]
    return [accepted, *not_needed]


def require_own_page(incident: Incident, page_id: str, by: str, on_behalf: bool) -> Page:
    """One page, one person. The desk may answer for someone it heard by voice, and says so."""
    page = incident.page(page_id)
    if page is None:
        raise Refused(f"There is no such page for {incident.ref}. Call the desk.")
    require(page.person == by or on_behalf, "This page is for someone else. Call the desk.")
    return page


def require_seat_is_free(incident: Incident, page: Page, board: Board) -> None:
    """A yes is refused only when it is not needed, and then it says who has it."""
    if incident.member(page.person):
        raise Refused(f"You already have {incident.ref}.")
    holder = incident.in_seat(page.seat)
    if holder:
        raise Refused(f"{board.name(holder.person)} has it. You are not needed on {incident.ref}.")
    needed = incident.stage in GOING or incident.stage is Stage.ON_SCENE
    require(needed and page.seat in incident.seats, f"{incident.ref} does not need you any more.")
    require(page.state != "withdrawn", f"{incident.ref} does not need you any more.")


def decline(incident: Incident, command: c.Decline, board: Board) -> list[f.Fact]:
    """A no goes on at once. A yes may be given back until arrival."""
    page = require_own_page(incident, command.page, command.by, command.on_behalf)
    require(command.reason in DECLINE_REASONS, "Choose why not: unfit, know the person, too far, other.")
    if page.state == "accepted":
        return give_back(incident, page, command, board)
    require(page.state in ("asked", "lapsed"), f"{incident.ref} does not wait for your answer any more.")
    declined = f.Declined(board.now, command.by, page.id, page.person, command.reason, command.on_behalf)
    return [declined]


def give_back(incident: Incident, page: Page, command: c.Decline, board: Board) -> list[f.Fact]:
    """Said yes, cannot go after all: the seat is open again and the ladder goes on."""
    member = incident.member(page.person)
    require(member is not None, f"You are not on {incident.ref} any more.")
    assert member is not None
    there = member.step is Step.ON_SCENE or incident.stage not in GOING | {Stage.ON_SCENE}
    require(not there, "You are on scene. Call the desk to be relieved.")
    return [f.GaveBack(board.now, command.by, page.id, page.person, member.seat, command.reason)]


def mark_unreachable(incident: Incident, command: c.MarkUnreachable, board: Board) -> list[f.Fact]:
    """The page cannot arrive: the next person is asked now, not after the time-out."""
    page = incident.page(command.page)
    if page is None or page.state != "asked":
        return []
    return [f.Unreachable(board.now, command.by, page.id, page.person, command.code)]


def lapse(incident: Incident, board: Board, by: str) -> list[f.Fact]:
    """Every page whose time is over lapses."""
    late = [page for page in incident.open_pages if page.answer_by <= board.now]
    return [f.Lapsed(board.now, by, page.id, page.person) for page in late]


def ask_person(incident: Incident, command: c.AskPerson, board: Board) -> list[f.Fact]:
    """The desk asks someone by name for a seat that is still open, beside whoever is being asked."""
    require(
        incident.stage in GOING | {Stage.ON_SCENE}, "No team is being found for this one. Send a team first."
    )
    require(
        command.seat in incident.open_seats(),
        "That seat is taken. Give it back first, or take the team back.",
    )
    require_free(command.person, board)
    waiting = {page.person for page in incident.open_pages} | {member.person for member in incident.members}
    require(command.person not in waiting, f"{board.name(command.person)} is asked already.")
    return [ask(incident, command.person, command.seat, rung_of(command.person, board), board, command.by)]
