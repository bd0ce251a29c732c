"""Whether those on call together may go together by the law of the state."""

from collections.abc import Iterator

from dispatch.rota.composition import IN_REACH, Together, against_team, can_be_judged
from dispatch.rota.lint import words
from dispatch.rota.lint.found import Found
from dispatch.rota.lint.look import Look, Piece, joined, stretches
from dispatch.rota.rules import TierNeed


def find(look: Look) -> Iterator[Found]:
    """For each tier that the law can be held against. A tier with a hole is told of as a hole."""
    scene = look.scene
    weight = scene.terms.weight("composition")
    if weight == "off":
        return
    for need in scene.needs:
        if not can_be_judged(need.tier, need.people, scene.state):
            continue
        tiers = dict.fromkeys((need.tier, *IN_REACH))
        shifts = [one for tier in tiers for one in look.by_tier.get(tier, ())]
        pieces = stretches(shifts, scene.now, scene.end)
        for starts_at, ends_at, said in joined(
            (piece[0], piece[1], _said(look, need, piece)) for piece in pieces
        ):
            if said:
                yield Found(
                    kind="composition",
                    grave=weight == "hard",
                    starts_at=starts_at,
                    ends_at=ends_at,
                    said=f"{words.tier(need.tier)}, {words.length(ends_at - starts_at)}: {said}",
                    tier=need.tier,
                    cure="Put somebody on with what is missing.",
                )


def _said(look: Look, need: TierNeed, piece: Piece) -> str:
    scene = look.scene
    starts_at, ends_at, people = piece
    team = tuple(scene.workers[person] for person, tier in people if tier == need.tier)
    if len(team) < max(need.people, 1):
        return ""
    reach = tuple(scene.workers[person] for person, tier in people if tier in IN_REACH)
    together = Together(team, reach, starts_at, ends_at)
    return " ".join(one.sentence for one in against_team(together, scene.state, scene.terms, scene.zone))
