"""What open requests for cover have to say again, and to whom."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from dispatch.messages import Message


@dataclass(frozen=True)
class Due:
    """One reminder that is due. `key` names it for good: whoever owes the message notes the key (table notices) and
    never owes it again."""

    key: str
    message: Message


def due_reminders(connection: Connection, program: str, now: datetime) -> tuple[Due, ...]:
    """Every reminder of open requests that is due by now, told or not, the oldest first."""
    return ()
