"""What is owed to people: written with the decision, claimed by lease and fence, settled with the fence."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, case, exists, insert, or_, select, update

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

# Made once: building a statement costs more than running it, and the worker asks these all day.
_NOW = bindparam("now", type_=outbox.c.available_at.type)
_WAITING = and_(
    OUTBOX_UNSETTLED,
    or_(
        and_(outbox.c.state.in_(("owed", "ambiguous")), outbox.c.available_at <= _NOW),
        and_(outbox.c.state == "sending", outbox.c.lease_until <= _NOW),
    ),
)
_ANYTHING = select(outbox.c.id).where(_WAITING).limit(1)
# A page that its incident no longer wants is not sent.
_SUPERSEDE = (
    update(outbox)
    .where(_WAITING, exists().where(pages.c.id == outbox.c.page, pages.c.state != "asked"))
    .values(state="superseded")
)
_WANTED = (
    select(outbox, people.c.phone)
    .join(people, people.c.id == outbox.c.person)
    .where(_WAITING)
    .order_by(outbox.c.priority, outbox.c.id)
    .limit(bindparam("most"))
)
_TAKE = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        state="sending",
        lease_until=bindparam("until"),
        fence=outbox.c.fence + 1,
        attempts=outbox.c.attempts + 1,
    )
)
_SETTLE = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("the_id"),
        outbox.c.fence == bindparam("the_fence"),
        outbox.c.state == "sending",
    )
    .values(
        state=bindparam("now_state"),
        available_at=bindparam("again_at"),
        lease_until=None,
        provider_id=bindparam("provider"),
        # A delivery report may be here before its send is settled; its code stays with its failure.
        code=case((outbox.c.failed.is_not(None), outbox.c.code), else_=bindparam("said")),
        sent_at=bindparam("sent"),
    )
)
_HEARD = select(outbox.c.reached, outbox.c.failed, outbox.c.code, outbox.c.page).where(
    outbox.c.id == bindparam("message_id")
)
_HEAR = update(outbox).where(outbox.c.id == bindparam("message_id"))


@dataclass(frozen=True)
class Claim:
    """One message that this worker, and only this worker until `lease_until`, may send."""

    id: int
    fence: int
    attempts: int
    kind: str
    stored: str
    person: str
    phone: str | None
    page: str | None
    incident: str | None
    ambiguous: bool
    owed_at: datetime
    lease_until: datetime

    @property
    def message(self) -> Message:
        """Read when it is sent, not when it is claimed: one that this version cannot read (KeyError) is given
        up by itself, and holds up no other."""
        return load_message(self.kind, self.stored)


def owe(
    connection: Connection,
    incident: Incident | None,
    messages: list[Message],
    now: datetime,
    seq: int,
    address: str | None = None,
) -> None:
    """Owe messages in the transaction that decided them. Without an incident: about none. `address` is a number
    to prove, instead of the person's own."""
    rows = [
        {
            "incident": incident.id if incident else None,
            "page": message.page if isinstance(message, PageResponder) else None,
            "person": message.to,
            "address": address,
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
    connection.execute(_SUPERSEDE, {"now": now})
    rows = connection.execute(_WANTED, {"now": now, "most": most}).all()
    if rows:
        connection.execute(_TAKE, {"ids": [row.id for row in rows], "until": now + LEASE})
    return [
        Claim(
            id=row.id,
            fence=row.fence + 1,
            attempts=row.attempts + 1,
            kind=row.kind,
            stored=row.message,
            person=row.person,
            phone=row.address or row.phone,
            page=row.page,
            incident=row.incident,
            # Sent by someone who died before settling, or by a request without an answer: look, then send.
            ambiguous=row.state in ("sending", "ambiguous"),
            owed_at=row.owed_at,
            lease_until=now + LEASE,
        )
        for row in rows
    ]


def settle(connection: Connection, claim: Claim, outcome: Outcome, now: datetime) -> bool:
    """Write down what came of a claim. False when the fence has moved on: another worker has it, so it is
    discarded."""
    state, available_at = _after(claim, outcome, now)
    changed = connection.execute(
        _SETTLE,
        {
            "the_id": claim.id,
            "the_fence": claim.fence,
            "now_state": state,
            "again_at": available_at,
            "provider": outcome.provider_id,
            "said": outcome.code,
            "sent": now if outcome.kind == "sent" else None,
        },
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


def note_status(
    connection: Connection, message: int, status: str, code: str | None, now: datetime
) -> str | None:
    """Join a delivery report into what is known; any order and any repetition gives the same. Returns the
    page it concerns when the report means that the text will not arrive, else None."""
    row = connection.execute(_HEARD, {"message_id": message}).first()
    if row is None:
        return None
    known = Delivery(row.reached, row.failed, row.code if row.failed else None)
    joined = join(known, heard(status, code))
    if joined == known:
        return None
    row_now = {"reached": joined.reached, "failed": joined.failed, "status_at": now, "message_id": message}
    connection.execute(_HEAR, row_now | ({"code": joined.code} if joined.failed else {}))
    return str(row.page) if joined.lost and row.page else None


def anything_owed(connection: Connection, now: datetime) -> bool:
    """Is there anything to claim? Read without a writer's turn."""
    return connection.execute(_ANYTHING, {"now": now}).first() is not None
