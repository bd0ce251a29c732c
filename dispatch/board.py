"""What a rule may know of the world besides its own incident: the time, the policy, and who is on call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dispatch.reach import Reach

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Rung:
    """One step of the ladder: the tier that is asked, and how long each person has to answer."""

    tier: str
    answer_within: timedelta


@dataclass(frozen=True)
class Policy:
    """A program's numbers. All defaults are ours; a county sets its own (docs/policy.md)."""

    ladder: tuple[Rung, ...] = (
        Rung("primary", 3 * MINUTE),
        Rung("backup", 3 * MINUTE),
        Rung("supervisor", 5 * MINUTE),
    )
    rounds_at_most: int = 3
    ask_again_after: timedelta = 5 * MINUTE
    alone_allowed: bool = False
    triage_within: timedelta = 5 * MINUTE
    send_within: tuple[timedelta, timedelta, timedelta] = (5 * MINUTE, 15 * MINUTE, 30 * MINUTE)
    go_within: timedelta = 10 * MINUTE
    arrive_within: timedelta = 60 * MINUTE
    arrive_grace: timedelta = 10 * MINUTE
    staged_again: timedelta = 15 * MINUTE
    check_every: timedelta = 20 * MINUTE
    check_grace: timedelta = 3 * MINUTE
    transport_within: timedelta = 60 * MINUTE
    notes_within: timedelta = 60 * MINUTE
    review_within: timedelta = timedelta(hours=24)
    taken_again: timedelta = 5 * MINUTE
    untaken_again: timedelta = 5 * MINUTE
    paper_again: timedelta = timedelta(hours=1)
    reach: Reach = Reach()


@dataclass(frozen=True)
class OnCall:
    """One person on call now, in one tier, in the order they are asked."""

    person: str
    tier: str


@dataclass(frozen=True)
class Board:
    """The world at `now` (aware UTC). `names` are our own staff. `busy` maps a person who said yes
    elsewhere to the spoken number of that incident; `asked` are people with an open page elsewhere."""

    now: datetime
    policy: Policy = Policy()
    on_call: tuple[OnCall, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    busy: Mapping[str, int] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    supervisors: frozenset[str] = frozenset()
    unsent: frozenset[str] = frozenset()  # open pages of this incident that no provider has taken

    def name(self, person: str) -> str:
        """The name of one of our staff, for a sentence."""
        return self.names.get(person, "Someone")
