"""The tries of one message to one person: what each came to, and the next one begun at once when one fails."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, false, or_, select, update

from app.next_try import stands
from app.tables import OUTBOX_UNSETTLED, outbox
from dispatch.reach import Try, is_gone, next_of

_TRIES = (
    select(
        outbox.c.id,
        outbox.c.step,
        outbox.c.channel,
        outbox.c.state,
        outbox.c.spare,
        outbox.c.attempts,
        outbox.c.available_at,
        outbox.c.reached,
        outbox.c.failed,
    )
    .where(outbox.c.delivery == bindparam("delivery"))
    .order_by(outbox.c.step)
)
_BEGIN = (
    update(outbox)
    .where(
        outbox.c.delivery == bindparam("the_delivery"),
        outbox.c.step == bindparam("the_step"),
        outbox.c.state == "owed",
    )
    .values(available_at=bindparam("at"), spare=false())
)

_DROP = (
    update(outbox)
    .where(outbox.c.delivery == bindparam("the_delivery"), outbox.c.spare.is_(True), outbox.c.state == "owed")
    .values(state="superseded")
)
_SIBLING = outbox.alias("sibling")
_DROP_OLD = (
    update(outbox)
    .where(
        OUTBOX_UNSETTLED,
        outbox.c.state == "owed",
        outbox.c.spare.is_(True),
        outbox.c.owed_at < bindparam("before", type_=outbox.c.owed_at.type),
        ~exists().where(
            _SIBLING.c.delivery == outbox.c.delivery,
            _SIBLING.c.spare.is_(False),
            or_(
                _SIBLING.c.state.in_(("owed", "sending", "ambiguous")),
                _SIBLING.c.sent_at >= bindparam("before", type_=outbox.c.owed_at.type),
            ),
        ),
    )
    .values(state="superseded")
)


def tries_of(connection: Connection, delivery: str, now: datetime) -> tuple[Try, ...]:
    """Every try, in its order."""
    return tuple(
        Try(row.step, row.channel, stands(row, now))
        for row in connection.execute(_TRIES, {"delivery": delivery})
    )


def begin_next(connection: Connection, delivery: str, now: datetime) -> bool:
    """Begin the next try now, beside what is out; False when there is none left to begin."""
    following = next_of(tries_of(connection, delivery, now))
    if following is None:
        return False
    connection.execute(_BEGIN, {"the_delivery": delivery, "the_step": following.step, "at": now})
    return True


def drop_spares(connection: Connection, delivery: str) -> None:
    """It has arrived: what was kept for its failure is not needed."""
    connection.execute(_DROP, {"the_delivery": delivery})


def drop_old_spares(connection: Connection, before: datetime) -> int:
    """Nobody has said for long that the try before failed, and nothing of it is still out: these will not be needed."""
    return connection.execute(_DROP_OLD, {"before": before}).rowcount


def nothing_left(connection: Connection, delivery: str, now: datetime) -> bool:
    """Can none of the tries reach the person any more?"""
    return is_gone(tries_of(connection, delivery, now))
