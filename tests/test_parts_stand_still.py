"""Each part of the running service is stopped in turn, and the board, the dead man and the mail say so in time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.loopback.ears import Ears
from tests.loopback.mail_server import LoopbackMail
from tests.loopback.twilio_faults import refusing
from tests.loopback.twilio_server import LoopbackTwilio
from tests.served import ROOT, Desk, Served, a_service, until

pytestmark = pytest.mark.servers
BOARD_WITHIN = 15.0
# Between two questions of an open board.
BOARD_ASKS_EVERY = 4.0
TOLD_WITHIN = 30.0
GONE_WITHIN = 60.0
PING = 1.0


@dataclass
class Held(Served):
    """The service with a line to its parts."""

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.watched_service", str(self.port), str(PING)],
            cwd=ROOT,
            env={**os.environ, **self.environment, "HELD_FOLDER": "/tmp"},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until(self._answers, 60.0, "the service's first answer")

    def hold(self, part: str) -> None:
        assert self.process is not None and self.process.stdin is not None
        self.process.stdin.write(f"{part}\n".encode())
        self.process.stdin.flush()

    def rail(self, desk: Desk) -> str:
        answer = desk.http.get(
            f"{self.address}/board/changes?after=0", headers={"X-Standby": "1"}, timeout=20
        )
        return str(answer.json()["rail"])

    def health(self) -> dict[str, object]:
        said: dict[str, object] = requests.get(f"{self.address}/healthz", timeout=20).json()
        return said


@dataclass
class Outside:
    """The running service and everybody who listens to it."""

    served: Held
    desk: Desk
    ears: Ears
    mail: LoopbackMail
    twilio: LoopbackTwilio

    def subjects(self) -> list[str]:
        return [str(letter["subject"]).rpartition(": ")[2] for letter in self.mail.letters]

    def no_ping_for(self, seconds: float) -> bool:
        """Watch for a while: does the dead man's URL stay silent?"""
        before, ends = self.ears.pings, time.monotonic() + seconds
        with pytest.raises(AssertionError):
            until(lambda: self.ears.pings > before, ends - time.monotonic(), "a ping")
        return self.ears.pings == before


@pytest.fixture
def outside(tmp_path: Path, database_url: str | None) -> Iterator[Outside]:
    with everybody(tmp_path, database_url) as found:
        yield found


@contextmanager
def everybody(folder: Path, database_url: str | None = None) -> Iterator[Outside]:
    with LoopbackTwilio() as twilio, LoopbackMail() as mail, Ears() as ears:
        more = {
            "SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
            "MAIL_FROM": "standby@alder.example",
            "ALARM_EMAIL": "ops@alder.example",
            "ALARM_URL": ears.url("/alarm"),
            "DEADMAN_URL": ears.url("/ping"),
        }
        with a_service(folder, twilio, database_url, kind=Held, **more) as served:
            assert isinstance(served, Held)
            until(lambda: ears.pings >= 2, 30.0, "the first pings")
            yield Outside(served, served.desk(), ears, mail, twilio)


def watchdogs(served: Served) -> list[int]:
    """The watchdogs that this service, or its processes, started; those that it left behind too."""
    known = subprocess.run(
        ["pgrep", "-f", "-a", "app.watchdog"], capture_output=True, text=True, check=False
    ).stdout
    pids = [int(line.split()[0]) for line in known.splitlines()]
    return [pid for pid in pids if _holds(pid, served)]


def _holds(pid: int, served: Served) -> bool:
    assert served.process is not None
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    parent = int(status.split("PPid:")[1].split()[0])
    family = {served.process.pid, *_children(served.process.pid)}
    return parent in family and "\nState:\tZ" not in status


def _children(pid: int) -> list[int]:
    said = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(line) for line in said.split()]


def shown_within(outside: Outside, words: str) -> float:
    return until(lambda: words in outside.served.rail(outside.desk), BOARD_WITHIN, f"the board's {words!r}")


def test_f10_f86_a_worker_that_stands_still_is_red_on_the_board_and_told_outside(outside: Outside) -> None:
    outside.served.hold("worker")
    took = shown_within(outside, "The worker was last heard")
    assert took + BOARD_ASKS_EVERY <= BOARD_WITHIN
    assert 'data-alarm="page"' in outside.served.rail(outside.desk), "pages do not go out: that is red"
    assert "/board/by-hand" in outside.served.rail(outside.desk)
    until(lambda: outside.mail.letters and outside.ears.told, TOLD_WITHIN - took, "mail and hook")
    assert "The worker was last heard" in outside.mail.letters[0].get_content()
    assert "The worker was last heard" in outside.ears.told[0]["text"]
    assert outside.no_ping_for(4 * PING)


