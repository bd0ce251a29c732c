"""The desk's rules: take down, triage, hold, send, and end what never went out."""

from dispatch import commands as c
from dispatch import facts as f
from dispatch.apply import after
from dispatch.board import Board
from dispatch.incident import Incident
from dispatch.ladder import ask
from dispatch.stages import ADVANCING, AT_DESK, COMMITTED, GOING, Seat, Stage
from dispatch.triage import ANSWERS, QUESTIONS, needs_two, suggest
from dispatch.value import require

ALONE_REASONS = {
    "partner_by_video": "Partner joins by video",
    "no_second": "Nobody else can come, and waiting is worse",
    "police_meet": "Police meet the responder there",
}
HOLD_REASONS = {
    "asked_later": "Asked us to come later",
    "no_team": "No team is free",
    "unsafe": "Not safe to go yet",
    "more_facts": "Waiting for a fact",
}
CANCEL_REASONS = {
    "by_phone": "Settled by phone",
    "caller_withdrew": "Caller does not need us any more",
    "not_ours": "Not a crisis for this team",
    "test": "A test call",
}
RECALL_REASONS = {"more_urgent": "Needed elsewhere", "not_safe": "Not safe to go", "wrong_team": "Wrong team"}
HAND_OVER_TO = {
    "911": "911",
    "police": "Police",
    "ambulance": "Ambulance",
    "hospital": "Hospital",
    "other_county": "Another county's team",
    "988": "988",
}
LOWER_REASONS = {
    "answer_wrong": "An answer above is not right",
    "help_there": "Help is already with the person",
    "known_pattern": "Known, with a plan that says so",
    "other": "Something else, written below",
}
NEEDS = {
    "child": "Child license",
    "spanish": "Spanish",
    "interpreter": "Interpreter",
    "woman": "Woman asked for",
    "wheelchair": "Wheelchair",
    "police_near": "Police stay near",
}
CHANNELS = {
    "phone": "Phone",
    "988": "988",
    "911": "911",
    "web": "Web",
    "walk_in": "Walk-in",
}


def _check_coded(answers: tuple[tuple[str, str], ...], needs: tuple[str, ...] | None) -> None:
    for question, answer in answers:
        if question == "reported":
            require(_is_code(answer), "The incident type must be a code of letters and digits.")
            continue
        require(question in QUESTIONS, "One of the questions is not on the list. Reload the page.")
        require(answer in (*ANSWERS, ""), "Answer yes, no or not known, or leave it open.")
    for need in needs or ():
        require(need in NEEDS, "One of the needs is not on the list. Reload the page.")


def _is_code(text: str) -> bool:
    return len(text) <= 40 and text.isascii() and text.replace("_", "").replace("-", "").isalnum()


def receive(_: Incident | None, command: c.Receive, board: Board) -> list[f.Fact]:
    """Open an incident. Nothing else is needed to be on the board."""
    require(command.channel in CHANNELS, "Choose how the call came in.")
    _check_coded(command.answers, command.needs)
    suggestion = suggest(dict(command.answers))
    return [
        f.Received(
            board.now,
            command.by,
            command.id,
            command.ref,
            command.program,
            command.channel,
            command.answers,
            command.needs,
            suggestion,
        )
    ]


def describe(incident: Incident, command: c.Describe, board: Board) -> list[f.Fact]:
    """Take down more, at any stage before the review ends: facts arrive when they arrive."""
    require(incident.stage is not Stage.REVIEWED, "This incident is reviewed. Add to it with an addendum.")
    _check_coded(command.answers, command.needs)
    answers = {**dict(incident.answers), **dict(command.answers)}
    suggestion = suggest(answers)
    return [f.Described(board.now, command.by, command.answers, command.needs, command.fields, suggestion)]


def triage(incident: Incident, command: c.Triage, board: Board) -> list[f.Fact]:
    """A human decides the acuity; below the suggestion a reason is owed."""
    require(incident.stage in AT_DESK | COMMITTED, "The team is done there. Triage cannot change any more.")
    require(command.acuity in (1, 2, 3), "Choose priority 1, 2 or 3.")
    suggested = incident.suggestion or suggest(dict(incident.answers))
    lower = command.acuity > suggested.acuity
    require(
        not lower or command.reason in LOWER_REASONS,
        f"Rule {suggested.rule} suggests {suggested.acuity}. Give a reason to go lower.",
    )
    return [
        f.Triaged(
            board.now,
            command.by,
            command.acuity,
            suggested.acuity,
            suggested.rule,
            command.reason if lower else None,
        )
    ]


def hold(incident: Incident, command: c.Hold, board: Board) -> list[f.Fact]:
    """Send nobody yet; the time to look again is part of the decision."""
    require(incident.stage in (Stage.TRIAGED, Stage.HELD), "Triage it first, then hold it.")
    require(command.reason in HOLD_REASONS, "Choose why nobody is sent yet.")
    require(command.look_again_at > board.now, "Choose a time to look again that is still ahead.")
    ahead = command.look_again_at - board.now
    require(
        ahead.total_seconds() <= 12 * 3600, "Look again within 12 hours. A longer wait needs another plan."
    )
    return [f.Held(board.now, command.by, command.reason, command.look_again_at)]


def call_emergency(incident: Incident, command: c.CallEmergency, board: Board) -> list[f.Fact]:
    """911 was rung by us: it goes on the record at once."""
    require(incident.stage is not Stage.REVIEWED, "This incident is reviewed. Add to it with an addendum.")
    return [f.EmergencyCalled(board.now, command.by)]


