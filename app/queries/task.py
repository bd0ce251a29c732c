"""A task as its responder sees it: where, what could hurt, who goes too, what was asked, what comes next."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.hazards import hazards_of
from app.queries.client_record import Crisis, Plan, crises_of, plan_of
from app.queries.intake import Sheet, sheet_of
from app.shell import Shell
from app.tables import clients, incidents, people, reads
from app.world import policy_of
from dispatch.incident import Incident, Member
from dispatch.next_steps import NextStep, next_steps
from dispatch.notes import may_write

PAST_CRISES = 5
ASKED_ALWAYS = ("weapon", "violence")
ON_THE_CALL = "Told on the call. Not confirmed by us."


@dataclass(frozen=True)
class Mate:
    """The other one on the task."""

    name: str
    credential: str
    phone: str
    step: str
    step_at: datetime
    eta: datetime | None


@dataclass(frozen=True)
class Danger:
    """One thing that could hurt the team. `code` is a coded answer; else `words`, with who said them and
    when. `told`: somebody said so; otherwise nobody asked, which is not a no."""

    code: str
    words: str
    source: str
    since: datetime | None
    told: bool = True
    stale: bool = False


@dataclass(frozen=True)
class Known:
    """What the record of a linked client says."""

    know: str
    plan: Plan | None
    past: tuple[Crisis, ...]


@dataclass(frozen=True)
class Task:
    """One responder's task. `digest` names the very hazards shown; `read_at`: this person read them."""

    incident: Incident
    me: Member
    area: str
    values: dict[str, str]
    mates: tuple[Mate, ...]
    dangers: tuple[Danger, ...]
    digest: bytes
    read_at: datetime | None
    read_before: bool
    known: Known | None
    steps: tuple[NextStep, ...]
    check_minutes: int
    writes_notes: bool
    seq: int


def task_of(connection: Connection, shell: Shell, incident_id: str, person: str) -> Task | None:
    """The task, opened; None when this person is not on it any more. The caller leaves the audit row."""
    row = connection.execute(select(incidents).where(incidents.c.id == incident_id)).one()
    sheet = sheet_of(connection, shell, incident_id)
    incident = sheet.incident
    me = incident.member(person)
    if me is None:
        return None
    dangers = _dangers(connection, shell, sheet)
    digest = digest_of(shell, dangers)
    read = _read(connection, incident_id, person)
    policy = policy_of(connection, incident.program)
    return Task(
        incident=incident,
        me=me,
        area=row.area or "",
        values=sheet.values,
        mates=_mates(connection, incident, person),
        dangers=dangers,
        digest=digest,
        read_at=read.get(digest),
        read_before=bool(read),
        known=_known(connection, shell, incident),
        steps=next_steps(incident, person),
        check_minutes=round(policy.check_every.total_seconds() / 60),
        writes_notes=may_write(incident, person),
        seq=row.seq,
    )


def digest_of(shell: Shell, dangers: tuple[Danger, ...]) -> bytes:
    """A keyed digest of the hazards as shown: it tells one set of words from another, and nothing else."""
    return shell.keyring.blind(
        "hazards", "\n".join(f"{one.code}\t{one.words}\t{one.told}" for one in dangers)
    )


def _dangers(connection: Connection, shell: Shell, sheet: Sheet) -> tuple[Danger, ...]:
    answers = sheet.answers
    told = [
        Danger(code, "", ON_THE_CALL, None)
        for code in ("weapon", "violence", "animals")
        if answers.get(code) == "yes"
    ]
    if sheet.values["hazards"]:
        told.append(Danger("", sheet.values["hazards"], ON_THE_CALL, None))
    told += [
        Danger("", one.words, _source(one.source, one.told_by), one.since, stale=one.stale)
        for one in hazards_of(
            connection,
            shell,
            sheet.incident.program,
            client=sheet.incident.client,
            place=sheet.place_index,
        )
    ]
    unasked = [
        Danger(code, "", "Not asked, or not known.", None, told=False)
        for code in ASKED_ALWAYS
        if answers.get(code) not in ("yes", "no")
    ]
    return tuple(told + unasked)


def _source(source: str, by: str) -> str:
    return f"{source}, noted by {by}" if by else source


def _read(connection: Connection, incident_id: str, person: str) -> dict[bytes, datetime]:
    rows = connection.execute(
        select(reads.c.shown, reads.c.at)
        .where(reads.c.subject == incident_id, reads.c.what == "hazards", reads.c.person == person)
        .order_by(reads.c.at)
    )
    return {bytes(row.shown): row.at for row in rows if row.shown is not None}


def _mates(connection: Connection, incident: Incident, person: str) -> tuple[Mate, ...]:
    others = [member for member in incident.members if member.person != person]
    rows = connection.execute(
        select(people.c.id, people.c.name, people.c.credential, people.c.phone).where(
            people.c.id.in_([member.person for member in others])
        )
    )
    who = {row.id: row for row in rows}
    return tuple(
        Mate(
            who[one.person].name,
            who[one.person].credential,
            who[one.person].phone or "",
            one.step.value,
            one.step_at,
            one.eta,
        )
        for one in others
    )


def _known(connection: Connection, shell: Shell, incident: Incident) -> Known | None:
    if incident.client is None:
        return None
    sealed = connection.scalar(select(clients.c.know_sealed).where(clients.c.id == incident.client))
    know = shell.keyring.open("clients.know", incident.client, sealed)
    past = [one for one in crises_of(connection, incident.client) if one.ref != incident.ref]
    return Known(know, plan_of(connection, shell, incident.client), tuple(past[:PAST_CRISES]))
