"""Readiness as the manager's page shows it: what is to mend, by how soon, and every phone that will be paged."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from app.rota.load import rules_of
from app.rota.ready import DAYS, findings
from app.rota.ring import AGAIN_AFTER
from app.rota.ways import Number, numbers_of
from app.shell import Shell
from app.tables import people, rings
from app.ways_health import TEXT_STOPPED
from dispatch.own_plan import TAKES
from dispatch.reach import CHANNELS
from dispatch.rota.final import final
from dispatch.rota.lint.found import Finding

# Tests that are older than this are told nowhere.
KEPT_IN_MIND = timedelta(days=180)
RINGS_AT_MOST = 200
_RINGS = (
    select(rings)
    .where(
        rings.c.person == bindparam("person"),
        rings.c.rung_at > bindparam("since", type_=rings.c.rung_at.type),
    )
    .order_by(rings.c.rung_at.desc())
    .limit(RINGS_AT_MOST)
)
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
class LastRing:
    """The last test of one way by one channel. `seconds` is how long the answer took; `waits`: it was rung just now."""

    channel: str
    rung_at: datetime | None
    answered_at: datetime | None
    seconds: float | None
    unanswered: bool
    waits: bool


@dataclass(frozen=True)
class Phone:
    """One way in the table, with the last test by each channel that it takes."""

    number: Number
    rings: tuple[LastRing, ...]


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
        set_up,
        len(found),
        groups,
        _phones(connection, program, now, shell.settings.carried),
        now + timedelta(days=DAYS),
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


def _phones(
    connection: Connection, program: str, now: datetime, carried: Collection[str]
) -> tuple[PhonesOf, ...]:
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
            phones_of(connection, row.id, now, carried),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: (one.from_ > now, one.name)))


def phones_of(
    connection: Connection, person: str, now: datetime, carried: Collection[str] = CHANNELS
) -> tuple[Phone, ...]:
    """One person's ways, the number that pages go to first."""
    newest: dict[tuple[str, str], Row[Any]] = {}
    for row in connection.execute(_RINGS, {"person": person, "since": now - KEPT_IN_MIND}):
        newest.setdefault((row.way or "", row.channel), row)
    return tuple(
        Phone(
            number,
            tuple(
                _last(number, channel, newest, now) for channel in TAKES[number.kind] if channel in carried
            ),
        )
        for number in numbers_of(connection, person)
    )


def _last(
    number: Number,
    channel: str,
    newest: Mapping[tuple[str, str], Row[Any]],
    now: datetime,
) -> LastRing:
    ring = newest.get((number.id, channel))
    elsewhere = {
        other.answered_at for (way, by), other in newest.items() if way == number.id and by != channel
    }
    rung, answered = (ring.rung_at, ring.answered_at) if ring is not None else (None, None)
    # A reminder that nobody answered yet; or proved by a code, or by a colleague who rang.
    later = number.tried_at is not None and (rung is None or number.tried_at > rung)
    if channel == TAKES[number.kind][0] and later:
        rung, answered = number.tried_at, None if number.answered_at in elsewhere else number.answered_at
    unanswered = rung is not None and (answered is None or answered < rung)
    seconds = (answered - rung).total_seconds() if rung and answered and answered >= rung else None
    waits = unanswered and rung is not None and now - rung < AGAIN_AFTER
    return LastRing(channel, rung, answered, seconds, unanswered, waits)
