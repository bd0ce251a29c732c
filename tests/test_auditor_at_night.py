"""The auditor looks on while a simulated night of faults goes by: what holds in every state always holds, and in the
calm after it every law does."""

import pytest

from app.auditor.audit import audit
from app.auditor.laws.every import EVERY
from app.sim.night import Night

# These are about time: they are broken while a worker is dead or a provider is away, as they must be.
OF_TIME = {"on time", "pages lapse", "first try", "nothing waits", "leases end", "somebody asked"}
# The people of the night sign by the bare command, without the sealed words that a page saves beside it.
KEPT = [law for law in EVERY if law.name != "signed is there"]
ALWAYS = [law for law in KEPT if law.name not in OF_TIME]
EACH = 25


class Audited(Night):
    """A night with the auditor in it."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.wrong: set[str] = set()
        self._ticks = 0

    def _tick(self) -> None:
        super()._tick()
        self._ticks += 1
        if self._ticks % EACH == 0:
            self.wrong |= {one.sentence for one in audit(self.shell, ALWAYS) if one.sentence}

    def _all_is_done(self) -> bool:
        done = super()._all_is_done()
        if done:
            self.wrong |= {f"in the calm: {one.sentence}" for one in audit(self.shell, KEPT) if one.sentence}
        return done


@pytest.mark.parametrize("seed", range(9_000, 9_012))
def test_no_law_is_broken_by_a_night_of_faults(seed: int) -> None:
    night = Audited(seed)
    report = night.run()
    assert not report.broken and report.incidents
    assert not night.wrong
