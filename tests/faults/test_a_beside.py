"""Section A of the fault catalogue, beside the worker: it stands still, has a twin, shares a process."""

import os
import signal
import socket
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from simple_websocket import Client
from sqlalchemy import func, select, text

from app.claims import LEASE
from app.store import WRITERS_LOCK
from app.tables import incidents, outbox
from tests.faults.service import AFTER_THE_LEASE, SOON, Stricken, stricken
from tests.house import PHONES
from tests.loopback.map_server import MapServer
from tests.loopback.twilio_faults import held
from tests.served import Served, until

pytestmark = pytest.mark.servers


@contextmanager
def twin(house: Stricken) -> Iterator[Stricken]:
    """A second service on the same database, started by mistake."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    other = Served(house.shell, house.served.environment, port)
    other.start()
    try:
        yield Stricken(other, house.twilio, house.on_sqlite)
    finally:
        other.kill()


def nobody_writes(house: Stricken) -> bool:
    """Is the writers' turn free this moment?"""
    if house.on_sqlite:
        with sqlite3.connect(
            str(house.shell.store.engine.url.database), timeout=0, isolation_level=None
        ) as raw:
            try:
                raw.execute("BEGIN IMMEDIATE")
                raw.execute("ROLLBACK")
            except sqlite3.OperationalError:
                return False
        return True
    with house.shell.store.engine.connect() as connection:
        return bool(connection.scalar(text(f"SELECT pg_try_advisory_xact_lock({WRITERS_LOCK})")))


def stand_still(house: Stricken) -> int:
    """Stop the serving process, as a paused machine would, but not in the middle of a write: then nobody writes."""
    pid = house.serving
    for _ in range(200):
        os.kill(pid, signal.SIGSTOP)
        if nobody_writes(house):
            return pid
        os.kill(pid, signal.SIGCONT)
        threading.Event().wait(0.05)
    raise AssertionError("it writes all the time")


def about(house: Stricken, person: str, ref: int) -> int:
    """How many texts about this call reached this phone, alone or with others: by the row that each text is of."""
    rows = select(func.coalesce(outbox.c.bundled_in, outbox.c.id)).join(
        incidents, incidents.c.id == outbox.c.incident
    )
    mine = rows.where(outbox.c.person == person, incidents.c.ref == ref, outbox.c.kind == "PageResponder")
    with house.shell.store.read() as connection:
        ours = {f"m={row}" for row in connection.scalars(mine)}
    held = [one for one in list(house.twilio.messages.values()) if one.to == PHONES[person]]
    return len([one for one in held if (one.callback or "").partition("#")[0].rpartition("?")[2] in ours])


@pytest.mark.usefixtures("sqlite_by_day")
def test_f13_a_worker_that_stood_still_over_its_lease_finds_its_page_taken_over_and_changes_nothing(
    house: Stricken,
) -> None:
    with twin(house) as other:
        # The twin is away while the page is taken up: it is the house's own worker that has it on the wire.
        away = stand_still(other)
        house.twilio.fault(held(accepted=True), number=PHONES["ana"])
        incident, ref = house.a_page()
        until(lambda: house.taken("ana", ref), SOON, "the provider's taking it")
        stopped = stand_still(house)
        os.kill(away, signal.SIGCONT)
        assert house.count(incident, "sending") > 0
        try:
            until(
                lambda: house.count(incident, "sending") == 0,
                LEASE.total_seconds() + AFTER_THE_LEASE,
                "the twin",
            )
            with house.shell.store.read() as connection:
                mine = select(outbox.c.fence, outbox.c.state, outbox.c.provider_id)
                before = connection.execute(
                    mine.where(outbox.c.incident == incident, outbox.c.step == 0)
                ).all()
        finally:
            os.kill(stopped, signal.SIGCONT)
        again, later = house.a_page(lead="cyd", second="dov")
        until(lambda: about(house, "cyd", later), SOON, "a later page")
        with house.shell.store.read() as connection:
            after = connection.execute(mine.where(outbox.c.incident == incident, outbox.c.step == 0)).all()
        assert after == before, "the fence has moved on"
        # Claimed and not sent yet when its worker stood still, a text is looked for twice before it goes out.
        until(lambda: about(house, "ben", ref), SOON, "the other one's page")
        assert 1 <= about(house, "ana", ref) <= 2 and about(house, "ben", ref) == 1
    house.over(incident)
    house.over(again)
    house.sound()


