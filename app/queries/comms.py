"""What each person of an incident was sent, what came of it, and what they answered, in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from app.queries.calls import dues_of
from app.spoken import failure, reason
from app.tables import outbox, pages
from dispatch.incident import Incident, Page
from notify.outcomes import DELIVERED, RANKS, Delivery

TEXTS_AT_MOST = 200
# What a text that is no page was about.
ABOUT = {
    "YesHeard": "Told: yes is stored",
    "NoHeard": "Told: no is stored",
    "PartnerFound": "Told who the partner is",
    "StandDown": "Stand down",
    "StepHeard": "Told: step is stored",
    "AreYouOnTheWay": "Asked: on the way?",
    "AreYouOk": "Asked: OK?",
    "NotesDue": "Told: notes are due",
    "QuestionAsked": "Told: a question waits",
    "AlarmStands": "Told of an alarm",
    "WhichPage": "Asked: which page?",
    "HowToReply": "Told how to reply",
    "Refusal": "Told why not",
}


@dataclass(frozen=True)
class Sent:
    """One text: when it was owed and sent, and in words how far it came. `look`: "", good, soon or late."""

    person: str
    about: str
    owed_at: datetime
    sent_at: datetime | None
    arrived: str
    arrived_at: datetime | None
    look: str


@dataclass(frozen=True)
class PageLine:
    """One page to one person. `answer` in words; `waits_until` while it is open."""

    person: str
    seat: str
    asked_at: datetime
    texts: tuple[Sent, ...]
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
    others: tuple[Sent, ...]
    ahead: tuple[Ahead, ...]


def comms_of(connection: Connection, incident: Incident, names: Mapping[str, str]) -> Comms:
    """Pages newest last, then the other texts, then what comes next."""
    rows = connection.execute(
        select(outbox)
        .where(outbox.c.incident == incident.id)
        .order_by(outbox.c.id.desc())
        .limit(TEXTS_AT_MOST)
    ).all()[::-1]
    shown = {
        row.id: row.shown_at
        for row in connection.execute(
            select(pages.c.id, pages.c.shown_at).where(pages.c.incident == incident.id)
        )
    }
    of_page: dict[str, list[Sent]] = {}
    others = []
    for row in rows:
        text = _sent(row, names)
        if row.page:
            of_page.setdefault(row.page, []).append(text)
        else:
            others.append(text)
    lines = [
        _line(page, tuple(of_page.get(page.id, ())), shown.get(page.id), names) for page in incident.pages
    ]
    return Comms(tuple(lines), tuple(others), tuple(_ahead(incident, names)))


def _sent(row: Row[Any], names: Mapping[str, str]) -> Sent:
    delivery = Delivery(row.reached, row.failed, row.code if row.failed else None)
    words, look = _arrived(row.state, delivery, row.code)
    heard = row.status_at if delivery.reached >= DELIVERED or delivery.lost else None
    name = names.get(row.person, "Someone")
    return Sent(name, ABOUT.get(row.kind, "Page"), row.owed_at, row.sent_at, words, heard, look)


def _arrived(state: str, delivery: Delivery, code: str | None) -> tuple[str, str]:
    if delivery.reached >= DELIVERED:
        return ("read" if delivery.reached > DELIVERED else "arrived"), "good"
    if delivery.lost or state == "failed":
        return f"did not arrive: {failure(code)}", "late"
    if state == "superseded":
        return "not sent: it was not needed any more", ""
    if state == "ambiguous":
        return "not known. It is looked up, then sent again", "soon"
    if state in ("owed", "sending"):
        return "on its way to the provider", "soon"
    return ("with the carrier" if delivery.reached >= RANKS["sent"] else "with the provider"), ""


def _line(
    page: Page, texts: tuple[Sent, ...], shown_at: datetime | None, names: Mapping[str, str]
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
    return sorted(found, key=lambda one: one.at)