def link_client(incident: Incident, command: c.LinkClient, board: Board) -> list[f.Fact]:
    """A human says who it is; a match is only ever suggested."""
    require(
        incident.stage is not Stage.REVIEWED, "This incident is reviewed. The link cannot change any more."
    )
    require(command.client != incident.client, "That is who it is linked to already.")
    return [f.ClientLinked(board.now, command.by, command.client)]


def dispatch(incident: Incident, command: c.Dispatch, board: Board) -> list[f.Fact]:
    """Send two, or one by policy with a reason. Each is paged and each answers."""
    require(incident.stage is not Stage.RECEIVED, "Triage it first: choose 1, 2 or 3.")
    require(incident.stage in (Stage.TRIAGED, Stage.HELD), "A team is already being sent.")
    require(
        command.lead is None or command.lead != command.second,
        "Choose two different people, or leave one open.",
    )
    if command.alone is not None:
        require_alone(incident, command.alone, board)
        require(command.second is None, "Going alone means one person. Leave the second seat empty.")
    facts: list[f.Fact] = [f.Dispatched(board.now, command.by, command.alone)]
    for seat, person in ((Seat.LEAD, command.lead), (Seat.SECOND, command.second)):
        if person is not None:
            require_free(person, board)
            sent = after(incident, facts)
            assert sent is not None
            facts.append(ask(sent, person, seat, rung_of(person, board), board, command.by))
    return facts


def rung_of(person: str, board: Board) -> int:
    """The rung a named person stands on; the first when they are not on call."""
    tiers = [on_call.tier for on_call in board.on_call if on_call.person == person]
    return next((i for i, rung in enumerate(board.policy.ladder) if rung.tier in tiers), 0)


def require_free(person: str, board: Board) -> None:
    """Nobody is asked to be in two places."""
    require(person in board.names, "That person is not one of our responders. Choose from the list.")
    elsewhere = board.busy.get(person)
    require(elsewhere is None, f"{board.name(person)} is on {elsewhere}. Choose someone who is free.")


def require_alone(incident: Incident, reason: str, board: Board) -> None:
    """Going alone needs the program's policy, a reason, and no weapon or violence known or unasked."""
    require(board.policy.alone_allowed, "This program always sends two. Ask the next person.")
    require(reason in ALONE_REASONS, "Say why one person goes alone.")
    require(
        not needs_two(dict(incident.answers)),
        "Weapon and violence must be answered no before anyone goes alone. Send two.",
    )


def go_alone(incident: Incident, command: c.GoAlone, board: Board) -> list[f.Fact]:
    """Give up the seat that nobody could fill."""
    require(incident.stage in ADVANCING, "No team is being found for this one.")
    require(not incident.alone, "One person is going already.")
    require(incident.members, "Nobody has said yes yet. One must, before going alone.")
    require(len(incident.members) < 2, "Two are going already.")
    require_alone(incident, command.reason, board)
    withdrawn = [f.Withdrawn(board.now, command.by, p.id, p.person, "alone") for p in incident.open_pages]
    return [*withdrawn, f.WentAlone(board.now, command.by, command.reason)]


def _withdraw_all(incident: Incident, command: c.Command, board: Board, why: str) -> list[f.Fact]:
    return [f.Withdrawn(board.now, command.by, page.id, page.person, why) for page in incident.open_pages]


def recall(incident: Incident, command: c.Recall, board: Board) -> list[f.Fact]:
    """Take the team back; the incident is the desk's again."""
    require(incident.stage in GOING, "There is no team on its way to take back.")
    require(command.reason in RECALL_REASONS, "Choose why the team is taken back.")
    withdrawn = _withdraw_all(incident, command, board, "recalled")
    return [*withdrawn, f.Recalled(board.now, command.by, command.reason)]


def cancel(incident: Incident, command: c.Cancel, board: Board) -> list[f.Fact]:
    """End it before anyone is there. A supervisor still looks at it."""
    require(incident.stage in AT_DESK | GOING, "The team is there, or it is over. It cannot be cancelled.")
    require(command.reason in CANCEL_REASONS, "Choose why it ends here.")
    withdrawn = _withdraw_all(incident, command, board, "cancelled")
    return [*withdrawn, f.Cancelled(board.now, command.by, command.reason)]


def mark_duplicate(incident: Incident, command: c.MarkDuplicate, board: Board) -> list[f.Fact]:
    """The same crisis as another call. A human says so; nothing is merged."""
    require(
        incident.stage in AT_DESK | GOING, "The team is there or done. It cannot be a duplicate any more."
    )
    require(command.of != incident.ref, "An incident cannot be a duplicate of itself.")
    withdrawn = _withdraw_all(incident, command, board, "duplicate")
    return [*withdrawn, f.MarkedDuplicate(board.now, command.by, command.of)]


def hand_over(incident: Incident, command: c.HandOver, board: Board) -> list[f.Fact]:
    """Another service has it and said so."""
    require(incident.stage is not Stage.RECEIVED, "Triage it first, then hand it over.")
    require(
        incident.stage in AT_DESK | COMMITTED, "This incident is over. It cannot be handed over any more."
    )
    require(command.to in HAND_OVER_TO, "Choose who has it now.")
    withdrawn = _withdraw_all(incident, command, board, "handed_over")
    return [*withdrawn, f.HandedOver(board.now, command.by, command.to)]
