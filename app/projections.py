"""How an incident's facts are laid down in columns, so that a question about many rows needs no JSON."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from app.codec import dump
from app.shell import Shell, digest
from app.tables import incidents, pages, seats, worked_on
from dispatch import facts as f
from dispatch.clock import next_wake
from dispatch.facts import Fact
from dispatch.incident import Incident
from dispatch.stages import COMMITTED, EXITS, Stage

# The first fact of each of these types gives the milestone its true time.
MILESTONES: dict[type[Fact], str] = {
    f.Triaged: "triaged_at",
    f.Dispatched: "dispatched_at",
    f.Accepted: "accepted_at",
    f.MetPerson: "with_person_at",
    f.Cleared: "cleared_at",
    f.Signed: "signed_at",
    f.SignedOff: "reviewed_at",
}
STEPS = {"en_route": "en_route_at", "on_scene": "on_scene_at"}


class Overtaken(Exception):
    """Another transaction changed the incident first. Cannot happen while writers take turns; never ignored."""


def insert_incident(connection: Connection, shell: Shell, after: Incident, facts: list[Fact], seq: int) -> None:
    """A new incident's row."""
    row = {**_columns(after, seq), **_milestones(facts, {}), "id": after.id, "version": 1}
    row |= {"ref": after.ref, "program": after.program, "channel": after.channel, "opened_at": after.opened_at}
    connection.execute(incidents.insert().values(row))
    _save_worked(connection, None, after)


def save_incident(
    connection: Connection,
    shell: Shell,
    before: Incident,
    after: Incident,
    facts: list[Fact],
    seq: int,
    version: int,
) -> None:
    """The changed row, compare-and-set on its version, with its pages and seats."""
    had = _had(before)
    row = {**_columns(after, seq), **_milestones(facts, had), "version": version + 1}
    if after.stage in EXITS and before.stage not in EXITS:
        row["ended_at"] = after.since
    changed = connection.execute(
        incidents.update().where(incidents.c.id == after.id, incidents.c.version == version).values(row)
    )
    if changed.rowcount != 1:
        raise Overtaken(after.id)
    _save_pages(connection, shell, before, after)
    _save_seats(connection, before, after)
    _save_worked(connection, before, after)


def _columns(after: Incident, seq: int) -> dict[str, Any]:
    return {
        "stage": after.stage.value,
        "on_board": after.on_board,
        "reviewable": after.reviewable,
        "acuity": after.acuity,
        "client": after.client,
        "disposition": after.disposition,
        "level_of_care": after.level_of_care,
        "state": dump(after),
        "wake_at": next_wake(after),
        "alarms": len(after.standing),
        "seq": seq,
    }


def _had(before: Incident) -> dict[str, bool]:
    # A milestone is the first time it happened; the journal keeps the later ones.
    return {
        "triaged_at": before.acuity is not None,
        "dispatched_at": bool(before.pages),
        "accepted_at": any(page.state == "accepted" for page in before.pages),
        "en_route_at": before.stage in (Stage.EN_ROUTE, Stage.STAGED, Stage.ON_SCENE),
        "on_scene_at": before.stage is Stage.ON_SCENE,
    }


def _milestones(facts: list[Fact], had: dict[str, bool]) -> dict[str, datetime]:
    reached: dict[str, datetime] = {}
    for fact in facts:
        name = STEPS.get(fact.step.value) if isinstance(fact, f.StepTaken) else MILESTONES.get(type(fact))
        if name and not had.get(name):
            reached.setdefault(name, fact.at)
    return reached


def _save_pages(connection: Connection, shell: Shell, before: Incident, after: Incident) -> None:
    known = {page.id: page for page in before.pages}
    new = [page for page in after.pages if page.id not in known]
    if new:
        rows = [
            {
                "id": page.id,
                "incident": after.id,
                "ref": after.ref,
                "person": page.person,
                "seat": page.seat.value,
                "state": page.state,
                "asked_at": page.asked_at,
                "answer_by": page.answer_by,
                "link_digest": digest(shell.page_link_token(page.id)),
            }
            for page in new
        ]
        connection.execute(insert(pages), rows)
    for page in after.pages:
        if page.id in known and known[page.id].state != page.state:
            connection.execute(pages.update().where(pages.c.id == page.id).values(state=page.state))


def _save_seats(connection: Connection, before: Incident, after: Incident) -> None:
    held = _holders(before)
    holds = _holders(after)
    if held == holds:
        return
    connection.execute(seats.delete().where(seats.c.incident == after.id))
    rows = [{"person": p, "incident": after.id, "ref": after.ref, "seat": s} for p, s in holds]
    if rows:
        connection.execute(insert(seats), rows)


def _holders(incident: Incident) -> list[tuple[str, str]]:
    # A seat binds its person only while the team is out; the notes do not.
    if incident.stage not in COMMITTED:
        return []
    return [(member.person, member.seat.value) for member in incident.members]


def _save_worked(connection: Connection, before: Incident | None, after: Incident) -> None:
    known = before.worked if before else ()
    rows = [{"incident": after.id, "person": person} for person in after.worked if person not in known]
    if rows:
        connection.execute(insert(worked_on), rows)
