"""A change of the rota as it is shown before it counts: the difference, its price, and what speaks against it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from app.rota.check import AROUND, Known, known
from app.rota.load import rules_of
from app.shell import Shell
from dispatch.rota.final import final
from dispatch.rota.may_work import Objection
from dispatch.rota.preview import AHEAD_AT_MOST, Difference, difference, price
from dispatch.rota.rules import Assignment, Rules
from dispatch.value import Refused, require

# A look asks about this many shifts; more of the same person say nothing new.
SHIFTS_AT_MOST: Final = 200
# Rules about those who are on together, not about one person.
TEAM_RULES: Final = frozenset({"composition", "people_at_once", "bring"})
STILL_HARD: Final = frozenset({"two_tiers", "staff"})
NOT_READ: Final = "Tick that you have read what speaks against it."
LOOK_AGAIN: Final = "Something new speaks against it. Read it, then put it in force."


@dataclass(frozen=True)
class Preview:
    """What a change does in the 60 days after `start`."""

    start: datetime
    end: datetime
    zone: ZoneInfo
    differences: tuple[Difference, ...]
    price: tuple[str, ...]
    objections: tuple[Objection, ...]

    @property
    def hard(self) -> tuple[Objection, ...]:
        """What refuses the change."""
        return tuple(one for one in self.objections if one.weight == "hard")

    @property
    def soft(self) -> tuple[Objection, ...]:
        """What must have been read before it counts."""
        return tuple(one for one in self.objections if one.weight == "soft")

    @property
    def to_read(self) -> str:
        """What the one who puts it in force must have seen, as the page carries it back."""
        return " ".join(sorted({f"{one.rule}:{one.person}" for one in self.soft}))


def rules_around(connection: Connection, program: str, start: datetime, end: datetime) -> Rules:
    """The rules, with what is near enough to `start` and `end` to bear on rest."""
    return rules_of(connection, program, start - AROUND, end + AROUND)


def preview(
    connection: Connection,
    shell: Shell,
    program: str,
    before: Rules,
    after: Rules,
    start: datetime,
    end: datetime,
    restores: bool = False,
) -> Preview:
    """What becomes of the rota between `start` and `end` (at most 60 days). Both rules are those of
    `rules_around`. `restores`: it only takes an earlier change back."""
    end = min(end, start + AHEAD_AT_MOST)
    stored = known(connection, shell, program, start, end)
    differences = difference(before, after, start, end)
    found = _objections(stored, after, differences, start, end)
    return Preview(
        start,
        end,
        stored.zone,
        differences,
        price(before, after, stored.needs, stored.workers, stored.zone, start, end),
        restored(found) if restores else found,
    )


def restored(found: tuple[Objection, ...]) -> tuple[Objection, ...]:
    """What speaks against a shift that only comes back: it stood before, so a mistake can always be taken back. Two
    places at once are still refused, for the second one came since."""
    return tuple(one if one.rule in STILL_HARD else replace(one, weight="soft") for one in found)


def require_may_stand(look: Preview, read: str) -> None:
    """Refused by the first hard rule, or when a soft one speaks against it that was not read."""
    for one in look.hard:
        raise Refused(one.sentence)
    require(not look.soft or read, NOT_READ)
    require(set(look.to_read.split()) <= set(read.split()), LOOK_AGAIN)


def _objections(
    stored: Known, after: Rules, differences: tuple[Difference, ...], start: datetime, end: datetime
) -> tuple[Objection, ...]:
    will = final(after, start - AROUND, end + AROUND)
    coming = [one for one in will if one.ends_at > start and one.starts_at < end and _comes(one, differences)]
    found: dict[tuple[str, str], list[Objection]] = {}
    for wanted in coming[:SHIFTS_AT_MOST]:
        others = tuple(one for one in will if one is not wanted)
        for one in replace(stored, found=others).against(wanted):
            if one.weight == "hard" and one.rule in TEAM_RULES and _stood(stored, wanted, one.rule):
                one = replace(one, weight="soft")
            found.setdefault((one.rule, one.person), []).append(one)
    return tuple(sorted((_first(all_of_it) for all_of_it in found.values()), key=lambda one: one.weight))


def _comes(one: Assignment, differences: tuple[Difference, ...]) -> bool:
    return any(
        (change.change, change.person, change.tier) == ("on", one.person, one.tier)
        and change.starts_at < one.ends_at
        and change.ends_at > one.starts_at
        for change in differences
    )


def _stood(stored: Known, wanted: Assignment, rule: str) -> bool:
    """Was the same lacking before the change? Then nobody is turned away for it."""
    return any(
        rule in {objection.rule for objection in replace(stored, found=rest).against(one)}
        for one, rest in _each(stored.found)
        if one.tier == wanted.tier and one.starts_at < wanted.ends_at and one.ends_at > wanted.starts_at
    )


def _each(found: tuple[Assignment, ...]) -> Iterator[tuple[Assignment, tuple[Assignment, ...]]]:
    for number, one in enumerate(found):
        yield one, (*found[:number], *found[number + 1 :])


def _first(found: list[Objection]) -> Objection:
    """The gravest of a person's objections of one rule, and how many more there are."""
    worst = min(found, key=lambda one: one.weight)
    if len(found) == 1:
        return worst
    more = len(found) - 1
    return replace(
        worst, sentence=f"{worst.sentence} The same on {more} more {'shift' if more == 1 else 'shifts'}."
    )
