"""The real service as a process of its own, on real SQLite and the loopback Twilio; made to be killed."""

import base64
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests
from sqlalchemy import select

from app.commit import commit
from app.intake import open_incident
from app.schema import upgrade
from app.settings import Settings, read_settings
from app.shell import Shell, digest, new_id
from app.tables import programs, sessions
from app.wiring import shell_for
from dispatch.commands import Triage
from tests.house import PASSWORD, PROGRAM, furnish
from tests.loopback.twilio_server import LoopbackTwilio

ROOT = Path(__file__).parent.parent
UP_WITHIN = 60.0
CALM = {"danger": "no", "weapon": "no", "violence": "no"}


def until(happens: Callable[[], object], within: float, what: str) -> float:
    """Wait for it; how long it took, in seconds. Fails when it does not happen in time."""
    began = time.monotonic()
    pause = threading.Event()
    while not happens():
        assert time.monotonic() - began < within, f"{what} did not happen within {within} s"
        pause.wait(0.02)
    return time.monotonic() - began


@dataclass
class Desk:
    """A dispatcher's browser, kept alive between requests."""

    address: str
    csrf: str
    http: requests.Session = field(default_factory=requests.Session)

    def post(self, path: str, **fields: str) -> requests.Response:
        """Send a form as the page would."""
        form = {"csrf": self.csrf, "key": new_id(), **fields}
        return self.http.post(self.address + path, data=form, allow_redirects=False, timeout=20)


@dataclass
class Served:
    """The process, and our own view of its database."""

    shell: Shell
    environment: dict[str, str]
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve", "--port", str(self.port)],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until(self._answers, UP_WITHIN, "the service's first answer")

    def kill(self) -> None:
        """Kill -9, the whole family at once."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
            self.process = None

    def _answers(self) -> bool:
        assert self.process is not None and self.process.poll() is None, "the service stopped"
        try:
            return requests.get(f"{self.address}/sign-in", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def desk(self, person: str = "ruiz") -> Desk:
        """Sign in over HTTP."""
        desk = Desk(self.address, "")
        form = {"email": f"{person}@alder.example", "password": PASSWORD}
        answer = desk.http.post(f"{self.address}/sign-in", data=form, allow_redirects=False, timeout=20)
        assert answer.status_code == 302, answer.text
        with self.shell.store.read() as connection:
            token = digest(desk.http.cookies["standby"])
            desk.csrf = connection.scalar(select(sessions.c.csrf).where(sessions.c.digest == token)) or ""
        return desk

    def a_call(self) -> tuple[str, int]:
        """A triaged call, written beside the service; its id and its spoken number."""
        incident = open_incident(
            self.shell, "ruiz", PROGRAM, "phone", CALM, (), {"callback": "218-555-0147"}, "board"
        ).incident
        commit(self.shell, incident.id, Triage("ruiz", 2, "known_pattern"), via="board")
        return incident.id, incident.ref


@contextmanager
def a_service(
    folder: Path,
    twilio: LoopbackTwilio,
    database_url: str | None = None,
    kind: type[Served] = Served,
    **more: str,
) -> Iterator[Served]:
    """A furnished database and the service on it, started. `more` are settings without their prefix; `kind` starts it
    in another way."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = environment_for(folder, port, twilio)
    environment |= {f"STANDBY_{name}": value for name, value in more.items()}
    if database_url is not None:
        environment["STANDBY_DATABASE_URL"] = database_url
    shell = shell_for(_settings(environment, folder))
    upgrade(shell.store)
    furnish(shell)
    _at_night(shell)
    served = kind(shell, environment, port)
    try:
        served.start()
        yield served
    finally:
        served.kill()
        shell.store.close()


def _at_night(shell: Shell) -> None:
    """Three in the morning on the county's wall, whenever this runs: phones are tested by day, and a test that counts
    texts must not meet those."""
    east = (3 - shell.clock.now().hour + 12) % 24 - 12
    with shell.store.write() as connection:
        connection.execute(programs.update().values(zone=f"Etc/GMT{-east:+d}"))


def _settings(environment: dict[str, str], folder: Path) -> Settings:
    return read_settings(environment, folder)


def environment_for(folder: Path, port: int, twilio: LoopbackTwilio) -> dict[str, str]:
    """Every setting that the service needs."""
    keys = {name: base64.b64encode(name[:1].encode() * 32).decode() for name in ("INDEX", "JOURNAL", "LINK")}
    return {
        "STANDBY_BASE_URL": f"http://127.0.0.1:{port}",
        "STANDBY_DATABASE_URL": f"sqlite:///{folder / 'standby.db'}",
        "STANDBY_FIELD_KEYS": f"k1:{base64.b64encode(b'f' * 32).decode()}",
        **{f"STANDBY_{name}_KEY": key for name, key in keys.items()},
        "STANDBY_ORG": "Alder County Mobile Crisis",
        "STANDBY_TWILIO_ACCOUNT_SID": twilio.account_sid,
        "STANDBY_TWILIO_AUTH_TOKEN": twilio.auth_token,
        "STANDBY_TWILIO_FROM": twilio.sender,
        "STANDBY_TWILIO_API_BASE": twilio.base,
    }
