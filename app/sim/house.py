"""The shell around a county of one night, on a database file of its own."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from app.clock import VirtualClock
from app.seal import Keyring
from app.settings import Settings
from app.shell import Shell
from app.sim.county import CLIENTS, PROGRAM, County
from app.store import Store
from app.tables import clients, frozen_triggers, metadata, people, programs, shifts, ways


@contextmanager
def a_house(county: County) -> Iterator[tuple[Shell, VirtualClock, Path]]:
    """A shell on a database file of its own, in memory where the machine has room for that."""
    roomy = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="night-", dir=roomy if roomy.is_dir() else None) as directory:
        path = Path(directory) / "standby.db"
        path.write_bytes(empty_database())
        clock = VirtualClock(county.start)
        settings = Settings(
            base_url="https://standby.example",
            database_url=f"sqlite:///{path}",
            field_keys=(("k1", b"f" * 32),),
            org="Alder County Mobile Crisis",
            demo=True,
            index_key=b"i" * 32,
            journal_key=b"j" * 32,
            link_key=b"l" * 32,
        )
        shell = Shell(
            Store(settings.database_url), clock, Keyring(settings.field_keys, settings.index_key), settings
        )
        furnish(shell, county)
        try:
            yield shell, clock, path
        finally:
            shell.store.close()


@cache
def empty_database() -> bytes:
    """A database file with all tables and nothing in them: made once, written out for each night."""
    with tempfile.TemporaryDirectory(prefix="night-empty-") as directory:
        path = Path(directory) / "standby.db"
        store = Store(f"sqlite:///{path}")
        with store.write() as connection:
            metadata.create_all(connection)
            for statement in frozen_triggers("sqlite"):
                connection.exec_driver_sql(statement)
        store.checkpoint()
        store.close()
        return path.read_bytes()


def furnish(shell: Shell, county: County) -> None:
    """The program, its people, tonight's shifts and a few clients."""
    with shell.store.write() as connection:
        program = {"id": PROGRAM, "name": "Alder County", "zone": "America/Chicago", "policy": county.policy}
        connection.execute(programs.insert().values(**program, areas=[], active=True))
        for order, person in enumerate(county.people):
            connection.execute(
                people.insert().values(
                    id=person.id,
                    name=person.name,
                    credential="",
                    email=f"{person.id}@alder.example",
                    phone=person.phone,
                    plan=person.plan and [{"channel": channel, "way": way} for channel, way in person.plan],
                    roles=[person.role],
                    program=PROGRAM,
                    skills=[],
                    active=True,
                    created_at=county.start,
                )
            )
            for extra in person.more:
                connection.execute(
                    ways.insert().values(
                        id=extra.id,
                        person=person.id,
                        kind=extra.kind,
                        address=extra.address,
                        verified_at=county.start,
                        keys={"p256dh": "p", "auth": "a"} if extra.kind == "push" else None,
                        added_at=county.start,
                    )
                )
            if person.tier and person.shift:
                connection.execute(
                    shifts.insert().values(
                        id=f"s-{person.id}",
                        program=PROGRAM,
                        tier=person.tier,
                        person=person.id,
                        place_in_line=order,
                        starts_at=person.shift[0],
                        ends_at=person.shift[1],
                    )
                )
        for client in CLIENTS:
            connection.execute(clients.insert().values(id=client, program=PROGRAM, created_at=county.start))