def test_f86_an_auditor_that_stands_still_is_shown_and_told_and_is_not_red(outside: Outside) -> None:
    outside.served.hold("auditor")
    took = shown_within(outside, "The auditor was last heard")
    assert took + BOARD_ASKS_EVERY <= BOARD_WITHIN
    assert "data-alarm" not in outside.served.rail(outside.desk), "pages go out"
    until(lambda: outside.mail.letters and outside.ears.told, TOLD_WITHIN - took, "mail and hook")
    assert "The auditor was last heard" in outside.mail.letters[0].get_content()
    assert outside.no_ping_for(4 * PING)


def test_f86_a_watchdog_that_stands_still_is_shown_told_and_started_anew(outside: Outside) -> None:
    (first,) = watchdogs(outside.served)
    os.kill(first, signal.SIGSTOP)
    took = shown_within(outside, "The watchdog was last heard")
    assert took + BOARD_ASKS_EVERY <= BOARD_WITHIN
    until(lambda: watchdogs(outside.served) not in ([], [first]), 20.0, "another watchdog")
    until(lambda: outside.mail.letters and outside.ears.told, TOLD_WITHIN, "mail and hook")
    assert "was started anew" in outside.mail.letters[0].get_content()
    assert first not in watchdogs(outside.served)
    until(lambda: outside.served.health()["ok"], 15.0, "the house well again")
    assert outside.no_ping_for(4 * PING), "an alarm of the house stands and nobody has it"


def test_f86_a_service_that_stands_still_is_told_and_told_to_be_over(outside: Outside) -> None:
    assert outside.served.process is not None
    os.killpg(outside.served.process.pid, signal.SIGSTOP)
    try:
        until(lambda: outside.mail.letters and outside.ears.told, TOLD_WITHIN, "mail and hook")
        assert outside.no_ping_for(4 * PING)
    finally:
        os.killpg(outside.served.process.pid, signal.SIGCONT)
    assert "Standby does not answer." in outside.mail.letters[0].get_content()
    until(lambda: len(outside.subjects()) == 2, TOLD_WITHIN, "the word that it is over")
    assert outside.subjects() == ["Standby needs you", "Standby is well again"]
    before = outside.ears.pings
    until(lambda: outside.ears.pings > before, 10.0, "pings again")


def test_f86_a_service_that_is_killed_is_told_and_leaves_no_orphan(tmp_path: Path) -> None:
    with everybody(tmp_path) as outside:
        (watchdog,) = watchdogs(outside.served)
        outside.served.kill()
        until(lambda: outside.mail.letters and outside.ears.told, GONE_WITHIN, "mail and hook")
        assert "has ended without being told to" in outside.mail.letters[0].get_content()
        until(lambda: not _alive(watchdog), GONE_WITHIN, "the watchdog's own end")
        assert outside.no_ping_for(3 * PING)


def test_a_service_that_is_told_to_stop_tells_nobody_and_leaves_no_orphan(tmp_path: Path) -> None:
    with everybody(tmp_path) as outside:
        (watchdog,) = watchdogs(outside.served)
        process = outside.served.process
        assert process is not None
        process.terminate()
        process.wait(30)
        outside.served.process = None
        until(lambda: not _alive(watchdog), 10.0, "the watchdog's own end")
        assert not outside.mail.letters and not outside.ears.told


def test_f10_a_worker_whose_thread_ends_comes_back_with_a_new_process(tmp_path: Path) -> None:
    with everybody(tmp_path) as outside:
        assert outside.served.process is not None
        (before,) = _serving(outside.served)
        outside.served.hold("end worker")
        until(lambda: before not in _serving(outside.served), TOLD_WITHIN, "the end of the process")
        until(lambda: _serving(outside.served), 10.0, "another process")
        until(lambda: _well(outside.served), 30.0, "the house well again")


def test_f87_when_the_only_provider_refuses_the_account_the_alarm_still_arrives_by_mail(
    tmp_path: Path,
) -> None:
    with everybody(tmp_path) as outside:
        outside.twilio.fault(*[refusing(20003, 401)] * 200)
        _, ref = outside.served.a_call()
        outside.desk.post(f"/incidents/{ref}/dispatch")
        until(lambda: outside.mail.letters and outside.ears.told, TOLD_WITHIN, "mail and hook")
        assert "20003" in outside.mail.letters[0].get_content()
        shown_within(outside, "/board/by-hand")
        answer = outside.desk.http.get(f"{outside.served.address}/board/by-hand", timeout=20)
        assert answer.status_code == 200 and str(ref) in answer.text and "Ana Vela" in answer.text


def _serving(served: Served) -> list[int]:
    assert served.process is not None
    dogs = watchdogs(served)
    return [pid for pid in _children(served.process.pid) if pid not in dogs]


def _well(served: Held) -> bool:
    try:
        return served.health()["ok"] is True
    except requests.RequestException:
        return False


def _alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
