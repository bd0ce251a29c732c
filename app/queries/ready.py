"""Readiness as the manager's page shows it: what is to mend, by how soon, and every phone that will be paged."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from app.rota.load import rules_of
from app.rota.ready import DAYS, findings
from app.rota.ring import AGAIN_AFTER
from app.rota.ways import Number, numbers_of
from app.shell import Shell
from app.tables import people
from app.ways_health import TEXT_STOPPED
from dispatch.rota.final import final
from dispatch.rota.lint.found import Finding

SOON, NEAR = timedelta(hours=72), timedelta(days=14)
# These are about a person, whenever they are on call next, and are mended at the table of phones or of papers.
OF_PEOPLE = frozenset(
    {"no_number", "stopped", "unverified", "second_way", "silent", "paper", "training_hours"}
)


@dataclass(frozen=True)
class Group:
    """Findings of about the same urgency."""

    words: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Phone:
    """One number in the table. `seconds` is how long its last answer took; `waits` says that it was rung just now."""

    number: Number
    seconds: float | None
    unanswered: bool
    waits: bool


@dataclass(frozen=True)
class PhonesOf:
    """One person who is on call now or within two weeks, with every number of theirs."""

    person: str
    name: str
    from_: datetime
    stopped: bool
    phones: tuple[Phone, ...]


@dataclass(frozen=True)
class ReadyPage:
    """Everything the page shows. `set_up` is false where nobody has written down what the tiers need."""

    set_up: bool
    count: int
    groups: tuple[Group, ...]
    phones: tuple[PhonesOf, ...]
    ends: datetime


def ready_page(connection: Connection, shell: Shell, program: str, set_up: bool) -> ReadyPage:
    """The next 60 days of a program."""
    now = shell.clock.now()
    found = findings(connection, shell, program) if set_up else ()
    groups = tuple(group for group in _groups(found, now) if group.findings)
    return ReadyPage(
        set_up, len(found), groups, _phones(connection, program, now), now + timedelta(days=DAYS)
    )


def _groups(found: tuple[Finding, ...], now: datetime) -> list[Group]:
    of_people = [one for one in found if one.kind in OF_PEOPLE and not one.grave]
    timed = [one for one in found if one not in of_people]
    soon = [one for one in timed if one.within(now, now + SOON)]
    near = [one for one in timed if one not in soon and one.starts_at < now + NEAR]
    later = [one for one in timed if one not in soon and one not in near]
    return [
        Group("The next 72 hours", _urgent_first(soon)),
        Group("The next 14 days", _urgent_first(near)),
        Group("Later", _urgent_first(later)),
        Group("Phones and papers", tuple(of_people)),
    ]


def _urgent_first(found: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(found, key=lambda one: (not one.grave, not one.hole, one.starts_at)))


def _phones(connection: Connection, program: str, now: datetime) -> tuple[PhonesOf, ...]:
    first: dict[str, datetime] = {}
    for one in final(rules_of(connection, program, now, now + NEAR), now, now + NEAR):
        first.setdefault(one.person, max(one.starts_at, now))
    rows = connection.execute(
        select(people.c.id, people.c.name, TEXT_STOPPED.label("stopped"))
        .where(people.c.program == program, people.c.active, people.c.id.in_(first))
        .order_by(people.c.name)
    ).all()
    found = [
        PhonesOf(
            row.id,
            row.name,
            first[row.id],
            row.stopped,
            phones_of(connection, row.id, now),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: (one.from_ > now, one.name)))


def phones_of(connection: Connection, person: str, now: datetime) -> tuple[Phone, ...]:
    """One person's numbers, the one that pages go to first."""
    return tuple(_phone(one, now) for one in numbers_of(connection, person))


def _phone(number: Number, now: datetime) -> Phone:
    tried, answered = number.tried_at, number.answered_at
    unanswered = tried is not None and (answered is None or answered < tried)
    seconds = (answered - tried).total_seconds() if tried and answered and answered >= tried else None
    waits = unanswered and tried is not None and now - tried < AGAIN_AFTER
    return Phone(number, seconds, unanswered, waits)
