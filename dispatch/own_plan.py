"""A person's own order of the ways to reach them, kept within what the program asks of everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dispatch.reach import CHANNELS, Channel, Way, channels_of
from dispatch.value import Refused, require

NAMES: dict[str, str] = {"text": "texts", "call": "calls", "push": "notices in a browser", "email": "e-mail"}
GONE = "That way is not there any more. Reload the page."


@dataclass(frozen=True)
class Pick:
    """One entry of a person's plan. `way` is empty for the number on the staff list."""

    channel: Channel
    way: str = ""


Move = Literal["up", "down"]


def usual(ways: Sequence[Way]) -> tuple[Way, ...]:
    """The order for whoever has not made their own: a notice at once, the first number's text and call, then the
    others as they were added, letters last."""

    def rank(way: Way) -> tuple[bool, bool, bool, int, int]:
        place = numbers.index(way.id)
        return way.channel == "email", way.channel != "push", way.id != "", place, CHANNELS.index(way.channel)

    numbers = list(dict.fromkeys(way.id for way in ways))
    return tuple(sorted(ways, key=rank))


def arranged(own: Sequence[Pick] | None, ways: Sequence[Way], at_least: int) -> tuple[Way, ...]:
    """The ways that work, in a person's own order. What they left out comes after it where too few different
    channels are left of their own: a wish is no reason to lose a page."""
    order = usual(ways)
    if own is None:
        return order
    known = {Pick(way.channel, way.id): way for way in order}
    mine = [known[pick] for pick in dict.fromkeys(own) if pick in known]
    for way in order:
        if len(channels_of(mine)) >= at_least:
            break
        if way.channel not in channels_of(mine):
            mine.append(way)
    return tuple(mine)


def moved(own: Sequence[Pick], pick: Pick, to: Move) -> tuple[Pick, ...]:
    """One entry up or down by one place. At the end already: as it was."""
    plan = list(own)
    require(pick in plan, GONE)
    place = plan.index(pick)
    other = place - 1 if to == "up" else place + 1
    if 0 <= other < len(plan):
        plan[place], plan[other] = plan[other], plan[place]
    return tuple(plan)


def with_pick(own: Sequence[Pick], pick: Pick, ways: Sequence[Way]) -> tuple[Pick, ...]:
    """One more way, at the end."""
    require(any(Pick(way.channel, way.id) == pick for way in ways), GONE)
    return (*(one for one in own if one != pick), pick)


def without(own: Sequence[Pick], pick: Pick, ways: Sequence[Way], at_least: int) -> tuple[Pick, ...]:
    """One way less, unless too few different channels would be left."""
    require(pick in own, GONE)
    left = tuple(one for one in own if one != pick)
    working = [way for way in ways if Pick(way.channel, way.id) in left]
    if len(channels_of(working)) < at_least:
        raise Refused(_too_few(at_least, channels_of(way for way in ways)))
    return left


def _too_few(at_least: int, possible: frozenset[str]) -> str:
    among = ", ".join(NAMES[channel] for channel in CHANNELS if channel in possible)
    kinds = "kinds of way" if at_least > 1 else "kind of way"
    return (
        f"Your program asks for at least {at_least} different {kinds}, so that one still works when another fails. "
        f"Use another one first. You have: {among}."
    )
