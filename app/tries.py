"""A slow door for guessers: wrong passwords and codes are counted by account, be there one or not."""

from datetime import timedelta

from sqlalchemy import func, select

from app.shell import Shell
from app.tables import sign_in_failures

TRIES, WINDOW = 10, timedelta(minutes=15)
TOO_MANY = "Too many wrong tries. Wait 15 minutes, or ask an admin. Pages can still be answered by text."


def too_many(shell: Shell, email: str) -> bool:
    """Were there as many wrong tries on this account as are allowed? Then not even the right one counts."""
    counted = select(func.count()).where(
        sign_in_failures.c.account == _account(shell, email),
        sign_in_failures.c.at > shell.clock.now() - WINDOW,
    )
    with shell.store.read() as connection:
        return (connection.scalar(counted) or 0) >= TRIES


def note_wrong(shell: Shell, email: str) -> None:
    """Count a wrong try, and forget those that no longer count."""
    now = shell.clock.now()
    with shell.store.write() as connection:
        connection.execute(sign_in_failures.delete().where(sign_in_failures.c.at <= now - WINDOW))
        connection.execute(sign_in_failures.insert().values(account=_account(shell, email), at=now))


def _account(shell: Shell, email: str) -> bytes:
    return shell.keyring.blind("account", email)
