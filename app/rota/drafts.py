"""Drafts of the rota: made from what is stored, kept while the planner betters them, and thrown away."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from app.note import note
from app.rota.draft_problem import Asked, Laid, lay_out
from app.rota.solving import Progress
from app.sessions import Me
from app.shell import Shell, new_id
from app.tables import rota_drafts
from dispatch.rota.plan.codec import read_draft, read_problem, write_problem
from dispatch.rota.plan.problem import Draft, Problem
from dispatch.value import Refused, require

DRAFTS_AT_MOST: Final = 30
GONE: Final = "That draft is not there any more. Look at the list."
BUSY: Final = "A draft is being worked out already. Wait for it, or stop it first."


@dataclass(frozen=True)
class Stored:
    """A draft as it is kept. `draft` is the best so far; `progress` what the planner said of it."""

    id: str
    number: int
    state: str
    asked: Asked
    laid: Laid
    draft: Draft | None
    progress: dict[str, Any]

    @property
    def problem(self) -> Problem:
        """What it was made from."""
        return self.laid.problem


def make_draft(connection: Connection, shell: Shell, by: Me, asked: Asked) -> tuple[str, str, int]:
    """A new draft, to be worked out: its id, the problem as the planner reads it, and the journal's seq."""
    laid = lay_out(connection, by.program, asked, shell.clock.now())
    mine = rota_drafts.c.program == by.program
    kept = connection.scalar(select(func.count()).select_from(rota_drafts).where(mine)) or 0
    require(kept < DRAFTS_AT_MOST, f"{kept} drafts are kept. Throw one away first.")
    number = (connection.scalar(select(func.max(rota_drafts.c.number)).where(mine)) or 0) + 1
    draft, problem = new_id(), write_problem(laid.problem)
    connection.execute(
        rota_drafts.insert().values(
            id=draft,
            program=by.program,
            number=number,
            starts_on=asked.starts_on.isoformat(),
            weeks=asked.weeks,
            state="running",
            problem=json.dumps(
                {
                    "problem": problem,
                    "asked": {**asdict(asked), "starts_on": asked.starts_on.isoformat()},
                    "rows": laid.rows,
                }
            ),
            made_by=by.id,
            made_at=shell.clock.now(),
        )
    )
    seq = note(
        connection,
        shell,
        by,
        draft,
        "DraftMade",
        number=number,
        starts_on=asked.starts_on.isoformat(),
        weeks=asked.weeks,
        tiers=list(asked.tiers),
    )
    return draft, json.dumps(problem), seq


def keeps(shell: Shell) -> Callable[[str, Progress, bool], None]:
    """What a planner's words are written down with, while it runs and at its end."""

    def keep(draft: str, progress: Progress, over: bool) -> None:
        said = asdict(progress)
        places = (said["draft"] or {}).pop("places", None)
        values: dict[str, Any] = {"progress": json.dumps(said)}
        if places is not None:
            values["answer"] = json.dumps(places)
        if over:
            values["state"] = "stopped" if progress.how in ("stopped", "died") else "done"
        mine = (rota_drafts.c.id == draft) & (rota_drafts.c.state == "running")
        with shell.store.write() as connection:
            connection.execute(rota_drafts.update().where(mine).values(**values))

    return keep


def end_interrupted(connection: Connection, draft: str) -> None:
    """A draft whose planner went down with the service is stopped, and says so from now on."""
    mine = (rota_drafts.c.id == draft) & (rota_drafts.c.state == "running")
    connection.execute(rota_drafts.update().where(mine).values(state="stopped"))


def throw_away(connection: Connection, shell: Shell, by: Me, draft: str) -> int:
    """A draft that nobody wants. What was published stays on the rota."""
    row = row_of(connection, by.program, draft)
    require(row.state != "running", "That draft is still being worked out. Stop it first.")
    connection.execute(rota_drafts.delete().where(rota_drafts.c.id == draft))
    return note(connection, shell, by, draft, "DraftDiscarded", number=row.number)


def row_of(connection: Connection, program: str, draft: str) -> Row[Any]:
    """A draft's row. Raises `Refused` when it is gone."""
    row = connection.execute(
        select(rota_drafts).where(rota_drafts.c.id == draft, rota_drafts.c.program == program)
    ).first()
    if row is None:
        raise Refused(GONE)
    return row


def stored(connection: Connection, program: str, draft: str) -> Stored:
    """A draft with all that it was made from. Raises `Refused` when it is gone or cannot be read."""
    row = row_of(connection, program, draft)
    try:
        kept = json.loads(row.problem)
        asked = kept["asked"]
        rows = {id: (number, person) for id, (number, person) in kept["rows"].items()}
        return Stored(
            row.id,
            row.number,
            row.state,
            Asked(
                date.fromisoformat(asked["starts_on"]),
                asked["weeks"],
                tuple(asked["tiers"]),
                asked["halves"],
                tuple(asked["freed"]),
                asked["moving"],
                asked["seconds"],
            ),
            Laid(read_problem(kept["problem"]), rows),
            None if row.answer is None else read_draft(json.loads(row.answer)),
            {} if row.progress is None else json.loads(row.progress),
        )
    except (ValueError, KeyError, TypeError):
        raise Refused("That draft was kept by another version and cannot be read. Throw it away.") from None
