"""A text back to whoever texted: owed, unless this person got too many of them just now."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from app.journal import newest
from app.outbox import owe
from app.tables import outbox
from dispatch.incident import Incident
from dispatch.messages import HowToReply, Message, Refusal, WhichPage

log = logging.getLogger("standby.replies")
# Two machines that answer each other would go on for ever: after so many of these in so long we fall silent.
ANSWERS = (HowToReply.__name__, WhichPage.__name__, Refusal.__name__)
ANSWERS_AT_MOST, ANSWERS_WITHIN = 8, timedelta(minutes=10)


def tell_back(connection: Connection, incident: Incident | None, message: Message, now: datetime) -> None:
    """Owe an answer that changes nothing, unless this person got too many of them just now."""
    since = now - ANSWERS_WITHIN
    mine = (outbox.c.person == message.to) & outbox.c.kind.in_(ANSWERS) & (outbox.c.owed_at > since)
    if (connection.scalar(select(func.count()).where(mine)) or 0) >= ANSWERS_AT_MOST:
        log.warning("person %s got %s answers in ten minutes; now silent", message.to, ANSWERS_AT_MOST)
        return
    owe(connection, incident, [message], now, newest(connection))
