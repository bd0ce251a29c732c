"""Drafts of the rota as a manager reads them: the list, one draft in full, and two side by side."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from app.rota.drafts import Stored, row_of, stored
from app.rota.shifts import TIER_NAMES
from app.tables import people, rota_drafts
from dispatch.rota.plan.almanac import DAY
from dispatch.rota.plan.check import holes_of
from dispatch.rota.plan.cost import PARTS, Count, cost_of, counts_of
from dispatch.rota.plan.fair import Share, shares
from dispatch.rota.plan.problem import Problem
from dispatch.rota.wall import wall_of

PART_WORDS: Final = {
    "holes": "Empty places",
    "lacks": "What a tier must bring and lacks",
    "changes": "People moved off their shift",
    "rules": "Soft rules broken",
    "languages": "Wished for and lacking",
    "nights": "Nights, away from a fair share",
    "weekends": "Weekend shifts, away from a fair share",
    "holidays": "Holiday shifts, away from a fair share",
    "hours": "Hours, away from a fair share",
    "wishes": "Wishes not granted",
}
STATE_WORDS: Final = {
    "running": "Being worked out",
    "done": "Ready",
    "stopped": "Stopped",
    "published": "Published",
}


@dataclass(frozen=True)
class DraftLine:
    """One draft of the list."""

    id: str
    number: int
    first: date
    last: date
    weeks: int
    state: str
    price: int | None
    holes: int
    made_by: str
    made_at: datetime


@dataclass(frozen=True)
class PersonLine:
    """One person's counts in a draft, what would be fair, and where a bar of 100 ends."""

    id: str
    name: str
    count: Count
    nights: Share
    weekends: Share
    holidays: Share
    bar: float
    mark: float


@dataclass(frozen=True)
class Cell:
    """Who is on in one tier on one day or night. `empty`: how many are missing; `new`: not there before."""

    people: tuple[tuple[str, bool], ...]
    empty: int
    lacks: str


@dataclass(frozen=True)
class Week:
    """Seven days: for each tier and part of the day a row of cells, None where no shift is planned."""

    days: tuple[date, ...]
    rows: tuple[tuple[str, str, tuple[Cell | None, ...]], ...]


@dataclass(frozen=True)
class DraftPage:
    """One draft in full."""

    stored: Stored
    state: str
    first: date
    last: date
    price: int | None
    bound: int
    parts: tuple[tuple[str, str, int], ...]
    people: tuple[PersonLine, ...]
    holes: tuple[tuple[str, str], ...]
    weeks: tuple[Week, ...]
    seconds: float
    how: str
    mark: str
    made_by: str
    made_at: datetime


def drafts_of(connection: Connection, program: str, running: Collection[str]) -> list[DraftLine]:
    """Every draft that is kept, newest first."""
    rows = connection.execute(
        select(
            rota_drafts.c.id,
            rota_drafts.c.number,
            rota_drafts.c.starts_on,
            rota_drafts.c.weeks,
            rota_drafts.c.state,
            rota_drafts.c.progress,
            rota_drafts.c.made_at,
            people.c.name,
        )
        .join(people, people.c.id == rota_drafts.c.made_by)
        .where(rota_drafts.c.program == program)
        .order_by(rota_drafts.c.number.desc())
    )
    found = []
    for row in rows:
        said = (json.loads(row.progress) if row.progress else {}).get("draft") or {}
        first = date.fromisoformat(row.starts_on)
        found.append(
            DraftLine(
                row.id,
                row.number,
                first,
                first + DAY * (7 * row.weeks - 1),
                row.weeks,
                true_state(row.state, row.id in running),
                said.get("price"),
                len(said.get("holes", ())),
                row.name,
                row.made_at,
            )
        )
    return found


def true_state(state: str, running: bool) -> str:
    """What a row says, unless it says that a planner runs which went down with the service."""
    return "stopped" if state == "running" and not running else state


def live_mark(connection: Connection, program: str, draft: str, running: bool) -> str:
    """Changes when there is something new to see of a draft."""
    row = row_of(connection, program, draft)
    said = json.loads(row.progress) if row.progress else {}
    return _mark(true_state(row.state, running), said)


