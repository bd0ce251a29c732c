"""A person's own order of the ways to reach them, and how few of them a program puts up with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from dispatch.reach import CHANNELS, Channel, Way, channels_of
from dispatch.value import Refused, require

# What a way of each kind takes. A number for texts rings too: a mobile phone takes both.
TAKES: Final[dict[str, tuple[Channel, ...]]] = {
    "text": ("text", "call"),
    "call": ("call",),
    "push": ("push",),
    "email": ("email",),
}
NAMES: Final[dict[str, str]] = {
    "text": "texts",
    "call": "calls",
    "push": "notices in a browser",
    "email": "e-mail",
}
Move = Literal["up", "down"]


@dataclass(frozen=True)
class Pick:
    """One entry of a plan. `way` is empty for the number on the staff list."""

    channel: Channel
    way: str = ""


def pick_of(way: Way) -> Pick:
    """The entry that names this way."""
    return Pick(way.channel, way.id)


def moved(plan: Sequence[Pick], pick: Pick, to: Move) -> tuple[Pick, ...]:
    """One entry up or down by one place. At the end already: as it was."""
    order = list(plan)
    require(pick in order, "That way is not there any more. Reload the page.")
    place = order.index(pick)
    other = place - 1 if to == "up" else place + 1
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
    return tuple(order)


def require_enough(left: Iterable[Way], at_least: int) -> None:
    """Refuse a plan that leaves fewer different channels than the program asks for."""
    channels = channels_of(left)
    if len(channels) < at_least:
        raise Refused(
            f"Your program asks everybody for {at_least} different channels, so that one still works when another "
            f"fails. You would keep {spoken(channels)} alone. Add and prove another way first."
        )


def spoken(channels: Iterable[str]) -> str:
    """Channels in words: "texts and calls"."""
    there = set(channels)
    *most, last = [NAMES[channel] for channel in CHANNELS if channel in there] or ["nothing"]
    return f"{', '.join(most)} and {last}" if most else last
