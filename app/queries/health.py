"""How the house itself is: when the worker last beat, and how old the oldest thing owed and due are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from app.journal import newest
from app.tables import OUTBOX_UNSETTLED, heartbeats, incidents, outbox

WORKER_LATE = timedelta(seconds=15)
OWED_LATE = timedelta(seconds=30)
# An incident whose rules fail stays due, so this one figure also finds what the worker cannot handle.
DUE_LATE = timedelta(seconds=30)


@dataclass(frozen=True)
class Pulse:
    """The house at one instant. Ages are seconds, None where there is nothing; `worker_seconds` is None when
    the worker never ran. `sentence` says what the desk does when it is not fine, and is empty when it is."""

    fine: bool
    worker_seconds: float | None
    oldest_owed_seconds: float | None
    oldest_due_seconds: float | None
    journal_seq: int
    sentence: str


def pulse(connection: Connection, now: datetime) -> Pulse:
    """Three index look-ups: cheap enough for every answer to every board."""
    beaten = connection.scalar(select(heartbeats.c.at).where(heartbeats.c.name == "worker"))
    owed = connection.scalar(select(func.min(outbox.c.owed_at)).where(OUTBOX_UNSETTLED))
    due = connection.scalar(select(func.min(incidents.c.wake_at)).where(incidents.c.wake_at <= now))
    sentence = _sentence(now, beaten, owed, due)
    return Pulse(
        not sentence, _age(now, beaten), _age(now, owed), _age(now, due), newest(connection), sentence
    )


def _sentence(now: datetime, beaten: datetime | None, owed: datetime | None, due: datetime | None) -> str:
    if beaten is None:
        return "The worker has never run here. No page goes out: call people by phone."
    if now - beaten > WORKER_LATE:
        return (
            f"The worker was last heard {_run(now - beaten)} ago. Pages may not go out: call people by phone."
        )
    if owed is not None and now - owed > OWED_LATE:
        return f"A text has waited {_run(now - owed)} to be sent. Call the people who were paged."
    if due is not None and now - due > DUE_LATE:
        return f"A step is {_run(now - due)} late. Watch the clocks of every call yourself."
    return ""


def _age(now: datetime, then: datetime | None) -> float | None:
    return None if then is None else max(0.0, round((now - then).total_seconds(), 3))


def _run(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
