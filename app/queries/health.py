"""How the house itself is: when each of its parts last beat, how old the oldest thing owed and due are, its alarms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, func, select

from app.heartbeats import beats
from app.journal import newest
from app.outbox import URGENT_BELOW
from app.tables import HOUSE_ALARM_STANDS, OUTBOX_UNSETTLED, house_alarms, incidents, outbox

# With four seconds until a board asks again, it shows a part that stands still within fifteen.
PART_LATE = timedelta(seconds=10)
OWED_LATE = timedelta(seconds=30)
# An incident whose rules fail stays due, so this one figure also finds what the worker cannot handle.
DUE_LATE = timedelta(seconds=30)

_NOW = func.min(case((outbox.c.priority < URGENT_BELOW, outbox.c.available_at)))
_OWED = select(func.min(outbox.c.available_at), _NOW).where(OUTBOX_UNSETTLED)
# The kind of the alarm that no text and no call goes through.
SILENT = "silent"
_SILENT = (
    select(house_alarms.c.sentence)
    .where(HOUSE_ALARM_STANDS, house_alarms.c.kind == SILENT)
    .order_by(house_alarms.c.raised_at)
    .limit(1)
)
_ALARMS = select(func.count()).where(HOUSE_ALARM_STANDS, house_alarms.c.taken_by.is_(None))


@dataclass(frozen=True)
class Pulse:
    """The house at one instant. Ages are seconds, None where there is nothing: a part that never ran here, nothing
    owed. `sentence` says what the desk does when it is not fine, and is empty when it is; `stopped`: pages do not go
    out. `house_alarms` are those that nobody has."""

    fine: bool
    worker_seconds: float | None
    auditor_seconds: float | None
    watchdog_seconds: float | None
    oldest_owed_seconds: float | None
    oldest_due_seconds: float | None
    house_alarms: int
    journal_seq: int
    sentence: str
    stopped: bool = False


def pulse(connection: Connection, now: datetime, program: str | None = None) -> Pulse:
    """A few index look-ups: cheap enough for every answer to every board. With a program: as its own board sees it,
    whatever goes through for another one."""
    beaten = beats(connection)
    owed, urgent = connection.execute(_OWED.where(outbox.c.available_at <= now)).one()
    due = connection.scalar(select(func.min(incidents.c.wake_at)).where(incidents.c.wake_at <= now))
    silent = _SILENT if program is None else _SILENT.where(house_alarms.c.program == program)
    stopped = _stopped(now, beaten.get("worker"), urgent) or connection.scalar(silent) or ""
    sentence = stopped or _sentence(now, beaten, owed, due)
    return Pulse(
        fine=not sentence,
        worker_seconds=_age(now, beaten.get("worker")),
        auditor_seconds=_age(now, beaten.get("auditor")),
        watchdog_seconds=_age(now, beaten.get("watchdog")),
        oldest_owed_seconds=_age(now, owed),
        oldest_due_seconds=_age(now, due),
        house_alarms=connection.scalar(_ALARMS) or 0,
        journal_seq=newest(connection),
        sentence=sentence,
        stopped=bool(stopped),
    )


def _stopped(now: datetime, beaten: datetime | None, urgent: datetime | None) -> str:
    if beaten is None:
        return "The worker has never run here. No page goes out: call people by phone."
    if now - beaten > PART_LATE:
        return (
            f"The worker was last heard {_run(now - beaten)} ago. Pages may not go out: call people by phone."
        )
    if urgent is not None and now - urgent > OWED_LATE:
        return f"A page has waited {_run(now - urgent)} to be sent. Call the people who were paged."
    return ""


def _sentence(
    now: datetime, beaten: Mapping[str, datetime], owed: datetime | None, due: datetime | None
) -> str:
    if owed is not None and now - owed > OWED_LATE:
        return f"A text has waited {_run(now - owed)} to be sent. Call whoever must hear from you."
    if due is not None and now - due > DUE_LATE:
        return f"A step is {_run(now - due)} late. Watch the clocks of every call yourself."
    # A part that never ran here has no row: the service itself begins each of them.
    for part, meaning in (
        ("auditor", "Nobody checks that no call is forgotten: watch the clocks of every call."),
        ("watchdog", "Nobody outside would hear that Standby stands still: keep an eye on it."),
    ):
        at = beaten.get(part)
        if at is not None and now - at > PART_LATE:
            return f"The {part} was last heard {_run(now - at)} ago. {meaning}"
    return ""


def _age(now: datetime, then: datetime | None) -> float | None:
    return None if then is None else max(0.0, round((now - then).total_seconds(), 3))


def _run(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
