"""Whoever stands outside and carries or hears us: telephone providers, push, mail, the alarm path. From settings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from notify.mail import is_address
from notify.push_address import public_key

PREFIX = "STANDBY_"
KNOWN = (
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_AUTH_TOKEN_PREVIOUS",
    "TWILIO_FROM",
    "TWILIO_CALLS_FROM",
    "TWILIO_API_BASE",
    "TELNYX_API_KEY",
    "TELNYX_PUBLIC_KEY",
    "TELNYX_FROM",
    "TELNYX_ACCOUNT",
    "TELNYX_VOICE_APP",
    "TELNYX_API_BASE",
    "VAPID_PRIVATE_KEY",
    "VAPID_CONTACT",
    "PUSH_HOSTS",
    "SMTP_URL",
    "MAIL_FROM",
    "ALARM_EMAIL",
    "ALARM_URL",
    "DEADMAN_URL",
    "PROBE_NUMBERS",
)
# A number as the provider writes it, a short code, or the id of a messaging service.
SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{5,6}|MG[0-9a-f]{32}")
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
# Thirty-two bytes in base64, as Telnyx's portal shows them.
PUBLIC_KEY = re.compile(r"[A-Za-z0-9+/]{43}=")
ADDRESS = re.compile(r"[^@\s,]+@[^@\s,]+\.[^@\s,]+")


@dataclass(frozen=True)
class Twilio:
    """The first telephone provider. `calls_from` is the number that calls come from; None where the sender is no
    number and no other is given: then it carries no calls. `api_base` is only set to reach a loopback server."""

    account_sid: str
    auth_token: str
    auth_token_previous: str | None
    sender: str
    api_base: str | None
    calls_from: str | None = None


@dataclass(frozen=True)
class Telnyx:
    """The second telephone provider. `voice_app` is the id of its TeXML application; None: it carries no calls."""

    api_key: str
    public_key: str
    sender: str
    account: str | None = None
    voice_app: str | None = None
    api_base: str | None = None


@dataclass(frozen=True)
class Vapid:
    """The key that push services know us by (base64url, as `standby keys` prints it), and whom they write to.
    `hosts` are push services beside the well-known ones, for a loopback server."""

    private_key: str
    contact: str
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mail:
    """Where letters are handed in. `tls`: from the first byte; else STARTTLS where the server offers it."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    sender: str


@dataclass(frozen=True)
class Watched:
    """Who hears when the service itself is not well: addresses and a URL that use no SMS provider, the URL that is
    pinged only while all is well, and numbers of ours that synthetic pages go to."""

    emails: tuple[str, ...] = ()
    url: str | None = None
    deadman: str | None = None
    probes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outside:
    """All of them. None: not set."""

    twilio: Twilio | None = None
    telnyx: Telnyx | None = None
    vapid: Vapid | None = None
    mail: Mail | None = None
    watched: Watched = Watched()

    @property
    def carried(self) -> frozenset[str]:
        """The channels that one of these carries."""
        calls = (self.twilio and self.twilio.calls_from) or (self.telnyx and self.telnyx.voice_app)
        found = {
            "text": self.twilio or self.telnyx,
            "call": calls,
            "push": self.vapid,
            "email": self.mail,
        }
        return frozenset(channel for channel, carrier in found.items() if carrier)


def read_outside(given: Mapping[str, str], wrong: list[str]) -> Outside:
    """What stands outside, from settings without their prefix. Adds a sentence for each thing that is wrong."""
    telnyx = _telnyx(given, wrong)
    twilio = _twilio(given, wrong, needed=telnyx is None)
    mail = _mail(given, wrong)
    return Outside(twilio, telnyx, _vapid(given, wrong), mail, _watched(given, mail, wrong))


def _twilio(given: Mapping[str, str], wrong: list[str], needed: bool) -> Twilio | None:
    names = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM")
    missing = [PREFIX + name for name in names if not given[name]]
    if len(missing) == len(names) and not needed:
        return None
    if missing:
        wrong.append(f"Set {', '.join(missing)}: without a telephone provider no page can go out.")
        return None
    sender, calls = given["TWILIO_FROM"], given["TWILIO_CALLS_FROM"]
    if not SENDER.fullmatch(sender):
        wrong.append(
            "Set STANDBY_TWILIO_FROM to a number such as +12185550100, or a messaging service's MG id."
        )
    if calls and not NUMBER.fullmatch(calls):
        wrong.append("Set STANDBY_TWILIO_CALLS_FROM to a number such as +12185550100.")
    return Twilio(
        given["TWILIO_ACCOUNT_SID"],
        given["TWILIO_AUTH_TOKEN"],
        given["TWILIO_AUTH_TOKEN_PREVIOUS"] or None,
        sender,
        given["TWILIO_API_BASE"] or None,
        calls or (sender if NUMBER.fullmatch(sender) else None),
    )


