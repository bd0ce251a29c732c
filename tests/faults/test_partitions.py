"""F47 and F80: the line to the provider, or to the database, is cut under a running service, and mended again."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, select

from app.tables import heartbeats
from tests.faults import cut
from tests.faults.cut import OURS, Line
from tests.faults.forward import forwarded
from tests.faults.service import SOON, Stricken, stricken
from tests.postgres import Postgres
from tests.served import ROOT, Served, until

pytestmark = pytest.mark.servers
# A connection that was cut in silence is heard of again when its next packet is sent anew.
MENDED_WITHIN = 60.0


@pytest.fixture
def line() -> Iterator[Line]:
    if cut.missing():
        pytest.skip(cut.missing())
    with cut.a_line() as line:
        yield line


@contextmanager
def on_the_far_side(house: Stricken, line: Line, **settings: str) -> Iterator[Stricken]:
    """The service runs where all that it reaches, it reaches over the line."""
    house.served.kill()
    environment = {**house.served.environment, **{f"STANDBY_{name}": said for name, said in settings.items()}}
    served: Served = replace(house.served, environment=environment, process=None)
    since = house.shell.clock.now()
    served.process = subprocess.Popen(
        [*line.prefix, sys.executable, "-m", "app.cli", "serve", "--port", str(served.port)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until(lambda: _beaten(house) > since.timestamp(), 60, "its first sign of life")
        yield replace(house, served=served)
    finally:
        served.kill()


def _beaten(house: Stricken) -> float:
    with house.shell.store.read() as connection:
        at = connection.scalar(select(heartbeats.c.at).where(heartbeats.c.name == "worker"))
    return at.timestamp() if at else 0.0


def test_f47_pages_that_fall_due_while_the_provider_cannot_be_reached_go_out_when_it_can(
    tmp_path: Path, line: Line
) -> None:
    with stricken(tmp_path, None) as house:
        port = int(house.twilio.base.rpartition(":")[2])
        with (
            forwarded(OURS, ("127.0.0.1", port)) as there,
            on_the_far_side(house, line, TWILIO_API_BASE=f"http://{OURS}:{there}") as far,
        ):
            first, ref = far.a_page()
            until(lambda: far.taken("ana", ref) and far.taken("ben", ref), SOON, "pages over a whole line")
            far.over(first)
            line.cut()
            incident, ref = far.a_page()
            until(lambda: far.count(incident, "ambiguous", "sending"), SOON, "the first try")
            time.sleep(4)  # the worker's own time: nothing tells from outside that nothing happened
            assert not far.taken("ana", ref) and not far.count(incident, "sent")
            line.mend()
            until(lambda: far.taken("ana", ref) and far.taken("ben", ref), MENDED_WITHIN, "both pages")
            assert max(len(far.taken(person, ref)) for person in ("ana", "ben")) <= 2
            far.over(incident)
            far.sound()


def test_f80_cut_off_from_its_database_it_sends_nothing_new_and_goes_on_when_it_is_back(
    tmp_path: Path, line: Line, postgres: Postgres, migrated: str
) -> None:
    with postgres.database(migrated) as url, stricken(tmp_path, url) as house:
        address = make_url(url)
        home = str(address.query.get("host") or "")
        if not home.startswith("/"):
            pytest.skip("The PostgreSQL that is named here has no socket to forward to.")
        port = int(house.twilio.base.rpartition(":")[2])
        with (
            forwarded(OURS, f"{home}/.s.PGSQL.5432") as database,
            forwarded(OURS, ("127.0.0.1", port)) as there,
        ):
            over = address.set(host=OURS, port=database, query={"sslmode": "disable", "connect_timeout": "5"})
            settings = {
                "DATABASE_URL": over.render_as_string(hide_password=False),
                "TWILIO_API_BASE": f"http://{OURS}:{there}",
            }
            with on_the_far_side(house, line, **settings) as far:
                line.cut()
                incident, ref = far.a_page()
                time.sleep(4)  # it cannot claim, and what it cannot claim it does not send
                assert not far.taken("ana", ref) and not far.count(incident, "sent")
                line.mend()
                until(lambda: far.taken("ana", ref) and far.taken("ben", ref), MENDED_WITHIN, "both pages")
                assert max(len(far.taken(person, ref)) for person in ("ana", "ben")) == 1
                far.over(incident)
                far.sound()
