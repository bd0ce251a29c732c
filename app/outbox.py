"""What is owed to people: written with the decision, claimed with a lease and a fence, settled with the fence."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update

from app.codec import dump, load_message
from app.tables import OUTBOX_UNSETTLED, outbox, pages, people
from dispatch.incident import Incident
from dispatch.messages import AreYouOk, Message, PageResponder
from notify.outcomes import Delivery, heard, join
from notify.transport import Outcome

LEASE = timedelta(seconds=15)
ATTEMPTS_AT_MOST = 6
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 15, 30))
RECONCILE_AFTER = timedelta(seconds=3)
# A page that its incident no longer wants is not sent.
STILL_WANTED = ("asked",)


@dataclass(frozen=True)
class Claim:
    """One message that this worker, and only this worker until `lease_until`, may send."""

    id: int
    fence: int
    attempts: int
    message: Message
    person: str
    phone: str | None
    page: str | None
    incident: str | None
    ambiguous: bool
    owed_at: datetime


def owe(
    connection: Connection, incident: Incident | None, messages: list[Message], now: datetime, seq: int
) -> None:
    """Owe messages in the transaction that decided them. Without an incident: a reply that is about none."""
    rows = [
        {
            "incident": incident.id if incident else None,
            "page": message.page if isinstance(message, PageResponder) else None,
            "person": message.to,
            "kind": type(message).__name__,
            "message": dump(message),
            "priority": priority(message),
            "state": "owed",
            "owed_at": now,
            "available_at": now,
            "incident_seq": seq,
        }
        for message in messages
    ]
    if rows:
        connection.execute(insert(outbox), rows)


def priority(message: Message) -> int:
    """Pages first, then the safety of those on scene, then the rest."""
    if isinstance(message, PageResponder):
        return 0
    return 1 if isinstance(message, AreYouOk) else 5


def claim(connection: Connection, now: datetime, most: int) -> list[Claim]:
    """Take up to `most` messages that are due, or whose worker let its lease run out."""
    rows = connection.execute(
        select(outbox, people.c.phone, pages.c.state.label("page_state"))
        .join(people, people.c.id == outbox.c.person)
        .outerjoin(pages, pages.c.id == outbox.c.page)
        .where(OUTBOX_UNSETTLED, _waiting(now))
        .order_by(outbox.c.priority, outbox.c.id)
        .limit(most)
    ).all()
    unwanted = [row.id for row in rows if row.page_state is not None and row.page_state not in STILL_WANTED]
    if unwanted:
        connection.execute(update(outbox).where(outbox.c.id.in_(unwanted)).values(state="superseded"))
    wanted = [row for row in rows if row.id not in set(unwanted)]
    if wanted:
        connection.execute(
            update(outbox)
            .where(outbox.c.id.in_([row.id for row in wanted]))
            .values(
                state="sending",
                lease_until=now + LEASE,
                fence=outbox.c.fence + 1,
                attempts=outbox.c.attempts + 1,
            )
        )
    return [
        Claim(
            id=row.id,
            fence=row.fence + 1,
            attempts=row.attempts + 1,
            message=load_message(row.kind, row.message),
            person=row.person,
            phone=row.phone,
            page=row.page,
            incident=row.incident,
            # Sent by someone who died before settling, or by a request that got no answer: ask before sending again.
            ambiguous=row.state in ("sending", "ambiguous"),
            owed_at=row.owed_at,
        )
        for row in wanted
    ]


def settle(connection: Connection, claim: Claim, outcome: Outcome, now: datetime) -> bool:
    """Write down what came of a claim. False when the fence has moved on: another worker has it, so discard."""
    state, available_at = _after(claim, outcome, now)
    changed = connection.execute(
        update(outbox)
        .where(outbox.c.id == claim.id, outbox.c.fence == claim.fence, outbox.c.state == "sending")
        .values(
            state=state,
            available_at=available_at,
            lease_until=None,
            provider_id=outcome.provider_id,
            code=outcome.code,
            sent_at=now if outcome.kind == "sent" else None,
        )
    )
    return changed.rowcount == 1


def _after(claim: Claim, outcome: Outcome, now: datetime) -> tuple[str, datetime]:
    if outcome.kind == "sent":
        return "sent", now
    if outcome.permanent or claim.attempts >= ATTEMPTS_AT_MOST:
        return "failed", now
    if outcome.kind == "ambiguous":
        return "ambiguous", now + RECONCILE_AFTER
    return "owed", now + BACKOFF[min(claim.attempts, len(BACKOFF)) - 1]


def gave_up(claim: Claim, outcome: Outcome) -> bool:
    """Will this message never be sent?"""
    return outcome.kind != "sent" and (outcome.permanent or claim.attempts >= ATTEMPTS_AT_MOST)


def note_status(connection: Connection, message: int, status: str, code: str | None, now: datetime) -> str | None:
    """Join a delivery report into what is known; any order and any repetition gives the same. Returns the page it
    concerns when the report means that the text will not arrive, else None."""
    row = connection.execute(
        select(outbox.c.reached, outbox.c.failed, outbox.c.code, outbox.c.page).where(outbox.c.id == message)
    ).first()
    if row is None:
        return None
    known = Delivery(row.reached, row.failed, row.code if row.failed else None)
    joined = join(known, heard(status, code))
    if joined == known:
        return None
    values: dict[str, object] = {"reached": joined.reached, "failed": joined.failed, "status_at": now}
    if joined.failed:
        values["code"] = joined.code
    connection.execute(update(outbox).where(outbox.c.id == message).values(values))
    return str(row.page) if joined.lost and row.page else None


def anything_owed(connection: Connection, now: datetime) -> bool:
    """Is there anything to claim? Read without a writer's turn."""
    found = select(outbox.c.id).where(OUTBOX_UNSETTLED, _waiting(now)).limit(1)
    return connection.execute(found).first() is not None


def _waiting(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(outbox.c.state.in_(("owed", "ambiguous")), outbox.c.available_at <= now),
        and_(outbox.c.state == "sending", outbox.c.lease_until <= now),
    )
