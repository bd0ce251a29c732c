"""A text back to whoever texted: owed, unless this person got too many of them just now."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from app.journal import newest
from app.outbox import owe
from app.tables import outbox
from dispatch.incident import Incident
from dispatch.messages import HasIt, HowToReply, Message, NoAlarm, Refusal, WhichPage

log = logging.getLogger("standby.replies")
# Two machines that answer each other would go on for ever: after so many of these in so long we fall silent. Who has
# a call, and that a cry for help raised no alarm, are each counted by themselves: nobody is left without them because
# their texts before were not understood.
ALIKE = ((HowToReply.__name__, WhichPage.__name__, Refusal.__name__), (HasIt.__name__,), (NoAlarm.__name__,))
ANSWERS_AT_MOST, ANSWERS_WITHIN = 8, timedelta(minutes=10)


def tell_back(
    connection: Connection, incident: Incident | None, message: Message, now: datetime, number: str
) -> None:
    """Owe an answer that changes nothing, to the phone that asked; unless this person got too many like it just now."""
    kind = type(message).__name__
    alike = next((kinds for kinds in ALIKE if kind in kinds), (kind,))
    # Each answer has a first try; the others begin only when that one fails.
    mine = (outbox.c.person == message.to) & outbox.c.kind.in_(alike) & (outbox.c.step == 0)
    since = outbox.c.owed_at > now - ANSWERS_WITHIN
    if (connection.scalar(select(func.count()).where(mine, since)) or 0) >= ANSWERS_AT_MOST:
        log.warning("person %s got %s answers in ten minutes; now silent", message.to, ANSWERS_AT_MOST)
        return
    owe(connection, incident, [message], now, newest(connection), asked_from=number)
