"""Who is on call, by the rules and by what could stand in their place: python -m tests.bench.rota."""

import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from functools import partial
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, or_, select

from app import world
from app.clock import VirtualClock
from app.oncall import Shift, on_duty
from app.shell import Shell
from app.tables import duties, people, rota_bars, rota_layers, rota_overrides, shifts, time_off
from app.wiring import shell_for
from dispatch.rota.final import final, on_call_at
from dispatch.rota.rules import Assignment, Away, Layer, Override, Rules, Window
from tests.bench.figures import machine, show
from tests.bench.shell import STORIES, told
from tests.house import NIGHT, PROGRAM, create_schema, furnish, settings_for
from tests.rota_slow import Rota, SlowRota

PROGRAMS = 1000
ROUNDS = 5
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
START = datetime(2026, 11, 1, tzinfo=UTC)
ZONES = (ZoneInfo("America/Chicago"), ZoneInfo("America/New_York"))
TIERS = ("primary", "backup", "supervisor")
WEEK = tuple(range(7))
# How a layer of the bench is made: nights, weekdays, a week round the clock, weekends by the week.
KINDS: tuple[tuple[tuple[Window, ...], timedelta | None], ...] = (
    ((Window(WEEK, clock(19), 12 * HOUR),), None),
    ((Window(WEEK[:5], clock(7), 12 * HOUR),), None),
    ((), 7 * DAY),
    ((Window(WEEK[5:], clock(7), 24 * HOUR),), 7 * DAY),
)


def a_program(number: int, begun: int = 2015) -> Rules:
    """Ten layers of five people, on one wall."""
    layers = []
    for place in range(10):
        windows, turn = KINDS[(number + place) % len(KINDS)]
        line = tuple((f"p{place * 5 + one}",) for one in range(5))
        begins = datetime(begun, 1, 5, 7)
        zone, tier = ZONES[number % 2], TIERS[place % 3]
        layers.append(Layer(f"l{number}-{place}", tier, zone, begins, line, windows, turn, place=place))
    return Rules(tuple(layers))


def fifty_people(begun: int, changes: int = 0) -> Rules:
    """Ten layers, one shift a day each, and so many overrides and absences in three months."""
    chance = Random(5)
    layers = tuple(replace(layer, windows=KINDS[0][0], turn=None) for layer in a_program(0, begun).layers)

    def span(hours: int) -> tuple[datetime, datetime]:
        starts_at = START + chance.randrange(90 * 24) * HOUR
        return starts_at, starts_at + hours * HOUR

    def someone() -> str:
        return f"p{chance.randrange(50)}"

    overrides = tuple(
        Override(f"o{one}", one, chance.choice(TIERS), *span(12), someone(), someone())
        for one in range(changes)
    )
    away = tuple(Away(someone(), *span(120), "vacation") for _ in range(changes))
    return Rules(layers, (), overrides, away)


def milliseconds(act: Callable[[], object], times: int = 1) -> float:
    """Processor time of one act, the best of a few rounds: the others were disturbed."""
    act()
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(times):
            act()
        best = min(best, time.process_time() - began)
    return best / times * 1000


class Written:
    """The alternative: who is on call written out beforehand, and looked up. Wrong after any change until it is
    written again."""

    def __init__(self, rules: Rules) -> None:
        found = final(rules, START, START + 90 * DAY)
        self.edges = sorted({at for one in found for at in (one.starts_at, one.ends_at)})
        self.on: list[list[Assignment]] = [[] for _ in self.edges]
        for one in found:
            first, last = (
                bisect_right(self.edges, one.starts_at) - 1,
                bisect_right(self.edges, one.ends_at) - 1,
            )
            for place in range(first, last):
                self.on[place].append(one)

    def at(self, at: datetime) -> list[Assignment]:
        """Everybody on call at an instant."""
        return self.on[bisect_right(self.edges, at) - 1]


def counted(rules: Rules, start: datetime, quarters: int) -> Rota:
    """The alternative: every turn counted since the layer began."""
    return SlowRota(rules, start, quarters).posts()


def now() -> None:
    """On call now, for each program."""
    rows = []
    for begun in (2026, 2015):
        programs = [a_program(number, begun) for number in range(PROGRAMS)]

        def ask(programs: list[Rules] = programs) -> None:
            for one in programs:
                on_call_at(one, NOW)

        rows.append(
            [f"by the rules, rotas begun in {begun} (ours)", f"{milliseconds(ask) / PROGRAMS:.3f}", "-"]
        )
    written = [Written(one) for one in programs[:100]]
    look_up = milliseconds(lambda: [one.at(NOW) for one in written]) / len(written)
    write = milliseconds(lambda: Written(programs[0]))
    rows.append(["written out for 90 days, looked up", f"{look_up:.4f}", f"{write:.1f}"])
    slow = milliseconds(partial(counted, programs[0], NOW, 1))
    rows.append(["turns counted from the beginning (2015)", f"{slow:,.0f}", "-"])
    head = ["on call now", "ms a program", "ms to write again after a change"]
    show(f"{PROGRAMS} programs of 10 layers (target 0.2 ms); {machine()}", head, rows)


