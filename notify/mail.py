"""The wire to our mail server: one plain letter, over TLS that is verified, within a bounded time."""

import re
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from hashlib import sha256
from threading import Timer
from typing import BinaryIO

from notify.connecting import connected
from notify.transport import Channel, Letter, Outcome, Sendable, Sighting

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 8.0
ADDRESS_MOST = 254
SUBJECT_MOST = 150
# Plain letters of one alphabet and one @: what a header, a command and a person all read alike.
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
ENHANCED = re.compile(rb"^([245]\.\d{1,3}\.\d{1,3})\b")
# Nothing leaves this machine on the way there.
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SIGN_IN = frozenset({530, 534, 535, 538})


def is_address(address: str) -> bool:
    """Can a letter be sent there, as far as one can see?"""
    return len(address) <= ADDRESS_MOST and ADDRESS.fullmatch(address) is not None


class Refusal(Exception):
    """The server, or we ourselves, said no while nothing was handed over yet."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.code)
        self.outcome = outcome


class MailTransport:
    """Hands letters to one server, each over a connection of its own. Safe to share between threads."""

    name = "smtp"

    def __init__(
        self,
        host: str,
        port: int,
        user: str,
        password: str,
        tls: bool,
        sender: str,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._at = (host, port)
        self._user, self._password = user, password
        self._tls = tls
        self._sender = sender
        self._seconds = total_seconds
        self._trusted = ssl.create_default_context()

    def send(self, what: Sendable) -> Outcome:
        assert isinstance(what, Letter)
        if not is_address(what.to):
            return Outcome("refused", code="not_an_address", permanent=True)
        try:
            with self._line() as line:
                self._greet(line)
                self._address(line, what.to)
                return _handed_over(line, written(what, self._sender))
        except Refusal as no:
            return no.outcome
        except ssl.SSLCertVerificationError:
            return Outcome("refused", code="bad_certificate", account_wide=True)
        except (smtplib.SMTPException, OSError):
            # Before the letter itself nothing can have gone out, whatever broke.
            return Outcome("refused", code="unreachable")

    def find(self, what: Sendable, since: datetime) -> tuple[Sighting, ...] | None:
        """A mail server keeps no list. A letter that is sent again has the same Message-ID, so that it is one."""
        return None

    def fetch(self, channel: Channel, provider_id: str) -> Sighting | None:
        return None

    @contextmanager
    def _line(self) -> Iterator["_Line"]:
        line = _Line(self._at, self._sender.rpartition("@")[2], self._trusted, self._tls, self._seconds)
        try:
            line.open()
            yield line
        finally:
            line.hang_up()

    def _greet(self, line: "_Line") -> None:
        _fine(line.ehlo_or_helo(), "hello")
        if not self._tls and self._at[0] not in LOOPBACK:
            if line.has_extn("starttls"):
                line.starttls(context=self._trusted)
                _fine(line.ehlo_or_helo(), "hello")
            elif self._user:
                raise Refusal(Outcome("refused", code="no_tls", account_wide=True))
        if self._user:
            _sign_in(line, self._user, self._password)

    def _address(self, line: "_Line", to: str) -> None:
        _fine(line.mail(self._sender), "sender")
        _fine(line.rcpt(to), "address")


class _Line(smtplib.SMTP):
    """smtplib's client with an end: it bounds each read, and a server that says one letter a second would hold it
    for ever. When the time is over the connection is shut, from outside, wherever it stands."""

    def __init__(
        self, at: tuple[str, int], our_name: str, trusted: ssl.SSLContext, tls: bool, seconds: float
    ) -> None:
        # Left to itself it asks for our own full name, which may take as long as the name service likes.
        super().__init__(local_hostname=our_name, timeout=seconds)
        self._at, self._trusted, self._at_once, self._seconds = at, trusted, tls, seconds
        # What STARTTLS checks the certificate against.
        self._host = at[0]
        self._held: socket.socket | None = None
        self._end: Timer | None = None

    def open(self) -> None:
        status, words = self.connect(*self._at)
        _fine((status, words), "hello")

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        began = time.monotonic()
        plain = connected(host, port, min(CONNECT_SECONDS, self._seconds))
        plain.settimeout(self._seconds)
        # A second handle on the same connection: wrapping in TLS takes the first one away.
        self._held = plain.dup()
        self._end = Timer(self._seconds - (time.monotonic() - began), _shut, (self._held,))
        self._end.daemon = True
        self._end.start()
        return self._trusted.wrap_socket(plain, server_hostname=host) if self._at_once else plain

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Lines(self.sock.makefile("rb"))
        return super().getreply()

    def ehlo_or_helo(self) -> tuple[int, bytes]:
        status, words = self.ehlo()
        return (status, words) if 200 <= status <= 299 else self.helo()

    def hang_up(self) -> None:
        """No QUIT: what has been said is settled, and its answer is worth no time."""
        if self._end is not None:
            self._end.cancel()
        self.close()
        if self._held is not None:
            self._held.close()


class _Lines:
    """Answers of whole lines: smtplib would take the beginning of one, on a line that is cut, for a yes."""

    def __init__(self, lines: BinaryIO) -> None:
        self._lines = lines

    def readline(self, most: int) -> bytes:
        line = self._lines.readline(most)
        if line and not line.endswith(b"\n"):
            raise ConnectionError("half a line")
        return line

    def close(self) -> None:
        self._lines.close()


def _shut(held: socket.socket) -> None:
    try:
        held.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # over already


def _sign_in(line: "_Line", user: str, password: str) -> None:
    try:
        line.login(user, password)
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPResponseException as no:
        raise Refusal(_refused(no.smtp_code, _bytes(no.smtp_error), "sign in")) from None
    except (smtplib.SMTPException, UnicodeError):
        # A word that the dialogue has no letters for, or it offers no way to sign in that we know.
        raise Refusal(Outcome("refused", code="smtp-538", account_wide=True)) from None


def _handed_over(line: "_Line", letter: bytes) -> Outcome:
    """From the first byte of the letter on, only the server's last word is certain."""
    _fine(line.docmd("data"), "letter", 300)
    try:
        status, words = _body(line, letter)
    except (smtplib.SMTPException, OSError):
        return Outcome("ambiguous", code="no_answer")
    if 200 <= status <= 299:
        return Outcome("sent")
    return _refused(status, words, "letter")


