"""What is owed next and by when: by the incident's owner in each stage, and by each member on the way there."""

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
    same = before is not None and before.stage is now.stage and before.members is now.members
    if same and not any(type(fact) in RENEWING for fact in facts):
        return []
    owed = [_owner_owes(before, now, facts, board), *_members_owe(before, now, board)]
    dues = {due.about: due for due in owed if due is not None}
    had = {due.about: due for due in now.dues}
    void = [_set(about, None, board) for about in had if about not in dues]
    return void + [_set(about, due, board) for about, due in dues.items() if had.get(about) != due]


def _set(about: str | None, due: Due | None, board: Board) -> f.Fact:
    return f.DueSet(board.now, RULE, due.what if due else None, due.at if due else None, about)


def _owner_owes(before: Incident | None, now: Incident, facts: list[f.Fact], board: Board) -> Due | None:
    for fact in facts:
        if isinstance(fact, f.Held):
            return Due("look_again", fact.look_again_at)
        if isinstance(fact, f.Signed) and now.ended:
            return Due("review", board.now + board.policy.review_within)
    same = before is not None and before.stage is now.stage
    retriaged = now.stage is Stage.TRIAGED and any(isinstance(fact, f.Triaged) for fact in facts)
    writing = before is not None and before.stage in WRITING and now.stage in WRITING
    if (same and not retriaged) or writing:
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


def _members_owe(before: Incident | None, now: Incident, board: Board) -> list[Due | None]:
    """Each member's own deadline: a partner who is far along does not hide one who never left."""
    if now.stage not in ADVANCING:
        return []
    return [_member_owes(before, now, member, board) for member in now.members]


def _member_owes(before: Incident | None, now: Incident, member: Member, board: Board) -> Due | None:
    earlier = before.member(member.person) if before else None
    if before and earlier and _promise(before, earlier) == _promise(now, member):
        return now.due_of(member.person)
    policy = board.policy
    match member.step:
        case Step.ACCEPTED if not now.wants_people:
            return Due("go", board.now + policy.go_within, member.person)
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


def _promise(incident: Incident, member: Member) -> tuple[object, ...]:
    """What this member's deadline rests on. Nobody has to leave before the team is complete."""
    match member.step:
        case Step.ACCEPTED:
            return member.step, incident.wants_people, member.page
        case Step.EN_ROUTE:
            return member.step, member.step_at, member.eta
        case _:
            return member.step, member.step_at
