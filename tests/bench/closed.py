"""What the board and a commit cost when many incidents are closed: python -m tests.bench.closed."""

import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from app.clock import VirtualClock
from app.commit import commit
from app.intake import open_incident
from app.queries.board import board
from app.shell import Shell
from app.wiring import shell_for
from dispatch import commands as c
from tests.bench.figures import machine, show
from tests.house import NIGHT, PROGRAM, create_schema, furnish, settings_for

FEW, MANY = 2_000, 200_000
OPEN = 25
ROUNDS = 60
ZONE = ZoneInfo("America/Chicago")
STATE = json.dumps({"id": "x", "notes": "y" * 900})
FACT = json.dumps({"at": "2026-01-01T00:00:00+00:00", "by": "ruiz"})


def close_many(path: Path, number: int) -> None:
    """Rows of reviewed incidents with their pages, texts and journal, by the shortest way."""
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA synchronous=OFF")
    at = int((NIGHT - timedelta(days=900)).timestamp() * 1_000_000)
    every = range(number)
    raw.executemany(
        "INSERT INTO incidents (id, ref, program, stage, on_board, reviewable, acuity, channel, version, "
        "state, alarms, seq, opened_at) VALUES (?, ?, 'alder', 'reviewed', 0, 0, 2, 'phone', 9, ?, 0, ?, ?)",
        ((f"c{n}", 1_000_000 + n, STATE, n + 1, at + n) for n in every),
    )
    raw.executemany(
        "INSERT INTO journal (chain, stream, at, recorded_at, by, via, kind, fact, hash) "
        "VALUES ('alder', ?, ?, ?, 'ruiz', 'board', 'EmergencyCalled', ?, x'00')",
        ((f"c{n // 3}", at + n, at + n, FACT) for n in range(number * 3)),
    )
    raw.executemany(
        "INSERT INTO pages (id, incident, ref, person, seat, state, asked_at, answer_by, link_digest) "
        "VALUES (?, ?, ?, ?, 'lead', 'accepted', ?, ?, ?)",
        (
            (f"c{n // 2}-{n % 2}", f"c{n // 2}", n, ("ana", "ben")[n % 2], at, at, f"d{n}")
            for n in range(number * 2)
        ),
    )
    raw.executemany(
        "INSERT INTO outbox (incident, page, person, kind, message, priority, state, owed_at, available_at, "
        "fence, attempts, reached, incident_seq, sent_at, provider, step, spare, channel, refused_by) "
        "VALUES (?, ?, 'ana', 'PageResponder', '{}', 0, 'sent', ?, ?, 1, 1, 5, 1, 1, 'twilio', 0, 0, 'text', '')",
        ((f"c{n // 2}", f"c{n // 2}-{n % 2}", at, at) for n in range(number * 2)),
    )
    raw.commit()
    raw.execute("ANALYZE")
    raw.close()


def open_some(shell: Shell) -> list[str]:
    """What the desk has in front of it."""
    opened = []
    for _ in range(OPEN):
        words = {"callback": "218-555-0147", "place": "9 Old Ferry Rd"}
        done = open_incident(shell, "ruiz", PROGRAM, "phone", {"danger": "no"}, (), words, "board")
        commit(shell, done.incident.id, c.Triage("ruiz", 2, "other"), via="board")
        opened.append(done.incident.id)
    return opened


@dataclass
class Desk:
    """A house with so many closed incidents behind it."""

    shell: Shell
    clock: VirtualClock
    opened: list[str]

    def looks(self, _: int) -> None:
        """The whole board, with nothing kept from before."""
        with self.shell.store.read() as connection:
            board(connection, self.shell.keyring, PROGRAM, self.clock.now(), ZONE)

    def describes(self, turn: int) -> None:
        """A commit."""
        self.clock.move(timedelta(seconds=1))
        command = c.Describe("ruiz", (("minors", "no"),))
        commit(self.shell, self.opened[turn % OPEN], command, via="board")


@contextmanager
def a_desk(closed: int) -> Iterator[Desk]:
    """Furnished, filled and warm."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "standby.db"
        clock = VirtualClock(NIGHT)
        shell = shell_for(settings_for(f"sqlite:///{path}"), clock)
        create_schema(shell)
        furnish(shell)
        close_many(path, closed)
        desk = Desk(shell, clock, open_some(shell))
        desk.looks(0)
        desk.describes(0)
        yield desk
        shell.store.close()


def medians(acts: list[Callable[[int], None]]) -> list[float]:
    """Seconds of each act, in turns, so that what else runs on the machine disturbs them alike."""
    took: list[list[float]] = [[] for _ in acts]
    for number in range(ROUNDS):
        for act, kept in zip(acts, took, strict=True):
            began = time.perf_counter()
            act(number)
            kept.append(time.perf_counter() - began)
    return [statistics.median(kept) for kept in took]


def main() -> None:
    """Few and many, and their ratio."""
    with a_desk(FEW) as few, a_desk(MANY) as many:
        figures = {
            "the whole board, cold": medians([few.looks, many.looks]),
            "a commit": medians([few.describes, many.describes]),
        }
    rows = [
        [act, *(f"{seconds * 1000:.2f}" for seconds in (some, more)), f"{more / some:.2f}"]
        for act, (some, more) in figures.items()
    ]
    title = f"{OPEN} open incidents beside the closed ones, median ms (target ratio 1.2); {machine()}"
    show(title, ["act", f"{FEW:,} closed", f"{MANY:,} closed", "ratio"], rows)


if __name__ == "__main__":
    main()
