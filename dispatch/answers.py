"""Yes, no, silence and dead numbers: what an answer to a page does. Only a human act answers a page."""

from datetime import datetime, timedelta

from dispatch import commands as c
from dispatch import facts as f
from dispatch.board import Board
from dispatch.commands import RULE
from dispatch.desk import require_free, rung_of
from dispatch.incident import Incident, Page
from dispatch.ladder import ask
from dispatch.stages import ADVANCING, Seat, Step
from dispatch.value import Refused, require

DECLINE_REASONS = {
    "unfit": "Not fit to drive or work",
    "knows_person": "Knows this person",
    "too_far": "Too far, or no car",
    "other": "Something else",
}
MINUTES_AT_MOST = 180
# A clock that runs looks each second. This late, nobody looked.
STOOD_STILL = timedelta(seconds=30)


class Taken(Refused):
    """An answer that came too late: `holder` has the seat since `since`. The sentence says who; when is said in local
    time, by whoever tells it."""

    def __init__(self, holder: str, since: datetime, sentence: str) -> None:
        super().__init__(sentence)
        self.holder = holder
        self.since = since


def accept(incident: Incident, command: c.Accept, board: Board) -> list[f.Fact]:
    """A yes. The first yes for a seat has it; a late yes still counts while a seat is empty."""
    page = require_own_page(incident, command.page, command.by, command.on_behalf)
    require(command.minutes is None or 0 <= command.minutes <= MINUTES_AT_MOST, "Give minutes from 0 to 180.")
    eta = None if command.minutes is None else board.now + timedelta(minutes=command.minutes)
    if eta is not None and _still_coming(incident, page):
        return [f.EtaGiven(board.now, command.by, page.person, eta)]
    seat = free_seat(incident, page, command.by, board)
    if page.person in board.busy:
        who = _who(page, command.by, board, "are", "is")
        raise Refused(f"{who} on {board.busy[page.person]}. Finish it or give it back first.")
    accepted = f.Accepted(board.now, command.by, page.id, page.person, seat, eta, command.on_behalf)
    not_needed = [
        f.Withdrawn(board.now, command.by, other.id, other.person, "someone_else")
        for other in incident.open_pages
        if other.id != page.id and (other.seat is seat or other.person == page.person)
    ]
    return [accepted, *not_needed]


def _still_coming(incident: Incident, page: Page) -> bool:
    """Is this a second yes, with a new ETA, from someone who has the seat and is not there yet?"""
    member = incident.member(page.person)
    if member is None or member.page != page.id:
        return False
    return incident.stage in ADVANCING and member.step is not Step.ON_SCENE


def _who(page: Page, by: str, board: Board, you: str, they: str) -> str:
    return f"You {you}" if page.person == by else f"{board.name(page.person)} {they}"


def require_own_page(incident: Incident, page_id: str, by: str, on_behalf: bool) -> Page:
    """One page, one person. The desk may answer for someone it heard by voice, and says so."""
    page = incident.page(page_id)
    if page is None:
        raise Refused(f"There is no such page for {incident.ref}. Call the desk.")
    require(page.person == by or on_behalf, "This page is for someone else. Call the desk.")
    return page


def free_seat(incident: Incident, page: Page, by: str, board: Board) -> Seat:
    """The seat that a yes gets: the one it was asked for, or the other one when only that is empty.

    A yes is refused only when it is not needed, and then it says who has it.
    """
    if incident.member(page.person):
        raise Refused(f"{_who(page, by, board, 'have', 'has')} {incident.ref} already.")
    # A page from before a recall asked for another team; its yes must not put its person on this one.
    free = incident.open_seats() if _of_this_dispatch(incident, page) else ()
    if not free:
        raise _too_late(incident, page, f"{incident.ref} does not need you any more.", board)
    return page.seat if page.seat in free else free[0]


