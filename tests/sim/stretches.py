"""Stretches of nights at both depths, for the tests that look at what they came to."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from app.sim.core.night import Night as CoreNight
from app.sim.core.sums import Sums, summed
from app.sim.night import Night
from app.sim.report import Report


@contextmanager
def quietly() -> Iterator[None]:
    """Faults are logged by the hundred in a night; nobody reads that here."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def core_nights(seeds: range) -> Sums:
    """Nights of the rules and a model around them."""
    return summed(CoreNight(seed).run() for seed in seeds)


def nights(seeds: range) -> list[Report]:
    """Nights of the whole shell."""
    with quietly():
        return [Night(seed).run() for seed in seeds]
