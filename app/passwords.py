"""Passwords by argon2id and one-time codes by TOTP; a wrong account takes as long as a wrong password."""

import hashlib
import hmac
import secrets
import threading
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

LEAST, MOST = 12, 128
# OWASP's figure for argon2id: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Each hash costs 19 MiB and a core: a flood of guesses waits in line here, and the pages go out meanwhile.
_AT_ONCE = threading.BoundedSemaphore(2)
_NOBODY = _HASHER.hash("nobody has this password")


def hashed(password: str) -> str:
    """The hash to keep. Raises ValueError with a sentence when the password is too short or too long."""
    if not LEAST <= len(password) <= MOST:
        raise ValueError(f"Use a password of {LEAST} to {MOST} characters. A short sentence is good.")
    return _HASHER.hash(password)


def fits(password_hash: str | None, password: str) -> bool:
    """Does the password fit? Without a hash the same work is done and the answer is no."""
    try:
        with _AT_ONCE:
            _HASHER.verify(password_hash or _NOBODY, password[:MOST])
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


def one_time_password() -> str:
    """A password that nobody chose: 96 random bits."""
    return secrets.token_urlsafe(12)


def new_totp_secret() -> str:
    """A fresh secret for an authenticator app, base32."""
    return pyotp.random_base32()


def totp_link(secret: str, email: str, org: str) -> str:
    """The otpauth link to show once."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=f"Standby {org}")


def code_step(secret: str, code: str, now: datetime, last: int | None) -> int | None:
    """The half minute whose code this is: now's, the one before or the one after. It must be later than
    `last`, that of the last code accepted: a code that somebody looked on counts once."""
    tidy = "".join(code.split())
    if len(tidy) != 6 or not (tidy.isascii() and tidy.isdecimal()):
        return None
    totp = pyotp.TOTP(secret)
    here = totp.timecode(now)
    later = (step for step in (here - 1, here, here + 1) if last is None or step > last)
    return next((step for step in later if same(totp.generate_otp(step), tidy)), None)


def same(one: str, other: str) -> bool:
    """Are two secrets equal, in constant time?"""
    return hmac.compare_digest(hashlib.sha256(one.encode()).digest(), hashlib.sha256(other.encode()).digest())
