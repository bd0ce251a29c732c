"""What those on call at one moment lack against what their tiers need, before a change and after it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from dispatch.rota.rules import Bring, TierNeed
from dispatch.rota.staff import Worker

On = Mapping[str, set[str]]  # tier -> the people on call in it
TIER_NAMES = {"tele": "tele clinician"}
# What is missing when nobody on call has the skill; others are said by their code.
NOBODY_WITH = {
    "licensed": "licensed person",
    "license": "licensed person",
    "spanish": "Spanish speaker",
    "child": "person for children",
    "woman": "woman",
    "wheelchair": "car for a wheelchair",
    "driver": "driver",
    "first_aid": "person with first aid",
    "perinatal": "person for perinatal care",
    "idd": "person for developmental disability",
    "veteran": "person for veterans",
    "sud": "person for substance use",
}


@dataclass(frozen=True)
class Said:
    """The beginning of a sentence before its span, its rest behind it, and where it stands (graver first)."""

    grave: int
    words: str
    rest: str = ""


def losses(
    before: On, after: On, needs: tuple[TierNeed, ...], workers: Mapping[str, Worker], day: date
) -> Iterator[Said]:
    """What is worse after than before."""
    lost = set(_lost_everywhere(before, after, workers, day))
    yield from (Said(2, f"Leaves no {skill_words(skill)}") for skill in sorted(lost))
    for need in _needs(needs, before, after):
        tier, was, will = need.tier, before.get(need.tier, set()), after.get(need.tier, set())
        if len(will) < min(len(was), need.people):
            yield _left(tier, len(will), need.people)
        for bring in need.bring if will else ():
            if bring.skill not in lost and _short(bring, will, workers, day) > _short(
                bring, was, workers, day
            ):
                have = bring.count - _short(bring, will, workers, day)
                yield Said(2, f"Leaves {_count(have, bring)} on {tier_words(tier)}")
    yield from (
        Said(3, f"Puts {workers[person].name} on {_both(tiers)} at once")
        for person, tiers in _doubled(after)
        if len(tiers) > len(_tiers_of(person, before))
    )


def mends(
    before: On, after: On, needs: tuple[TierNeed, ...], workers: Mapping[str, Worker], day: date
) -> Iterator[Said]:
    """What is better after than before. A tier without a need of its own lacks nothing that could be mended."""
    for need in needs:
        tier, was, will = need.tier, before.get(need.tier, set()), after.get(need.tier, set())
        if len(was) < min(len(will), need.people):
            rest = "" if len(will) >= need.people else f", with {len(will)} of {need.people} people"
            yield (
                Said(10, f"Fills the hole on {tier_words(tier)} of", rest)
                if not was
                else Said(
                    11, f"Brings {tier_words(tier)} to {min(len(will), need.people)} of {need.people} people"
                )
            )
        for bring in need.bring if was else ():
            if _short(bring, will, workers, day) < _short(bring, was, workers, day):
                yield Said(12, f"Brings a {skill_words(bring.skill)} to {tier_words(tier)}")
    yield from (
        Said(13, f"Ends that {workers[person].name} is on {_both(tiers)} at once")
        for person, tiers in _doubled(before)
        if len(tiers) > max(1, len(_tiers_of(person, after)))
    )


def skill_words(skill: str) -> str:
    """A skill as the one who brings it: "Spanish speaker"."""
    return NOBODY_WITH.get(skill, f"person for {skill.replace('_', ' ')}")


def tier_words(tier: str) -> str:
    """A tier in the middle of a sentence."""
    return TIER_NAMES.get(tier, tier)


def _needs(needs: tuple[TierNeed, ...], before: On, after: On) -> list[TierNeed]:
    """What each tier needs; a tier that nobody set up needs one person."""
    known = {need.tier for need in needs}
    return [*needs, *(TierNeed(tier) for tier in sorted((before.keys() | after.keys()) - known))]


def _left(tier: str, left: int, needed: int) -> Said:
    if not left:
        return Said(0, f"Leaves nobody on {tier_words(tier)}")
    return Said(1, f"Leaves {left} of {needed} people on {tier_words(tier)}")


def _lost_everywhere(before: On, after: On, workers: Mapping[str, Worker], day: date) -> Iterator[str]:
    """Skills that somebody on call had, in whatever tier, and nobody has then."""
    staying = {person for held in after.values() for person in held}
    leaving = {person for held in before.values() for person in held} - staying
    if not staying:
        return
    had = {skill for person in leaving for skill in (*workers[person].skills, "licensed")}
    for skill in had:
        if any(workers[person].has(skill, day) for person in leaving) and not any(
            workers[person].has(skill, day) for person in staying
        ):
            yield skill


def _short(bring: Bring, on: set[str], workers: Mapping[str, Worker], day: date) -> int:
    return max(0, bring.count - sum(workers[person].has(bring.skill, day) for person in on))


def _count(have: int, bring: Bring) -> str:
    who = skill_words(bring.skill)
    return f"no {who}" if not have else f"{have} {who} of {bring.count}"


def _tiers_of(person: str, on: On) -> list[str]:
    return sorted(tier for tier, held in on.items() if person in held)


def _doubled(on: On) -> Iterator[tuple[str, list[str]]]:
    everybody = {person for held in on.values() for person in held}
    for person in sorted(everybody):
        tiers = _tiers_of(person, on)
        if len(tiers) > 1:
            yield person, tiers


def _both(tiers: list[str]) -> str:
    named = [tier_words(tier) for tier in tiers]
    return f"{', '.join(named[:-1])} and {named[-1]}"
