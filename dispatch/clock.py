"""Deadlines as data: when to look next, what the clock does when one passes, and what follows each change."""

from datetime import datetime

from dispatch import facts as f
from dispatch.alarms import cause_stands, must_be_taken, raised
from dispatch.answers import lapse
from dispatch.apply import after
from dispatch.board import Board
from dispatch.commands import RULE, Wake
from dispatch.dues import ALARM_OF, REMIND_AGAIN, REMINDER_OF, owed_changes
from dispatch.incident import Alarm, Due, Incident, Member

# Facts that may raise an alarm by themselves; the others come from a deadline that passed.
ALARMING = frozenset({f.LadderExhausted, f.CheckMissed, f.Described})


def next_wake(incident: Incident) -> datetime | None:
    """The earliest instant at which the clock has something to do here; None when nothing is due."""
    times = [due.at for due in incident.dues]
    for page in incident.pages:
        if page.state == "asked":
            times.append(page.answer_by)
    for member in incident.members:
        if member.check_by:
            times.append(member.check_by)
    for alarm in incident.alarms:
        if alarm.again_at and cause_stands(incident, alarm):
            times.append(alarm.again_at)
    if incident.again_at:
        times.append(incident.again_at)
    return min(times, default=None)


def wake(incident: Incident, _: Wake, board: Board) -> list[f.Fact]:
    """All that is due now, in a fixed order: pages, check-ins, what is owed, the next round. Each looks at
    something else, so none needs to see what the others found."""
    return [fact for look in (lapse, _checks, _overdue, _next_round) for fact in look(incident, board)]


def _checks(incident: Incident, board: Board) -> list[f.Fact]:
    return [
        _check(member, board)
        for member in incident.members
        if member.check_by and member.check_by <= board.now
    ]


def _check(member: Member, board: Board) -> f.Fact:
    if member.check_asked:
        return f.CheckMissed(board.now, RULE, member.person)
    return f.CheckAsked(board.now, RULE, member.person, board.now + board.policy.check_grace)


def _overdue(incident: Incident, board: Board) -> list[f.Fact]:
    return [fact for due in incident.dues if due.at <= board.now for fact in _late(due, board)]


def _late(due: Due, board: Board) -> list[f.Fact]:
    if due.what in REMINDER_OF:
        return [f.Reminded(board.now, RULE, REMINDER_OF[due.what], board.now + REMIND_AGAIN, due.about)]
    return [f.DueSet(board.now, RULE, None, None, due.about), raised(ALARM_OF[due.what], due.about, board)]


def _next_round(incident: Incident, board: Board) -> list[f.Fact]:
    if incident.again_at is None or incident.again_at > board.now:
        return []
    return [f.RoundBegun(board.now, RULE, incident.rounds + 1)]


def follow_up(before: Incident | None, now: Incident, facts: list[f.Fact], board: Board) -> list[f.Fact]:
    """What every change brings with it: what is owed next, then alarms that rise, end or are told again."""
    owed = owed_changes(before, now, facts, board)
    rising = _rising(now, facts, board)
    if not now.alarms:
        return [*owed, *rising]
    settled = after(now, owed)
    assert settled is not None
    done = {fact.person for fact in facts if isinstance(fact, (f.Cleared, f.NotFound, f.CareRefused))}
    told = [fact for alarm in now.alarms for fact in _told(settled, alarm, alarm.about in done, board)]
    return [*owed, *rising, *(fact for fact in told if fact not in rising)]


def _told(now: Incident, alarm: Alarm, done: bool, board: Board) -> list[f.Fact]:
    """An alarm whose cause is gone ends, unless a person has to take it; one whose time has come is told."""
    if not cause_stands(now, alarm):
        ends = done or not must_be_taken(now, alarm)
        return [f.AlarmEnded(board.now, RULE, alarm.kind, alarm.about)] if ends else []
    due = alarm.again_at is not None and alarm.again_at <= board.now
    return [raised(alarm.kind, alarm.about, board)] if due else []


def _rising(now: Incident, facts: list[f.Fact], board: Board) -> list[f.Fact]:
    if ALARMING.isdisjoint(map(type, facts)):
        return []
    standing = {(alarm.kind, alarm.about) for alarm in now.standing}
    rising: list[tuple[str, str | None]] = []
    for fact in facts:
        match fact:
            case f.LadderExhausted():
                rising.append(("nobody_answered", None))
            case f.CheckMissed():
                rising.append(("check_missed", fact.person))
            case f.Described() if cause_stands(now, Alarm("triage_again", board.now)):
                rising.append(("triage_again", None))
    return [raised(kind, about, board) for kind, about in rising if (kind, about) not in standing]
