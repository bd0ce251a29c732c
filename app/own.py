"""Changing one's own account: password, code app, sessions. Each with its journal row."""

import base64
import binascii
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from app.note import note
from app.seal import Keyring, Locked
from app.sessions import Me, end_all
from app.shell import Shell
from app.tables import people
from dispatch.value import Refused

TOTP = "people.totp"
# A secret that is not confirmed yet travels in the form, sealed for its person, and for this long.
_OFFERED, OFFERED_FOR = "people.totp_offered", timedelta(minutes=15)
OFFER_IS_OVER = "That took too long. Begin again with a new secret."


def keep_password(connection: Connection, shell: Shell, me: Me, password_hash: str) -> int:
    """A new password ends every other session: whoever knew the old one is out."""
    values = {"password_hash": password_hash, "password_ends_at": None}
    connection.execute(people.update().where(people.c.id == me.id).values(values))
    end_all(connection, me.id, but=me.session)
    return note(connection, shell, me, me.id, "PasswordChanged")


def keep_code_app(connection: Connection, shell: Shell, me: Me, secret: str, step: int) -> int:
    """From now on a sign-in needs a code. The one that confirmed it is spent."""
    sealed = shell.keyring.seal(TOTP, me.id, secret)
    connection.execute(people.update().where(people.c.id == me.id).values(totp_sealed=sealed, totp_step=step))
    end_all(connection, me.id, but=me.session)
    return note(connection, shell, me, me.id, "CodeAppOn")


def drop_code_app(connection: Connection, shell: Shell, me: Me) -> int:
    """A sign-in needs the password alone again."""
    connection.execute(people.update().where(people.c.id == me.id).values(totp_sealed=None, totp_step=None))
    return note(connection, shell, me, me.id, "CodeAppOff")


def end_others(connection: Connection, shell: Shell, me: Me) -> int:
    """Every session but this one ends."""
    end_all(connection, me.id, but=me.session)
    return note(connection, shell, me, me.id, "OtherSessionsEnded")


def password_of(connection: Connection, me: Me) -> tuple[str | None, str]:
    """The hash that is kept, and the e-mail under which wrong tries are counted."""
    row = connection.execute(select(people.c.password_hash, people.c.email).where(people.c.id == me.id)).one()
    return row.password_hash, row.email


def offer(keyring: Keyring, me: Me, secret: str, now: datetime) -> str:
    """A fresh secret as the form carries it: sealed, for this person, until it runs out."""
    until = (now + OFFERED_FOR).isoformat()
    return base64.urlsafe_b64encode(keyring.seal(_OFFERED, me.id, f"{secret} {until}")).decode()


def offered(keyring: Keyring, me: Me, given: str, now: datetime) -> str:
    """The secret again, if it was offered to this person and has not run out."""
    try:
        sealed = base64.urlsafe_b64decode(given.encode())
        secret, _, until = keyring.open(_OFFERED, me.id, sealed).partition(" ")
    except (binascii.Error, Locked, IndexError, ValueError):
        raise Refused(OFFER_IS_OVER) from None
    if not until or datetime.fromisoformat(until) <= now:
        raise Refused(OFFER_IS_OVER)
    return secret
