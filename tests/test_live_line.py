"""The live line is for the desk alone, and a stranger's socket never costs a thread."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from app.web.sockets import Door, hang_up
from tests.house import a_house

LINE = "/socket.io/?EIO=4&transport=polling"


@pytest.mark.parametrize(
    ("person", "status"), [(None, 403), ("ana", 403), ("root", 403), ("ruiz", 200), ("okonjo", 200)]
)
def test_only_the_desk_gets_a_line(tmp_path: Path, person: str | None, status: int) -> None:
    with a_house(tmp_path) as house:
        assert house.client(person).get(LINE).status_code == status


def test_a_session_that_ended_gets_no_line(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        desk = house.client("ruiz")
        house.clock.move(timedelta(hours=house.shell.settings.session_hours))
        assert desk.get(LINE).status_code == 403


def test_beyond_the_limit_a_line_is_refused_and_given_again_when_one_ends(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        cookie = house.client("ruiz").get_cookie("standby")
        assert cookie is not None
        met: list[str] = []

        def knock() -> str:
            environ = create_environ("/socket.io/", headers={"Cookie": f"standby={cookie.value}"})
            return str(run_wsgi_app(door, environ)[1])

        def inside(_: Any, start: Any) -> Iterable[bytes]:
            """A line that is open while somebody else asks for one too."""
            if not met:
                met.append(knock())
            start("200 OK", [])
            return []

        door = Door(house.app, inside, most=1)
        assert [knock(), *met] == ["200 OK", "503 SERVICE UNAVAILABLE"]
        assert knock() == "200 OK"


def test_everything_else_passes_the_door(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        assert house.client().get("/sign-in").status_code == 200


def test_a_service_that_is_told_to_stop_hangs_up(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        house.client("ruiz").get(LINE)
        lines = list(house.app.extensions["sockets"].server.eio.sockets.values())
        assert [line.closed for line in lines] == [False]
        hang_up(house.app)
        assert [line.closed for line in lines] == [True]
