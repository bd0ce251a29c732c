"""Holes: nobody on call in a tier, or fewer people than it needs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from dispatch.cover import Span
from dispatch.rota.lint import words
from dispatch.rota.lint.found import Found
from dispatch.rota.lint.look import Look, joined, stretches
from dispatch.rota.lint.who import who_may
from dispatch.rota.rules import TierNeed
from dispatch.rota.terms import RULES

REASONS_NAMED = 3


def find(look: Look) -> Iterator[Found]:
    """Every hole of every tier, with who left it and who could fill it."""
    for need in look.scene.needs:
        told: set[tuple[str, str]] = set()
        for starts_at, ends_at, said in joined(_short(look, need)):
            if said:
                one = _found(look, need, (starts_at, ends_at), said)
                alike = one.said, words.clock(starts_at, look.scene.zone)
                # Of holes that become one line the first alone is looked at for who could fill it.
                yield one if alike in told else replace(one, cure=_cure(look, need.tier, one))
                told.add(alike)


def _short(look: Look, need: TierNeed) -> Iterator[tuple[datetime, datetime, str]]:
    scene = look.scene
    for starts_at, ends_at, people in stretches(look.by_tier.get(need.tier, ()), scene.now, scene.end):
        here = len(people)
        yield starts_at, ends_at, "" if here >= need.people else _said(here, need)


def _said(here: int, need: TierNeed) -> str:
    if not here:
        return f"nobody on {words.tier(need.tier)}"
    return f"{here} of {need.people} people on {words.tier(need.tier)}"


def _found(look: Look, need: TierNeed, span: Span, said: str) -> Found:
    scene = look.scene
    rest_of_it = span[1] == scene.end
    more = " or more" if rest_of_it else ""
    long = words.length(span[1] - span[0])
    return Found(
        kind="gap" if said.startswith("nobody") else "few",
        grave=True,
        starts_at=span[0],
        ends_at=span[1],
        said=f"{said}, {long}{more}",
        tier=need.tier,
    )


def _cure(look: Look, tier: str, hole: Found) -> str:
    span = hole.starts_at, hole.ends_at
    return f"{_why(look, tier, span)} {who_may(look, tier, span)}".strip()


def _why(look: Look, tier: str, span: Span) -> str:
    """Whose shift it was, and why it is not."""
    names = dict.fromkeys(
        f"{look.scene.name(one.person)} {_kept_away(away.why)}" for one, away in look.taken(tier, span)
    )
    return " ".join(words.ending(name) for name in list(names)[:REASONS_NAMED])


def _kept_away(why: str) -> str:
    if why in RULES:
        return f"is barred: {why.replace('_', ' ')}"
    return "is sick" if why == "sick" else "has time off"
