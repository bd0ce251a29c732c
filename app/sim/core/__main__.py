"""Runs nights of the core: `python -m app.sim.core SEED --nights N`. One night is told line by line."""

import argparse
import sys
import time
from collections.abc import Iterable

from app.sim.core.coverage import Coverage, Report
from app.sim.core.night import Night

FIGURES = ("incidents", "commands", "messages", "tries", "copies", "duplicates", "deaths", "lost", "unowned")


class Sums:
    """Figures of many nights, added up one by one so that a long run needs no memory."""

    def __init__(self, options: str = "") -> None:
        self._options = options
        self.nights = 0
        self.figures = dict.fromkeys(FIGURES, 0)
        self.coverage = Coverage()
        self.broken: list[str] = []
        self._began = time.process_time()

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

    def line(self) -> str:
        """All so far in one line."""
        seconds = time.process_time() - self._began
        told = ", ".join(f"{name} {value}" for name, value in self.figures.items())
        return f"{self.nights} nights, {seconds:.1f} s, {self.figures['incidents'] / seconds:.0f}/s: {told}"

    def text(self) -> str:
        """The figures, what was never seen, and what broke."""
        never = [f"never seen: {kind} {', '.join(names)}" for kind, names in self.coverage.missing().items()]
        return "\n".join([self.line(), *never, *self.broken])


def summed(reports: Iterable[Report]) -> Sums:
    """Several nights as one."""
    sums = Sums()
    for report in reports:
        sums.add(report)
    return sums


def main(arguments: list[str] | None = None) -> int:
    """Exit 1 when a law broke."""
    parser = argparse.ArgumentParser(prog="python -m app.sim.core", description=__doc__)
    parser.add_argument("seed", type=int, help="the seed, or the first of several")
    parser.add_argument("--nights", type=int, default=1, help="how many seeds from there on")
    parser.add_argument("--calls", type=int, help="how many calls there are in each night")
    parser.add_argument("--incidents", type=int, help="go on until there were so many")
    parser.add_argument(
        "--every", type=int, default=0, help="print the figures so far after each so many nights"
    )
    parser.add_argument("--until-broken", action="store_true", help="stop after the first broken law")
    given = parser.parse_args(arguments)
    sums, seed = Sums(f" --calls {given.calls}" if given.calls else ""), given.seed
    one = given.nights == 1 and given.incidents is None
    while sums.figures["incidents"] < given.incidents if given.incidents else sums.nights < given.nights:
        sums.add(Night(seed, print if one else None, given.calls).run())
        seed += 1
        if given.every and sums.nights % given.every == 0:
            print(f"seeds {given.seed}..{seed - 1}: {sums.line()}; broken {len(sums.broken)}", flush=True)
        if sums.broken and given.until_broken:
            break
    print(sums.text())
    return 1 if sums.broken else 0


if __name__ == "__main__":
    sys.exit(main())
