"""Stretches of nights at both depths, for the tests that look at what they came to."""

from app.sim import simulate
from app.sim.core.night import Night as CoreNight
from app.sim.core.sums import Sums, summed
from app.sim.report import Report


def core_nights(seeds: range) -> Sums:
    """Nights of the rules and a model around them."""
    return summed(CoreNight(seed).run() for seed in seeds)


def nights(seeds: range) -> list[Report]:
    """Nights of the whole shell."""
    return list(simulate.nights(seeds.start, len(seeds)))
