"""Who is out on a call: where they stand and when their check-in is due, for whoever rings them by hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dispatch.incident import Alarm, Incident, Member
from dispatch.stages import Stage, Step

WHERE: Final = {
    Step.ACCEPTED: "Said yes",
    Step.EN_ROUTE: "On the way",
    Step.STAGED: "Staged",
    Step.ON_SCENE: "On scene",
}
# Where the whole team is further than any single step.
TOGETHER: Final = {Stage.WITH_PERSON: "With the person", Stage.TRANSPORTING: "Transporting"}

NOBODY: Final = ("Someone", "")


@dataclass(frozen=True)
class Out:
    """One person on one call. `since`: from when they have stood there; `check_by` is None while no check-in is owed,
    and once it was missed: `missed` is when, `taken_by` who looks for them. They may be on no shift any more."""

    id: str
    name: str
    credential: str
    numbers: tuple[str, ...]
    ref: int
    where: str
    since: datetime
    check_by: datetime | None
    missed: datetime | None
    taken_by: str


def out_now(
    incidents: Iterable[Incident],
    staff: Mapping[str, tuple[str, str]],
    numbers: Mapping[str, tuple[str, ...]],
) -> tuple[Out, ...]:
    """Everybody who is out: whose check-in was missed, then by when it is due. Whoever missed theirs is named until
    that alarm is over, though their partner has cleared the call. `staff`: name and credential by id."""
    found = []
    for incident in incidents:
        for member in incident.members:
            missed = _missed(incident, member)
            if missed is not None or member.person in incident.out:
                found.append(_out(incident, member, missed, staff, numbers))
    return tuple(sorted(found, key=_due_first))


def _missed(incident: Incident, member: Member) -> Alarm | None:
    found = (one for one in incident.alarms if one.kind == "check_missed" and one.about == member.person)
    return next(found, None)


def _out(
    incident: Incident,
    member: Member,
    missed: Alarm | None,
    staff: Mapping[str, tuple[str, str]],
    numbers: Mapping[str, tuple[str, ...]],
) -> Out:
    name, credential = staff.get(member.person, NOBODY)
    together = TOGETHER.get(incident.stage) if member.step is Step.ON_SCENE else None
    return Out(
        id=member.person,
        name=name,
        credential=credential,
        numbers=numbers.get(member.person, ()),
        ref=incident.ref,
        where=together or WHERE[member.step],
        since=incident.since if together else member.step_at,
        check_by=member.check_by,
        missed=missed.at if missed else None,
        taken_by=staff.get(missed.taken_by, NOBODY)[0] if missed and missed.taken_by else "",
    )


def _due_first(one: Out) -> tuple[bool, bool, datetime, int, str]:
    due = one.missed or one.check_by
    return one.missed is None, due is None, due or one.since, one.ref, one.name
