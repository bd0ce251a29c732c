"""What a responder may do next on a task: the steps that the rules would take now, the likeliest first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dispatch import commands as c
from dispatch.incident import Incident, Member, Page
from dispatch.stages import ADVANCING, AT_PERSON, STEP_ORDER, Stage, Step

Legal = Callable[[Incident, Member], bool]


@dataclass(frozen=True)
class NextStep:
    """One step that the rules would take now. `timed`: it may be entered late, with its true time."""

    code: str
    timed: bool = True


def next_steps(incident: Incident, person: str) -> tuple[NextStep, ...]:
    """The steps open to this person, likeliest first; none when they are not on the task or it is over."""
    member = incident.member(person)
    if member is None:
        return ()
    likely = sorted(STEPS, key=lambda code: _rank(code, incident))
    return tuple(NextStep(code, code not in UNTIMED) for code in likely if STEPS[code](incident, member))


def command_of(
    code: str,
    incident: Incident,
    person: str,
    *,
    minutes: int | None = None,
    reason: str = "other",
    at: datetime | None = None,
) -> c.Command:
    """The command that a step asks, by its code. Raises KeyError for a code that is no step."""
    if code == "go":
        return c.GoEnRoute(person, person, minutes, at=at)
    if code == "ok":
        return c.CheckIn(person, person, minutes, at=at)
    if code in ("eta", "give_back"):
        # Of the page that they go on, never of one that asks them: a new arrival time is not a yes.
        member = incident.member(person)
        page = member.page if member else ""
        return c.Accept(person, page, minutes) if code == "eta" else c.Decline(person, page, reason)
    return PLAIN[code](person, person, at=at)


def page_of(incident: Incident, person: str) -> Page | None:
    """The page that this person's word is about: the one that waits, the one they go on, or the newest."""
    theirs = [page for page in incident.pages if page.person == person]
    member = incident.member(person)
    waiting = [page for page in theirs if page.state == "asked"]
    gone_on = [page for page in theirs if member is not None and page.id == member.page]
    return next(reversed(waiting or gone_on or theirs), None)


def _before(step: Step) -> Legal:
    return lambda incident, member: incident.stage in ADVANCING and STEP_ORDER[member.step] < STEP_ORDER[step]


def _there(*stages: Stage) -> Legal:
    return lambda incident, member: member.step is Step.ON_SCENE and incident.stage in stages


def _all_there(incident: Incident, member: Member) -> bool:
    together = all(one.step is Step.ON_SCENE for one in incident.members)
    return incident.stage is Stage.ON_SCENE and together and not incident.open_seats()


def _looked(incident: Incident, member: Member) -> bool:
    at_place = incident.stage in (Stage.STAGED, Stage.ON_SCENE, Stage.WITH_PERSON)
    return at_place and member.step in (Step.STAGED, Step.ON_SCENE)


# In the order in which they are offered.
STEPS: dict[str, Legal] = {
    "go": _before(Step.EN_ROUTE),
    "here": _before(Step.ON_SCENE),
    "with": _all_there,
    "done": _there(*AT_PERSON),
    "transport": _there(Stage.WITH_PERSON),
    "ok": _there(*AT_PERSON),
    "stage": _before(Step.STAGED),
    "eta": _before(Step.ON_SCENE),
    "not_found": _looked,
    "refused": _there(Stage.ON_SCENE, Stage.WITH_PERSON),
    "give_back": _before(Step.ON_SCENE),
}
PLAIN: dict[str, type[c.Progress]] = {
    "stage": c.WaitNearby,
    "here": c.Arrive,
    "with": c.MeetPerson,
    "transport": c.BeginTransport,
    "done": c.Clear,
    "not_found": c.ReportNotFound,
    "refused": c.ReportRefused,
}
# A promise and a yes that is given back hold from now on; they have no time of their own.
UNTIMED = frozenset({"eta", "give_back"})


def _rank(code: str, incident: Incident) -> int:
    # Whoever is there alone waits for the partner: the big button is a sign of life, not the end of the task.
    if code == "done" and incident.stage is Stage.ON_SCENE:
        return len(STEPS)
    return list(STEPS).index(code)
