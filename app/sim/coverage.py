"""Which commands, facts, stages, alarms and messages the nights have seen: the rest was never tried."""

from collections import Counter
from dataclasses import dataclass, field

from app.codec import FACTS, MESSAGES
from app.sim.fates import BECOMES, DOWN, FATES
from dispatch.alarms import CAUSES
from dispatch.decide import RULE_OF
from dispatch.facts import Fact
from dispatch.messages import Message
from dispatch.stages import Stage

# What the rota says goes out without an incident, and has tests of its own; and several pages in one text are made
# where they are sent, and counted as a bundle.
OF_THE_ROTA = frozenset(
    "CannotReach PagesWait "
    "CoverAsked CoverFound CoverOpen CoverOver CoverYours NumberCode RingTest RotaNotice RotaPublished ShiftSoon "
    "SwapAsked HandOverWaits".split()
)
# What the network does, what becomes of what it took, keys that are typed in a call, several pages in one text, and who
# carries nothing and is not asked what became of a send.
FAULTS = (
    frozenset(FATES)
    | frozenset(DOWN)
    | frozenset(f"{channel}_{end}" for channel, ends in BECOMES.items() for end in ends)
    | frozenset({"outage", "keys_code", "keys_menu", "bundle", "given_up"})
)
# Every name that must have happened at least once.
WANTED: dict[str, frozenset[str]] = {
    "commands": frozenset(kind.__name__ for kind in RULE_OF),
    "facts": frozenset(FACTS) - {Fact.__name__},
    "faults": FAULTS,
    "stages": frozenset(stage.value for stage in Stage),
    "alarms": frozenset(CAUSES),
    "messages": frozenset(MESSAGES) - {Message.__name__} - OF_THE_ROTA,
}


@dataclass
class Coverage:
    """How often each was seen."""

    commands: Counter[str] = field(default_factory=Counter)
    facts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Coverage") -> None:
        """Count another night in."""
        for name in WANTED:
            getattr(self, name).update(getattr(other, name))

    def missing(self) -> dict[str, list[str]]:
        """What never happened, by kind; empty when all did."""
        never = {name: sorted(wanted - set(getattr(self, name))) for name, wanted in WANTED.items()}
        return {name: names for name, names in never.items() if names}
