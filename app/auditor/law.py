"""What a law of the house is: a name, a sentence for a human, and the question that finds what breaks it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select

from app.shell import Shell
from app.tables import journal, outbox

# How many of those that break a law are named.
NAMED = 5
# Laws about what was written look at the newest rows alone, so that they cost the same in ten years.
TAIL = 2_000

Check = Callable[[Connection, Shell, datetime], Sequence[str]]


@dataclass(frozen=True)
class Law:
    """One law. `number` is that of the catalogue (docs/watch.md). `look` selects one column: the call, message or row
    that breaks it; or is a function where SQL alone cannot tell. `of` says what is listed. `every` is how often it is
    looked at when that is less often than each minute."""

    name: str
    number: str
    sentence: str
    look: Select[Any] | Check
    of: str = "Call"
    every: timedelta = timedelta(0)


def before(seconds: int) -> ColumnElement[datetime]:
    """That many seconds ago, in a law's question."""
    return bindparam(f"ago_{seconds}", type_=outbox.c.owed_at.type)


def ahead(seconds: int) -> ColumnElement[datetime]:
    """In that many seconds."""
    return bindparam(f"in_{seconds}", type_=outbox.c.owed_at.type)


def recent() -> ColumnElement[bool]:
    """The newest rows of the journal."""
    return journal.c.seq > select(func.coalesce(func.max(journal.c.seq), 0) - TAIL).scalar_subquery()


def moments(statement: Select[Any], now: datetime) -> Mapping[str, datetime]:
    """The values of the instants that a law's question names."""
    found: dict[str, datetime] = {}
    for name in statement.compile().params:
        way, _, seconds = name.partition("_")
        if way in ("ago", "in") and seconds.isdecimal():
            found[name] = now + timedelta(seconds=int(seconds)) * (1 if way == "in" else -1)
    return found
