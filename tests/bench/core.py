"""How fast the rules are, in commands a second of processor time: run python -m tests.bench.core."""

import cProfile
import dataclasses
import platform
import pstats
import sys
import time
from collections.abc import Callable
from types import ModuleType

from dispatch import apply as apply_rules
from dispatch import commands as c
from dispatch.announce import announce
from dispatch.apply import apply
from dispatch.board import Board
from dispatch.clock import next_wake
from dispatch.decide import decide
from dispatch.incident import Incident
from dispatch.stages import Seat
from tests.builders import REF, a_board

SECONDS = 1.5
ROUNDS = 5
Story = tuple[tuple[Board, c.Command], ...]


def at(minute: float, command: c.Command) -> tuple[Board, c.Command]:
    return a_board(minute, busy={"fay": 2290}), command


# From the ring to the review: one page lapses, one is declined, a check-in comes late.
STORY: Story = (
    at(0, c.Receive("dee", "i1", REF, "clay", "phone")),
    at(1, c.Describe("dee", (("danger", "no"), ("weapon", "no")))),
    at(2, c.Triage("dee", 2, "other")),
    at(3, c.Dispatch("dee")),
    at(4, c.Accept("ana", "i1-1", 15)),
    at(6, c.Wake()),
    at(7, c.Decline("cy", "i1-3", "too_far")),
    at(8, c.Accept("sue", "i1-4", 20)),
    at(9, c.GoEnRoute("ana", "ana")),
    at(9, c.GoEnRoute("sue", "sue", 15)),
    at(20, c.Arrive("ana", "ana")),
    at(22, c.Arrive("sue", "sue")),
    at(23, c.MeetPerson("ana", "ana")),
    at(42, c.Wake()),
    at(43, c.CheckIn("sue", "sue")),
    at(43, c.CheckIn("ana", "ana", 30)),
    at(60, c.Clear("ana", "ana")),
    at(61, c.BeginNotes("ana")),
    at(80, c.Sign("ana", "digest", "home", "community")),
    at(90, c.SignOff("max", "sound")),
)
# Nobody answers: the ladder runs out, three rounds long, and the alarm is taken.
QUIET_NIGHT: Story = (
    at(0, c.Receive("dee", "i1", REF, "clay", "phone")),
    at(1, c.Triage("dee", 2)),
    at(2, c.Dispatch("dee")),
    *(at(minute, c.Wake()) for minute in (5, 8, 10, 13, 16, 19, 21, 24, 27, 30)),
    at(31, c.TakeAlarm("dee", "nobody_answered")),
    at(32, c.AskPerson("dee", "max", Seat.LEAD)),
    at(33, c.Accept("max", "i1-13")),
)


def tell(story: Story) -> Incident:
    """The story once, as the write path asks it: decide, announce and apply each fact, when to wake."""
    incident: Incident | None = None
    for board, command in story:
        for fact in decide(incident, command, board):
            announce(incident, fact, board)
            incident = apply(incident, fact)
        assert incident is not None
        next_wake(incident)
    assert incident is not None
    return incident


def per_second(story: Story) -> float:
    """Commands a second of processor time, the best of a few rounds: the others were disturbed."""
    best = 0.0
    for _ in range(ROUNDS):
        told, began = 0, time.process_time()
        while (took := time.process_time() - began) < SECONDS / ROUNDS:
            tell(story)
            told += len(story)
        best = max(best, told / took)
    return best


def with_replace(copy: Callable[..., object], story: Story) -> float:
    """The same with another way to copy a frozen value."""
    module: ModuleType = apply_rules
    ours = module.replace  # type: ignore[attr-defined]
    module.replace = copy  # type: ignore[attr-defined]
    try:
        return per_second(story)
    finally:
        module.replace = ours  # type: ignore[attr-defined]


def main() -> None:
    print(
        f"Python {platform.python_version()}, processor time: others may use the machine. Best of {ROUNDS}.\n"
    )
    print(f"{'commands a second':30}{'our replace':>16}{'dataclasses.replace':>22}")
    for name, story in (("a whole story", STORY), ("nobody answers", QUIET_NIGHT)):
        ours, theirs = per_second(story), with_replace(dataclasses.replace, story)
        print(f"{name:30}{ours:>16,.0f}{theirs:>22,.0f}")
    if "--profile" in sys.argv:
        profile = cProfile.Profile()
        profile.runcall(lambda: [tell(STORY) for _ in range(2000)])
        pstats.Stats(profile).sort_stats("tottime").print_stats(28)


if __name__ == "__main__":
    main()
