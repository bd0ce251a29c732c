"""What other programs may read: who is on call, how far an incident is. Codes and times, no patient word."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.oncall import NOT_ASKED, on_duty
from app.rota.load import needs_of
from app.tables import incidents
from app.world import TIERS

MILESTONES = (
    "opened_at",
    "triaged_at",
    "dispatched_at",
    "accepted_at",
    "en_route_at",
    "on_scene_at",
    "with_person_at",
    "cleared_at",
    "signed_at",
    "ended_at",
    "reviewed_at",
)
CODES = ("ref", "program", "stage", "acuity", "channel", "area", "disposition", "level_of_care")


@dataclass(frozen=True)
class Progress:
    """One incident: its id for the audit row, and what may be said of it."""

    id: str
    said: dict[str, Any]


def tiers_at(connection: Connection, program: str, at: datetime) -> list[dict[str, Any]]:
    """Whom a page would ask at this instant, tier by tier: each person once, nobody on a break or unfit."""
    asked = [shift for shift in on_duty(connection, program, at) if shift.duty not in NOT_ASKED]
    first = {shift.person: shift for shift in reversed(asked)}
    used = {need.tier for need in needs_of(connection, program)} | {shift.tier for shift in asked}
    return [
        {
            "tier": tier,
            "people": [
                {"name": shift.name, "until": instant(shift.until)}
                for shift in asked
                if shift.tier == tier and first[shift.person] is shift
            ],
        }
        for tier in TIERS
        if tier != "tele" or tier in used  # not every program has somebody who joins from afar
    ]


def progress_of(connection: Connection, program: str, ref: int) -> Progress | None:
    """An incident of this program by its spoken number."""
    columns = [incidents.c[name] for name in (*CODES, *MILESTONES, "alarms")]
    row = connection.execute(
        select(incidents.c.id, *columns).where(incidents.c.ref == ref, incidents.c.program == program)
    ).first()
    if row is None:
        return None
    of = row._mapping
    codes = {name: of[name] for name in CODES}
    times = {name: instant(of[name]) if of[name] else None for name in MILESTONES}
    return Progress(row.id, {**codes, "alarms": row.alarms, "milestones": times})


def instant(at: datetime) -> str:
    """As every time leaves this house: UTC with a Z, whole seconds."""
    return at.replace(microsecond=0, tzinfo=None).isoformat() + "Z"
