"""Where a rota has too few people: spans in which a tier has fewer than it needs, and how many it has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.rota.rules import Assignment, TierNeed


@dataclass(frozen=True)
class Gap:
    """From one instant to another a tier has `have` people and needs `need`. Nobody at all is a hole."""

    tier: str
    starts_at: datetime
    ends_at: datetime
    have: int
    need: int

    @property
    def length(self) -> timedelta:
        """True hours."""
        return self.ends_at - self.starts_at


def gaps(
    found: Iterable[Assignment], needs: Iterable[TierNeed], start: datetime, end: datetime
) -> tuple[Gap, ...]:
    """Every span of `start` to `end` in which a tier has too few, in the order of time, then of the needs."""
    by_tier: dict[str, list[Assignment]] = {}
    for one in found:
        if one.starts_at < end and one.ends_at > start:
            by_tier.setdefault(one.tier, []).append(one)
    short = [gap for need in needs for gap in _short(by_tier.get(need.tier, []), need, start, end)]
    return tuple(sorted(short, key=lambda gap: gap.starts_at))


def _short(here: list[Assignment], need: TierNeed, start: datetime, end: datetime) -> list[Gap]:
    """Sweeps through the instants at which somebody comes or goes."""
    edges: dict[datetime, list[tuple[str, int]]] = {start: [], end: []}
    for one in here:
        edges.setdefault(max(one.starts_at, start), []).append((one.person, 1))
        edges.setdefault(min(one.ends_at, end), []).append((one.person, -1))
    # One person may stand there twice, from two layers; they are one person all the same.
    times: dict[str, int] = {}
    short: list[Gap] = []
    moments = sorted(edges)
    for at, until in zip(moments, moments[1:], strict=False):
        for person, step in edges[at]:
            times[person] = times.get(person, 0) + step
        have = sum(count > 0 for count in times.values())
        if have >= need.people:
            continue
        if short and short[-1].ends_at == at and short[-1].have == have:
            short[-1] = Gap(need.tier, short[-1].starts_at, until, have, need.people)
        else:
            short.append(Gap(need.tier, at, until, have, need.people))
    return short
