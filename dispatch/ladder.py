"""Who is asked next: the rungs of the ladder in order, nobody twice in a round, nobody who is already out."""

from dispatch.alarms import has_alarm
from dispatch.board import Board
from dispatch.commands import RULE
from dispatch.facts import Asked, Fact, LadderExhausted
from dispatch.incident import Incident, Page
from dispatch.stages import Seat

PAGES_AT_MOST = 60  # a bound on one incident's pages; beyond it only the alarm speaks
NEVER_AGAIN = frozenset({"unfit", "knows_person"})


def ask_next(incident: Incident, board: Board) -> list[Fact]:
    """Ask the next person for each seat that is open and that nobody is being asked for."""
    seats = incident.unasked_seats()
    if not seats:
        return []
    facts: list[Fact] = []
    skip = already_asked(incident)
    for place, seat in enumerate(seats):
        number = len(incident.pages) + place + 1
        found = next_candidate(board, skip) if number <= PAGES_AT_MOST else None
        if found is None:
            return facts + exhausted(incident, seats[place:], board)
        person, rung = found
        skip |= {person}
        facts.append(_asked(incident, number, person, seat, rung, board, RULE))
    return facts


def ask(incident: Incident, person: str, seat: Seat, rung: int, board: Board, by: str) -> Asked:
    """The fact that one named person is asked for one seat."""
    return _asked(incident, len(incident.pages) + 1, person, seat, rung, board, by)


def _asked(
    incident: Incident, number: int, person: str, seat: Seat, rung: int, board: Board, by: str
) -> Asked:
    # The deadline stands in the fact: a later change of policy does not change a page that is out.
    within = board.policy.ladder[rung].answer_within
    return Asked(board.now, by, f"{incident.id}-{number}", person, seat, rung, board.now + within)


def already_asked(incident: Incident) -> frozenset[str]:
    """Whoever holds a seat, has a page open, had their turn in this round, or must not be asked again."""
    spent = {page.person for page in incident.pages if _spent(page, incident.rounds)}
    return frozenset(spent | {member.person for member in incident.members})


def _spent(page: Page, round_now: int) -> bool:
    if page.state == "asked" or page.reason in NEVER_AGAIN:
        return True
    # Who was stood down never said no: when the seat opens again they are asked again.
    return page.round == round_now and page.state != "withdrawn"


def next_candidate(board: Board, skip: frozenset[str]) -> tuple[str, int] | None:
    """The first person, rung by rung, who is free; people with another open page come last on their rung."""
    for rung, step in enumerate(board.policy.ladder):
        free = [
            on_call.person
            for on_call in board.on_call
            if on_call.tier == step.tier and on_call.person not in skip and on_call.person not in board.busy
        ]
        if free:
            return min(free, key=lambda person: person in board.asked), rung
    return None


def exhausted(incident: Incident, seats: tuple[Seat, ...], board: Board) -> list[Fact]:
    """Nobody is left to ask. While rounds remain the next one is set; after the last one the alarm must
    stand, and only a new name on the rota, someone coming free or the desk's choice brings another page."""
    more = incident.rounds - incident.first_round + 1 < board.policy.rounds_at_most
    if more and incident.again_at is None:
        return [LadderExhausted(board.now, RULE, seats, board.now + board.policy.ask_again_after)]
    said = incident.exhausted_round == incident.rounds and has_alarm(incident, "nobody_answered")
    return [] if more or said else [LadderExhausted(board.now, RULE, seats, None)]
