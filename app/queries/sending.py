"""Who can be sent to one incident: teams and pairs in the order of asking, and why the others cannot."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.commit import load_incident
from app.oncall import on_duty
from app.places import Found, read
from app.queries.board import Staff, open_incidents, staff_of
from app.queries.teams import Person, Tie, can_go, people_on, ties_of
from app.shell import Shell
from app.tables import intake
from app.travel import minutes_between
from dispatch.desk import NEEDS
from dispatch.incident import Incident
from dispatch.stages import WRITING
from dispatch.teams import TEAM_SIZE, is_fit
from dispatch.value import Refused


@dataclass(frozen=True)
class Candidate:
    """A team or a pair. `minutes` is an estimate, and None unless both ends of the way are known."""

    label: str
    people: str
    lead: str
    second: str
    why: str
    minutes: int | None


@dataclass(frozen=True)
class Choice:
    """One person whom the desk may name, with a word on where they stand."""

    person: str
    words: str

    @property
    def choice(self) -> tuple[str, str]:
        """As a list wants it."""
        return self.person, self.words


@dataclass(frozen=True)
class Sending:
    """The Send pane: who can go, who cannot and why, and everybody who may be named."""

    can: tuple[Candidate, ...]
    cannot: tuple[Candidate, ...]
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class _Group:
    """People who would go together, and what still binds them."""

    label: str
    people: tuple[Person, ...]
    ties: tuple[Tie, ...]

    @property
    def can_go(self) -> bool:
        """Two who are fit and on no other call. Notes that are owed bind nobody."""
        bound = any(tie.member is None or tie.incident.stage not in WRITING for tie in self.ties)
        return not bound and len(self.people) >= TEAM_SIZE


def sending(connection: Connection, shell: Shell, incident: Incident) -> Sending:
    """Candidates for this incident, from who is on duty now."""
    now = shell.clock.now()
    staff = staff_of(connection, incident.program)
    ties = ties_of(open_incidents(connection, incident.program))
    people = people_on(on_duty(connection, incident.program, now), ties, staff.names, staff.credentials)
    there = _point(connection, shell, incident.id)
    can, cannot = [], []
    for group in _groups(people, ties, now):
        fit = all(is_fit(person.duty, now) for person in group.people)
        if group.can_go and fit:
            here = _point(connection, shell, group.ties[0].incident.id) if group.ties else None
            can.append(_candidate(group, _why(group, staff, incident), minutes_between(here, there)))
        else:
            cannot.append(_candidate(group, can_go(list(group.people), ties, staff.names, now).why, None))
    return Sending(tuple(can), tuple(cannot), tuple(_choices(people, ties)))


def _candidate(group: _Group, why: str, minutes: int | None) -> Candidate:
    lead, *rest = group.people
    second = rest[0].person if rest else ""
    names = ", ".join(person.name for person in group.people)
    return Candidate(group.label, names, lead.person, second, why, minutes)


def _groups(people: list[Person], ties: Mapping[str, Tie], now: datetime) -> Iterator[_Group]:
    """Teams by call sign; then free people without one, two by two within their tier; the others singly."""
    signed: dict[str, list[Person]] = {}
    tiers: dict[str, list[Person]] = {}
    others: list[Person] = []
    for person in people:
        if person.sign:
            signed.setdefault(person.sign, []).append(person)
        elif person.person in ties or not is_fit(person.duty, now):
            others.append(person)
        else:
            tiers.setdefault(person.tier, []).append(person)
    yield from (_group(sign, group, ties) for sign, group in signed.items())
    for tier, line in tiers.items():
        pairs = (line[first : first + TEAM_SIZE] for first in range(0, len(line), TEAM_SIZE))
        for pair in pairs:
            label = tier.capitalize() if len(pair) == TEAM_SIZE else pair[0].name
            yield _group(label, pair, ties)
    yield from (_group(person.name, [person], ties) for person in others)


def _group(label: str, people: list[Person], ties: Mapping[str, Tie]) -> _Group:
    return _Group(label, tuple(people), tuple(ties[p.person] for p in people if p.person in ties))


def _why(group: _Group, staff: Staff, incident: Incident) -> str:
    said = ["Both are free."]
    if group.ties:
        said = [f"Free to go. Notes on {group.ties[0].incident.ref} are still owed."]
    for need in incident.needs:
        having = [person.name for person in group.people if need in staff.skills.get(person.person, ())]
        words = NEEDS.get(need, need)
        said.append(f"{words}: {', '.join(having)}." if having else f"{words}: nobody, as far as we know.")
    return " ".join(said)


def _choices(people: list[Person], ties: Mapping[str, Tie]) -> Iterator[Choice]:
    for person in people:
        tie = ties.get(person.person)
        state = "free" if tie is None else f"{'on' if tie.member else 'asked for'} {tie.incident.ref}"
        yield Choice(person.person, f"{person.name} ({person.sign or person.tier}, {state})")


def _point(connection: Connection, shell: Shell, incident: str) -> Found | None:
    sealed = connection.scalar(select(intake.c.point_sealed).where(intake.c.incident == incident))
    return read(shell.keyring.open("intake.point", incident, sealed)) if sealed else None


def named_team(
    connection: Connection, shell: Shell, incident_id: str, sign: str
) -> tuple[str | None, str | None]:
    """Lead and second of the team with this call sign, or `Refused` with the reason why it cannot go."""
    incident = load_incident(connection, incident_id)
    assert incident is not None, "the gate has seen it"
    found = sending(connection, shell, incident)
    for team in found.can:
        if team.label.casefold() == sign.casefold():
            return team.lead, team.second or None
    why = next((team.why for team in found.cannot if team.label.casefold() == sign.casefold()), None)
    if why is None:
        raise Refused(f"There is no team {sign} on duty. Look on the board.")
    raise Refused(f"{sign} cannot go. {why}")