@pytest.mark.parametrize("calls", [20, pytest.param(500, marks=pytest.mark.night)])
def test_f14_two_services_on_one_database_send_each_page_once(house: Stricken, calls: int) -> None:
    with twin(house):
        made = [house.a_page() for _ in range(calls)]
        until(
            lambda: all(about(house, person, ref) for _, ref in made for person in ("ana", "ben")),
            SOON + calls,
            "every page",
        )
        twice = [ref for _, ref in made for person in ("ana", "ben") if about(house, person, ref) > 1]
    for incident, _ in made:
        house.over(incident)
    assert not twice
    house.sound()


@contextmanager
def black_hole() -> Iterator[int]:
    """Takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        yield listening.getsockname()[1]


def test_f20_with_map_mail_and_alarm_address_hanging_pages_go_out_at_once(tmp_path: Path) -> None:
    with MapServer() as maps, black_hole() as port:
        maps.says = "hang"
        hanging = {
            "GEOCODER_URL": maps.address,
            "SMTP_URL": f"smtp://127.0.0.1:{port}",
            "MAIL_FROM": "standby@alder.example",
            "ALARM_EMAIL": "keeper@alder.example",
            "ALARM_URL": f"http://127.0.0.1:{port}/alarm",
            "DEADMAN_URL": f"http://127.0.0.1:{port}/well",
        }
        with stricken(tmp_path, None, **hanging) as house:
            desk = house.desk()
            place = {"channel": "phone", "callback": "218-555-0199", "place": "12 Quarry Road"}
            assert desk.post("/incidents/new", **place).status_code in (302, 303)
            assert maps.taken.wait(SOON), "the map was asked, and hangs"
            incident, ref = house.a_page()
            until(lambda: about(house, "ana", ref) and about(house, "ben", ref), 10, "both pages")
            house.sound()


@pytest.mark.parametrize("rounds", [60, pytest.param(5_000, marks=pytest.mark.night)])
def test_f12_sockets_that_come_and_go_and_strangers_who_are_turned_away_leave_nothing_behind(
    tmp_path: Path, rounds: int
) -> None:
    with stricken(tmp_path, None) as house:
        cookies = "; ".join(f"{name}={value}" for name, value in house.desk().http.cookies.items())
        address = house.served.address.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"

        def come_and_go(number: int) -> None:
            if number % 3 == 0:
                refused = requests.get(
                    house.served.address + "/socket.io/?EIO=4&transport=polling", timeout=20
                )
                assert refused.status_code == 403
                return
            line = Client.connect(address, headers={"Cookie": cookies})
            # What came with the handshake wakes nobody in this client: the next word does.
            line.send("40")
            assert any(str(line.receive(timeout=1)).startswith("40") for _ in range(20)), "no line"
            line.close()

        with ThreadPoolExecutor(8) as hands:
            list(hands.map(come_and_go, range(40)))
            until(lambda: sockets_of(house.serving) <= 12, SOON, "the end of the first lines")
            first, weighed = open_files(house.serving), weight(house.serving)
            list(hands.map(come_and_go, range(rounds)))
        until(lambda: open_files(house.serving) <= first + 4, SOON, "the end of every line")
        assert weight(house.serving) - weighed < 30 * 1024, "kilobytes"


def open_files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def sockets_of(pid: int) -> int:
    folder = Path(f"/proc/{pid}/fd")
    links = []
    for one in folder.iterdir():
        try:
            links.append(os.readlink(one))
        except OSError:
            continue
    return sum(link.startswith("socket:") for link in links)


def weight(pid: int) -> int:
    """Resident kilobytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
