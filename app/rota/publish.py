"""Publishing a draft: looked at once more as the rota is now, written as plain shifts, told to those concerned."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from app.note import note
from app.outbox import owe
from app.rota.draft_problem import lay_out
from app.rota.drafts import Stored, stored
from app.rota.load import rules_of
from app.sessions import Me
from app.shell import Shell, new_id
from app.tables import rota_drafts, shifts
from dispatch.messages import RotaPublished
from dispatch.rota.final import final
from dispatch.rota.lacks import tier_words
from dispatch.rota.plan.check import faults_of
from dispatch.rota.plan.problem import Problem
from dispatch.rota.span_words import span_words
from dispatch.rota.wall import wall_of
from dispatch.value import Refused, require

AGAIN: Final = "Make a new draft."
Place = tuple[int, str]


@dataclass(frozen=True)
class Publishing:
    """What publishing a draft would do now. `told` get a text; `holes` stay empty."""

    draft: Stored
    added: tuple[Place, ...]
    removed: tuple[str, ...]
    kept: int
    told: tuple[str, ...]
    holes: tuple[str, ...]


def publishing(connection: Connection, program: str, draft: str, now: datetime) -> Publishing:
    """The look before it counts. Raises `Refused` with the first thing that no longer fits."""
    kept = stored(connection, program, draft)
    require(kept.state != "running", "That draft is still being worked out. Stop it first.")
    require(kept.state != "published", "That draft is published already.")
    require(kept.draft is not None, "That draft has no shifts yet. Make a new one.")
    assert kept.draft is not None
    today = wall_of(now, ZoneInfo(kept.problem.zone)).date()
    require(kept.asked.starts_on > today, f"The first day of that draft is here already. {AGAIN}")
    fresh = lay_out(connection, program, kept.asked, now)
    _same_needs(kept.problem, fresh.problem)
    changed = set(kept.laid.rows.items()) ^ set(fresh.rows.items())
    if changed:
        number, _ = min(place for _, place in changed)
        raise Refused(f"Shifts changed since the draft was made, first {_at(kept.problem, number)}. {AGAIN}")
    faults = faults_of(fresh.problem, kept.draft)
    wrong = [one for one in faults if not one.hole and not one.stood]
    if wrong:
        more = f" And {len(wrong) - 1} more." if len(wrong) > 1 else ""
        raise Refused(f"{wrong[0].sentence}{more} It was not so when the draft was made. {AGAIN}")
    wanted = {(number, person) for number, people in enumerate(kept.draft) for person in people}
    # Who stands there by a change of the rota needs no shift of their own.
    added = tuple(sorted(wanted - set(fresh.rows.values())))
    removed = tuple(id for id, place in fresh.rows.items() if place not in wanted)
    known = {person.id for person in fresh.problem.people}
    told = {person for _, person in added} | {fresh.rows[id][1] for id in removed}
    holes = tuple(one.sentence for one in faults if one.hole)
    return Publishing(
        kept, added, removed, len(fresh.rows) - len(removed), tuple(sorted(told & known)), holes
    )


def publish(connection: Connection, shell: Shell, by: Me, draft: str) -> int:
    """Put it on the rota, in the transaction that checks it. Each person concerned gets one text."""
    now = shell.clock.now()
    ready = publishing(connection, by.program, draft, now)
    _write(connection, by.program, ready)
    first = _must_stand(connection, by.program, ready)
    slots = ready.draft.problem.slots
    connection.execute(
        rota_drafts.update()
        .where(rota_drafts.c.id == draft)
        .values(state="published", published_by=by.id, published_at=now)
    )
    seq = note(
        connection,
        shell,
        by,
        draft,
        "DraftPublished",
        number=ready.draft.number,
        starts_at=slots[0].starts_at.isoformat(),
        ends_at=slots[-1].ends_at.isoformat(),
        added=[_row_words(ready.draft.problem, place) for place in ready.added],
        removed=[_row_words(ready.draft.problem, ready.draft.laid.rows[id]) for id in ready.removed],
        holes=len(ready.holes),
        told=len(ready.told),
    )
    owe(
        connection,
        None,
        [RotaPublished(to=person, ref=0, first_at=first.get(person)) for person in ready.told],
        now,
        seq,
    )
    return seq


def _write(connection: Connection, program: str, ready: Publishing) -> None:
    if ready.removed:
        connection.execute(shifts.delete().where(shifts.c.id.in_(ready.removed)))
    slots, draft = ready.draft.problem.slots, ready.draft.draft or ()
    rows = [
        {
            "id": new_id(),
            "program": program,
            "tier": slots[number].tier,
            "person": person,
            # The first in line is asked first: by turns, so that it is not always the same of two.
            "place_in_line": (draft[number].index(person) + number) % max(1, len(draft[number])),
            "starts_at": slots[number].starts_at,
            "ends_at": slots[number].ends_at,
        }
        for number, person in ready.added
    ]
    if rows:
        connection.execute(shifts.insert(), rows)


def _must_stand(connection: Connection, program: str, ready: Publishing) -> dict[str, datetime]:
    """Each new shift must be on the final rota as it was written: a change made earlier could take it off again.
    Gives everybody's first shift of the span."""
    slots = ready.draft.problem.slots
    start, end = slots[0].starts_at, slots[-1].ends_at
    found = final(rules_of(connection, program, start, end), start, end)
    stands = {(one.tier, one.starts_at, one.ends_at, one.person) for one in found}
    for number, person in ready.added:
        slot = slots[number]
        if (slot.tier, slot.starts_at, slot.ends_at, person) not in stands:
            raise Refused(
                f"A change of the rota or a bar takes the shift on {_at(ready.draft.problem, number)} off again. "
                "Undo that change, or make a new draft."
            )
    first: dict[str, datetime] = {}
    for one in found:
        if one.starts_at >= start:
            first.setdefault(one.person, one.starts_at)
    return first


def _same_needs(was: Problem, now: Problem) -> None:
    before = [(slot.tier, slot.starts_at, slot.ends_at, slot.people) for slot in was.slots]
    after = [(slot.tier, slot.starts_at, slot.ends_at, slot.people) for slot in now.slots]
    require(before == after, f"What the tiers need, or who stands in for whom, has changed since. {AGAIN}")


def _at(problem: Problem, number: int) -> str:
    slot = problem.slots[number]
    return f"{tier_words(slot.tier)} {span_words(slot.starts_at, slot.ends_at, ZoneInfo(problem.zone))}"


def _row_words(problem: Problem, place: Place) -> list[str]:
    slot = problem.slots[place[0]]
    return [place[1], slot.tier, slot.starts_at.isoformat(), slot.ends_at.isoformat()]
