"""The steps that the desk enters for a responder: their codes, their words, and the words that one types."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dispatch import commands as c
from dispatch.incident import Incident, Member
from dispatch.stages import STEP_ORDER, Step


@dataclass(frozen=True)
class DeskStep:
    """One step. `each`: every member takes it; else one speaks for the team. `typed`: its typed words."""

    code: str
    words: str
    command: type[c.Progress]
    each: bool
    typed: tuple[str, ...]
    step: Step | None = None
    minutes: bool = False


STEPS: Final = (
    DeskStep("en_route", "On the way", c.GoEnRoute, True, ("enr", "en", "go"), Step.EN_ROUTE, True),
    DeskStep("staged", "Waits close by", c.WaitNearby, True, ("stg", "stage", "st"), Step.STAGED),
    DeskStep("on_scene", "On scene", c.Arrive, True, ("ons", "on", "os", "here"), Step.ON_SCENE),
    DeskStep("ok", "Checked in, OK", c.CheckIn, True, ("ok", "check"), None, True),
    DeskStep("with_person", "With the person", c.MeetPerson, False, ("wth", "with")),
    DeskStep("transport", "Transporting", c.BeginTransport, False, ("trn", "tx", "transport")),
    DeskStep("clear", "Clear", c.Clear, False, ("clr", "clear", "done", "av", "avl")),
    DeskStep("not_found", "Could not find the person", c.ReportNotFound, False, ("nf", "notfound")),
    DeskStep("refused", "The person did not want help", c.ReportRefused, False, ("ref", "refused")),
)
BY_CODE: Final = {step.code: step for step in STEPS}


def takers(incident: Incident, people: tuple[str, ...], step: DeskStep) -> tuple[Member, ...]:
    """Who of these takes the step: for a step of each, those not yet so far; else one, if possible one who is
    there. With nobody left, all of them, so that the rules say why not."""
    members = tuple(member for member in incident.members if member.person in people)
    if not step.each:
        there = [member for member in members if member.step is Step.ON_SCENE]
        return tuple(there[:1]) or members[:1]
    if step.code == "ok":
        return tuple(member for member in members if member.check_by) or members
    ahead = STEP_ORDER[step.step or Step.ACCEPTED]
    return tuple(member for member in members if STEP_ORDER[member.step] < ahead) or members


def progress(step: DeskStep, by: str, person: str, at: datetime | None, minutes: int | None) -> c.Progress:
    """The command of this step."""
    if step.minutes:
        return step.command(by, person, minutes=minutes, at=at)  # type: ignore[call-arg]
    return step.command(by, person, at=at)
