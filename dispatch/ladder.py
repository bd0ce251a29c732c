"""Who is asked next: the rungs of the ladder in order, nobody twice in a round, nobody who is already out."""

from dispatch.board import Board
from dispatch.facts import Asked, Fact, LadderExhausted
from dispatch.incident import Incident
from dispatch.stages import GOING, Seat, Stage

PAGES_AT_MOST = 60  # a bound on one incident's pages; beyond it only the alarm speaks
NEVER_AGAIN = frozenset({"unfit", "knows_person"})


def ask_next(incident: Incident, board: Board, by: str) -> list[Fact]:
    """Ask the next person for each seat that is open and that nobody is being asked for."""
    waiting = {page.seat for page in incident.open_pages}
    seats = [seat for seat in incident.open_seats() if seat not in waiting]
    if not seats or not wants_people(incident):
        return []
    facts: list[Fact] = []
    skip = already_asked(incident)
    for place, seat in enumerate(seats):
        number = len(incident.pages) + place + 1
        found = next_candidate(board, skip) if number <= PAGES_AT_MOST else None
        if found is None:
            return facts + exhausted(incident, tuple(seats[place:]), board, by)
        person, rung = found
        skip |= {person}
        facts.append(_asked(incident, number, person, seat, rung, board, by))
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


def wants_people(incident: Incident) -> bool:
    """A team is being found, or a lone arrival still waits for a partner."""
    return incident.stage in GOING or incident.stage is Stage.ON_SCENE


def already_asked(incident: Incident) -> frozenset[str]:
    """Everybody asked in this round, whoever holds a seat, and whoever must not be asked again."""
    pages = incident.pages
    asked = {page.person for page in pages if page.round == incident.rounds or page.reason in NEVER_AGAIN}
    return frozenset(asked | {member.person for member in incident.members})


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


def exhausted(incident: Incident, seats: tuple[Seat, ...], board: Board, by: str) -> list[Fact]:
    """Nobody is left: said once a round. The ladder starts again after a while, a bounded number of times."""
    if incident.exhausted_round == incident.rounds:
        return []
    more = incident.rounds < board.policy.rounds_at_most
    again_at = board.now + board.policy.ask_again_after if more else None
    return [LadderExhausted(board.now, by, seats, again_at)]