def draft_page(connection: Connection, program: str, draft: str, running: bool) -> DraftPage:
    """One draft with everything a manager decides by."""
    kept = stored(connection, program, draft)
    row = row_of(connection, program, draft)
    problem, said = kept.problem, kept.progress
    state = true_state(kept.state, running)
    cost: Mapping[str, int] = {} if kept.draft is None else cost_of(problem, kept.draft)
    whys = said.get("whys", {})
    return DraftPage(
        stored=kept,
        state=state,
        first=kept.asked.starts_on,
        last=kept.asked.starts_on + DAY * (7 * kept.asked.weeks - 1),
        price=sum(cost.values()) if cost else None,
        bound=said.get("bound", 0),
        parts=tuple((part, PART_WORDS[part], cost[part]) for part in PARTS) if cost else (),
        people=_people(kept),
        holes=()
        if kept.draft is None
        else tuple((hole.sentence, whys.get(hole.sentence, "")) for hole in holes_of(problem, kept.draft)),
        weeks=_weeks(kept),
        seconds=said.get("seconds", 0.0),
        how=said.get("how", ""),
        mark=_mark(state, said),
        made_by=connection.scalar(select(people.c.name).where(people.c.id == row.made_by)) or "",
        made_at=row.made_at,
    )


def _mark(state: str, said: Mapping[str, object]) -> str:
    history = said.get("history")
    return f"{state}-{len(history) if isinstance(history, list) else 0}-{said.get('bound', 0)}"


def _people(kept: Stored) -> tuple[PersonLine, ...]:
    problem = kept.problem
    if kept.draft is None:
        return ()
    counts, fair = counts_of(problem, kept.draft), shares(problem)
    most = max((count.nights for count in counts.values()), default=0)
    most = max(most, *(share.high for share in fair["nights"].values()), 1)
    return tuple(
        PersonLine(
            person.id,
            person.name,
            counts[person.id],
            fair["nights"][person.id],
            fair["weekends"][person.id],
            fair["holidays"][person.id],
            94 * counts[person.id].nights / most,
            94 * (fair["nights"][person.id].low + fair["nights"][person.id].high) / 2 / most,
        )
        for person in sorted(problem.people, key=lambda person: person.name)
    )


def _weeks(kept: Stored) -> tuple[Week, ...]:
    if kept.draft is None:
        return ()
    problem, asked = kept.problem, kept.asked
    names = {person.id: person.name for person in problem.people}
    stood = set(kept.laid.rows.values())
    lacking = {hole.slot: hole.sentence for hole in holes_of(problem, kept.draft) if hole.skill}
    cells: dict[tuple[date, str, str], Cell] = {}
    for number, (slot, there) in enumerate(zip(problem.slots, kept.draft, strict=True)):
        key = (wall_of(slot.starts_at, ZoneInfo(problem.zone)).date(), slot.tier, _part(problem, number))
        named = tuple(
            (names.get(person, "?"), bool(stood) and (number, person) not in stood) for person in there
        )
        cells[key] = Cell(named, max(0, slot.people - len(there)), lacking.get(number, ""))
    lines = list(dict.fromkeys((tier, part) for _, tier, part in cells))
    lines.sort(key=lambda line: (list(TIER_NAMES).index(line[0]), line[1]))
    return tuple(
        Week(
            days,
            tuple(
                (TIER_NAMES[tier], part, tuple(cells.get((day, tier, part)) for day in days))
                for tier, part in lines
            ),
        )
        for days in (
            tuple(asked.starts_on + DAY * (7 * week + day) for day in range(7)) for week in range(asked.weeks)
        )
    )


def _part(problem: Problem, number: int) -> str:
    """From when to when, on the wall."""
    slot, zone = problem.slots[number], ZoneInfo(problem.zone)
    return f"{wall_of(slot.starts_at, zone):%H:%M}–{wall_of(slot.ends_at, zone):%H:%M}"
