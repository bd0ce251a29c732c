"""What is owed next and by when: by the incident's owner in each stage, by each member on the way there."""

from datetime import datetime, timedelta

from dispatch import facts as f
from dispatch.board import Board, Policy
from dispatch.commands import RULE
from dispatch.incident import Due, Incident, Member
from dispatch.stages import ADVANCING, WRITING, Stage, Step

# What was owed -> the alarm that rises when it is late.
ALARM_OF = {
    "triage": "triage_late",
    "send": "send_late",
    "look_again": "look_again",
    "go_again": "no_progress",
    "arrive": "not_arrived",
    "staged": "staged_long",
    "transport": "transport_long",
    "notes_again": "notes_late",
    "review": "review_late",
}
# What is owed -> what is owed after one reminder.
REMINDER_OF = {"go": "go_again", "notes": "notes_again"}
REMIND_AGAIN = timedelta(minutes=5)
# Facts that set a new deadline although the stage and the team stay as they are.
RENEWING = frozenset({f.Held, f.Triaged, f.Signed})


def owed_changes(before: Incident | None, now: Incident, facts: list[f.Fact], board: Board) -> list[f.Fact]:
    """The deadlines that these facts set, renew or make void. What did not change keeps its deadline."""
    same = before is not None and before.stage is now.stage
    renewed = not RENEWING.isdisjoint(map(type, facts))
    if same and not renewed and (before is None or before.members is now.members):
        return []
    owed: list[f.Fact] = []
    if renewed or not same:
        _settle(owed, now, None, _owner_owes(before, now, facts, board), board)
    if now.stage in ADVANCING:
        # Each has a deadline of their own: a partner who is far along does not hide one who never left.
        for member in now.members:
            if before is None or _promise(before, before.member(member.person)) != _promise(now, member):
                _settle(owed, now, member.person, _member_owes(now, member, board.now, board.policy), board)
    for due in now.dues:
        if due.about is not None and (now.stage not in ADVANCING or now.member(due.about) is None):
            _settle(owed, now, due.about, None, board)
    return owed


def _settle(owed: list[f.Fact], now: Incident, about: str | None, due: Due | None, board: Board) -> None:
    if due != now.due_of(about):
        owed.append(f.DueSet(board.now, RULE, due.what if due else None, due.at if due else None, about))


def _owner_owes(before: Incident | None, now: Incident, facts: list[f.Fact], board: Board) -> Due | None:
    for fact in facts:
        if isinstance(fact, f.Held):
            return Due("look_again", fact.look_again_at)
        if isinstance(fact, f.Signed) and now.ended:
            return Due("review", board.now + board.policy.review_within)
    if before is not None:
        still_writing = before.stage in WRITING and now.stage in WRITING
        # Triaged again at the desk, it must be sent by another time; triaged again on the way, nothing moves.
        still_out = before.stage is now.stage and now.stage is not Stage.TRIAGED
        if still_writing or still_out:
            return now.due_of(None)
    within = _within(now, board.policy)
    return Due(within[0], now.since + within[1]) if within else None


def _within(now: Incident, policy: Policy) -> tuple[str, timedelta] | None:
    if now.notes_owed:
        return "notes", policy.notes_within
    if now.reviewable:
        return "review", policy.review_within
    match now.stage:
        case Stage.RECEIVED:
            return "triage", policy.triage_within
        case Stage.TRIAGED:
            return "send", policy.send_within[(now.acuity or 1) - 1]
        case Stage.TRANSPORTING:
            return "transport", policy.transport_within
        case _:
            return None


def _member_owes(now: Incident, member: Member, at: datetime, policy: Policy) -> Due | None:
    match member.step:
        case Step.ACCEPTED if not now.wants_people:
            return Due("go", at + policy.go_within, member.person)
        case Step.EN_ROUTE:
            return Due("arrive", _arrive_by(member, policy), member.person)
        case Step.STAGED:
            return Due("staged", member.step_at + policy.staged_again, member.person)
        case _:
            return None


def _arrive_by(member: Member, policy: Policy) -> datetime:
    # An ETA from before they set off is not a promise any more when it has passed by then.
    if member.eta is not None and member.eta > member.step_at:
        return member.eta + policy.arrive_grace
    return member.step_at + policy.arrive_within


def _promise(incident: Incident, member: Member | None) -> tuple[object, ...] | None:
    """What this member's deadline rests on. Nobody has to leave before the team is complete."""
    if member is None:
        return None
    if member.step is Step.ACCEPTED:
        return member.page, incident.wants_people
    return member.step, member.step_at, member.eta
