"""Skills that a tier must bring and that nobody of those on call has, forward in time."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from dispatch.rota.lint import words
from dispatch.rota.lint.found import Found
from dispatch.rota.lint.look import Look, Piece, Place, joined, stretches
from dispatch.rota.lint.who import who_may
from dispatch.rota.rules import Bring, TierNeed


def find(look: Look) -> Iterator[Found]:
    """For each skill of each tier, when too few have it. Where nobody at all is on call, the hole says so."""
    cuts = _days_of_change(look)
    for need in look.scene.needs:
        if need.bring:
            shifts = look.by_tier.get(need.tier, ())
            pieces = list(stretches(shifts, look.scene.now, look.scene.end, cuts))
            for bring in need.bring:
                yield from _missing(look, need, bring, pieces)


def _missing(look: Look, need: TierNeed, bring: Bring, pieces: list[Piece]) -> Iterator[Found]:
    told: set[tuple[str, timedelta, str]] = set()
    for starts_at, ends_at, said in joined(
        (starts_at, ends_at, _said(look, need, bring, starts_at, people))
        for starts_at, ends_at, people in pieces
    ):
        if said:
            span = starts_at, ends_at
            # Of those that become one line the first alone is looked at for who could help.
            alike = said, ends_at - starts_at, words.clock(starts_at, look.scene.zone)
            cure = "" if alike in told else who_may(look, need.tier, span, bring.skill)
            told.add(alike)
            yield Found(
                kind="bring",
                grave=bring.hard,
                starts_at=starts_at,
                ends_at=ends_at,
                said=f"{said}, {words.length(ends_at - starts_at)}",
                tier=need.tier,
                cure=cure,
            )


def _said(look: Look, need: TierNeed, bring: Bring, at: datetime, people: tuple[Place, ...]) -> str:
    if not people:
        return ""
    local_day = at.astimezone(look.scene.zone).date()
    able = sum(look.scene.workers[person].has(bring.skill, local_day) for person, _ in people)
    if able >= bring.count:
        return ""
    what = words.skill(bring.skill)
    if not able:
        return f"no {what} on {words.tier(need.tier)}"
    return f"{able} of {bring.count} on {words.tier(need.tier)} is a {what}"


def _days_of_change(look: Look) -> tuple[datetime, ...]:
    """The local midnights on which a credential begins or ends to count."""
    scene = look.scene
    days = {
        day
        for worker in scene.workers.values()
        for held in worker.credentials
        for day in (held.starts_on, held.ends_on and held.ends_on + timedelta(days=1))
        if day
    }
    midnights = (datetime.combine(day, time(), scene.zone).astimezone(UTC) for day in days)
    return tuple(sorted(at for at in midnights if scene.now < at < scene.end))
