"""Replays one night with a readable log: `python -m app.sim SEED`. Several seeds are run and summed up."""

import argparse
import sys
import time

from app.sim.simulate import nights, summed


def main(arguments: list[str] | None = None) -> int:
    """One seed: its log. More: a line for each broken one, and the sums. Exit 1 when a law broke."""
    parser = argparse.ArgumentParser(prog="python -m app.sim", description=__doc__)
    parser.add_argument("seed", type=int, help="the seed, or the first of several")
    parser.add_argument("--nights", type=int, default=1, help="how many seeds from there on")
    parser.add_argument("--calls", type=int, help="how many calls there are in each night")
    parser.add_argument("--until-broken", action="store_true", help="stop after the first broken law")
    parser.add_argument(
        "--every", type=int, default=0, help="print the figures so far after each so many nights"
    )
    given = parser.parse_args(arguments)
    began = time.process_time()
    say = print if given.nights == 1 else None
    reports = []
    for report in nights(given.seed, given.nights, say, given.until_broken, given.calls):
        reports.append(report)
        if given.every and len(reports) % given.every == 0:
            so_far = summed(reports, time.process_time() - began, given.calls).splitlines()
            told = [line for line in so_far[1:] if " broke " in line]
            print(f"seeds {given.seed}..{report.seed}:", so_far[0], *told, sep=" | ", flush=True)
    print(summed(reports, time.process_time() - began, given.calls))
    return 1 if any(report.broken for report in reports) else 0


if __name__ == "__main__":
    sys.exit(main())
