"""A rota's rules: layers on the wall, shifts written by hand, overrides and time off. All of it data."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

# Each layer's people stand in line behind those of the layer before it, and hand-written shifts before all layers.
LAYER_PLACES: Final = 1_000_000
MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Window:
    """A weekly stretch on the wall: on each of `days` (0 is Monday) from `starts` for `length`."""

    days: tuple[int, ...]
    starts: time
    length: timedelta


@dataclass(frozen=True)
class Layer:
    """One rotation in one tier. Each of `line` works one turn together, in order, starting with `first`.

    Without `windows` it is always on; with them only then. A turn lasts `turn` on the wall, counted from
    `begins`; None: each window is a turn of its own. `begins` and `ends` are naive wall times of `zone`.
    """

    id: str
    tier: str
    zone: ZoneInfo
    begins: datetime
    line: tuple[tuple[str, ...], ...]
    windows: tuple[Window, ...] = ()
    turn: timedelta | None = None
    ends: datetime | None = None
    first: int = 0
    team: str | None = None
    name: str = ""
    place: int = 0

    @cached_property
    def week(self) -> tuple[tuple[int, int], ...]:
        """The windows of one week as (start, length) in minutes from Monday 00:00, in order."""
        return tuple(
            sorted(
                (day * 1440 + window.starts.hour * 60 + window.starts.minute, window.length // MINUTE)
                for window in self.windows
                for day in window.days
            )
        )


@dataclass(frozen=True)
class Assignment:
    """One person on call in one tier from one instant to another (UTC). `source` is the layer, the shift
    or the override that put them there; `place` is their order in the line."""

    person: str
    tier: str
    starts_at: datetime
    ends_at: datetime
    source: str
    team: str | None = None
    place: int = 0


@dataclass(frozen=True)
class Override:
    """A change to one tier over a span (UTC), in the order of `order`: the last one wins.

    `instead_of` is whose place is taken, None: everybody's. `person` comes in, None: nobody does. With
    `undoes` it only takes that override away, as if it had never been made.
    """

    id: str
    order: int
    tier: str
    starts_at: datetime
    ends_at: datetime
    instead_of: str | None = None
    person: str | None = None
    undoes: str | None = None


@dataclass(frozen=True)
class Away:
    """A person cannot be on call over a span (UTC), and why: time off, or a rule that bars them. Only in
    `tier`, where one is named."""

    person: str
    starts_at: datetime
    ends_at: datetime
    why: str
    tier: str | None = None


@dataclass(frozen=True)
class Broken:
    """A rule that cannot be read. It takes nothing but itself down; the sentence says what to mend. `among` is
    the list of a rota file that it stands in."""

    id: str
    why: str
    among: str = "layers"


@dataclass(frozen=True)
class Rules:
    """All that decides who is on call in one program."""

    layers: tuple[Layer, ...] = ()
    shifts: tuple[Assignment, ...] = ()
    overrides: tuple[Override, ...] = ()
    away: tuple[Away, ...] = ()
    broken: tuple[Broken, ...] = ()


@dataclass(frozen=True)
class Bring:
    """What the people of a tier must have between them: `count` of them with `skill` (a code). A wish that is not
    `hard` is warned of, and never blocks."""

    skill: str
    count: int = 1
    hard: bool = True


@dataclass(frozen=True)
class TierNeed:
    """How many people a tier needs at once, and what they must bring."""

    tier: str
    people: int = 1
    bring: tuple[Bring, ...] = ()
