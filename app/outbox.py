"""What is owed to people: every try of it a row, written with the decision and dropped with the answer."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from app.codec import dump, load_message
from app.reaching import ways_for
from app.shell import new_id
from app.tables import outbox
from dispatch.incident import Incident
from dispatch.messages import AlarmStands, AreYouOk, CannotReach, Message, PageResponder
from dispatch.reach import CHANNELS, Reach, Step, Way, plan_of, quiet_plan

URGENT_BELOW = 5
USUAL = Reach()
ALARM_WITHIN = timedelta(minutes=5)
NEVER_BY_ITSELF = timedelta(days=1)
# Nobody is sending it now.
_NOT_OUT = or_(
    outbox.c.state.in_(("owed", "ambiguous")),
    and_(
        outbox.c.state == "sending",
        outbox.c.lease_until <= bindparam("now", type_=outbox.c.lease_until.type),
    ),
)
_NOT_NEEDED = update(outbox).where(outbox.c.id.in_(bindparam("ids", expanding=True)), _NOT_OUT)
_STILL_OWED = select(outbox.c.id, outbox.c.kind, outbox.c.message, outbox.c.page, outbox.c.person).where(
    outbox.c.incident == bindparam("incident"), _NOT_OUT
)


def owe(
    connection: Connection,
    incident: Incident | None,
    messages: list[Message],
    now: datetime,
    seq: int,
    *,
    address: str | None = None,
    channel: str | None = None,
    way: str | None = None,
    carried: Iterable[str] = CHANNELS,
    reach: Reach | None = None,
    asked_from: str | None = None,
) -> list[str]:
    """Owe messages in the transaction that decided them; answers their deliveries. Without an incident: about none.

    What is urgent gets every try of its person's plan. With a `channel` or an `address` there is one try, there:
    a test of a phone, or a code to a number that is still to be proved. What is not urgent goes to `asked_from` first,
    where that is a number of theirs: the answer to a text belongs on the phone that it came from.
    """
    if not messages:
        return []
    alone = address is not None or channel is not None
    known = {} if alone else ways_for(connection, {message.to for message in messages}, carried)
    rows: list[dict[str, Any]] = []
    deliveries = []
    for message in messages:
        deliveries.append(new_id())
        steps = (
            (Step(Way(way or "", channel or "text", address or ""), timedelta(0)),)  # type: ignore[arg-type]
            if alone
            else _steps(message, known[message.to], now, reach or Reach(), asked_from)
        )
        rows += _rows(incident, message, steps, deliveries[-1], now, seq)
    connection.execute(insert(outbox), rows)
    return deliveries


def _steps(
    message: Message, theirs: tuple[Way, ...], now: datetime, reach: Reach, asked_from: str | None
) -> tuple[Step, ...]:
    within = _within(message, now)
    nearest = sorted(theirs, key=lambda way: way.address != asked_from) if asked_from else theirs
    steps = quiet_plan(nearest) if within is None else plan_of(theirs, within, reach)
    # Without any way one try stays, so that somebody sees that it failed.
    return steps or (Step(Way("", "text", ""), timedelta(0)),)


def _within(message: Message, now: datetime) -> timedelta | None:
    match message:
        case PageResponder(answer_by=by) | AreYouOk(answer_by=by):
            return by - now
        case AlarmStands() | CannotReach():
            return ALARM_WITHIN
        case _:
            return None


def _rows(
    incident: Incident | None,
    message: Message,
    steps: tuple[Step, ...],
    delivery: str,
    now: datetime,
    seq: int,
) -> list[dict[str, Any]]:
    common = {
        "incident": incident.id if incident else None,
        "page": message.page if isinstance(message, PageResponder) else None,
        "person": message.to,
        "kind": type(message).__name__,
        "message": dump(message),
        "priority": priority(message),
        "state": "owed",
        "owed_at": now,
        "incident_seq": seq,
        "delivery": delivery,
    }
    return [
        {
            **common,
            "step": number,
            "spare": step.after is None,
            "channel": step.way.channel,
            "way": step.way.id or None,
            "address": step.way.address or None,
            # A spare one has no time of its own: it begins when those before it have failed.
            "available_at": now + (NEVER_BY_ITSELF if step.after is None else step.after),
        }
        for number, step in enumerate(steps)
    ]


def priority(message: Message) -> int:
    """Pages first, the most urgent call before the others, and the safety of those on scene beside them; then
    alarms; then the rest."""
    match message:
        case PageResponder(acuity=acuity):
            return 0 if acuity == 1 else 1 if acuity == 2 else 2
        case AreYouOk():
            return 0
        case AlarmStands() | CannotReach():
            return 3
        case _:
            return URGENT_BELOW


def cancel(connection: Connection, before: Incident, after: Incident, now: datetime) -> None:
    """What is still owed and not needed any more, in the transaction of the answer: pages that were answered or
    taken back, a check-in that came, an alarm that somebody took."""
    if before.pages == after.pages and before.members == after.members and before.alarms == after.alarms:
        return
    ids = [
        row.id
        for row in connection.execute(_STILL_OWED, {"incident": after.id, "now": now})
        if not _still_needed(row, after)
    ]
    if ids:
        connection.execute(_NOT_NEEDED.values(state="superseded"), {"ids": ids, "now": now})


def _still_needed(row: Any, incident: Incident) -> bool:
    if row.page is not None:
        page = incident.page(row.page)
        return page is None or (
            page.state == "asked" and load_message(row.kind, row.message) == _asks(page, row)
        )
    if row.kind == AreYouOk.__name__:
        member = incident.member(row.person)
        return member is not None and member.check_asked
    if row.kind == AlarmStands.__name__:
        message = load_message(row.kind, row.message)
        assert isinstance(message, AlarmStands)
        return any(alarm.kind == message.kind for alarm in incident.standing)
    return True


def _asks(page: Any, row: Any) -> Message:
    """The message as it would be owed now: one with an older deadline has been owed anew."""
    message = load_message(row.kind, row.message)
    assert isinstance(message, PageResponder)
    return PageResponder(
        message.to, message.ref, message.page, message.acuity, message.people, page.answer_by
    )
