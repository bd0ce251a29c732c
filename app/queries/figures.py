"""The figures of the house in Prometheus' text form: counts and ages; a label is only ever a code of ours."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, func, select

from app.queries.health import pulse
from app.tables import OUTBOX_UNSETTLED, incidents, outbox
from dispatch.stages import ON_BOARD
from notify.outcomes import DELIVERED

OWED_STATES = ("owed", "sending", "ambiguous")
# Written out, so that the index by provider and time answers for the last hour alone.
PROVIDERS = ("twilio", "telnyx", "push", "smtp", "recorder")
LATELY = timedelta(hours=1)


def figures(connection: Connection, program: str, now: datetime) -> str:
    """Incidents and alarms are one program's; what is owed and how the worker is belong to the house."""
    beat = pulse(connection, now)
    standing = select(func.coalesce(func.sum(incidents.c.alarms), 0)).where(
        incidents.c.program == program, incidents.c.on_board
    )
    return "".join(
        (
            _family("incidents", "Incidents on the board", "stage", _stages(connection, program)),
            _one("alarms", "Alarms that nobody has taken", connection.scalar(standing) or 0),
            _family("messages_unsettled", "Messages not settled", "state", _owed(connection)),
            _carried(connection, now),
            _one("worker_age_seconds", "Since the worker last beat", beat.worker_seconds),
            _one("auditor_age_seconds", "Since the auditor last beat", beat.auditor_seconds),
            _one("watchdog_age_seconds", "Since the watchdog last beat", beat.watchdog_seconds),
            _one("house_alarms", "Alarms of the house that nobody has taken", beat.house_alarms),
            _one("oldest_owed_seconds", "Age of the oldest unsettled message", beat.oldest_owed_seconds or 0),
            _one("oldest_due_seconds", "Lateness of the step most overdue", beat.oldest_due_seconds or 0),
            _one("journal_seq", "Number of the newest journal row", beat.journal_seq),
            _one("well", "1 when /healthz answers 200", int(beat.fine)),
        )
    )


def _stages(connection: Connection, program: str) -> Mapping[str, float]:
    counted = connection.execute(
        select(incidents.c.stage, func.count())
        .where(incidents.c.program == program, incidents.c.on_board)
        .group_by(incidents.c.stage)
    )
    return {**dict.fromkeys(sorted(stage.value for stage in ON_BOARD), 0), **{r[0]: r[1] for r in counted}}


def _owed(connection: Connection) -> Mapping[str, float]:
    counted = connection.execute(
        select(outbox.c.state, func.count()).where(OUTBOX_UNSETTLED).group_by(outbox.c.state)
    )
    return {**dict.fromkeys(OWED_STATES, 0), **{r[0]: r[1] for r in counted}}


def _carried(connection: Connection, now: datetime) -> str:
    outcome = case(
        (outbox.c.failed.is_not(None), "lost"),
        (outbox.c.reached >= DELIVERED, "arrived"),
        (outbox.c.state == "sent", "sent"),
        else_=outbox.c.state,
    )
    counted = connection.execute(
        select(outbox.c.provider, outbox.c.channel, outcome, func.count())
        .where(outbox.c.provider.in_(PROVIDERS), outbox.c.owed_at > now - LATELY)
        .group_by(outbox.c.provider, outbox.c.channel, outcome)
        .order_by(outbox.c.provider, outbox.c.channel, outcome)
    )
    name = "messages_last_hour"
    lines = (
        f'standby_{name}{{provider="{provider}",channel="{channel}",outcome="{came}"}} {count}\n'
        for provider, channel, came, count in counted
    )
    return _head(name, "Messages of the last hour by what came of them") + "".join(lines)


def _one(name: str, words: str, value: float | None) -> str:
    return _head(name, words) + ("" if value is None else f"standby_{name} {value}\n")


def _family(name: str, words: str, label: str, values: Mapping[str, float]) -> str:
    lines = (f'standby_{name}{{{label}="{code}"}} {value}\n' for code, value in values.items())
    return _head(name, words) + "".join(lines)


def _head(name: str, words: str) -> str:
    return f"# HELP standby_{name} {words}.\n# TYPE standby_{name} gauge\n"
