"""Every page of the last day with each of its tries, of one program; and who and what it may be searched by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from app.queries.comms import ABOUT
from app.queries.tries_said import TrySaid, said
from app.tables import incidents, outbox, pages, people
from dispatch.messages import AreYouOk, PageResponder

DAY: Final = timedelta(hours=24)
DELIVERIES_AT_MOST, TRIES_AT_MOST = 100, 900
URGENT: Final = (PageResponder.__name__, AreYouOk.__name__)
STATE: Final = {
    "asked": ("Waiting", ""),
    "accepted": ("Yes", "good"),
    "declined": ("No", ""),
    "lapsed": ("None in time", "late"),
    "withdrawn": ("Taken back", ""),
    "unreachable": ("Cannot be reached", "late"),
}


@dataclass(frozen=True)
class DeliverySaid:
    """One message to one person, with its tries. `answer` is the page's state in words; empty where it is no page.
    `opened_at`: when its link was first opened."""

    ref: int | None
    person: str
    about: str
    owed_at: datetime
    opened_at: datetime | None
    answer: str
    answer_look: str
    tries: tuple[TrySaid, ...]


@dataclass(frozen=True)
class Deliveries:
    """What fits, newest first; `more` says that there is more than is shown."""

    lines: tuple[DeliverySaid, ...]
    people: tuple[tuple[str, str], ...]
    more: bool


def deliveries_of(
    connection: Connection, program: str, now: datetime, person: str = "", ref: int | None = None
) -> Deliveries:
    """Pages and check-ins of the last day: everybody's, one person's, or one incident's whenever it was."""
    staff = connection.execute(
        select(people.c.id, people.c.name).where(people.c.program == program).order_by(people.c.name)
    ).all()
    names = {row.id: row.name for row in staff}
    rows = _rows(connection, program, [person] if person else list(names), ref, now)
    refs, asked = _around(connection, rows)
    grouped: dict[str, list[Row[Any]]] = {}
    for row in rows:
        grouped.setdefault(row.delivery or str(row.id), []).append(row)
    newest = sorted(grouped.values(), key=lambda tries: -tries[0].id)
    lines = tuple(_line(tries, names, refs, asked, now) for tries in newest[:DELIVERIES_AT_MOST])
    more = len(rows) == TRIES_AT_MOST or len(newest) > DELIVERIES_AT_MOST
    return Deliveries(lines, tuple((row.id, row.name) for row in staff), more)


def _rows(
    connection: Connection, program: str, persons: Sequence[str], ref: int | None, now: datetime
) -> list[Row[Any]]:
    if ref is not None:
        found = select(incidents.c.id).where(incidents.c.ref == ref, incidents.c.program == program)
        incident = connection.scalar(found)
        if incident is None:
            return []
        wanted = select(outbox).where(outbox.c.incident == incident, outbox.c.person.in_(persons))
    else:
        # One look into the index for each of our people.
        wanted = select(outbox).where(outbox.c.person.in_(persons), outbox.c.owed_at > now - DAY)
    wanted = wanted.where(outbox.c.kind.in_(URGENT)).order_by(outbox.c.id.desc()).limit(TRIES_AT_MOST)
    return list(connection.execute(wanted))[::-1]


def _around(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[dict[str, int], dict[str, Any]]:
    """The numbers of the incidents, and what became of the pages."""
    about = sorted({row.incident for row in rows if row.incident})
    asked = sorted({row.page for row in rows if row.page})
    refs = select(incidents.c.id, incidents.c.ref).where(incidents.c.id.in_(about))
    became = select(pages.c.id, pages.c.state, pages.c.shown_at).where(pages.c.id.in_(asked))
    return (
        {row.id: row.ref for row in connection.execute(refs)},
        {row.id: row for row in connection.execute(became)},
    )


def _line(
    rows: Sequence[Row[Any]],
    names: dict[str, str],
    refs: dict[str, int],
    asked: dict[str, Any],
    now: datetime,
) -> DeliverySaid:
    first = rows[0]
    page = asked.get(first.page or "")
    answer, look = STATE.get(page.state, ("", "")) if page else ("", "")
    return DeliverySaid(
        refs.get(first.incident or ""),
        names.get(first.person, "Someone"),
        ABOUT.get(first.kind, "Page"),
        first.owed_at,
        page.shown_at if page else None,
        answer,
        look,
        tuple(said(rows, names, ABOUT, now)),
    )
