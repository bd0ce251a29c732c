"""How one person is reached: their ways in their own order, what each try came to, and when the next one begins."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Channel = Literal["text", "call", "push", "email"]
CHANNELS: tuple[Channel, ...] = ("push", "text", "call", "email")
# A page rings these; a letter is read in the morning, and a push may be shown to nobody.
PHONE = frozenset({"text", "call"})
TRIES_AT_MOST = 8


@dataclass(frozen=True)
class Reach:
    """A program's numbers. `next_after`: how long a try is given before the next channel begins beside it, though it
    did arrive. `silent_after`: the same where nobody has said that it arrived. `channels_at_least`: how many
    different channels everybody on call keeps."""

    next_after: timedelta = timedelta(seconds=60)
    silent_after: timedelta = timedelta(seconds=20)
    channels_at_least: int = 2


@dataclass(frozen=True)
class Way:
    """One way to a person that works. `id` is empty for the number on the staff list."""

    id: str
    channel: Channel
    address: str


@dataclass(frozen=True)
class Step:
    """One planned try. `after` is counted from the beginning; None: only when everything before it has failed."""

    way: Way
    after: timedelta | None


State = Literal["waiting", "out", "arrived", "lost", "dropped"]


@dataclass(frozen=True)
class Try:
    """What became of one step: `waiting` for its time, `out` on its way, `arrived` (someone said so), `lost`, or
    `dropped` because it was not needed."""

    step: int
    channel: Channel
    state: State


def plan_of(ways: Sequence[Way], within: timedelta, reach: Reach) -> tuple[Step, ...]:
    """The tries of something urgent, to a person with these ways in their own order. Push costs nothing and makes
    no sound that a text does not make, so it goes at once beside the first; every other way begins `next_after`
    after the one before. While there is time the phones ring again."""
    steps: list[Step] = []
    after = timedelta(0)
    for way in ways:
        if way.channel == "push":
            steps.append(Step(way, timedelta(0)))
            continue
        steps.append(Step(way, after))
        after += reach.next_after
    # A phone on silent is heard at the second call more often than at the first.
    for way in [way for way in ways if way.channel == "call"]:
        if after >= within or len(steps) >= TRIES_AT_MOST:
            break
        steps.append(Step(way, after))
        after += reach.next_after
    return tuple(steps[:TRIES_AT_MOST])


def quiet_plan(ways: Sequence[Way]) -> tuple[Step, ...]:
    """The tries of anything else: one text; a letter, or else a push, only when the text cannot arrive. Nobody is
    rung up for it."""
    order = [way for channel in ("text", "email", "push") for way in ways if way.channel == channel]
    firsts: dict[str, Way] = {}
    for way in order:
        firsts.setdefault(way.channel, way)
    return tuple(Step(way, timedelta(0) if place == 0 else None) for place, way in enumerate(firsts.values()))


def next_of(tries: Iterable[Try]) -> Try | None:
    """The step to begin now when one before it has failed."""
    return min((one for one in tries if one.state == "waiting"), key=lambda one: one.step, default=None)


def is_gone(tries: Iterable[Try]) -> bool:
    """Is there nothing left that may still reach this person? A letter, or a push that nobody saw, holds nobody up
    where there are phones."""
    every = [one for one in tries if one.state != "dropped"]
    phones = [one for one in every if one.channel in PHONE]
    if any(one.state == "arrived" for one in every if one.channel != "email"):
        return False
    return all(one.state == "lost" for one in (phones or every))


def channels_of(ways: Iterable[Way]) -> frozenset[str]:
    """The different channels among these ways."""
    return frozenset(way.channel for way in ways)