def _telnyx(given: Mapping[str, str], wrong: list[str]) -> Telnyx | None:
    names = ("TELNYX_API_KEY", "TELNYX_PUBLIC_KEY", "TELNYX_FROM")
    if not any(given[name] for name in names):
        return None
    missing = [PREFIX + name for name in names if not given[name]]
    if missing:
        wrong.append(f"Set {', '.join(missing)} too, or none of Telnyx's settings.")
        return None
    if not NUMBER.fullmatch(given["TELNYX_FROM"]):
        wrong.append("Set STANDBY_TELNYX_FROM to a number such as +12185550101.")
    if not PUBLIC_KEY.fullmatch(given["TELNYX_PUBLIC_KEY"]):
        wrong.append("Set STANDBY_TELNYX_PUBLIC_KEY to the account's public key, as the portal shows it.")
    if given["TELNYX_VOICE_APP"] and not given["TELNYX_ACCOUNT"]:
        wrong.append("Set STANDBY_TELNYX_ACCOUNT beside STANDBY_TELNYX_VOICE_APP: calls need both.")
    return Telnyx(
        given["TELNYX_API_KEY"],
        given["TELNYX_PUBLIC_KEY"],
        given["TELNYX_FROM"],
        given["TELNYX_ACCOUNT"] or None,
        given["TELNYX_VOICE_APP"] or None,
        given["TELNYX_API_BASE"] or None,
    )


def _vapid(given: Mapping[str, str], wrong: list[str]) -> Vapid | None:
    key, contact = given["VAPID_PRIVATE_KEY"], given["VAPID_CONTACT"].removeprefix("mailto:")
    if not key and not contact:
        return None
    try:
        public_key(key)
    except ValueError:
        wrong.append("Set STANDBY_VAPID_PRIVATE_KEY to the key that `standby keys` prints.")
    if contact and not ADDRESS.fullmatch(contact):
        wrong.append("Set STANDBY_VAPID_CONTACT to a mail address that push services may write to.")
    hosts = tuple(host.strip() for host in given["PUSH_HOSTS"].split(",") if host.strip())
    return Vapid(key, contact or given["MAIL_FROM"] or _site(given["BASE_URL"]), hosts)


def _site(base_url: str) -> str:
    """Without an address of ours they are given the site, as RFC 8292 allows: https, and no more than its name."""
    parts = urlsplit(base_url)
    named = parts.scheme == "https" and "." in (parts.hostname or "")
    return f"https://{parts.hostname}" if named else "standby@localhost"


def _mail(given: Mapping[str, str], wrong: list[str]) -> Mail | None:
    if not given["SMTP_URL"]:
        return None
    parts = urlsplit(given["SMTP_URL"])
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or port == 0:
        wrong.append("Set STANDBY_SMTP_URL as smtp://USER:PASSWORD@HOST:PORT, or smtps:// for TLS at once.")
        return None
    if not is_address(given["MAIL_FROM"]):
        wrong.append("Set STANDBY_MAIL_FROM to the address that letters come from.")
    tls = parts.scheme == "smtps"
    return Mail(
        parts.hostname,
        port or (465 if tls else 587),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        tls,
        given["MAIL_FROM"],
    )


def _watched(given: Mapping[str, str], mail: Mail | None, wrong: list[str]) -> Watched:
    emails = _list(given["ALARM_EMAIL"])
    if not all(is_address(one) for one in emails):
        wrong.append("Set STANDBY_ALARM_EMAIL to mail addresses, with commas between them.")
    if emails and mail is None:
        wrong.append("STANDBY_ALARM_EMAIL needs STANDBY_SMTP_URL and STANDBY_MAIL_FROM.")
    for name in ("ALARM_URL", "DEADMAN_URL"):
        if given[name] and (
            urlsplit(given[name]).scheme not in ("http", "https") or not urlsplit(given[name]).hostname
        ):
            wrong.append(f"Set STANDBY_{name} to an http or https address.")
    probes = _list(given["PROBE_NUMBERS"])
    if not all(NUMBER.fullmatch(one) for one in probes):
        wrong.append("Set STANDBY_PROBE_NUMBERS to numbers of your own such as +12185550102, with commas.")
    return Watched(emails, given["ALARM_URL"] or None, given["DEADMAN_URL"] or None, probes)


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
