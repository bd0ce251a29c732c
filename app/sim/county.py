"""A county for one night: who works there, who is on call, its policy, and the shell around it all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

from app.clock import VirtualClock
from app.seal import Keyring
from app.settings import Settings
from app.shell import Shell
from app.store import Store
from app.tables import clients, frozen_triggers, metadata, people, programs, shifts

FIRST_NIGHT = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)  # the night in which the county's clocks go back
PROGRAM = "alder"
# What a caller says. It may stand nowhere but under a seal.
CANARY = "Mrs Quillfeather took forty tablets"
CLIENTS = ("k1", "k2", "k3")
NAMES = ("Ana", "Ben", "Cyd", "Dov", "Zoë", "Ödön", "Fay", "Gil", "Hal", "Ida")


@dataclass(frozen=True)
class Person:
    """One of the staff. `tier` is where they stand on tonight's ladder; `phone` None: no mobile on file."""

    id: str
    name: str
    role: str
    tier: str | None
    phone: str | None
    shift: tuple[datetime, datetime] | None


@dataclass(frozen=True)
class County:
    """All that one night starts from."""

    start: datetime
    people: tuple[Person, ...]
    policy: dict[str, object]

    def of(self, role: str) -> list[Person]:
        """Everybody with this role."""
        return [person for person in self.people if person.role == role]

    def person(self, person_id: str) -> Person | None:
        """The person with this id, if they are one of the staff."""
        return next((person for person in self.people if person.id == person_id), None)


def a_county(seed: int) -> County:
    """A small county by chance: thin rotas, shifts that end at night, people without a mobile."""
    chance = Random(seed * 7919 + 1)
    start = FIRST_NIGHT + timedelta(days=seed % 365, minutes=chance.randrange(600))
    staff = [_person(chance, start, f"d{n}", "dispatcher", None) for n in range(chance.choice((1, 2)))]
    for tier, most in (("primary", 4), ("backup", 3), ("supervisor", 2)):
        role = "supervisor" if tier == "supervisor" else "responder"
        count = chance.randrange(most + 1)
        staff += [_person(chance, start, f"{tier[0]}{n}", role, tier) for n in range(count)]
    staff += [_person(chance, start, f"r{n}", "responder", None) for n in range(chance.choice((1, 2, 3)))]
    staff += [_person(chance, start, f"h{n}", "supervisor", None) for n in range(2)]
    policy: dict[str, object] = {
        "alone_allowed": chance.random() < 0.5,
        "rounds_at_most": chance.choice((1, 3, 3)),
    }
    return County(start, tuple(staff), policy)


def _person(chance: Random, start: datetime, person: str, role: str, tier: str | None) -> Person:
    number = 1000 + sum(ord(letter) * 31**place for place, letter in enumerate(person)) % 9000
    phone = None if chance.random() < 0.05 else f"+1555555{number:04d}"
    begins = start - timedelta(hours=chance.choice((1, 8)))
    ends = start + timedelta(hours=chance.choice((1, 2, 12, 12, 12)))
    return Person(
        person, f"{chance.choice(NAMES)} {person}", role, tier, phone, (begins, ends) if tier else None
    )


@contextmanager
def a_house(county: County) -> Iterator[tuple[Shell, VirtualClock, Path]]:
    """A shell on a database file of its own, in memory where the machine has room for that."""
    roomy = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="night-", dir=roomy if roomy.is_dir() else None) as directory:
        path = Path(directory) / "standby.db"
        shutil.copy(Path(_empty().name) / "standby.db", path)
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
def _empty() -> "tempfile.TemporaryDirectory[str]":
    """A database with all tables and nothing in them, made once and copied for each night."""
    directory = tempfile.TemporaryDirectory(prefix="night-empty-")
    store = Store(f"sqlite:///{directory.name}/standby.db")
    with store.write() as connection:
        metadata.create_all(connection)
        for statement in frozen_triggers("sqlite"):
            connection.exec_driver_sql(statement)
    store.checkpoint()
    store.close()
    return directory


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
                    roles=[person.role],
                    program=PROGRAM,
                    skills=[],
                    active=True,
                    created_at=county.start,
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
