"""What must hold of an incident after every command: each law is a sentence when it is broken."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import is_dataclass
from datetime import datetime
from typing import Any

from dispatch import commands as c
from dispatch.alarms import has_alarm
from dispatch.board import Board
from dispatch.clock import next_wake
from dispatch.facts import Fact
from dispatch.incident import Incident
from dispatch.stages import ADVANCING, AT_PERSON, Stage, Step

CODE = re.compile(r"[A-Za-z0-9_.:-]*")


def broken(
    before: Incident | None, after: Incident, facts: list[Fact], command: c.Command, board: Board
) -> list[str]:
    """The laws that this one step broke."""
    return [
        *_state_is_sound(after),
        *_nobody_is_forgotten(after),
        *_the_clock_is_done(after, command, board),
        *_pages_are_wanted_and_never_rewritten(before, after),
        *_only_people_end_an_incident(before, after, command),
        *_alarms_wait_for_people(before, after, command),
        *(f"{type(fact).__name__} lies in the future" for fact in facts if fact.at > board.now),
    ]


def nobody_is_in_two_places(incidents: Iterable[Incident]) -> list[str]:
    """Across incidents: who is out on one is out on no other."""
    out = [person for incident in incidents for person in incident.out]
    return [f"{person} is out twice" for person in sorted(set(out)) if out.count(person) > 1]


def _state_is_sound(after: Incident) -> Iterator[str]:
    people = [member.person for member in after.members]
    if len(set(people)) < len(people) or len({member.seat for member in after.members}) < len(people):
        yield "two members share a seat, or one holds two"
    if not {member.seat for member in after.members} <= set(after.seats):
        yield "someone holds a seat that nobody needs"
    if c.RULE in after.worked:
        yield "a rule counts as having worked on the case"
    for value in _leaves(after):
        if isinstance(value, str) and not CODE.fullmatch(value):
            yield f"the state holds words: {value!r}"
        if isinstance(value, datetime) and value.tzinfo is None:
            yield "the state holds an instant without a zone"


def _leaves(value: Any) -> Iterator[Any]:
    if is_dataclass(value):
        for part in vars(value).values():
            yield from _leaves(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from _leaves(part)
    else:
        yield value


def _nobody_is_forgotten(after: Incident) -> Iterator[str]:
    if after.stage is not Stage.REVIEWED and next_wake(after) is None and not after.standing:
        yield f"{after.stage}: no wake ahead and no alarm"
    if after.unasked_seats() and after.again_at is None and not has_alarm(after, "nobody_answered"):
        yield "a seat is open, nobody is asked, and nothing says so"
    for due in after.dues:
        if due.about is not None and (after.stage not in ADVANCING or after.member(due.about) is None):
            yield f"{due.about} owes {due.what} on something that does not need them"
    for member in after.members:
        about = {alarm.kind for alarm in after.alarms if alarm.about == member.person}
        there = member.step is Step.ON_SCENE
        if after.stage in AT_PERSON and there and member.check_by is None and "check_missed" not in about:
            yield f"{member.person} is on scene without a check-in clock"
        moving = after.stage in ADVANCING and not there
        must_go = member.step is not Step.ACCEPTED or not after.wants_people
        if moving and must_go and after.due_of(member.person) is None and not about:
            yield f"{member.person} is on the way without a deadline"


def _the_clock_is_done(after: Incident, command: c.Command, board: Board) -> Iterator[str]:
    due = next_wake(after)
    if isinstance(command, c.Wake) and due is not None and due <= board.now:
        yield "the clock woke and left something that was due"


def _pages_are_wanted_and_never_rewritten(before: Incident | None, after: Incident) -> Iterator[str]:
    wanted = after.open_seats() if after.wants_people else ()
    open_pages = after.open_pages
    for page in open_pages:
        if page.seat not in wanted:
            yield f"{page.id} is open and not wanted"
    people = [page.person for page in open_pages] + [member.person for member in after.members]
    if len(set(people)) < len(people):
        yield "someone is asked twice, or asked and on the team"
    for was, now in zip(before.pages if before else (), after.pages, strict=False):
        if (was.id, was.person, was.answer_by) != (now.id, now.person, now.answer_by):
            yield f"{was.id} was rewritten"
    if before is not None and len(after.pages) < len(before.pages):
        yield "a page is gone"


def _only_people_end_an_incident(
    before: Incident | None, after: Incident, command: c.Command
) -> Iterator[str]:
    if before is not None and before.on_board and not after.on_board and command.by == c.RULE:
        yield f"{after.stage} by the clock"


def _alarms_wait_for_people(before: Incident | None, after: Incident, command: c.Command) -> Iterator[str]:
    stood = before is not None and any(alarm.kind == "nobody_answered" for alarm in before.standing)
    if stood and not has_alarm(after, "nobody_answered") and not isinstance(command, c.TakeAlarm):
        yield "an exhausted ladder was forgotten without anyone taking it"
