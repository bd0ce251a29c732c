"""A responder's steps: on the way, waiting close by, here, with the person, transporting, clear."""

from datetime import datetime, timedelta

from dispatch import commands as c
from dispatch import facts as f
from dispatch.board import Board
from dispatch.incident import Incident, Member
from dispatch.stages import AT_PERSON, GOING, STEP_ORDER, Stage, Step
from dispatch.value import Refused, require

SKEW = timedelta(minutes=2)  # a phone's clock may be a little ahead of ours


def require_member(incident: Incident, command: c.Progress, board: Board) -> tuple[Member, datetime]:
    """Only someone on this task takes a step on it; a late entry's true time lies between the yes and now."""
    member = incident.member(command.responder)
    if member is None:
        raise Refused(f"{board.name(command.responder)} is not on {incident.ref}. Say yes to a page first.")
    at = command.at or board.now
    require(at <= board.now + SKEW, "That time is still ahead. Give a time that has passed.")
    require(at >= member.accepted_at, "That time is before the yes to this page. Give a later time.")
    return member, min(at, board.now)


def _step(
    incident: Incident, command: c.Progress, board: Board, step: Step, check: bool, eta: datetime | None
) -> f.Fact:
    member, at = require_member(incident, command, board)
    require(
        incident.stage in GOING or incident.stage is Stage.ON_SCENE, "The team is past that step already."
    )
    require(
        STEP_ORDER[member.step] < STEP_ORDER[step] or (member.step is step and eta),
        "That step is taken already.",
    )
    check_by = board.now + board.policy.check_every if check else None
    return f.StepTaken(at, command.by, member.person, step, eta, check_by)


def go(incident: Incident, command: c.GoEnRoute, board: Board) -> list[f.Fact]:
    """On the way, with a new ETA when one is given."""
    minutes = command.minutes
    require(minutes is None or 0 <= minutes <= 180, "Give minutes from 0 to 180.")
    eta = None if minutes is None else board.now + timedelta(minutes=minutes)
    return [_step(incident, command, board, Step.EN_ROUTE, False, eta)]


def wait_nearby(incident: Incident, command: c.WaitNearby, board: Board) -> list[f.Fact]:
    """Waiting close by, not at the door."""
    return [_step(incident, command, board, Step.STAGED, False, None)]


def arrive(incident: Incident, command: c.Arrive, board: Board) -> list[f.Fact]:
    """At the place; this person's check-in clock starts."""
    return [_step(incident, command, board, Step.ON_SCENE, True, None)]


def check_in(incident: Incident, command: c.CheckIn, board: Board) -> list[f.Fact]:
    """I am OK. Resets this person's clock and nobody else's."""
    member, at = require_member(incident, command, board)
    require(
        incident.stage in AT_PERSON and member.step is Step.ON_SCENE,
        "There is no check-in to answer now. Say HERE when you are there.",
    )
    every = board.policy.check_every
    wished = every if command.minutes is None else timedelta(minutes=command.minutes)
    require(
        timedelta(0) < wished <= 2 * every, f"Ask for up to {int(2 * every.total_seconds() // 60)} minutes."
    )
    return [f.CheckedIn(at, command.by, member.person, board.now + wished)]


def meet(incident: Incident, command: c.MeetPerson, board: Board) -> list[f.Fact]:
    """With the person: every seat is filled and there, unless going alone was decided."""
    member, at = require_member(incident, command, board)
    require(incident.stage is Stage.ON_SCENE, "Say HERE first, then WITH when you are with the person.")
    require(member.step is Step.ON_SCENE, "Say HERE first, then WITH when you are with the person.")
    require(
        not incident.open_seats(),
        "Your partner's seat is open. Wait for a partner, or ask the desk to go alone.",
    )
    missing = [m for m in incident.members if m.step is not Step.ON_SCENE]
    require(
        not missing, f"{board.name(missing[0].person)} is not there yet. Go in together." if missing else ""
    )
    return [f.MetPerson(at, command.by, member.person)]


def transport(incident: Incident, command: c.BeginTransport, board: Board) -> list[f.Fact]:
    """Leaving with the person."""
    member, at = require_member(incident, command, board)
    require(incident.stage is Stage.WITH_PERSON, "Transport begins with the person. Say WITH first.")
    return [f.TransportBegun(at, command.by, member.person)]


def clear(incident: Incident, command: c.Clear, board: Board) -> list[f.Fact]:
    """Done there; pages that still wait are withdrawn and notes are owed."""
    member, at = require_member(incident, command, board)
    require(incident.stage in AT_PERSON, "The team is not there. Take it back or report what happened.")
    return [*_withdraw(incident, command, board), f.Cleared(at, command.by, member.person)]


def not_found(incident: Incident, command: c.ReportNotFound, board: Board) -> list[f.Fact]:
    """Looked, and the person was not there."""
    member, at = require_member(incident, command, board)
    looked = incident.stage in (Stage.STAGED, Stage.ON_SCENE, Stage.WITH_PERSON)
    require(looked, "Go and look first: say HERE when you are there.")
    return [*_withdraw(incident, command, board), f.NotFound(at, command.by, member.person)]


def refused(incident: Incident, command: c.ReportRefused, board: Board) -> list[f.Fact]:
    """The person does not want help."""
    member, at = require_member(incident, command, board)
    require(
        incident.stage in (Stage.ON_SCENE, Stage.WITH_PERSON), "Say HERE first: only the person can refuse."
    )
    return [*_withdraw(incident, command, board), f.CareRefused(at, command.by, member.person)]


def _withdraw(incident: Incident, command: c.Command, board: Board) -> list[f.Fact]:
    return [
        f.Withdrawn(board.now, command.by, page.id, page.person, "closed") for page in incident.open_pages
    ]
