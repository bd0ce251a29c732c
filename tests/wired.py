"""A house on the real wire: Twilio's own client and the loopback, which texts and calls back over HTTP."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from flask import Flask
from sqlalchemy import Table, func, select

from app.clock import VirtualClock
from app.commit import commit, load_incident
from app.factory import create_app
from app.intake import open_incident
from app.outside import Outside, Twilio
from app.shell import Shell
from app.tables import inbox, journal, outbox, pages, seats, ways
from app.wiring import carried_by, shell_for
from app.worker import Worker
from dispatch import commands as c
from dispatch.incident import Incident
from notify.twilio_wire import TwilioTransport
from tests.house import NIGHT, PHONES, PROGRAM, create_schema, furnish, settings_for
from tests.loopback.twilio_server import LoopbackTwilio
from tests.on_the_web import on_the_web

BASE = "https://standby.example"
CALM = {"danger": "no", "weapon": "no", "violence": "no"}


@dataclass
class OnTheWire:
    """A house whose webhooks are reached over HTTP."""

    shell: Shell
    clock: VirtualClock
    worker: Worker
    app: Flask

    def called(self, *, lead: str | None = "ana", second: str | None = "ben") -> str:
        """A call for which a team is being asked; the incident's id."""
        return a_call(self.shell, lead=lead, second=second)

    def incident(self, incident: str) -> Incident:
        return incident_at(self.shell, incident)


@dataclass
class Wired(OnTheWire):
    """The parts a test holds on to."""

    twilio: LoopbackTwilio

    def text(self, person: str, body: str, sid: str | None = None) -> int:
        """This person's phone texts us, and the worker sends what came of it; what our webhook answered."""
        status = self.twilio.receive(PHONES[person], body, sid=sid)
        self.worker.tick()
        return status

    def texts(self, person: str) -> list[str]:
        """What went out to this person's phone, oldest first."""
        return [seen.form["Body"] for seen in self.twilio.sends(PHONES[person]) if "Body" in seen.form]

    def sid(self, person: str) -> str:
        """Twilio's id of the newest text to this person."""
        return [text.sid for text in self.twilio.messages.values() if text.to == PHONES[person]][-1]

    def pass_time(self, **length: float) -> None:
        """Let time pass and let the worker see it."""
        self.clock.move(timedelta(**length))
        self.worker.tick()

    def post(self, path: str, pairs: list[tuple[str, str]], headers: Mapping[str, str]) -> int:
        """A webhook as anybody could send it."""
        real = urlsplit(self.twilio.webhook_base or "")
        connection = HTTPConnection(real.hostname or "", real.port, timeout=10)
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Host": urlsplit(BASE).netloc}
        try:
            connection.request("POST", path, urlencode(pairs), {**kind, **headers})
            return connection.getresponse().status
        finally:
            connection.close()

    def everything(self) -> list[int]:
        """How many rows each table has that a webhook could touch: equal means that nothing changed."""
        tables: tuple[Table, ...] = (journal, outbox, inbox, pages, seats)
        with self.shell.store.read() as connection:
            counts = [connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables]
            blocked = select(func.count()).where(ways.c.blocked_at.is_not(None))
            return [*counts, connection.scalar(blocked) or 0]


@contextmanager
def a_wired_house(
    directory: Path, *, calls: bool = False, database_url: str | None = None
) -> Iterator[Wired]:
    """A house whose texts, and calls if it makes any, really go out and come in; time passes only when the test says
    so."""
    clock = VirtualClock(NIGHT)
    with LoopbackTwilio(public_base=BASE, now=clock.now) as twilio:
        number = twilio.sender if calls else None
        provider = Twilio(twilio.account_sid, twilio.auth_token, None, twilio.sender, twilio.base, number)
        wire = TwilioTransport(
            provider.account_sid,
            provider.auth_token,
            provider.sender,
            provider.api_base,
            calls_from=provider.calls_from,
        )
        with hooked(directory, clock, Outside(provider), database_url) as (shell, app, address):
            twilio.webhook_base = address
            yield Wired(shell, clock, Worker(shell, carried_by(wire)), app, twilio)


@contextmanager
def hooked(
    directory: Path, clock: VirtualClock, outside: Outside, database_url: str | None
) -> Iterator[tuple[Shell, Flask, str]]:
    """A furnished service and where it listens. In a SQLite file of its own, or in the database at `database_url`,
    which has its tables already."""
    own_file = f"sqlite:///{directory / 'standby.db'}"
    settings = settings_for(database_url or own_file, base_url=BASE, demo=False, outside=outside)
    shell = shell_for(settings, clock)
    if database_url is None:
        create_schema(shell)
    furnish(shell)
    app = create_app(shell)
    try:
        with on_the_web(app) as address:
            yield shell, app, address
    finally:
        shell.store.close()


def a_call(shell: Shell, *, lead: str | None = "ana", second: str | None = "ben", **words: str) -> str:
    """A call that is taken down, triaged and dispatched; the incident's id."""
    fields = {"callback": "218-555-0162", "place": "77 Kestrel Ln", "area": "Nyberg Township", **words}
    done = open_incident(shell, "ruiz", PROGRAM, "phone", CALM, (), fields, "board")
    ask(shell, done.incident.id, c.Triage("ruiz", 2, "known_pattern"), c.Dispatch("ruiz", lead, second))
    return done.incident.id


def ask(shell: Shell, incident: str, *commands: c.Command) -> None:
    """Ask these of the incident, one after the other."""
    for command in commands:
        commit(shell, incident, command, via="board")


def incident_at(shell: Shell, incident: str) -> Incident:
    """The incident as it is stored."""
    with shell.store.read() as connection:
        found = load_incident(connection, incident)
    assert found is not None
    return found