def three_months() -> None:
    """The final rota of 90 days and 50 people."""
    rows = []
    for name, rules in (
        ("begun in 2026", fifty_people(2026)),
        ("begun in 2015", fifty_people(2015)),
        ("begun in 2015, 100 overrides and 100 absences", fifty_people(2015, 100)),
    ):
        ours = partial(final, rules, START, START + 90 * DAY)
        slow = partial(counted, rules, START, 90 * 96)
        rows.append([name, str(len(ours())), f"{milliseconds(ours):.1f}", f"{milliseconds(slow):,.0f}"])
    head = ["rota", "assignments", "ours, ms", "counted from the beginning, ms"]
    show(f"The final rota of 90 days and 50 people (target 20 ms); {machine()}", head, rows)


_PLAIN_DUTY = select(duties.c.person, duties.c.duty).where(
    or_(duties.c.until.is_(None), duties.c.until > NIGHT)
)
_DUTY = _PLAIN_DUTY.subquery()
_PLAIN = (
    select(
        shifts.c.person, people.c.name, people.c.credential, shifts.c.tier, shifts.c.team, shifts.c.ends_at
    )
    .add_columns(_DUTY.c.duty)
    .join(people, people.c.id == shifts.c.person)
    .outerjoin(_DUTY, _DUTY.c.person == shifts.c.person)
    .where(shifts.c.program == bindparam("program"), people.c.active)
    .where(shifts.c.ends_at > bindparam("now", type_=shifts.c.ends_at.type))
    .where(shifts.c.starts_at <= bindparam("now", type_=shifts.c.ends_at.type))
    .order_by(shifts.c.place_in_line, shifts.c.starts_at, shifts.c.id)
)
_KINDS = [
    select(table).where(table.c.program == bindparam("program"))
    for table in (rota_layers, shifts, rota_overrides, time_off, rota_bars)
]


def shifts_alone(connection: Connection, program: str, at: datetime) -> list[Shift]:
    """The alternative: plain shifts by hand and nothing else, in one query."""
    rows = connection.execute(_PLAIN, {"program": program, "now": at})
    return [Shift(*row[:6], row.duty or "on_call") for row in rows]


def kind_by_kind(connection: Connection, program: str, at: datetime) -> list[Shift]:
    """The alternative: the same rules, a statement for each kind."""
    for kind in _KINDS:
        connection.execute(kind, {"program": program}).all()
    return shifts_alone(connection, program, at)


def in_the_database() -> None:
    """On call now out of SQLite, and what it adds to a command."""
    ways: tuple[tuple[str, Callable[..., Any]], ...] = (
        ("all rules in one statement, people in another (ours)", on_duty),
        ("plain shifts alone", shifts_alone),
        ("a statement for each kind of rule", kind_by_kind),
    )
    houses = {name: a_house_in_memory() for name, _ in ways}
    asked, commits = dict.fromkeys(houses, float("inf")), dict.fromkeys(houses, float("inf"))
    for number in range(ROUNDS):  # by turns, so that a busy minute is everybody's
        for name, way in ways:
            shell, virtual = houses[name]
            with shell.store.read() as connection:
                ask = partial(way, connection, PROGRAM, NIGHT)
                asked[name] = min(asked[name], milliseconds(ask, 200))
            world.on_duty = way  # type: ignore[attr-defined]
            took, waits = told(shell, virtual, number * STORIES)
            commits[name] = min(commits[name], took / len(waits) * 1000)
    world.on_duty = on_duty  # type: ignore[attr-defined]
    rows = [[name, f"{asked[name]:.3f}", f"{commits[name]:.2f}"] for name in houses]
    head = ["who is on duty", "ms asked alone", "ms a command"]
    show(f"Out of SQLite in memory, five people on five shifts; {machine()}", head, rows)


def a_house_in_memory() -> tuple[Shell, VirtualClock]:
    """A county with tonight's shifts."""
    virtual = VirtualClock(NIGHT)
    shell = shell_for(settings_for("sqlite://"), virtual)
    create_schema(shell)
    furnish(shell)
    return shell, virtual


def main() -> None:
    """All three tables."""
    now()
    three_months()
    in_the_database()


if __name__ == "__main__":
    main()
