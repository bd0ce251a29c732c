"""How an incident's facts are laid down in columns, so that a question about many rows needs no JSON."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, update

from app.codec import dump
from app.shell import Shell, digest
from app.tables import incidents, pages, seats, worked_on
from dispatch import facts as f
from dispatch.clock import next_wake
from dispatch.facts import Fact
from dispatch.incident import Incident, Page
from dispatch.stages import COMMITTED, EXITS

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
# Made once: building a statement costs more than running it. What is set comes with the values.
_INCIDENT = incidents.c.id == bindparam("the_incident")
_CHANGE = update(incidents).where(_INCIDENT, incidents.c.version == bindparam("the_version"))
# A milestone is the first time it happened, also when a team was taken back and another one went; the journal
# keeps the later ones.
_REACH = {
    name: update(incidents).where(_INCIDENT, incidents.c[name].is_(None))
    for name in (*MILESTONES.values(), *STEPS.values())
}
_SETTLE_PAGE = update(pages).where(pages.c.id == bindparam("the_page"))
_LEAVE_SEATS = delete(seats).where(seats.c.incident == bindparam("the_incident"))


class Overtaken(Exception):
    """Another transaction changed the incident first. Cannot happen while writers take turns."""


def insert_incident(
    connection: Connection, shell: Shell, after: Incident, facts: list[Fact], seq: int
) -> None:
    """A new incident's row."""
    row = {**_columns(after, seq), **_milestones(facts), "id": after.id, "version": 1}
    row |= {
        "ref": after.ref,
        "program": after.program,
        "channel": after.channel,
        "opened_at": after.opened_at,
    }
    connection.execute(insert(incidents), row)
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
    row = {**_columns(after, seq), "version": version + 1, "the_incident": after.id, "the_version": version}
    if after.stage in EXITS and before.stage not in EXITS:
        row["ended_at"] = after.since
    changed = connection.execute(_CHANGE, row)
    if changed.rowcount != 1:
        raise Overtaken(after.id)
    for name, at in _milestones(facts).items():
        connection.execute(_REACH[name], {name: at, "the_incident": after.id})
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


def _milestones(facts: list[Fact]) -> dict[str, datetime]:
    reached: dict[str, datetime] = {}
    for fact in facts:
        name = STEPS.get(fact.step.value) if isinstance(fact, f.StepTaken) else MILESTONES.get(type(fact))
        if name:
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
        if page.id in known and _moved(known[page.id], page):
            row = {"state": page.state, "asked_at": page.asked_at, "answer_by": page.answer_by}
            connection.execute(_SETTLE_PAGE, {**row, "the_page": page.id})


def _moved(before: Page, after: Page) -> bool:
    return (before.state, before.answer_by) != (after.state, after.answer_by)


def _save_seats(connection: Connection, before: Incident, after: Incident) -> None:
    held = _holders(before)
    holds = _holders(after)
    if held == holds:
        return
    connection.execute(_LEAVE_SEATS, {"the_incident": after.id})
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
