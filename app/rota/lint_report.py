"""What `standby lint` prints of one program: a line for each finding by date, or JSON; and whether a hole is near."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from app.rota.load import needs_of
from app.rota.ready import findings
from app.shell import Shell
from app.tables import programs
from dispatch.rota.lint.found import Finding

NEAR = timedelta(hours=72)


@dataclass(frozen=True)
class Report:
    """One program. `hole`: somebody misses on call within 72 hours."""

    program: str
    name: str
    set_up: bool
    hole: bool
    findings: tuple[Finding, ...]


def reports(connection: Connection, shell: Shell, days: int, only: str | None = None) -> list[Report]:
    """Every program, or one; looked at for at least 72 hours."""
    now = shell.clock.now()
    known = select(programs.c.id, programs.c.name).where(programs.c.active).order_by(programs.c.id)
    rows = connection.execute(known if only is None else known.where(programs.c.id == only)).all()
    return [_report(connection, shell, row.id, row.name, days, now) for row in rows]


def _report(
    connection: Connection, shell: Shell, program: str, name: str, days: int, now: datetime
) -> Report:
    set_up = bool(needs_of(connection, program))
    found = findings(connection, shell, program, max(days, NEAR.days))
    hole = any(one.hole and one.within(now, now + NEAR) for one in found)
    shown = tuple(one for one in found if one.starts_at < now + timedelta(days=days))
    return Report(program, name, set_up, hole, shown)


def lines(report: Report) -> list[str]:
    """For people: what is grave is marked."""
    if not report.set_up:
        return [f"{report.name}: no rota is set up. Write down how many people each tier needs."]
    if not report.findings:
        return [f"{report.name}: nothing to mend."]
    found = [
        f"{'GRAVE' if one.grave else '     '} {one.sentence} {one.cure}".rstrip() for one in report.findings
    ]
    return [f"{report.name}: {len(found)} to mend.", *found]


def as_json(report: Report) -> dict[str, Any]:
    """For programs. Instants are UTC."""
    return {
        "program": report.program,
        "set_up": report.set_up,
        "hole_within_72_hours": report.hole,
        "findings": [
            {
                "kind": one.kind,
                "grave": one.grave,
                "tier": one.tier,
                "person": one.person,
                "starts_at": one.starts_at.isoformat(),
                "ends_at": one.ends_at.isoformat(),
                "times": len(one.spans),
                "sentence": one.sentence,
                "cure": one.cure,
            }
            for one in report.findings
        ],
    }
