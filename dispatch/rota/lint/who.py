"""Who could fill a hole: those of the role who are free, not away and rested, the most rested first."""

from datetime import datetime, timedelta

from dispatch.cover import Span
from dispatch.rota.lint.look import Look

# Nobody fills a hole longer than this alone, so it names no one.
LONGEST = timedelta(hours=26)
_LONG_AGO = timedelta(days=999)


def who_may(look: Look, tier: str, span: Span, skill: str = "") -> str:
    """ "4 people may, Halloran has most rest." Empty where the hole is too long for one person."""
    if span[1] - span[0] > LONGEST:
        return "It is too long for one person: write a layer or shifts."
    able = sorted((-rest, name) for name, rest in _able(look, tier, span, skill))
    if not able:
        return "Nobody of ours may: all are on call, away or need their rest."
    if len(able) == 1:
        return f"{able[0][1]} may."
    return f"{len(able)} people may, {able[0][1]} has most rest."


def _able(look: Look, tier: str, span: Span, skill: str) -> list[tuple[str, timedelta]]:
    scene = look.scene
    role = scene.role_for.get(tier)
    local_day = span[0].astimezone(scene.zone).date()
    able: list[tuple[str, timedelta]] = []
    for worker in scene.workers.values():
        if role is not None and role not in worker.roles or skill and not worker.has(skill, local_day):
            continue
        before, after = _rest(look, worker.id, span)
        if min(before, after) >= scene.terms.rest and not _away(look, worker.id, tier, span):
            able.append((worker.name, before))
    return able


def _rest(look: Look, person: str, span: Span) -> tuple[timedelta, timedelta]:
    """How long before and after the span this person is free; nothing where they are on call in it."""
    before = after = _LONG_AGO
    for one in look.by_person.get(person, ()):
        if one.starts_at < span[1] and one.ends_at > span[0]:
            return timedelta(0), timedelta(0)
        if one.ends_at <= span[0]:
            before = min(before, span[0] - one.ends_at)
        else:
            after = min(after, one.starts_at - span[1])
    return before, after


def _away(look: Look, person: str, tier: str, span: Span) -> bool:
    return any(
        _touches(away.starts_at, away.ends_at, span)
        for away in look.scene.rules.away
        if away.person == person and away.tier in (None, tier)
    )


def _touches(starts_at: datetime, ends_at: datetime, span: Span) -> bool:
    return starts_at < span[1] and ends_at > span[0]
