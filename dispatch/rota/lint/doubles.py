"""One person in two places of the rota at once: each is asked once only, so one of the two is no cover."""

from collections.abc import Iterator

from dispatch.rota.lint import words
from dispatch.rota.lint.found import Found
from dispatch.rota.lint.look import Look


def find(look: Look) -> Iterator[Found]:
    """Every overlap of a person with themselves."""
    scene = look.scene
    grave = scene.terms.weight("two_tiers") == "hard"
    for person in look.by_person:
        ahead = look.ahead(person)
        for place, one in enumerate(ahead):
            for other in ahead[place + 1 :]:
                if other.starts_at >= one.ends_at:
                    break
                where = words.tier(one.tier)
                twice = (
                    f"twice on {where}"
                    if one.tier == other.tier
                    else f"on {where} and {words.tier(other.tier)}"
                )
                yield Found(
                    kind="two_tiers",
                    grave=grave,
                    starts_at=max(other.starts_at, scene.now),
                    ends_at=min(one.ends_at, other.ends_at, scene.end),
                    said=f"{scene.name(person)} is {twice} at once",
                    tier=other.tier,
                    person=person,
                    cure="They are asked once only: put somebody else in one of the two.",
                )
