"""The supervisor's queue: what waits for a look, the oldest obligation first, and the rules that say why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import Connection, and_, func, select

from app.charts import MINOR_BANDS
from app.codec import load, load_fact
from app.queries.notes import staff_names
from app.shell import Shell
from app.tables import incidents, intake, journal
from app.world import policy_of
from dispatch.board import Policy
from dispatch.facts import Fact
from dispatch.incident import Incident
from dispatch.review_reasons import (
    CRISES_WITHIN,
    LOOKED_AT,
    Case,
    Reason,
    due_at,
    minutes_between,
    reasons,
    state,
)

CASES_AT_MOST = 200
NEWS_AT_MOST = 1_000
STATES = {"new": "New", "asked": "Asked", "answered": "Answered"}


@dataclass(frozen=True)
class Row:
    """One row of the queue. `minutes` run from the first on scene, or from the call when none came."""

    ref: int
    seq: int
    due_at: datetime
    reasons: tuple[Reason, ...]
    who: str
    minutes: int
    state: str


@dataclass(frozen=True)
class Queue:
    """`rows` in order; `open` counts all that wait, also beyond the rows that are shown."""

    rows: tuple[Row, ...]
    open: int
    late: int
    median_hours: int
    oldest_hours: int

    def of(self, wanted: str) -> tuple[Row, ...]:
        """The rows in one state; all of them for any other word."""
        return tuple(row for row in self.rows if row.state == wanted) if wanted in STATES else self.rows


def queue_of(connection: Connection, shell: Shell, program: str) -> Queue:
    """The queue now."""
    now, policy = shell.clock.now(), policy_of(connection, program)
    waiting = and_(incidents.c.program == program, incidents.c.reviewable)
    since = func.coalesce(incidents.c.signed_at, incidents.c.ended_at, incidents.c.opened_at)
    found = connection.execute(
        select(incidents.c.seq, incidents.c.state, since).where(waiting).order_by(since).limit(CASES_AT_MOST)
    ).all()
    cases = cases_of(connection, [load(Incident, row.state) for row in found], policy)
    names = staff_names(connection, program)
    drawn = (_row(case, row.seq, names, now) for case, row in zip(cases, found, strict=True))
    rows = sorted(drawn, key=lambda row: (row.due_at, row.ref))
    hours = [int((now - case.incident.since).total_seconds() // 3600) for case in cases]
    return Queue(
        tuple(rows),
        connection.scalar(select(func.count()).where(waiting)) or 0,
        sum(row.due_at < now for row in rows),
        int(median(hours)) if hours else 0,
        max(hours, default=0),
    )


def left_queue(connection: Connection, program: str, after: int) -> list[int]:
    """Of the incidents that changed after `after`, the numbers of those that wait no more."""
    # By the journal, read from `after` on: a program has many incidents, and few of them changed.
    news = (
        select(journal.c.stream)
        .where(journal.c.chain == program, journal.c.seq > after)
        .order_by(journal.c.seq.desc())
        .limit(NEWS_AT_MOST)
    )
    left = and_(incidents.c.id.in_(news), incidents.c.reviewed_at.is_not(None))
    return list(connection.scalars(select(incidents.c.ref).where(left).limit(CASES_AT_MOST)))


def cases_of(connection: Connection, found: list[Incident], policy: Policy) -> list[Case]:
    """The incidents with what the rules look at, read for all of them at once."""
    ids = [incident.id for incident in found]
    facts = _facts(connection, ids)
    children = set(
        connection.scalars(
            select(intake.c.incident).where(intake.c.incident.in_(ids), intake.c.age_band.in_(MINOR_BANDS))
        )
    )
    crises = _crises(connection, found)
    return [
        Case(
            incident, policy, facts.get(incident.id, ()), incident.id in children, crises.get(incident.id, 1)
        )
        for incident in found
    ]


def team_names(incident: Incident, names: Mapping[str, str]) -> str:
    """Who was sent, or who at the desk had it when nobody was."""
    people: Iterable[str] = [member.person for member in incident.members] or incident.worked
    return ", ".join(names.get(person, "Someone") for person in people) or "Nobody"


def _row(case: Case, seq: int, names: Mapping[str, str], now: datetime) -> Row:
    incident = case.incident
    end = case.left_at or min(incident.since, now)
    return Row(
        incident.ref,
        seq,
        due_at(case),
        reasons(case),
        team_names(incident, names),
        minutes_between(case.arrived_at or incident.opened_at, end),
        state(incident),
    )


def _facts(connection: Connection, ids: list[str]) -> dict[str, list[Fact]]:
    rows = connection.execute(
        select(journal.c.stream, journal.c.kind, journal.c.fact)
        .where(journal.c.stream.in_(ids), journal.c.kind.in_([kind.__name__ for kind in LOOKED_AT]))
        .order_by(journal.c.seq)
    )
    facts: dict[str, list[Fact]] = {}
    for row in rows:
        facts.setdefault(row.stream, []).append(load_fact(row.kind, row.fact))
    return facts


def _crises(connection: Connection, found: list[Incident]) -> dict[str, int]:
    """How many crises each one's person had in the 30 days up to it."""
    clients = {incident.client for incident in found if incident.client}
    rows = connection.execute(
        select(incidents.c.client, incidents.c.opened_at).where(
            incidents.c.client.in_(clients), incidents.c.stage != "duplicate"
        )
    ).all()
    return {
        incident.id: sum(
            row.client == incident.client
            and incident.opened_at - CRISES_WITHIN < row.opened_at <= incident.opened_at
            for row in rows
        )
        for incident in found
        if incident.client
    }
