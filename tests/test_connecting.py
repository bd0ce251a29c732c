"""Connecting ends in time over all four wires, however many addresses a name has and however long it is looked up."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from notify.connecting import connected, in_turn
from notify.mail import MailTransport
from notify.telnyx_wire import TelnyxTransport
from notify.transport import Letter, Outcome, Push, Sendable, Text, Transport
from notify.twilio_wire import TwilioTransport
from notify.web_push import PushTransport
from tests.loopback.black_hole import NAME, black_hole, found_at
from tests.loopback.dripping import dripping
from tests.loopback.push_server import LoopbackPush
from tests.test_push_wire import SECRET

SECONDS = 0.4
# Eight seconds, were each given the whole time.
ADDRESSES = ("127.0.0.1",) * 20
SENDER = "standby@alder.example"
TEXT = Text("+15005550010", "Crisis page 2291.", "https://standby.example/hooks", "o1")
LETTER = Letter("ana@alder.example", "Alder", "Open it.", "17")


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port at which a name with many addresses never answers."""
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(socket, "getaddrinfo", found_at(*ADDRESSES))
    with black_hole() as port:
        yield port


def twilio(port: int) -> tuple[Transport, Sendable]:
    return TwilioTransport("AC" + "0" * 32, "token", "+15005550006", base(port), SECONDS), TEXT


def telnyx(port: int) -> tuple[Transport, Sendable]:
    made = TelnyxTransport("KEY", "+15005550107", None, None, base(port), total_seconds=SECONDS)
    assert made.is_ready(60)
    return made, TEXT


def push(port: int) -> tuple[Transport, Sendable]:
    with LoopbackPush() as service:
        keys = service.browser().keys
    wire = PushTransport(SECRET, "keeper@alder.example", (NAME,), SECONDS)
    return wire, Push(f"{base(port)}/send/one", keys, {"title": "Alder"}, "17")


def mail(port: int) -> tuple[Transport, Sendable]:
    return MailTransport(NAME, port, "", "", False, SENDER, SECONDS), LETTER


def base(port: int) -> str:
    return f"http://{NAME}:{port}"


@pytest.mark.parametrize("made", [twilio, telnyx, push, mail])
def test_a_name_with_many_addresses_takes_no_longer_than_a_name_with_one(
    nowhere: int, made: Callable[[int], tuple[Transport, Sendable]]
) -> None:
    wire, what = made(nowhere)
    began = time.monotonic()
    assert wire.send(what) == Outcome("refused", code="unreachable")
    assert time.monotonic() - began < 4.0, "a slow machine is forgiven; twenty addresses are not waited for"


def test_a_letter_has_no_more_time_because_connecting_took_some(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second for the address that never answers, a tenth for the server's first word, and no more."""
    with dripping("headers") as server:
        port = int(server.rpartition(":")[2])
        monkeypatch.setattr(socket, "getaddrinfo", found_at("127.0.0.2", "127.0.0.1"))
        with black_hole("127.0.0.2", port):
            wire = MailTransport(NAME, port, "", "", False, SENDER, 1.4)
            began = time.monotonic()
            assert wire.send(LETTER) == Outcome("refused", code="unreachable")
            assert time.monotonic() - began < 1.4 + 0.8


def test_an_address_that_never_answers_leaves_time_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        monkeypatch.setattr(socket, "getaddrinfo", found_at("127.0.0.2", "127.0.0.1"))
        with black_hole("127.0.0.2", port), connected(NAME, port, 1.2) as line:
            assert line.getpeername() == ("127.0.0.1", port)
            assert line.gettimeout() == 1.2, "a handshake is not held to what was left of it"


def test_each_kind_of_address_has_its_turn() -> None:
    found = [(6, "a"), (6, "b"), (6, "c"), (4, "x"), (4, "y")]
    assert in_turn(found) == ["a", "x", "b", "y", "c"]
    assert in_turn(found[3:]) == ["x", "y"] and in_turn(found[2:]) == ["c", "x", "y"]


class Resolver:
    """One that answers when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked = 0
        self.fails = False
        self.answers = threading.Event()
        self._found = found_at("127.0.0.1")
        monkeypatch.setattr(socket, "getaddrinfo", self._look_up)

    def _look_up(self, host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if host == NAME:
            self.asked += 1
            self.answers.wait(30)
            if self.fails:
                raise socket.gaierror(socket.EAI_AGAIN, "try again")
        return self._found(host, port, *rest, **more)


def test_a_resolver_that_hangs_is_left_in_time_and_its_late_answer_is_there_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolver = Resolver(monkeypatch)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        for _ in range(3):
            with pytest.raises(TimeoutError):
                connected(NAME, port, 0.05)
        assert resolver.asked == 1, "one thread waits for it, however many sends there are"
        resolver.answers.set()
        with connected(NAME, port, 30.0), connected(NAME, port, 30.0):
            assert resolver.asked == 1


def test_a_name_that_was_not_found_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = Resolver(monkeypatch)
    resolver.answers.set()
    resolver.fails = True
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(socket.gaierror):
            connected(NAME, port, 30.0)
        resolver.fails = False
        with connected(NAME, port, 30.0):
            assert resolver.asked == 2


@pytest.mark.parametrize("name", ["a..b", "x" * 70 + ".example", ""])
def test_what_is_no_name_leads_nowhere(name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(OSError):
        connected(name, port, 30.0)


def test_an_answer_that_drips_through_a_proxy_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with dripping("headers") as proxy:
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setenv("http_proxy", proxy)
        wire = TwilioTransport("AC" + "0" * 32, "token", "+15005550006", "http://api.example", SECONDS)
        began = time.monotonic()
        assert wire.send(TEXT) == Outcome("ambiguous", code="no_answer")
        assert time.monotonic() - began < 4.0
