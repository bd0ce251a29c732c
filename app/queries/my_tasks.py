"""What waits for one responder: their task, pages that ask them, questions, notes they owe, their shift."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, func, select

from app.codec import load
from app.oncall import on_duty
from app.shell import Shell
from app.tables import incidents, pages
from dispatch.incident import Incident

# Pages of people who were asked long ago and never settled do not exist; this is a bound, not a filter.
PAGES_AT_MOST = 20
LOOKED_BACK = timedelta(days=14)


@dataclass(frozen=True)
class OpenTask:
    """A task that this person is on, and how far they are."""

    ref: int
    area: str
    stage: str
    step: str
    step_at: datetime


@dataclass(frozen=True)
class AskedPage:
    """A page that waits for this person's answer. `token` opens it."""

    ref: int
    token: str
    answer_by: datetime


@dataclass(frozen=True)
class NotesOwed:
    """Notes that this person owes. `due` is None once the reminder has passed."""

    ref: int
    area: str
    due: datetime | None


@dataclass(frozen=True)
class Duty:
    """On call, in which tier, until when."""

    tier: str
    until: datetime


@dataclass(frozen=True)
class Mine:
    """All of it."""

    tasks: tuple[OpenTask, ...]
    asked: tuple[AskedPage, ...]
    questions: tuple[int, ...]
    notes: tuple[NotesOwed, ...]
    duty: Duty | None
    seq: int


def mine(connection: Connection, shell: Shell, program: str, person: str) -> Mine:
    """What waits for this person now. No word of a record stands in it."""
    now = shell.clock.now()
    tasks: list[OpenTask] = []
    notes: list[NotesOwed] = []
    questions: list[int] = []
    for row in connection.execute(_said_yes(person, now - LOOKED_BACK)):
        incident = load(Incident, row.state)
        member = incident.member(person)
        asked = incident.question
        if asked is not None and asked.to == person and asked.answered_at is None:
            questions.append(row.ref)
        if person in incident.out and member is not None:
            stage = incident.stage.value
            tasks.append(OpenTask(row.ref, row.area or "", stage, member.step.value, member.step_at))
        elif incident.notes_owed and member is not None:
            due = incident.due_of(None)
            notes.append(NotesOwed(row.ref, row.area or "", due.at if due else None))
    duty = next((one for one in on_duty(connection, program, now) if one.person == person), None)
    return Mine(
        tuple(tasks),
        _asked(connection, shell, person),
        tuple(questions),
        tuple(notes),
        Duty(duty.tier, duty.until) if duty else None,
        newest_of(connection, person),
    )


def newest_of(connection: Connection, person: str) -> int:
    """The number that moves when anything of this person's has changed."""
    ours = select(func.max(incidents.c.seq)).join(pages, pages.c.incident == incidents.c.id)
    return int(connection.scalar(ours.where(pages.c.person == person)) or 0)


def _said_yes(person: str, since: datetime) -> Select[tuple[int, str, str]]:
    said_yes = select(pages.c.incident).where(pages.c.person == person, pages.c.state == "accepted")
    return (
        select(incidents.c.ref, incidents.c.area, incidents.c.state)
        .where(incidents.c.id.in_(said_yes), incidents.c.reviewed_at.is_(None), incidents.c.opened_at > since)
        .order_by(incidents.c.ref)
    )


def _asked(connection: Connection, shell: Shell, person: str) -> tuple[AskedPage, ...]:
    rows = connection.execute(
        select(pages.c.id, pages.c.ref, pages.c.answer_by)
        .where(pages.c.person == person, pages.c.state == "asked")
        .order_by(pages.c.answer_by)
        .limit(PAGES_AT_MOST)
    )
    return tuple(AskedPage(row.ref, shell.page_link_token(row.id), row.answer_by) for row in rows)