def _body(line: "_Line", letter: bytes) -> tuple[int, bytes]:
    quoted = re.sub(rb"(?m)^\.", b"..", letter)
    line.send(quoted + (b"" if quoted.endswith(b"\r\n") else b"\r\n") + b".\r\n")
    return line.getreply()


def written(letter: Letter, sender: str) -> bytes:
    """The letter as it goes over the wire. A resend of the same letter has the same Message-ID."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = _one_line(letter.subject)
    message["Date"] = formatdate()
    message["Message-ID"] = _message_id(letter, sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body, cte="quoted-printable")
    return message.as_bytes()


def _message_id(letter: Letter, domain: str) -> str:
    if not letter.our_id:
        return make_msgid(domain=domain)
    what = "\0".join((letter.our_id, letter.to, letter.subject, letter.body))
    return f"<{letter.our_id}.{sha256(what.encode()).hexdigest()[:20]}@{domain}>"


def _one_line(text: str) -> str:
    """A header ends at its line: nothing that a subject holds begins another one."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(plain.split())[:SUBJECT_MOST]


def _fine(answer: tuple[int, bytes | str], what: str, least: int = 200) -> None:
    status, words = answer
    if not least <= status <= least + 99:
        raise Refusal(_refused(status, _bytes(words), what))


def _bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode("utf-8", "replace")


def _refused(status: int, words: bytes, what: str) -> Outcome:
    """A no. The enhanced code says what it is about, where the server gives one (RFC 3463)."""
    if status < 400:
        return Outcome("refused", code="unreachable")
    if status < 500:
        # Of a password, not of this letter: the mailbox behind it may be well.
        return Outcome("refused", code=f"smtp-{status}", account_wide=what == "sign in")
    found = ENHANCED.match(words)
    enhanced = found[1].decode() if found else ""
    if what == "sign in" or status in SIGN_IN:
        return Outcome("refused", code=f"smtp-{status}", account_wide=True)
    if what == "sender":
        return Outcome("refused", code="sender", account_wide=True)
    if enhanced.startswith("5.7."):
        return Outcome("refused", code="policy")
    if what == "address":
        full = enhanced.startswith(("5.2.2", "5.3."))
        return Outcome("refused", code=f"smtp-{enhanced or status}", permanent=not full)
    return Outcome("refused", code=f"smtp-{enhanced or status}")
