"""A person's plan as one reads it: what comes when, by which way, and what happens when a try fails."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from app.spoken import length
from dispatch.reach import Step, Way

WAY: Mapping[str, str] = {"text": "Text", "call": "Call", "push": "Notice in a browser", "email": "E-mail"}
FIRST: Mapping[str, str] = {
    "text": "Text{}",
    "call": "Your phone{} rings",
    "push": "A notice{} is shown",
    "email": "A letter goes{}",
}
AGAIN: Mapping[str, str] = {
    "text": "Text{} again",
    "call": "Your phone{} rings again",
    "push": "A notice{} is shown again",
    "email": "A letter goes{} again",
}


def as_sentence(steps: Sequence[Step], ends: Mapping[str, str]) -> str:
    """The tries of an urgent page as sentences. `ends` names a way's end by its address, where there is more than
    one of that channel."""
    said, seen = [], set()
    for step in steps:
        words = (AGAIN if step.way in seen else FIRST)[step.way.channel]
        seen.add(step.way)
        said.append(f"{words.format(_end(step.way, steps, ends))} {_when(step.after)}.")
    return " ".join(said)


def _end(way: Way, steps: Sequence[Step], ends: Mapping[str, str]) -> str:
    several = {step.way.address for step in steps if step.way.channel == way.channel}
    if len(several) < 2:
        return ""
    joint = {"text": " to ", "call": " ", "push": " in ", "email": " to "}[way.channel]
    return f"{joint}{ends.get(way.address, way.address[-4:])}"


def _when(after: timedelta | None) -> str:
    if after is None:
        return "only if all of that fails"
    if not after:
        return "at once"
    seconds = round(after.total_seconds())
    return f"after {seconds} s" if seconds < 120 else f"after {length(after)}"
