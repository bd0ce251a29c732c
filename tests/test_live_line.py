"""The live line carries numbers: who may listen hears that something changed, and never what."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask_socketio import SocketIOTestClient

from app.intake import open_incident
from tests.house import PROGRAM, House, a_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with a_house(tmp_path) as house:
        yield house


def line(house: House, person: str | None) -> SocketIOTestClient:
    """A socket opened by this person's browser."""
    browser = house.client(person)
    return house.app.extensions["sockets"].test_client(house.app, flask_test_client=browser)


def heard(socket: SocketIOTestClient) -> list[dict[str, object]]:
    """What arrives within two seconds; the teller has a thread of its own."""
    pause = threading.Event()
    for _ in range(100):
        if said := socket.get_received():
            return list(said)
        pause.wait(0.02)
    return []


def test_a_desk_hears_a_number_and_nothing_else(house: House) -> None:
    desk = line(house, "ruiz")
    fields = {"place": "77 Kestrel Ln", "words": "She cannot stay safe tonight.", "caller_name": "Rosa"}
    done = open_incident(house.shell, "castellan", PROGRAM, "phone", {}, (), fields, "board")
    events = heard(desk)
    assert events and all(event["name"] == "seq" for event in events)
    assert events[-1]["args"] == [{"seq": done.seq}]


@pytest.mark.parametrize("person", ["ana", "root", None])
def test_nobody_but_the_desk_may_listen(house: House, person: str | None) -> None:
    assert not line(house, person).is_connected()


def test_a_session_that_has_ended_cannot_open_a_line(house: House) -> None:
    browser = house.client("ruiz")
    house.pass_time(hours=13)
    assert (
        not house.app.extensions["sockets"].test_client(house.app, flask_test_client=browser).is_connected()
    )
