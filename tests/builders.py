"""Builders for tests of the rules: a board and an incident that show only what matters to the test."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dispatch import commands as c
from dispatch.announce import announce
from dispatch.apply import after, apply
from dispatch.board import Board, OnCall, Policy
from dispatch.clock import next_wake
from dispatch.decide import decide
from dispatch.facts import Fact
from dispatch.incident import Alarm, Incident
from dispatch.messages import Message
from dispatch.stages import Seat, Stage
from dispatch.value import Refused

NIGHT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
REF = 2291
NAMES = {
    "ana": "Ana",
    "ben": "Ben",
    "cy": "Cy",
    "fay": "Fay",  # a responder who is not on call
    "dee": "Dee",  # the dispatcher
    "sue": "Sue",  # the supervisor on call
    "max": "Max",  # a supervisor at home
}
LADDER = (("ana", "primary"), ("ben", "primary"), ("cy", "backup"), ("sue", "supervisor"))
CALM = tuple((question, "no") for question in ("danger", "weapon", "violence", "medical", "attempt"))


def minute(number: float) -> datetime:
    """An instant of the night, in minutes after its first."""
    return NIGHT + timedelta(minutes=number)


def a_board(
    at: float = 0,
    *,
    on_call: Iterable[tuple[str, str]] = LADDER,
    busy: Mapping[str, int] | None = None,
    asked: Iterable[str] = (),
    **policy: Any,
) -> Board:
    """The world `at` so many minutes into the night. Everything else of a Policy goes by its own name."""
    return Board(
        now=minute(at),
        policy=Policy(**policy),
        on_call=tuple(OnCall(person, tier) for person, tier in on_call),
        names=NAMES,
        busy=busy or {},
        asked=frozenset(asked),
        supervisors=frozenset({"sue", "max"}),
    )


def an_incident(
    stage: Stage = Stage.TRIAGED,
    *,
    paged: Sequence[str] = ("ana", "ben"),
    yes: Sequence[str] | None = None,
    alone: str | None = None,
    acuity: int = 2,
    answers: tuple[tuple[str, str], ...] = CALM,
) -> Incident:
    """An incident that came to this stage by real commands, all in the first minute of the night.

    `paged` were asked for lead and second; those in `yes` said yes (nobody while paging, everyone later).
    """
    board = a_board(alone_allowed=True)
    made = after_asking(None, c.Receive("dee", "i1", REF, "clay", "phone", answers), board)
    if yes is None:
        yes = () if stage is Stage.PAGING else paged
    for command in _road_to(stage, paged, yes, alone, acuity):
        made = after_asking(made, command, board)
    assert made.stage is stage, f"built {made.stage}, not {stage}"
    return made


def _road_to(
    stage: Stage, paged: Sequence[str], yes: Sequence[str], alone: str | None, acuity: int
) -> list[c.Command]:
    if stage is Stage.RECEIVED:
        return []
    triage = c.Triage("dee", acuity, "other")
    if stage in LAST_AT_DESK:
        return [triage, *LAST_AT_DESK[stage]]
    lead, second = (*paged, None, None)[:2]
    pages = {person: f"i1-{number + 1}" for number, person in enumerate(paged)}
    sent = [triage, c.Dispatch("dee", lead, second, alone), *(c.Accept(who, pages[who], 15) for who in yes)]
    return [*sent, *_steps_to(stage, yes)]


def _steps_to(stage: Stage, team: Sequence[str]) -> list[c.Command]:
    if stage in (Stage.PAGING, Stage.ACCEPTED):
        return []
    if stage is Stage.EN_ROUTE:
        return [c.GoEnRoute(who, who) for who in team]
    if stage is Stage.STAGED:
        return [c.WaitNearby(who, who) for who in team]
    first = team[0]
    steps: list[c.Command] = [c.Arrive(who, who) for who in team]
    for last, command in (
        (Stage.ON_SCENE, None),
        (Stage.NOT_FOUND, c.ReportNotFound(first, first)),
        (Stage.REFUSED, c.ReportRefused(first, first)),
        (Stage.WITH_PERSON, c.MeetPerson(first, first)),
        (Stage.TRANSPORTING, c.BeginTransport(first, first)),
        (Stage.CLEARED, c.Clear(first, first)),
        (Stage.DOCUMENTING, c.BeginNotes(first)),
        (Stage.WAITING_REVIEW, c.Sign(first, "digest", "home", "community")),
        (Stage.REVIEWED, c.SignOff("max", "sound")),
    ):
        if command is not None and (last is stage or last not in (Stage.NOT_FOUND, Stage.REFUSED)):
            steps.append(command)
        if last is stage:
            return steps
    raise AssertionError(f"no road to {stage}")


LAST_AT_DESK: dict[Stage, list[c.Command]] = {
    Stage.TRIAGED: [],
    Stage.HELD: [c.Hold("dee", "asked_later", minute(60))],
    Stage.CANCELLED: [c.Cancel("dee", "by_phone")],
    Stage.DUPLICATE: [c.MarkDuplicate("dee", 2290)],
    Stage.HANDED_OVER: [c.HandOver("dee", "police")],
}


def after_asking(incident: Incident | None, command: c.Command, board: Board) -> Incident:
    """The incident after one command."""
    then = after(incident, decide(incident, command, board))
    assert then is not None
    return then


def played(incident: Incident, *story: tuple[float, c.Command], **board: Any) -> Incident:
    """The incident after a story of (minute, command), all on the same board."""
    for at, command in story:
        incident = after_asking(incident, command, a_board(at, **board))
    return incident


def woken(incident: Incident, until: float, **board: Any) -> Incident:
    """The incident after the clock alone has run to this minute, waking exactly when it asked to be woken."""
    for _ in range(1000):
        due = next_wake(incident)
        if due is None or due > minute(until):
            return incident
        at = (due - NIGHT).total_seconds() / 60
        incident = after_asking(incident, c.Wake(), a_board(max(at, 0), **board))
    raise AssertionError("the clock woke a thousand times")


def told(incident: Incident | None, command: c.Command, board: Board) -> list[Message]:
    """Everything that is owed to people because of one command."""
    messages: list[Message] = []
    for fact in decide(incident, command, board):
        messages += announce(incident, fact, board)
        incident = apply(incident, fact)
    return messages


def kinds(facts: Iterable[Fact]) -> list[str]:
    """The names of the facts, in order."""
    return [type(fact).__name__ for fact in facts]


def refusal(incident: Incident | None, command: c.Command, board: Board) -> str:
    """The sentence with which the command is refused."""
    with pytest.raises(Refused) as refused:
        decide(incident, command, board)
    return refused.value.sentence


def page_of(incident: Incident, person: str) -> str:
    """The id of this person's newest page."""
    return [page.id for page in incident.pages if page.person == person][-1]


def asked_now(incident: Incident) -> dict[str, Seat]:
    """Who is being asked, and for which seat."""
    return {page.person: page.seat for page in incident.open_pages}


def alarm(incident: Incident, kind: str, about: str | None = None) -> Alarm | None:
    """This alarm, standing or taken."""
    return next((one for one in incident.alarms if (one.kind, one.about) == (kind, about)), None)
