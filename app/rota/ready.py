"""Is the rota ready? Everything that the lint looks at, read for one program, and what it finds."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select

from app.rota.check import set_aside_of
from app.rota.load import needs_of, rules_of, terms_of
from app.rota.people import workers_of
from app.rota.shifts import ROLE_FOR
from app.rota.ways import ways_of
from app.rota.zones import moved_shifts
from app.shell import Shell
from app.tables import covers, people, programs, rota_layers, time_off
from app.ways_health import TEXT_STOPPED
from app.world import policy_of
from dispatch.rota.lint import gaps
from dispatch.rota.lint.found import Finding, Found
from dispatch.rota.lint.lint import lint
from dispatch.rota.lint.look import look
from dispatch.rota.lint.scene import AROUND, OpenCover, Scene
from dispatch.rota.rules import Away
from dispatch.rota.staff import Worker

DAYS = 60
OPEN = ("open",)


def findings(connection: Connection, shell: Shell, program: str, days: int = DAYS) -> tuple[Finding, ...]:
    """What is to mend from now on, by date. Empty where no rota is set up."""
    now = shell.clock.now()
    scene = scene_of(connection, shell, program, now, now + timedelta(days=days))
    return () if scene is None else lint(scene)


def holes_of(
    connection: Connection, program: str, zone: ZoneInfo, since: datetime, until: datetime
) -> list[Found]:
    """Holes alone, between two instants: cheap enough to be asked all day."""
    needs = needs_of(connection, program)
    if not needs:
        return []
    rows = connection.execute(
        select(people.c.id, people.c.name, people.c.roles).where(people.c.program == program, people.c.active)
    )
    workers = {row.id: Worker(row.id, row.name, frozenset(row.roles)) for row in rows}
    scene = Scene(
        now=since,
        end=until,
        zone=zone,
        rules=rules_of(connection, program, since - AROUND, until),
        needs=needs,
        workers=workers,
        names={worker.id: worker.name for worker in workers.values()},
        role_for=ROLE_FOR,
    )
    return list(gaps.find(look(scene)))


def scene_of(
    connection: Connection, shell: Shell, program: str, now: datetime, end: datetime
) -> Scene | None:
    """The program as the lint sees it; None where no rota is set up."""
    needs = needs_of(connection, program)
    if not needs:
        return None
    staff = connection.execute(
        select(people.c.id, people.c.name, TEXT_STOPPED.label("stopped")).where(people.c.program == program)
    ).all()
    house = connection.execute(
        select(programs.c.zone, programs.c.state).where(programs.c.id == program)
    ).one()
    return Scene(
        now=now,
        end=end,
        zone=ZoneInfo(house.zone),
        rules=rules_of(connection, program, now - AROUND, end),
        needs=needs,
        terms=terms_of(connection, program),
        workers=workers_of(connection, program),
        names={row.id: row.name for row in staff},
        role_for=ROLE_FOR,
        ways=ways_of(connection, program),
        channels_at_least=policy_of(connection, program).reach.channels_at_least,
        carried=shell.settings.carried,
        stopped=frozenset(row.id for row in staff if row.stopped),
        leave_asked=_leave_asked(connection, program, now),
        covers=_covers(connection, program, now),
        moved=moved_shifts(connection, program, now),
        state=house.state,
        set_aside=set_aside_of(connection, program, now),
        layer_names=_layer_names(connection, program),
    )


def _leave_asked(connection: Connection, program: str, now: datetime) -> tuple[Away, ...]:
    rows = connection.execute(
        select(time_off).where(
            time_off.c.program == program, time_off.c.ends_at > now, time_off.c.state == "asked"
        )
    )
    return tuple(Away(row.person, row.starts_at, row.ends_at, row.id) for row in rows)


def _covers(connection: Connection, program: str, now: datetime) -> tuple[OpenCover, ...]:
    rows = connection.execute(
        select(covers).where(covers.c.program == program, covers.c.state.in_(OPEN), covers.c.ends_at > now)
    )
    return tuple(_cover(row) for row in rows)


def _cover(row: Row[Any]) -> OpenCover:
    return OpenCover(row.id, row.person, row.tier, row.starts_at, row.ends_at, row.kind == "sick")


def _layer_names(connection: Connection, program: str) -> dict[str, str]:
    rows = connection.execute(
        select(rota_layers.c.id, rota_layers.c.name).where(rota_layers.c.program == program)
    )
    return {row.id: row.name for row in rows}
