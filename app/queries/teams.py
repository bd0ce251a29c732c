"""One team as a row of the board: can it be sent, and if not why; what it owes next; how long it stays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.oncall import Shift
from app.queries.calls import Mark, Next, dues_of
from dispatch.incident import Incident, Member
from dispatch.stages import CHIP, STEP_ORDER, WRITING, Stage
from dispatch.teams import Availability, Duty, MemberDuty, availability, is_fit

TEAM_OF_NOBODY = ""


@dataclass(frozen=True)
class Tie:
    """What binds a person now: an incident they go to, are at or write notes of, or one that asks them."""

    incident: Incident
    member: Member | None

    @property
    def stage(self) -> Stage:
        """How far this person is, which may be less far than the team."""
        stage = self.incident.stage
        if self.member is None:
            return Stage.PAGING
        if stage in WRITING or CHIP[stage] in ("WTH", "TRN"):
            return stage
        return Stage(self.member.step.value)

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """Going counts more than notes, and notes more than being asked."""
        going = self.member is not None and self.incident.stage not in WRITING
        return going, self.member is not None, STEP_ORDER[self.member.step] if self.member else 0


@dataclass(frozen=True)
class Person:
    """One person on duty, or on a call although their shift is over."""

    person: str
    name: str
    credential: str
    tier: str
    sign: str
    duty: MemberDuty
    until: datetime | None
    order: int


@dataclass(frozen=True)
class TeamRow:
    """A row of the board: people under one call sign, or one person without one."""

    id: str
    sign: str
    members: tuple[str, ...]
    people: tuple[Mark, ...]
    second: str
    tier: str
    chip: str
    why: str
    since: datetime | None
    ref: int | None
    next: Next | None
    until: datetime | None


def people_on(
    shifts: Iterable[Shift], ties: Mapping[str, Tie], names: Mapping[str, str], credentials: Mapping[str, str]
) -> list[Person]:
    """Everybody on duty once, on their first place in line; then those on a call whose shift is over."""
    found: dict[str, Person] = {}
    for order, shift in enumerate(shifts):
        duty = MemberDuty(shift.person, Duty(shift.duty))
        name = names.get(shift.person, shift.name)
        found.setdefault(
            shift.person,
            Person(
                shift.person, name, shift.credential, shift.tier, shift.team or "", duty, shift.until, order
            ),
        )
    for person, tie in ties.items():
        if tie.member is not None and person not in found:
            name, duty = names.get(person, "Someone"), MemberDuty(person, Duty.OFF)
            place = len(found)
            found[person] = Person(
                person, name, credentials.get(person, ""), "shift over", "", duty, None, place
            )
    return list(found.values())


def ties_of(incidents: Iterable[Incident]) -> dict[str, Tie]:
    """What binds each person most."""
    found: dict[str, Tie] = {}
    for incident in incidents:
        tied = [Tie(incident, member) for member in incident.members]
        people = [member.person for member in incident.members]
        people += [page.person for page in incident.open_pages]
        tied += [Tie(incident, None) for _ in incident.open_pages]
        for person, tie in zip(people, tied, strict=True):
            if person not in found or tie.rank > found[person].rank:
                found[person] = tie
    return found


def teams_on(
    people: list[Person], ties: Mapping[str, Tie], names: Mapping[str, str], now: datetime
) -> tuple[TeamRow, ...]:
    """The board's teams in the order of asking, then the people without a call sign."""
    signed: dict[str, list[Person]] = {}
    for person in people:
        if person.sign:
            signed.setdefault(person.sign, []).append(person)
    teams = [_row(sign, group, ties, names, now) for sign, group in signed.items()]
    singles = [_row(TEAM_OF_NOBODY, [person], ties, names, now) for person in people if not person.sign]
    return (*teams, *singles)


def can_go(
    group: list[Person], ties: Mapping[str, Tie], names: Mapping[str, str], now: datetime
) -> Availability:
    """The availability of a team, or of one person without a team, who is free when fit and bound nowhere."""
    tie = max((ties[p.person] for p in group if p.person in ties), key=lambda tie: tie.rank, default=None)
    if len(group) > 1 or tie is not None:
        task = tie.stage if tie else None
        return availability(tuple(p.duty for p in group), task, now, tie.incident.ref if tie else None, names)
    if is_fit(group[0].duty, now):
        return Availability("AVL", f"{group[0].name} is on duty and free. A team needs two.")
    return availability((group[0].duty,), None, now, names=names)


def _row(
    sign: str, group: list[Person], ties: Mapping[str, Tie], names: Mapping[str, str], now: datetime
) -> TeamRow:
    tied = [ties[p.person] for p in group if p.person in ties]
    tie = max(tied, key=lambda tie: tie.rank, default=None)
    state = can_go(group, ties, names, now)
    mine = {p.person for p in group}
    until = min((p.until for p in group if p.until), default=None)
    return TeamRow(
        id=f"team-{_slug(sign)}" if sign else f"team-p-{_slug(group[0].person)}",
        sign=sign,
        members=tuple(p.person for p in group),
        people=tuple(Mark(_mark(p, ties, tie), p.name) for p in group),
        second=", ".join(p.credential for p in group if p.credential),
        tier=group[0].tier,
        chip=state.code,
        why=state.why,
        since=tie.member.step_at if tie and tie.member else tie.incident.since if tie else None,
        ref=tie.incident.ref if tie else None,
        next=_next(tie, mine, names) if tie else None,
        until=until,
    )


def _mark(person: Person, ties: Mapping[str, Tie], tie: Tie | None) -> str:
    """yes, asked or, for one who is not on the team's task, nothing."""
    own = ties.get(person.person)
    if tie is None or own is None or own.incident.id != tie.incident.id:
        return ""
    return "yes" if own.member is not None else "asked"


def _next(tie: Tie, people: set[str], names: Mapping[str, str]) -> Next | None:
    """What these people owe next on their call; what the desk owes there is the call's."""
    theirs = [due for due in dues_of(tie.incident, names) if due.about is None or due.about in people]
    return min(theirs, key=lambda due: due.at, default=None)


def _slug(text: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in text)
