"""An instance by the rules of the second nurse rostering competition (INRC-II), all its weeks in one."""

from dataclasses import dataclass

WEEK = 7
OFF = ""
# The competition's own weights.
STAFF, SHIFT_RUN, DAY_RUN, OFF_RUN, REQUEST, WEEKEND, TOTAL, WEEKENDS = 30, 15, 30, 30, 10, 30, 20, 30


@dataclass(frozen=True)
class Bounds:
    """From least to most, both included."""

    least: int
    most: int


@dataclass(frozen=True)
class Contract:
    """What a nurse should work over all weeks, in a row, and off in a row; how many weekends; whole ones or not."""

    total: Bounds
    days: Bounds
    off: Bounds
    weekends: int
    whole_weekends: bool


@dataclass(frozen=True)
class Nurse:
    """One nurse: contract, skills, and how the week before ended. `last` is OFF after a day off."""

    name: str
    contract: str
    skills: tuple[str, ...]
    last: str = OFF
    shift_run: int = 0
    day_run: int = 0
    off_run: int = 0
    total: int = 0
    weekends: int = 0


@dataclass(frozen=True)
class Instance:
    """`need` is (least, best) by day, shift and skill; `wishes` are (nurse, day, shift), OFF meaning any shift."""

    name: str
    weeks: int
    skills: tuple[str, ...]
    shifts: dict[str, Bounds]
    forbidden: frozenset[tuple[str, str]]
    contracts: dict[str, Contract]
    nurses: tuple[Nurse, ...]
    need: dict[tuple[int, str, str], tuple[int, int]]
    wishes: frozenset[tuple[str, int, str]]

    @property
    def days(self) -> int:
        """How many days."""
        return self.weeks * WEEK


# Who works what on which day: nurse -> one (shift, skill) a day, (OFF, OFF) when off.
Roster = dict[str, list[tuple[str, str]]]