def _too_late(incident: Incident, page: Page, otherwise: str, board: Board) -> Refused:
    """Who has the seat that this page asked for, if anybody has."""
    holder = incident.in_seat(page.seat)
    # While a seat is open nobody is told that they are not needed.
    if holder is None or holder.person == page.person or incident.open_seats():
        return Refused(otherwise)
    name = board.name(holder.person)
    now = f"{name} has it. You are not needed on {incident.ref}."
    return Taken(name, holder.accepted_at, now if incident.out else otherwise)


def _of_this_dispatch(incident: Incident, page: Page) -> bool:
    return incident.stage in ADVANCING and page.round >= incident.first_round


def decline(incident: Incident, command: c.Decline, board: Board) -> list[f.Fact]:
    """A no goes on at once. A yes may be given back until arrival."""
    page = require_own_page(incident, command.page, command.by, command.on_behalf)
    require(command.reason in DECLINE_REASONS, "Choose why not: unfit, know the person, too far, other.")
    if page.state == "accepted":
        return give_back(incident, page, command, board)
    # A page that lapsed is still worth a no while somebody is looked for.
    waits = page.state == "asked" or (page.state == "lapsed" and incident.open_seats())
    if not waits or not _of_this_dispatch(incident, page):
        raise _too_late(incident, page, f"{incident.ref} does not wait for your answer any more.", board)
    declined = f.Declined(board.now, command.by, page.id, page.person, command.reason, command.on_behalf)
    return [declined]


def give_back(incident: Incident, page: Page, command: c.Decline, board: Board) -> list[f.Fact]:
    """Said yes, cannot go after all: the seat is open again and the ladder goes on."""
    member = incident.member(page.person)
    if member is None or member.page != page.id:
        raise Refused(f"{_who(page, command.by, board, 'are', 'is')} not on {incident.ref} any more.")
    if member.step is Step.ON_SCENE or incident.stage not in ADVANCING:
        raise Refused(f"{_who(page, command.by, board, 'are', 'is')} on scene. Call the desk to be relieved.")
    return [f.GaveBack(board.now, command.by, page.id, page.person, member.seat, command.reason)]


def mark_unreachable(incident: Incident, command: c.MarkUnreachable, board: Board) -> list[f.Fact]:
    """The page cannot arrive: the next person is asked now, not after the time-out."""
    page = incident.page(command.page)
    if page is None or page.state != "asked":
        return []
    return [f.Unreachable(board.now, command.by, page.id, page.person, command.code)]


def lapse(incident: Incident, board: Board) -> list[f.Fact]:
    """Every page whose time is over lapses, but for one that we never sent because we stood still ourselves: its
    person was not asked yet."""
    late = [page for page in incident.open_pages if page.answer_by <= board.now]
    return [_anew(page, board) if _stood_still(page, board) else _lapsed(page, board) for page in late]


def _stood_still(page: Page, board: Board) -> bool:
    return page.id in board.unsent and board.now - page.answer_by > STOOD_STILL


def _anew(page: Page, board: Board) -> f.Fact:
    within = page.answer_by - page.asked_at
    return f.AskedAnew(board.now, RULE, page.id, page.person, board.now + within)


def _lapsed(page: Page, board: Board) -> f.Fact:
    return f.Lapsed(board.now, RULE, page.id, page.person)


def ask_person(incident: Incident, command: c.AskPerson, board: Board) -> list[f.Fact]:
    """The desk asks someone by name for a seat that is still open, beside whoever is being asked.

    Asking for a second when one person is going alone means that two go after all.
    """
    require(incident.stage in ADVANCING, "No team is being found for this one. Send a team first.")
    two_after_all = incident.alone is not None and command.seat is Seat.SECOND
    require(
        two_after_all or command.seat in incident.open_seats(),
        "That seat is taken. Give it back first, or take the team back.",
    )
    require_free(command.person, board)
    waiting = {page.person for page in incident.open_pages} | {member.person for member in incident.members}
    require(command.person not in waiting, f"{board.name(command.person)} is asked already.")
    asked = ask(incident, command.person, command.seat, rung_of(command.person, board), board, command.by)
    return [f.SecondWanted(board.now, command.by), asked] if two_after_all else [asked]
