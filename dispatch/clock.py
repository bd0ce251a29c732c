"""Deadlines as data: what is owed in each stage, what the clock does when it passes, and when to look next."""

from collections.abc import Callable
from datetime import datetime, timedelta

from dispatch import facts as f
from dispatch.answers import lapse
from dispatch.apply import after, apply
from dispatch.board import Board
from dispatch.incident import Alarm, Due, Incident, Member
from dispatch.stages import AT_PERSON, GOING, WRITING, Stage, Step

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


def next_wake(incident: Incident) -> datetime | None:
    """The earliest instant at which the clock has something to do with this incident; None when nothing is due."""
    times = [page.answer_by for page in incident.pages if page.state == "asked"]
    times += [member.check_by for member in incident.members if member.check_by]
    times += [alarm.again_at for alarm in incident.alarms if alarm.again_at]
    if incident.due:
        times.append(incident.due.at)
    if incident.again_at:
        times.append(incident.again_at)
    return min(times, default=None)


def wake(incident: Incident, board: Board, by: str) -> list[f.Fact]:
    """All that is due now, in a fixed order: pages, check-ins, what is owed, the next round, taken alarms."""
    facts: list[f.Fact] = []
    now: Incident = incident
    for look in (lapse, _checks, _overdue, _next_round, _alarms_again):
        more = look(now, board, by)
        facts += more
        for fact in more:
            now = apply(now, fact)
    return facts


def _checks(incident: Incident, board: Board, by: str) -> list[f.Fact]:
    late = [member for member in incident.members if member.check_by and member.check_by <= board.now]
    return [_check(member, board, by) for member in late]


def _check(member: Member, board: Board, by: str) -> f.Fact:
    if member.check_asked:
        return f.CheckMissed(board.now, by, member.person)
    return f.CheckAsked(board.now, by, member.person, board.now + board.policy.check_grace)


def _overdue(incident: Incident, board: Board, by: str) -> list[f.Fact]:
    due = incident.due
    if due is None or due.at > board.now:
        return []
    if due.what in REMINDER_OF:
        return [f.Reminded(board.now, by, REMINDER_OF[due.what], board.now + REMIND_AGAIN)]
    return [f.DueSet(board.now, by, None, None), f.AlarmRaised(board.now, by, ALARM_OF[due.what], None)]


def _next_round(incident: Incident, board: Board, by: str) -> list[f.Fact]:
    if incident.again_at is None or incident.again_at > board.now:
        return []
    return [f.RoundBegun(board.now, by, incident.rounds + 1)]


def _alarms_again(incident: Incident, board: Board, by: str) -> list[f.Fact]:
    return [
        f.AlarmRaised(board.now, by, alarm.kind, alarm.about)
        if cause_stands(incident, alarm)
        else f.AlarmEnded(board.now, by, alarm.kind, alarm.about)
        for alarm in incident.alarms
        if alarm.again_at and alarm.again_at <= board.now
    ]


def follow_up(before: Incident | None, facts: list[f.Fact], board: Board, by: str) -> list[f.Fact]:
    """What every change brings with it: alarms that rise or end, and what is owed next."""
    now = after(before, facts)
    assert now is not None
    rising = [f.AlarmRaised(board.now, by, *alarm) for alarm in _rising(now, facts)]
    ending = [
        f.AlarmEnded(board.now, by, alarm.kind, alarm.about)
        for alarm in now.alarms
        if not cause_stands(now, alarm) and not _must_be_taken(alarm)
    ]
    owed = _owed(before, now, facts, board)
    changed = owed != now.due
    settled = (
        [f.DueSet(board.now, by, owed.what if owed else None, owed.at if owed else None)] if changed else []
    )
    return [*rising, *ending, *settled]


def _rising(now: Incident, facts: list[f.Fact]) -> list[tuple[str, str | None]]:
    standing = {(alarm.kind, alarm.about) for alarm in now.standing}
    rising: list[tuple[str, str | None]] = []
    for fact in facts:
        if isinstance(fact, f.LadderExhausted):
            rising.append(("nobody_answered", None))
        if isinstance(fact, f.CheckMissed):
            rising.append(("check_missed", fact.person))
    return [alarm for alarm in rising if alarm not in standing]


def _must_be_taken(alarm: Alarm) -> bool:
    # An exhausted ladder stays on every board until a named person takes it, even when someone says yes late.
    return alarm.kind == "nobody_answered" and alarm.taken_by is None


def _in(*stages: Stage) -> Callable[[Incident, Alarm], bool]:
    return lambda incident, _: incident.stage in stages


def _check_missing(incident: Incident, alarm: Alarm) -> bool:
    member = incident.member(alarm.about or "")
    return incident.stage in AT_PERSON and member is not None and member.check_by is None


CAUSES: dict[str, Callable[[Incident, Alarm], bool]] = {
    "triage_late": _in(Stage.RECEIVED),
    "send_late": _in(Stage.TRIAGED),
    "look_again": lambda incident, _: incident.stage is Stage.HELD and incident.due is None,
    "no_progress": _in(Stage.ACCEPTED),
    "not_arrived": _in(Stage.EN_ROUTE),
    "staged_long": _in(Stage.STAGED),
    "transport_long": _in(Stage.TRANSPORTING),
    "notes_late": lambda incident, _: incident.stage in WRITING,
    "review_late": lambda incident, _: incident.reviewable,
    "nobody_answered": lambda incident, _: bool(
        incident.open_seats() and incident.stage in GOING | {Stage.ON_SCENE}
    ),
    "check_missed": _check_missing,
}


def cause_stands(incident: Incident, alarm: Alarm) -> bool:
    """Is what raised this alarm still so?"""
    return CAUSES[alarm.kind](incident, alarm)


def _owed(before: Incident | None, now: Incident, facts: list[f.Fact], board: Board) -> Due | None:
    """What the owner owes next. It changes with the stage, with a new hold and with a new ETA, and else stays."""
    held = next((fact for fact in facts if isinstance(fact, f.Held)), None)
    if held:
        return Due("look_again", held.look_again_at)
    if now.stage is Stage.EN_ROUTE:
        return _arrival(before, now, board)
    same = before is not None and before.stage is now.stage
    retriaged = now.stage is Stage.TRIAGED and any(isinstance(fact, f.Triaged) for fact in facts)
    writing = before is not None and before.stage in WRITING and now.stage in WRITING
    if (same and not retriaged) or writing:
        return now.due
    within = _within(now, board)
    return Due(within[0], now.since + within[1]) if within else None


def _arrival(before: Incident | None, now: Incident, board: Board) -> Due | None:
    etas = [member.eta for member in now.members if member.eta and member.step is Step.EN_ROUTE]
    if before is not None and before.stage is now.stage and _etas(before) == _etas(now):
        return now.due
    policy = board.policy
    at = max(etas) + policy.arrive_grace if etas else board.now + policy.arrive_within
    return Due("arrive", at)


def _etas(incident: Incident) -> list[datetime | None]:
    return [member.eta for member in incident.members]


def _within(now: Incident, board: Board) -> tuple[str, timedelta] | None:
    policy = board.policy
    if now.reviewable:
        return "review", policy.review_within
    return {
        Stage.RECEIVED: ("triage", policy.triage_within),
        Stage.TRIAGED: ("send", policy.send_within[(now.acuity or 1) - 1]),
        Stage.ACCEPTED: ("go", policy.go_within),
        Stage.STAGED: ("staged", policy.staged_again),
        Stage.TRANSPORTING: ("transport", policy.transport_within),
        Stage.CLEARED: ("notes", policy.notes_within),
    }.get(now.stage)
