"""The disk under a running service is full, or gives an error: nothing is answered that was not kept."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from sqlalchemy import func, select

from app.shell import new_id
from app.tables import incidents
from tests.faults import disk
from tests.faults.service import DIES_WITHIN, SOON, Stricken, stricken
from tests.served import until

pytestmark = pytest.mark.servers
TAKEN_DOWN = {"channel": "phone", "callback": "218-555-0199", "place": "12 Quarry Road"}
CALLS_AT_MOST = 400


def kept(house: Stricken) -> int:
    with house.shell.store.read() as connection:
        return connection.scalar(select(func.count()).select_from(incidents)) or 0


@contextlib.contextmanager
def on_a_small_disk() -> Iterator[tuple[Path, Stricken]]:
    if disk.missing():
        pytest.skip(disk.missing())
    with tempfile.TemporaryDirectory(prefix="standby-disk-") as place:
        try:
            with disk.a_disk(Path(place) / "small", 12) as folder, stricken(folder, None) as house:
                yield folder, house
        except PermissionError as refused:
            pytest.skip(f"This machine lets nobody mount a small disk: {refused}")


def test_f23_on_a_full_disk_nothing_is_answered_that_was_not_kept_and_it_goes_on_when_there_is_room() -> None:
    with on_a_small_disk() as (folder, house):
        desk, before = house.desk(), kept(house)
        ballast = disk.fill(folder)
        # The log has some room of its own; it is used up by a few calls.
        answers, key = [], ""
        while len(answers) < CALLS_AT_MOST and sum(answer >= 500 for answer in answers) < 2:
            key = new_id()
            answers.append(desk.post("/incidents/new", key=key, **TAKEN_DOWN).status_code)
        assert sum(answer >= 500 for answer in answers) == 2, "the disk was to be full"
        assert kept(house) == before + sum(answer in (302, 303) for answer in answers)
        assert desk.http.get(house.served.address + "/healthz", timeout=20).status_code < 600, (
            "it still speaks"
        )
        ballast.unlink()
        until(
            lambda: desk.post("/incidents/new", key=key, **TAKEN_DOWN).status_code in (302, 303),
            SOON,
            "the next try",
        )
        assert kept(house) == before + sum(answer in (302, 303) for answer in answers) + 1
        incident, ref = house.a_page()
        until(lambda: house.taken("ana", ref) and house.taken("ben", ref), SOON, "both pages")
        house.sound()


@pytest.mark.usefixtures("kills")
def test_f24_when_the_disk_gives_an_error_at_a_commit_nothing_is_answered_that_is_not_there(
    tmp_path: Path,
) -> None:
    with stricken(tmp_path, None) as house:
        desk, before = house.desk(), kept(house)
        with house.dying("fdatasync", "1+", fault="error=EIO") as broken:
            key, answer = new_id(), 0
            with contextlib.suppress(requests.RequestException):
                answer = desk.post("/incidents/new", key=key, **TAKEN_DOWN).status_code
            until(lambda: broken.happened, DIES_WITHIN, "the error")
        assert answer == 0 or answer >= 500, "no yes without a commit"
        house.again()
        assert desk.post("/incidents/new", key=key, **TAKEN_DOWN).status_code in (302, 303)
        assert before <= kept(house) <= before + 1
        house.sound()
