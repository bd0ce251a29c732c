"""The whole write path, in commands a second: python -m tests.bench.shell."""

import tempfile
import time
from datetime import timedelta

from app.clock import VirtualClock
from app.commit import commit
from app.shell import Shell
from app.wiring import shell_for
from dispatch import commands as c
from tests.bench.figures import machine, show, spread
from tests.house import NIGHT, PROGRAM, create_schema, furnish, settings_for

STORIES = 60
SECOND = timedelta(seconds=1)
CALM = (("weapon", "no"), ("violence", "no"), ("danger", "no"))


def story(number: int) -> list[c.Command]:
    """One incident from the ring to the review."""
    incident = f"i{number}"
    team = ("ana", "ben")
    return [
        c.Receive("ruiz", incident, 2001 + number, PROGRAM, "phone", CALM),
        c.Triage("ruiz", 3, "other"),
        c.Dispatch("ruiz", *team),
        *(c.Accept(person, f"{incident}-{place}", 10) for place, person in enumerate(team, 1)),
        *(c.GoEnRoute(person, person) for person in team),
        *(c.Arrive(person, person) for person in team),
        c.MeetPerson("ana", "ana"),
        c.CheckIn("ben", "ben"),
        c.Clear("ana", "ana"),
        c.BeginNotes("ana"),
        c.Sign("ana", "digest", "home", "outpatient"),
        c.SignOff("okonjo", "sound"),
    ]


def told(shell: Shell, clock: VirtualClock, first: int) -> tuple[float, list[float]]:
    """Processor seconds for all stories, and wall seconds of each commit."""
    waits: list[float] = []
    began = time.process_time()
    for number in range(first, first + STORIES):
        for command in story(number):
            clock.move(SECOND)
            asked = time.perf_counter()
            commit(shell, f"i{number}", command, via="board")
            waits.append(time.perf_counter() - asked)
    return time.process_time() - began, waits


def a_way(url: str) -> list[str]:
    """Commands a second, and how long each took, on this database."""
    clock = VirtualClock(NIGHT)
    shell = shell_for(settings_for(url), clock)
    create_schema(shell)
    furnish(shell)
    told(shell, clock, 0)  # the statements are compiled once
    processor, waits = told(shell, clock, STORIES)
    shell.store.close()
    return [f"{len(waits) / processor:,.0f}", f"{len(waits) / sum(waits):,.0f}", *spread(waits)]


def main() -> None:
    """In memory, and on disk with every commit forced to it."""
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            ["in memory", *a_way("sqlite://")],
            ["file, synchronous=FULL", *a_way(f"sqlite:///{folder}/standby.db")],
        ]
    head = ["database", "per s of processor", "per s", "commits", "p50 ms", "p99 ms", "worst ms"]
    show(f"The whole write path (target 500 commands a second in memory); {machine()}", head, rows)


if __name__ == "__main__":
    main()
