"""A fault of a whole provider: it is tried last from now on, and an alarm stands until it carries again."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from app.house_alarms import raise_alarm
from app.shell import Shell
from app.tables import outbox
from notify.outcomes import CODES

# One filtered text is one text; a second one soon after it means that the next will be filtered too.
SUSPECT_WITHIN, SUSPECT_AT = timedelta(minutes=5), 2
_ACCOUNT = tuple(code for code, why in CODES.items() if why == "account")


def account_fault(
    connection: Connection, shell: Shell, channel: str, provider: str, code: str | None, now: datetime
) -> None:
    """Everything that this provider carries by this channel is suspect, for every program."""
    shell.health.note("", channel, provider, "account", code)
    sentence = (
        f"{provider.capitalize()} refuses every {_WORDS.get(channel, channel)} (code {code or 'unknown'}). "
        "They go by another provider where one works. Look at the account."
    )
    raise_alarm(connection, "provider", f"{provider}:{channel}", sentence, now=now)


def suspect(
    connection: Connection, shell: Shell, program: str, channel: str, provider: str, code: str, now: datetime
) -> None:
    """One came back with an account's code. Twice within five minutes it is the account."""
    shell.health.note(program, channel, provider, "bad", code)
    seen = select(func.count()).where(
        outbox.c.provider == provider,
        outbox.c.owed_at > now - SUSPECT_WITHIN,
        outbox.c.channel == channel,
        outbox.c.failed.is_not(None),
        outbox.c.code.in_(_ACCOUNT),
    )
    if (connection.scalar(seen) or 0) >= SUSPECT_AT:
        account_fault(connection, shell, channel, provider, code, now)


_WORDS = {"text": "text", "call": "call", "push": "push", "email": "letter"}
