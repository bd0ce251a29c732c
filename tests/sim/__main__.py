"""Replays one night with a readable log: `python -m tests.sim SEED`. Several seeds are run and summed up."""

import argparse
import logging
import sys
import time

from tests.sim.coverage import Coverage
from tests.sim.night import Night, Report

FIGURES = ("incidents", "commands", "texts", "duplicates", "deaths", "lost", "unowned")


def main(arguments: list[str] | None = None) -> int:
    """One seed: its log. More: a line for each broken one, and the sums. Exit 1 when a law broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    parser.add_argument("seed", type=int, help="the seed, or the first of several")
    parser.add_argument("--nights", type=int, default=1, help="how many seeds from there on")
    parser.add_argument("--until-broken", action="store_true", help="stop after the first broken law")
    given = parser.parse_args(arguments)
    one = given.nights == 1
    logging.disable(logging.CRITICAL)
    began = time.process_time()
    reports: list[Report] = []
    for seed in range(given.seed, given.seed + given.nights):
        reports.append(Night(seed, print if one else None).run())
        if reports[-1].broken and given.until_broken:
            break
    print(summed(reports, time.process_time() - began))
    return 1 if any(report.broken for report in reports) else 0


def summed(reports: list[Report], seconds: float) -> str:
    """The figures of several nights in a few lines."""
    seen = Coverage()
    for report in reports:
        seen.add(report.coverage)
    sums = ", ".join(f"{name} {sum(getattr(one, name) for one in reports)}" for name in FIGURES)
    lines = [f"{len(reports)} nights, {seconds:.1f} s: {sums}"]
    lines += [f"never seen: {kind} {', '.join(names)}" for kind, names in seen.missing().items()]
    lines += [
        f"seed {report.seed} broke {broken}  (replay: python -m tests.sim {report.seed})"
        for report in reports
        for broken in report.broken
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
