"""What is told once: the note that it was told and the text that is owed stand in one transaction."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select

from app.journal import newest
from app.outbox import owe
from app.tables import notices
from dispatch.messages import Message

KEPT_FOR = timedelta(days=90)
AT_ONCE = 200


@dataclass(frozen=True)
class Telling:
    """Something to tell, unless all of its keys were told. `messages` makes what is owed, in the transaction that
    notes the keys; `act` owes by itself what goes by one way alone, and answers how many."""

    keys: tuple[str, ...]
    messages: Callable[[Connection], list[Message]] = lambda _: []
    act: Callable[[Connection], int] = lambda _: 0


def untold(connection: Connection, keys: Iterable[str]) -> list[str]:
    """Those of the keys under which nothing was told yet, in their order."""
    wanted = list(dict.fromkeys(keys))
    known: set[str] = set()
    for place in range(0, len(wanted), AT_ONCE):
        some = wanted[place : place + AT_ONCE]
        known |= set(connection.scalars(select(notices.c.key).where(notices.c.key.in_(some))))
    return [key for key in wanted if key not in known]


def waiting(connection: Connection, tellings: Iterable[Telling]) -> list[Telling]:
    """Those that still have to be told. Asked without a writer's turn."""
    return [one for one in tellings if untold(connection, one.keys)]


def tell(connection: Connection, program: str, tellings: Iterable[Telling], now: datetime) -> int:
    """Note what was not told before and owe its messages; answers how many."""
    count = 0
    for one in tellings:
        fresh = untold(connection, one.keys)
        if fresh:
            connection.execute(
                insert(notices), [{"key": key, "program": program, "at": now} for key in fresh]
            )
            messages = one.messages(connection)
            owe(connection, None, messages, now, newest(connection))
            count += len(messages) + one.act(connection)
    return count


def forget_old(connection: Connection, program: str, now: datetime) -> None:
    """Notes of what lies far behind go; nothing of it can be told again."""
    connection.execute(notices.delete().where(notices.c.program == program, notices.c.at < now - KEPT_FOR))
