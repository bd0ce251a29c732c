"""A client's record as pages show it: the crisis plan, its versions, and the crises with how they ended."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.clients import PLAN_PARTS
from app.shell import Shell
from app.tables import addenda, charts, crisis_plans, incidents, people, worked_on
from dispatch.stages import CHIP, Stage

CRISES = 50


@dataclass(frozen=True)
class Plan:
    """One version of a crisis plan, opened. `parts` are pairs of heading and lines, empty ones left out."""

    version: int
    made_by: str
    signed_at: datetime
    review_by: datetime | None
    stale: bool
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    said: dict[str, str]


@dataclass(frozen=True)
class Crisis:
    """One call of this client. `team` are those who worked on it; the words are in its notes."""

    ref: int
    opened_at: datetime
    stage: str
    chip: str
    over: bool
    acuity: int | None
    disposition: str
    level_of_care: str
    minutes: int | None
    signed_at: datetime | None
    author: str
    addenda: int
    team: tuple[str, ...]


def plan_of(connection: Connection, shell: Shell, client: str) -> Plan | None:
    """The newest crisis plan. The caller leaves the audit row."""
    plans = plans_of(connection, shell, client, most=1)
    return plans[0] if plans else None


def plans_of(connection: Connection, shell: Shell, client: str, most: int = 100) -> list[Plan]:
    """The versions of a crisis plan, newest first."""
    rows = connection.execute(
        select(crisis_plans, people.c.name)
        .outerjoin(people, people.c.id == crisis_plans.c.made_by)
        .where(crisis_plans.c.client == client)
        .order_by(crisis_plans.c.version.desc())
        .limit(most)
    )
    now = shell.clock.now()
    found = []
    for row in rows:
        said = json.loads(shell.keyring.open("crisis_plans.plan", row.id, row.plan_sealed))
        parts = tuple(
            (words, _lines(said.get(part, ""))) for part, words in PLAN_PARTS.items() if said.get(part)
        )
        stale = row.review_by is not None and row.review_by <= now
        found.append(Plan(row.version, row.name or "", row.signed_at, row.review_by, stale, parts, said))
    return found


def crises_of(connection: Connection, client: str) -> list[Crisis]:
    """The calls linked to this client, newest first."""
    rows = connection.execute(
        select(incidents, charts.c.signed_at.label("chart_at"), people.c.name)
        .outerjoin(charts, charts.c.incident == incidents.c.id)
        .outerjoin(people, people.c.id == charts.c.author)
        .where(incidents.c.client == client)
        .order_by(incidents.c.opened_at.desc(), incidents.c.ref.desc())
        .limit(CRISES)
    ).all()
    ids = [row.id for row in rows]
    teams = _teams(connection, ids)
    added = _added(connection, ids)
    return [
        Crisis(
            row.ref,
            row.opened_at,
            row.stage,
            CHIP.get(Stage(row.stage), ""),
            not row.on_board,
            row.acuity,
            row.disposition or "",
            row.level_of_care or "",
            _minutes(row.on_scene_at, row.cleared_at),
            row.chart_at,
            row.name or "",
            added.get(row.id, 0),
            tuple(teams.get(row.id, ())),
        )
        for row in rows
    ]


def _teams(connection: Connection, ids: list[str]) -> dict[str, list[str]]:
    rows = connection.execute(
        select(worked_on.c.incident, people.c.name, people.c.roles)
        .join(people, people.c.id == worked_on.c.person)
        .where(worked_on.c.incident.in_(ids))
        .order_by(people.c.name)
    )
    teams: dict[str, list[str]] = {}
    for row in rows:
        if "responder" in row.roles:
            teams.setdefault(row.incident, []).append(row.name)
    return teams


def _added(connection: Connection, ids: list[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for incident in connection.scalars(select(addenda.c.incident).where(addenda.c.incident.in_(ids))):
        counts[incident] = counts.get(incident, 0) + 1
    return counts


def _minutes(start: datetime | None, end: datetime | None) -> int | None:
    return int((end - start).total_seconds() // 60) if start and end else None


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
