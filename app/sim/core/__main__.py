"""Runs nights of the core: `python -m app.sim.core SEED --nights N`. One night is told line by line."""

import argparse
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from itertools import count, islice

from app.sim.core.night import Night
from app.sim.core.sums import Sums, summed

# The nights that a process runs before it tells of them.
AT_ONCE = 10


def main(arguments: list[str] | None = None) -> int:
    """Exit 1 when a law broke."""
    parser = argparse.ArgumentParser(prog="python -m app.sim.core", description=__doc__)
    parser.add_argument("seed", type=int, help="the seed, or the first of several")
    parser.add_argument("--nights", type=int, default=1, help="how many seeds from there on")
    parser.add_argument("--calls", type=int, help="how many calls there are in each night")
    parser.add_argument("--incidents", type=int, help="go on until there were so many")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes share the nights")
    parser.add_argument(
        "--every", type=int, default=0, help="print the figures so far after each so many nights"
    )
    parser.add_argument("--until-broken", action="store_true", help="stop after the first broken law")
    given = parser.parse_args(arguments)
    if given.nights == 1 and given.incidents is None:
        sums = summed([Night(given.seed, print, given.calls).run()])
    else:
        sums = _many(given)
    print(sums.text())
    return 1 if sums.broken else 0


def _many(given: argparse.Namespace) -> Sums:
    options = f" --calls {given.calls}" if given.calls else ""
    sums, told = Sums(options), 0
    for some in _in_order(partial(_nights, given.calls, options), _stretches(given), given.jobs):
        sums.join(some)
        if given.every and sums.nights - told >= given.every:
            told = sums.nights
            seeds = f"seeds {given.seed}..{given.seed + sums.nights - 1}"
            print(f"{seeds}: {sums.line()}; broken {len(sums.broken)}", flush=True)
        enough = given.incidents and sums.figures["incidents"] >= given.incidents
        if enough or sums.broken and given.until_broken:
            break
    return sums


def _nights(calls: int | None, options: str, seeds: range) -> Sums:
    """These nights, one after the other."""
    return summed((Night(seed, None, calls).run() for seed in seeds), options)


def _stretches(given: argparse.Namespace) -> Iterator[range]:
    """The seeds, a few at a time; without end where a number of incidents is asked for."""
    if given.incidents:
        return (range(first, first + AT_ONCE) for first in count(given.seed, AT_ONCE))
    ends = given.seed + given.nights
    return (range(first, min(first + AT_ONCE, ends)) for first in range(given.seed, ends, AT_ONCE))


def _in_order(run: Callable[[range], Sums], stretches: Iterator[range], jobs: int) -> Iterator[Sums]:
    """What each stretch came to, in the order of the seeds, however many processes share them."""
    if jobs == 1:
        yield from map(run, stretches)
        return
    with ProcessPoolExecutor(jobs) as processes:
        waiting: deque[Future[Sums]] = deque()
        try:
            while True:
                waiting += [processes.submit(run, one) for one in islice(stretches, 2 * jobs - len(waiting))]
                if not waiting:
                    return
                yield waiting.popleft().result()
        finally:
            processes.shutdown(cancel_futures=True)


if __name__ == "__main__":
    sys.exit(main())
