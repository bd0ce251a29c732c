"""What the service asks its database each second never walks through all that ever happened."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from app.finder import Finder
from app.places import Found
from app.replies import hear
from app.schema import upgrade
from app.store import Store
from app.tables import metadata
from dispatch import commands as c
from tests.desk import Call
from tests.house import PHONES, House, a_house

# The tables that grow with every call, for ever.
GROWING = ("incidents", "intake", "journal", "outbox", "pages", "reads", "charts", "clients", "asked")
# These hold only what is open, owed or waited for.
SMALL = ("board", "reviewable", "alarmed", "waiting", "asked", "wanted")
WHOLE = re.compile(rf"SCAN ({'|'.join(GROWING)})\b(?!.* INDEX ix_[a-z]+_({'|'.join(SMALL)})\b)")
# Equal to walking through: everything of one program, row by row, unless it stops after the newest few.
PROGRAM_ROWS = re.compile(r"SEARCH incidents USING INDEX ix_incidents_log \(program=\?\)")
NEWEST_FEW = "ORDER BY incidents.opened_at DESC"


@contextmanager
def statements(house: House) -> Iterator[list[tuple[str, Any]]]:
    """Every statement that the house runs meanwhile."""
    seen: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *more: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE")) and not more[1]:
            seen.append((statement, parameters))

    event.listen(house.shell.store.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(house.shell.store.engine, "before_cursor_execute", note)


def walks(house: House, act: Callable[[], object]) -> list[str]:
    """The statements of an act that walk through a growing table, with the step of the plan that does."""
    with statements(house) as seen:
        act()
    assert seen, "the act asked the database nothing"
    found = []
    with house.shell.store.read() as connection:
        for statement, parameters in seen:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            few = NEWEST_FEW in statement and "LIMIT" in statement
            whole = (WHOLE,) if few else (WHOLE, PROGRAM_ROWS)
            steps = [row.detail for row in plan if any(each.match(row.detail) for each in whole)]
            found += [f"{step}: {statement}" for step in steps]
    return found


class NoMap:
    """A map service that knows no place."""

    def find(self, place: str, area: str) -> Found | None:
        return None


def acts(house: House, call: Call) -> dict[str, Callable[[], object]]:
    """What happens all day, by name."""
    desk, responder, supervisor = house.client("ruiz"), house.client("ana"), house.client("okonjo")

    def page(client: Any, path: str) -> Callable[[], object]:
        def ask() -> None:
            answer = client.get(path, headers={"X-Standby": "1"})
            assert answer.status_code == 200, (path, answer.status_code)

        return ask

    pages = {
        "the board": (desk, "/board"),
        "what changed on the board": (desk, "/board/changes?after=1"),
        "the board's pulse": (desk, "/board/pulse"),
        "the drawer": (desk, f"/incidents/{call.ref}/drawer"),
        "the call's story": (desk, f"/incidents/{call.ref}?pane=story"),
        "the intake": (desk, f"/incidents/{call.ref}/intake"),
        "an echo": (desk, "/board/echo?c=c4+enr"),
        "the people": (desk, "/people"),
        "the log": (desk, "/log"),
        "the log of an area": (desk, "/log?area=Alder+Falls&sort=priority"),
        "who is on call": (desk, "/on-call"),
        "the rota": (supervisor, "/rota"),
        "the rota on paper": (desk, "/rota/print/2026-11-10"),
        "one person's rota": (desk, "/rota/person/ana"),
        "a shift": (desk, "/rota/shift/ana?tier=primary&at=2026-11-10T09:00Z"),
        "who carried how much": (supervisor, "/rota/fair"),
        "changes of the rota": (supervisor, "/rota/history"),
        "my tasks": (responder, "/tasks"),
        "my tasks' pulse": (responder, "/tasks/pulse"),
        "the task": (responder, f"/incidents/{call.ref}/task"),
        "the notes": (responder, f"/incidents/{call.ref}/chart"),
        "the queue": (supervisor, "/review"),
        "what changed in the queue": (supervisor, "/review/changes?after=1"),
        "a case": (supervisor, f"/review/{call.ref}"),
        "a monitor": (desk, "/healthz"),
        "whom to call by hand": (desk, "/board/by-hand"),
        "the house": (desk, "/board/house"),
    }
    return {
        **{name: page(client, path) for name, (client, path) in pages.items()},
        "a tick of the worker": house.worker.tick,
        "a wake": lambda: house.pass_time(minutes=30),
        "a text that says yes": lambda: hear(house.shell, PHONES["cyd"], "Y", "SM1"),
        "a text that nobody understands": lambda: hear(house.shell, PHONES["cyd"], "maybe", "SM2"),
        "a look at the map": Finder(house.shell, NoMap()).step,
        "a note": lambda: call.do(c.Describe("ruiz"), note="gray van"),
        "a search": lambda: desk.post("/people", data={"csrf": "x", "name": "vel"}),
    }


def test_nothing_that_happens_all_day_walks_through_all_that_ever_happened(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        call = Call(house, place="12 Quarry Road", callback="218 555 0147", area="Alder Falls").going()
        house.worker.tick()
        house.clock.move(timedelta(seconds=5))
        slow = {name: found for name, act in acts(house, call).items() if (found := walks(house, act))}
    assert not slow, "\n".join(f"{name}\n    {step}" for name, found in slow.items() for step in found)


def test_the_migrations_make_the_very_indexes_that_the_tables_name(tmp_path: Path) -> None:
    by_tables, by_migrations = Store("sqlite://"), Store(f"sqlite:///{tmp_path / 'standby.db'}")
    with by_tables.write() as connection:
        metadata.create_all(connection)
    upgrade(by_migrations)
    assert indexes(by_migrations) == indexes(by_tables)


def indexes(store: Store) -> dict[str, str]:
    """Every index of ours as it was written, without blanks."""
    listed = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    with store.read() as connection:
        return {row.name: "".join(row.sql.split()) for row in connection.exec_driver_sql(listed)}
