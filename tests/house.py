"""A whole house for one test: real SQLite, a virtual clock, the shipped recorder, a small county."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from app.clock import VirtualClock
from app.factory import create_app
from app.settings import Settings
from app.shell import Shell
from app.sim.house import empty_database
from app.tables import frozen_triggers, metadata, people, programs, shifts
from app.wiring import carried_by, shell_for
from app.worker import Worker
from notify.recorder import Recorder

NIGHT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)  # 03:00 in the county
PASSWORD = "a long enough password"
PROGRAM = "alder"
# id, name, credential, roles, tier and team of tonight's shift
STAFF = (
    ("ruiz", "A. Ruiz", "", ["dispatcher"], None, None),
    ("castellan", "R. Castellan", "", ["dispatcher"], None, None),
    ("ana", "Ana Vela", "Peer", ["responder"], "primary", "C4"),
    ("ben", "Ben Whitcomb", "LICSW", ["responder"], "primary", "C4"),
    ("cyd", "Cyd Raman", "CM", ["responder"], "backup", None),
    ("dov", "Dov Osei", "Peer", ["responder"], "backup", None),
    ("okonjo", "M. Okonjo", "LICSW", ["supervisor"], "supervisor", None),
    ("haddad", "L. Haddad", "LICSW", ["supervisor"], None, None),
    ("root", "A. Keeper", "", ["admin"], None, None),
    ("brandvold", "H. Brandvold", "", ["manager"], None, None),
)
PHONES = {person: f"+1555555{100 + number:04d}" for number, (person, *_) in enumerate(STAFF)}


def settings_for(database_url: str, **more: object) -> Settings:
    """Settings of a demo house, with fixed keys."""
    base: dict[str, object] = {
        "base_url": "http://127.0.0.1",
        "database_url": database_url,
        "field_keys": (("k1", b"f" * 32),),
        "index_key": b"i" * 32,
        "journal_key": b"j" * 32,
        "link_key": b"l" * 32,
        "org": "Alder County Mobile Crisis",
        "desk_phone": "555-0100",
        "demo": True,
        # A page is one text here; a test of the other channels says so.
        "demo_channels": ("text",),
    }
    return Settings(**{**base, **more})  # type: ignore[arg-type]


@dataclass
class House:
    """The parts a test holds on to."""

    shell: Shell
    clock: VirtualClock
    recorder: Recorder
    worker: Worker

    @cached_property
    def app(self) -> Flask:
        """Made when somebody first looks: many a test never opens a page."""
        app = create_app(self.shell)
        app.jinja_env.bytecode_cache = COMPILED
        return app

    def client(self, person: str | None = None) -> FlaskClient:
        """A browser; signed in when a person is named."""
        client = self.app.test_client()
        if person:
            answer = client.post("/sign-in", data={"email": f"{person}@alder.example", "password": PASSWORD})
            assert answer.status_code == 302, answer.get_data(as_text=True)
        return client

    def texts(self, person: str) -> list[str]:
        """What this person's phone shows, oldest first."""
        return [text.body for text in self.recorder.texts_to(PHONES[person])]

    def pass_time(self, **length: float) -> None:
        """Let time pass and let the worker see it."""
        self.clock.move(timedelta(**length))
        self.worker.tick()


class Compiled(BytecodeCache):
    """Templates compiled once for all houses of a test run."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


class Route(Rule):
    """A route that is compiled once for all houses of a test run; anew, it took most of the time to build one."""

    _kept: ClassVar[dict[tuple[str, object, bool], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self.rule, self.endpoint, append_unknown)
        if key not in self._kept:
            self._kept[key] = super()._compile_builder(append_unknown)
        return self._kept[key]


Flask.url_rule_class = Route


@contextmanager
def a_house(
    directory: Path, *, alone_allowed: bool = False, database_url: str | None = None, **settings: object
) -> Iterator[House]:
    """A house with the staff above; no thread runs, so time passes only when the test says so. In a SQLite file
    of its own, or in the database at `database_url`, which has its tables already."""
    clock = VirtualClock(NIGHT)
    own_file = f"sqlite:///{directory / 'standby.db'}"
    shell = shell_for(settings_for(database_url or own_file, **settings), clock)
    if database_url is None:
        create_schema(shell)
    furnish(shell, alone_allowed)
    recorder = Recorder(clock.now)
    try:
        yield House(shell, clock, recorder, Worker(shell, carried_by(recorder)))
    finally:
        shell.store.close()


def on_both(build: Callable[..., AbstractContextManager[object]], **settings: object) -> object:
    """A fixture of what `build` makes, for a module to name: each test that asks for it runs in a SQLite file and in
    PostgreSQL."""

    @pytest.fixture
    def built(tmp_path: Path, database_url: str | None) -> Iterator[object]:
        with build(tmp_path, database_url=database_url, **settings) as made:
            yield made

    return built


def create_schema(shell: Shell) -> None:
    """All tables and triggers, in an empty database. A SQLite file is copied: that is quicker than to make one."""
    engine = shell.store.engine
    if shell.store.is_sqlite and engine.url.database:
        Path(engine.url.database).write_bytes(empty_database())
        return
    with shell.store.write() as connection:
        metadata.create_all(connection)
        for statement in frozen_triggers(engine.dialect.name):
            connection.exec_driver_sql(statement)


# As strong as argon2 can be weak: a test signs in a thousand times. A hash says itself what it costs.
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def furnish(shell: Shell, alone_allowed: bool = False) -> None:
    """One program, its staff, and tonight's shifts."""
    now = shell.clock.now()
    with shell.store.write() as connection:
        connection.execute(
            programs.insert().values(
                id=PROGRAM,
                name="Alder County",
                zone="America/Chicago",
                policy={"alone_allowed": alone_allowed},
                areas=["Alder Falls", "Nyberg Township", "Birch Hollow"],
                active=True,
            )
        )
        for order, (person, name, credential, roles, tier, team) in enumerate(STAFF):
            connection.execute(
                people.insert().values(
                    id=person,
                    name=name,
                    credential=credential,
                    email=f"{person}@alder.example",
                    phone=PHONES[person],
                    roles=roles,
                    program=PROGRAM,
                    skills=[],
                    password_hash=_HASH,
                    active=True,
                    created_at=now,
                )
            )
            if tier:
                connection.execute(
                    shifts.insert().values(
                        id=f"s-{person}",
                        program=PROGRAM,
                        tier=tier,
                        person=person,
                        team=team,
                        place_in_line=order,
                        starts_at=now - timedelta(hours=8),
                        ends_at=now + timedelta(hours=16),
                    )
                )
