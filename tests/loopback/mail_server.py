"""A mail server on the loopback: real SMTP with STARTTLS and sign-in, that takes letters or fails as told."""

import asyncio
import ssl
import threading
from collections import deque
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

# Not the address that the transport knows as this machine's own: to it, this is a server somewhere else.
ELSEWHERE = "127.0.0.2"


@dataclass(frozen=True)
class Bad:
    """At this word of the dialogue (MAIL, RCPT, DATA or DONE, the end of the letter) something goes wrong: an answer,
    the line is cut, or nothing is said any more. `torn`: cut in the middle of the answer; `drip`: an answer without
    an end, one letter at a time."""

    at: str
    answer: str = ""
    cut: bool = False
    held: bool = False
    drip: bool = False
    torn: bool = False


@dataclass
class LoopbackMail:
    """`letters` are those that were taken. Behind TLS when it has a context; `user` and `password` must fit then."""

    host: str = "127.0.0.1"
    context: ssl.SSLContext | None = None
    at_once: bool = False
    offers_tls: bool = True
    user: str = ""
    password: str = ""
    letters: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)
    in_tls: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._bad: deque[Bad] = deque()
        self._released = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self.port = 0

    def __enter__(self) -> Self:
        at_once = self.context if self.at_once else None
        opened = self._loop.create_server(self._door, self.host, 0, ssl=at_once)
        # In its own thread from the beginning: a browser that a test drives has a loop in this one.
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(opened, self._loop).result(10)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._loop.call_soon_threadsafe(self._close)
        self._thread.join(10)
        self._loop.close()

    def _close(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.call_soon(self._loop.stop)

    def _door(self) -> "_Server":
        later = self.context if self.offers_tls and not self.at_once else None
        server = _Server(
            _Hands(self),
            hostname="loopback",
            tls_context=later,
            require_starttls=later is not None,
            authenticator=self._authenticate if self.user else None,
            auth_required=bool(self.user),
            auth_require_tls=self.context is not None and not self.at_once,
            loop=self._loop,
        )
        server.mail = self
        return server

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
    ) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.signed_in.append(given.login.decode())
        fits = (given.login.decode(), given.password.decode()) == (self.user, self.password)
        return AuthResult(success=fits, handled=False)

    def bad(self, *faults: Bad) -> None:
        """The next letters go wrong in this order."""
        self._bad.extend(faults)

    async def trouble(self, at: str, server: SMTP) -> str | None:
        """What to answer instead, if anything."""
        if not self._bad or self._bad[0].at != at:
            return None
        bad = self._bad.popleft()
        if bad.torn:
            server.transport.write(bad.answer.encode())
            server.transport.close()
            return ""
        if bad.cut:
            server.transport.abort()
            return ""
        while (bad.held or bad.drip) and not self._released.is_set():
            if bad.drip:
                server.transport.write(b"2")
            await asyncio.sleep(0.05)
        return bad.answer


class _Server(SMTP):
    mail: LoopbackMail

    async def smtp_DATA(self, arg: str) -> None:
        bad = await self.mail.trouble("DATA", self)
        if bad is None:
            await super().smtp_DATA(arg)
        elif bad:
            await self.push(bad)


class _Hands:
    def __init__(self, mail: LoopbackMail) -> None:
        self._mail = mail

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        bad = await self._mail.trouble("MAIL", server)
        if bad is not None:
            return bad
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        bad = await self._mail.trouble("RCPT", server)
        if bad is not None:
            return bad
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        bad = await self._mail.trouble("DONE", server)
        if bad is not None:
            return bad
        raw = envelope.content
        assert isinstance(raw, bytes)
        letter = BytesParser(policy=default).parsebytes(raw)
        assert isinstance(letter, EmailMessage)
        self._mail.letters.append(letter)
        self._mail.raw.append(raw)
        self._mail.in_tls.append(session.ssl is not None or self._mail.at_once)
        return "250 OK taken"
