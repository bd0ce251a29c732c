"""What the nights of the core came to, and which commands, facts, stages, alarms, messages and faults they saw."""

from collections import Counter
from dataclasses import dataclass, field

from app.sim.core.change import Change
from app.sim.coverage import WANTED as SHELL_WANTED
from app.sim.fates import BECOMES, DOWN, FATES
from app.sim.law import Broken
from dispatch.commands import Command
from dispatch.facts import AlarmRaised

# The network's own fates, what became of what it took, and what befell the house.
FAULTS = (
    frozenset(FATES)
    | frozenset(DOWN)
    | frozenset(f"{channel}_{end}" for channel, ends in BECOMES.items() for end in ends)
    | frozenset(f"reply_{fate}" for fate in ("once", "lost", "twice", "late"))
    | frozenset({"outage", "downtime", "clock_step", "dies_over_a_wish"})
    # Several pages in one text, a line that was taken, a provider that is slow, a spare one that was not needed, a
    # send without an answer that a report proved, and a provider that carries nothing and is not asked.
    | frozenset({"bundle", "line_taken", "beside", "spare_dropped", "proven", "given_up"})
)
WANTED = {**SHELL_WANTED, "faults": FAULTS}


@dataclass
class Coverage:
    """How often each was seen."""

    seen: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in WANTED})

    def saw(self, kind: str, name: str) -> None:
        """One more of these."""
        self.seen[kind][name] += 1

    def add(self, other: "Coverage") -> None:
        """Count another night in."""
        for kind, names in other.seen.items():
            self.seen[kind].update(names)

    def missing(self) -> dict[str, list[str]]:
        """What never happened, by kind; empty when all did."""
        never = {kind: sorted(wanted - set(self.seen[kind])) for kind, wanted in WANTED.items()}
        return {kind: names for kind, names in never.items() if names}


@dataclass
class Report:
    """What one night came to."""

    seed: int
    incidents: int = 0
    commands: int = 0
    messages: int = 0
    tries: int = 0
    copies: int = 0
    duplicates: int = 0
    deaths: int = 0
    lost: int = 0
    unowned: int = 0
    broken: list[Broken] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)

    def count(self, command: Command, commit: Change) -> None:
        """One wish that was granted."""
        self.commands += 1
        seen = self.coverage.seen
        seen["commands"][type(command).__name__] += 1
        seen["stages"][commit.after.stage.value] += 1
        for entry in commit.entries:
            seen["facts"][type(entry.fact).__name__] += 1
            if isinstance(entry.fact, AlarmRaised):
                seen["alarms"][entry.fact.kind] += 1
        for message in commit.messages:
            seen["messages"][type(message).__name__] += 1
