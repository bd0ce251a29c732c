"""Settings, read once from the environment, frozen; half-set ones refuse to start and say what is missing."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app.outside import KNOWN as OUTSIDE
from app.outside import PREFIX, Outside, read_outside
from dispatch.reach import CHANNELS
from notify.wording import LINK_MOST

KNOWN = (
    "BASE_URL",
    "DATABASE_URL",
    "FIELD_KEYS",
    "INDEX_KEY",
    "JOURNAL_KEY",
    "LINK_KEY",
    "SESSION_HOURS",
    "IDLE_MINUTES",
    "ORG",
    "ZONE",
    "DESK_PHONE",
    "GEOCODER_URL",
    "REDIS_URL",
    *OUTSIDE,
)


SQLITE = re.compile(r"sqlite:///[^?]+\.\w+")
POSTGRES = "postgresql+psycopg"
KEY_ID_MOST = 40
# A page's link is the address, "/p/" and 22 characters; a text has room for LINK_MOST.
LONGEST_BASE_URL = LINK_MOST - len("/p/") - 22


class Unset(Exception):
    """The service cannot start. The sentences say what is missing and how to set it."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True)
class Settings:
    """All that the service is told from outside. Keys are raw bytes, 32 each."""

    base_url: str
    database_url: str
    field_keys: tuple[tuple[str, bytes], ...]
    index_key: bytes
    journal_key: bytes
    link_key: bytes
    org: str = "Mobile Crisis Team"
    zone: str = "America/Chicago"
    desk_phone: str = ""
    session_hours: int = 12
    idle_minutes: int = 15
    outside: Outside = Outside()
    geocoder_url: str | None = None
    demo: bool = False
    demo_channels: tuple[str, ...] = CHANNELS

    @property
    def carried(self) -> frozenset[str]:
        """The channels that somebody carries. The demo simulates them all."""
        return self.outside.carried or frozenset(self.demo_channels if self.demo else ())

    @property
    def secure(self) -> bool:
        """Is the public address https? Cookies are then Secure and bound to the host."""
        return self.base_url.startswith("https://")


def read_settings(environment: Mapping[str, str], instance: Path) -> Settings:
    """Settings from STANDBY_* variables. Raises `Unset` with one sentence for each thing that is wrong."""
    given = {name: environment.get(PREFIX + name, "").strip() for name in KNOWN}
    wrong = [
        f"{name} is not a setting. Known settings: {', '.join(PREFIX + known for known in KNOWN)}."
        for name in environment
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in KNOWN
    ]
    base_url = given["BASE_URL"].rstrip("/")
    if urlsplit(base_url).scheme not in ("http", "https") or not urlsplit(base_url).hostname:
        wrong.append("Set STANDBY_BASE_URL to the address people use, such as https://standby.example.org.")
    if len(base_url) > LONGEST_BASE_URL:
        wrong.append(
            f"Set STANDBY_BASE_URL to at most {LONGEST_BASE_URL} characters, so that a page fits one text."
        )
    field_keys = _field_keys(given["FIELD_KEYS"], wrong)
    keys = {name: _key(name, given[name], wrong) for name in ("INDEX_KEY", "JOURNAL_KEY", "LINK_KEY")}
    outside = read_outside(given, wrong)
    zone = given["ZONE"] or "America/Chicago"
    if not is_zone(zone):
        wrong.append("Set STANDBY_ZONE to a zone such as America/Chicago.")
    _database(given["DATABASE_URL"], wrong)
    hours = _whole("SESSION_HOURS", given["SESSION_HOURS"], 12, 24, wrong)
    idle = _whole("IDLE_MINUTES", given["IDLE_MINUTES"], 15, 60, wrong)
    if given["REDIS_URL"]:
        wrong.append("STANDBY_REDIS_URL is for several processes, which this version does not run. Unset it.")
    if wrong:
        raise Unset(wrong)
    return Settings(
        base_url=base_url,
        database_url=given["DATABASE_URL"] or f"sqlite:///{instance / 'standby.db'}",
        field_keys=field_keys,
        index_key=keys["INDEX_KEY"],
        journal_key=keys["JOURNAL_KEY"],
        link_key=keys["LINK_KEY"],
        org=given["ORG"] or "Mobile Crisis Team",
        zone=zone,
        desk_phone=given["DESK_PHONE"],
        session_hours=hours,
        idle_minutes=idle,
        outside=outside,
        geocoder_url=given["GEOCODER_URL"] or None,
    )


def _database(url: str, wrong: list[str]) -> None:
    """A SQLite file, or a PostgreSQL database. The address may hold a password: no sentence repeats it."""
    if not url or SQLITE.fullmatch(url):
        return
    if not _is_postgres(url):
        wrong.append(
            "Set STANDBY_DATABASE_URL to a SQLite file such as sqlite:////var/lib/standby/standby.db, or to "
            f"PostgreSQL as {POSTGRES}://USER:PASSWORD@HOST/DATABASE. Either way one process serves."
        )
    elif find_spec("psycopg") is None:
        wrong.append("PostgreSQL needs its driver: install Standby with the extra named postgres.")


def _is_postgres(url: str) -> bool:
    try:
        read = make_url(url)
    except (ArgumentError, ValueError):
        return False
    return read.drivername == POSTGRES and bool(read.database)


def is_zone(name: str) -> bool:
    """Is there a time zone of this name?"""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # "America" is a folder of zones, not a zone
        return False
    return True


def _whole(name: str, text: str, default: int, most: int, wrong: list[str]) -> int:
    if not text:
        return default
    if not text.isdecimal() or not 1 <= int(text) <= most:
        wrong.append(f"Set STANDBY_{name} to a whole number from 1 to {most}.")
        return default
    return int(text)


def _key(name: str, text: str, wrong: list[str]) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        wrong.append(f"Set STANDBY_{name} to 32 random bytes in base64: `standby keys` prints a fresh set.")
    return key


def _field_keys(text: str, wrong: list[str]) -> tuple[tuple[str, bytes], ...]:
    pairs = [part.partition(":") for part in text.split(",") if part]
    keys = tuple((key_id.strip(), _key("FIELD_KEYS", key, wrong)) for key_id, _, key in pairs)
    ids = [key_id for key_id, _ in keys]
    if not keys or len(set(ids)) < len(ids) or not all(0 < len(key_id) <= KEY_ID_MOST for key_id in ids):
        wrong.append(
            "Set STANDBY_FIELD_KEYS to ID:KEY pairs, the one to write with first: see `standby keys`."
        )
    return keys
