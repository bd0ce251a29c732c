"""What the people of a night may see and do there; and what its network and its laws see of it besides."""

import sqlite3
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from app.shell import Shell
from app.sim.county import County, Person
from app.sim.report import Report
from app.sim.trouble import Moment
from dispatch.commands import Command
from dispatch.incident import Incident

Coded = tuple[tuple[str, str], ...]


class Someone(Protocol):
    """Anybody of the staff, as the others know them."""

    def looks_soon(self, least: float, most: float) -> None: ...


class Surroundings(Protocol):
    """The night around somebody of the staff, at either depth."""

    chance: Random
    county: County
    faulty: bool

    def now(self) -> datetime: ...

    def later(self, delay: timedelta, what: str, moment: Moment) -> None: ...

    def ask(self, incident: str, command: Command, via: str, words: bool = False) -> object: ...

    def opens(self, by: str, channel: str, answers: Coded, needs: tuple[str, ...]) -> None: ...

    def texts(self, person: Person, body: str) -> None: ...

    def somebody(self, person: str) -> Someone: ...

    def refs(self) -> list[int]: ...

    def some_ref(self) -> int: ...

    def incident_by_ref(self, ref: int) -> Incident | None: ...

    def board(self) -> list[Incident]: ...

    def is_busy(self) -> bool: ...

    def to_review(self) -> list[Incident]: ...

    def tasks_of(self, person: str) -> list[Incident]: ...


class Scene(Surroundings, Protocol):
    """The same with the shell in it."""

    report: Report
    shell: Shell
    db: sqlite3.Connection

    def say(self, what: str) -> None: ...

    def pass_time(self, length: timedelta) -> None: ...

    def another_worker_goes_on(self) -> None: ...

    def no_transaction_is_open(self) -> None: ...

    def reported(self, our_id: str, status: str, code: str | None) -> None: ...
