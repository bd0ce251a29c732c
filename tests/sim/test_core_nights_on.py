"""The core by night, second half: other seeds, so that two processes share the work."""

from tests.sim.stretches import core_nights

SEEDS = range(2501, 5001)


def test_no_law_is_broken_in_any_of_the_other_nights() -> None:
    sums = core_nights(SEEDS)
    assert not sums.broken, sums.text()
    assert (sums.figures["lost"], sums.figures["unowned"]) == (0, 0)
    assert not sums.coverage.missing()
