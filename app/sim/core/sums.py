"""Figures of many nights of the core, added up so that a long run needs no memory."""

import time
from collections.abc import Iterable

from app.sim.core.coverage import Coverage, Report

FIGURES = ("incidents", "commands", "messages", "tries", "copies", "duplicates", "deaths", "lost", "unowned")


class Sums:
    """What nights came to. `options` stand behind the seed in the line that replays a broken one."""

    def __init__(self, options: str = "") -> None:
        self._options = options
        self.nights = 0
        self.figures = dict.fromkeys(FIGURES, 0)
        self.coverage = Coverage()
        self.broken: list[str] = []
        self.seconds = 0.0

    def add(self, report: Report) -> None:
        """Count another night in."""
        self.nights += 1
        for name in FIGURES:
            self.figures[name] += getattr(report, name)
        self.coverage.add(report.coverage)
        self.broken += [
            f"seed {report.seed} broke {one}  (replay: python -m app.sim.core {report.seed}{self._options})"
            for one in report.broken
        ]

    def join(self, other: "Sums") -> None:
        """Count in what another process came to."""
        self.nights += other.nights
        for name in FIGURES:
            self.figures[name] += other.figures[name]
        self.coverage.add(other.coverage)
        self.broken += other.broken
        self.seconds += other.seconds

    def line(self) -> str:
        """All so far in one line."""
        told = ", ".join(f"{name} {value}" for name, value in self.figures.items())
        speed = self.figures["incidents"] / max(self.seconds, 0.01)
        return f"{self.nights} nights, {self.seconds:.1f} s of a processor, {speed:.0f}/s: {told}"

    def text(self) -> str:
        """The figures, what was never seen, and what broke."""
        never = [f"never seen: {kind} {', '.join(names)}" for kind, names in self.coverage.missing().items()]
        return "\n".join([self.line(), *never, *self.broken])


def summed(reports: Iterable[Report], options: str = "") -> Sums:
    """Several nights as one."""
    sums, began = Sums(options), time.process_time()
    for report in reports:
        sums.add(report)
    sums.seconds = time.process_time() - began
    return sums
