"""A responder's steps: on the way, waiting close by, here, with the person, transporting, clear."""

from datetime import datetime, timedelta

from dispatch import commands as c
from dispatch import facts as f
from dispatch.board import Board
from dispatch.incident import Incident, Member
from dispatch.stages import ADVANCING, AT_PERSON, STEP_ORDER, Stage, Step
from dispatch.value import Refused, require

SKEW = timedelta(minutes=2)  # a phone's clock may be a little ahead of ours


def require_member(incident: Incident, command: c.Progress, board: Board) -> tuple[Member, datetime]:
    """Only someone on this task takes a step on it. A late entry's true time lies between their last step and
    now."""
    member = incident.member(command.responder)
    if member is None:
        raise Refused(f"{board.name(command.responder)} is not on {incident.ref}. Say yes to a page first.")
    at = command.at or board.now
    require(at <= board.now + SKEW, "That time is still ahead. Give a time that has passed.")
    require(at >= member.step_at - SKEW, "That time is before the last step. Give a later time.")
    return member, max(member.step_at, min(at, board.now))


def require_there(
    incident: Incident, command: c.Progress, board: Board, steps: tuple[Step, ...], sentence: str
) -> tuple[Member, datetime]:
    """Only someone who is there speaks for the team; what the team does is never before what it did last."""
    member, at = require_member(incident, command, board)
    require(member.step in steps, sentence)
    require(at >= incident.since - SKEW, "That time is before the last step. Give a later time.")
    return member, max(at, incident.since)


def _step(
    incident: Incident, command: c.Progress, board: Board, step: Step, eta_in: int | None = None
) -> f.Fact:
    member, at = require_member(incident, command, board)
    require(incident.stage in ADVANCING, "The team is past that step already.")
    eta = None if eta_in is None else at + timedelta(minutes=eta_in)
    if member.step is step and eta is not None:
        return f.EtaGiven(board.now, command.by, member.person, eta)
    require(STEP_ORDER[member.step] < STEP_ORDER[step], "That step is taken already.")
    check_by = at + board.policy.check_every if step is Step.ON_SCENE else None
    return f.StepTaken(at, command.by, member.person, step, eta, check_by)


def go(incident: Incident, command: c.GoEnRoute, board: Board) -> list[f.Fact]:
    """On the way, with a new ETA when one is given."""
    minutes = command.minutes
    require(minutes is None or 0 <= minutes <= 180, "Give minutes from 0 to 180.")
    return [_step(incident, command, board, Step.EN_ROUTE, minutes)]


def wait_nearby(incident: Incident, command: c.WaitNearby, board: Board) -> list[f.Fact]:
    """Waiting close by, not at the door."""
    return [_step(incident, command, board, Step.STAGED)]


def arrive(incident: Incident, command: c.Arrive, board: Board) -> list[f.Fact]:
    """At the place; this person's check-in clock starts."""
    return [_step(incident, command, board, Step.ON_SCENE)]


def check_in(incident: Incident, command: c.CheckIn, board: Board) -> list[f.Fact]:
    """I am OK. Resets this person's clock and nobody else's. A longer clock than policy allows becomes the
    longest: a sign of life is never refused for its number."""
    member, at = require_member(incident, command, board)
    require(
        incident.stage in AT_PERSON and member.step is Step.ON_SCENE,
        "There is no check-in to answer now. Say HERE when you are there.",
    )
    every = board.policy.check_every
    asked = timedelta(minutes=command.minutes) if command.minutes and command.minutes > 0 else every
    check_by = at + min(asked, 2 * every)
    require(check_by > board.now, "That was too long ago to count. Say OK now.")
    if command.at is not None and member.check_by is not None:
        check_by = max(check_by, member.check_by)  # one that arrives late never shortens a newer one
    return [f.CheckedIn(at, command.by, member.person, check_by)]


def meet(incident: Incident, command: c.MeetPerson, board: Board) -> list[f.Fact]:
    """With the person: every seat is filled and there, unless going alone was decided."""
    sentence = "Say HERE first, then WITH when you are with the person."
    require(incident.stage not in (Stage.WITH_PERSON, Stage.TRANSPORTING), "That step is taken already.")
    member, at = require_there(incident, command, board, (Step.ON_SCENE,), sentence)
    require(incident.stage is Stage.ON_SCENE, "The team is past that step already.")
    require(
        not incident.open_seats(),
        "Your partner's seat is open. Wait for a partner, or ask the desk to go alone.",
    )
    missing = [m for m in incident.members if m.step is not Step.ON_SCENE]
    require(
        not missing, f"{board.name(missing[0].person)} is not there yet. Go in together." if missing else ""
    )
    return [f.MetPerson(at, command.by, member.person), *_heard(member, at, command, board)]


def transport(incident: Incident, command: c.BeginTransport, board: Board) -> list[f.Fact]:
    """Leaving with the person."""
    sentence = "Transport begins with the person. Say WITH first."
    member, at = require_there(incident, command, board, (Step.ON_SCENE,), sentence)
    require(incident.stage is Stage.WITH_PERSON, sentence)
    return [f.TransportBegun(at, command.by, member.person), *_heard(member, at, command, board)]


def _heard(member: Member, at: datetime, command: c.Progress, board: Board) -> list[f.Fact]:
    """Who reports a step has been heard: it counts as a check-in of that person, and of nobody else."""
    check_by = at + board.policy.check_every
    if check_by <= (member.check_by or board.now):
        return []
    return [f.CheckedIn(at, command.by, member.person, check_by)]


def clear(incident: Incident, command: c.Clear, board: Board) -> list[f.Fact]:
    """Done there; pages that still wait are withdrawn and notes are owed."""
    sentence = "You are not there. Give the page back, or let the one who is there say it."
    member, at = require_there(incident, command, board, (Step.ON_SCENE,), sentence)
    require(incident.stage in AT_PERSON, "The team has left already.")
    return [*_withdraw(incident, command, board), f.Cleared(at, command.by, member.person)]


def not_found(incident: Incident, command: c.ReportNotFound, board: Board) -> list[f.Fact]:
    """Looked, and the person was not there."""
    steps = (Step.STAGED, Step.ON_SCENE)
    member, at = require_there(
        incident, command, board, steps, "Go and look first: say HERE when you are there."
    )
    require(
        incident.stage in (Stage.STAGED, Stage.ON_SCENE, Stage.WITH_PERSON),
        "The team has left the place already. Clear it instead.",
    )
    return [*_withdraw(incident, command, board), f.NotFound(at, command.by, member.person)]


def refused(incident: Incident, command: c.ReportRefused, board: Board) -> list[f.Fact]:
    """The person does not want help."""
    sentence = "Say HERE first: only the person can refuse."
    member, at = require_there(incident, command, board, (Step.ON_SCENE,), sentence)
    require(
        incident.stage in (Stage.ON_SCENE, Stage.WITH_PERSON),
        "The team has left the place already. Clear it instead.",
    )
    return [*_withdraw(incident, command, board), f.CareRefused(at, command.by, member.person)]


def _withdraw(incident: Incident, command: c.Command, board: Board) -> list[f.Fact]:
    return [
        f.Withdrawn(board.now, command.by, page.id, page.person, "closed") for page in incident.open_pages
    ]
