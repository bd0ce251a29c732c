"""What each person of an incident was sent, what came of it, and what they answered, in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from app.queries.calls import dues_of
from app.queries.tries_said import TrySaid, said, waits
from app.spoken import failure, reason
from app.tables import outbox, pages
from dispatch.incident import Incident, Page

TRIES_AT_MOST = 400
NEXT = {
    "text": "{} gets a text",
    "call": "{}'s phone rings",
    "push": "{} gets a notice",
    "email": "{} gets a letter",
}
# What a message that is no page was about.
ABOUT = {
    "PagesWait": "Page",
    "YesHeard": "Told: yes is stored",
    "NoHeard": "Told: no is stored",
    "PartnerFound": "Told who the partner is",
    "StandDown": "Stand down",
    "StepHeard": "Told: step is stored",
    "HasIt": "Told who has it",
    "CannotReach": "Told who cannot be reached",
    "AreYouOnTheWay": "Asked: on the way?",
    "AreYouOk": "Asked: OK?",
    "NotesDue": "Told: notes are due",
    "QuestionAsked": "Told: a question waits",
    "AlarmStands": "Told of an alarm",
    "WhichPage": "Asked: which page?",
    "HowToReply": "Told how to reply",
    "NoAlarm": "Told that a text raises no alarm",
    "Refusal": "Told why not",
    "SeatYours": "Told: the seat is theirs",
    "SeatGone": "Told: the seat is taken over",
    "PartnerChanged": "Told of a new partner",
    "HandOverWaits": "Told of a hand-over",
}


@dataclass(frozen=True)
class PageLine:
    """One page to one person, with its tries. `answer` in words; `waits_until` while it is open."""

    person: str
    seat: str
    asked_at: datetime
    texts: tuple[TrySaid, ...]
    shown_at: datetime | None
    answer: str
    answer_look: str
    answered_at: datetime | None
    waits_until: datetime | None


@dataclass(frozen=True)
class Ahead:
    """What comes next if nobody answers."""

    at: datetime
    words: str


@dataclass(frozen=True)
class Comms:
    """The Comms pane."""

    pages: tuple[PageLine, ...]
    others: tuple[TrySaid, ...]
    ahead: tuple[Ahead, ...]


def comms_of(connection: Connection, incident: Incident, names: Mapping[str, str], now: datetime) -> Comms:
    """Pages newest last, then what else was sent, then what comes next."""
    rows = connection.execute(
        select(outbox)
        .where(outbox.c.incident == incident.id)
        .order_by(outbox.c.id.desc())
        .limit(TRIES_AT_MOST)
    ).all()[::-1]
    shown = {
        row.id: row.shown_at
        for row in connection.execute(
            select(pages.c.id, pages.c.shown_at).where(pages.c.incident == incident.id)
        )
    }
    pages_of = {row.id: row.page for row in rows}
    of_page: dict[str, list[TrySaid]] = {}
    others = []
    for one in said([row for row in rows if not waits(row, now)], names, ABOUT, now):
        page = pages_of[one.id]
        of_page.setdefault(page, []).append(one) if page else others.append(one)
    lines = [
        _line(page, tuple(of_page.get(page.id, ())), shown.get(page.id), names) for page in incident.pages
    ]
    ahead = _ahead(incident, names) + _tries_ahead(rows, names, now)
    return Comms(tuple(lines), tuple(others), tuple(sorted(ahead, key=lambda one: one.at)))


def _tries_ahead(rows: Sequence[Row[Any]], names: Mapping[str, str], now: datetime) -> list[Ahead]:
    """The tries that begin if nobody answers before their time."""
    begun = {(row.delivery, row.channel, row.address) for row in rows if row.wire_at is not None}
    found = []
    for row in rows:
        if waits(row, now) and not row.spare:
            again = (row.delivery, row.channel, row.address) in begun
            begun.add((row.delivery, row.channel, row.address))
            words = NEXT[row.channel].format(names.get(row.person, "Someone"))
            found.append(Ahead(row.available_at, f"{words}{' again' if again else ''}"))
    return found


def _line(
    page: Page, texts: tuple[TrySaid, ...], shown_at: datetime | None, names: Mapping[str, str]
) -> PageLine:
    answer, look = _answer(page)
    return PageLine(
        person=names.get(page.person, "Someone"),
        seat=page.seat.value,
        asked_at=page.asked_at,
        texts=texts,
        shown_at=shown_at,
        answer=answer,
        answer_look=look,
        answered_at=page.settled_at,
        waits_until=page.answer_by if page.state == "asked" else None,
    )


def _answer(page: Page) -> tuple[str, str]:
    match page.state:
        case "accepted":
            return "Yes", "good"
        case "declined":
            return f"No: {reason('decline', page.reason or 'other')}", ""
        case "lapsed":
            return "None in time", "over"
        case "unreachable":
            return f"Cannot be reached: {failure(page.reason)}", "late"
        case "withdrawn":
            return f"Taken back: {reason('withdrawn', page.reason or 'closed')}", ""
        case _:
            return "Waiting", ""


def _ahead(incident: Incident, names: Mapping[str, str]) -> list[Ahead]:
    found = [
        Ahead(page.answer_by, f"{names.get(page.person, 'Someone')}'s time is over. The next person is asked")
        for page in incident.open_pages
    ]
    asked = {page.answer_by for page in incident.open_pages}
    found += [Ahead(due.at, due.words) for due in dues_of(incident, names) if due.at not in asked]
    return found
