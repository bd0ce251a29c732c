"""Other calls that may be the same event: suggested with the reason, never merged by a machine."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from app.places import metres, read
from app.queries.intake import Sheet
from app.shell import Shell
from app.tables import incidents, intake, told_apart
from dispatch.stages import CHIP, Stage
from dispatch.value import require

WITHIN = timedelta(hours=12)
NEAR_METRES = 200
LOOKED_AT = 300
SHOWN = 5


@dataclass(frozen=True)
class Same:
    """Another call within 12 hours. `place` and `words` are opened so that a person can compare."""

    incident: str
    ref: int
    stage: str
    chip: str
    open: bool
    opened_at: datetime
    ended_at: datetime | None
    reasons: str
    place: str
    words: str


def same_event(connection: Connection, shell: Shell, sheet: Sheet) -> list[Same]:
    """Candidates, newest first: same call-back number, same place, same client, or a point within 200 m."""
    mine = sheet.incident
    apart = connection.scalars(
        select(told_apart.c.other).where(told_apart.c.incident == mine.id, told_apart.c.kind == "incident")
    ).all()
    rows = connection.execute(
        select(incidents, intake)
        .join(intake, intake.c.incident == incidents.c.id)
        .where(
            incidents.c.program == mine.program,
            incidents.c.id != mine.id,
            incidents.c.opened_at > mine.opened_at - WITHIN,
            incidents.c.opened_at < mine.opened_at + WITHIN,
        )
        .order_by(incidents.c.opened_at.desc())
        .limit(LOOKED_AT)
    )
    here = read(sheet.values["point"])
    found: list[Same] = []
    for row in rows:
        if row.id in apart:
            continue
        reasons = []
        if sheet.callback_index and sheet.callback_index == row.callback_index:
            reasons.append("same call-back number")
        if sheet.place_index and sheet.place_index == row.place_index:
            reasons.append("same place")
        if mine.client and mine.client == row.client:
            reasons.append("same client")
        there = read(shell.keyring.open("intake.point", row.id, row.point_sealed)) if here else None
        away = metres(here, there) if here and there else None
        if away is not None and away <= NEAR_METRES and "same place" not in reasons:
            reasons.append(f"{away:.0f} m away")
        if reasons:
            found.append(
                Same(
                    row.id,
                    row.ref,
                    row.stage,
                    CHIP.get(Stage(row.stage), ""),
                    row.on_board,
                    row.opened_at,
                    row.ended_at,
                    ", ".join(reasons).capitalize(),
                    shell.keyring.open("intake.place", row.id, row.place_sealed),
                    shell.keyring.open("intake.words", row.id, row.words_sealed),
                )
            )
    return found[:SHOWN]


def require_linkable(connection: Connection, program: str, ref: int) -> None:
    """A call may end as the same event as another only while that other one is still being answered."""
    row = connection.execute(
        select(incidents.c.program, incidents.c.on_board).where(incidents.c.ref == ref)
    ).first()
    require(row is not None and row.program == program, f"There is no incident {ref}. Look on the board.")
    assert row is not None
    require(row.on_board, f"{ref} is over, and nobody answers it any more. Keep this call and send a team.")
