"""How a frozen value is copied with some fields changed, and how a rule says no."""

from typing import Any, TypeVar

V = TypeVar("V")


class Refused(Exception):
    """The person asked for what makes no sense now. The sentence says why and what to do instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def require(condition: object, sentence: str) -> None:
    """Raise `Refused(sentence)` unless the condition holds."""
    if not condition:
        raise Refused(sentence)


def replace(value: V, **changes: Any) -> V:
    """A copy of a frozen dataclass with `changes` in place.

    `dataclasses.replace` calls __init__ with every field; on an incident that is ten times the cost of the rule
    itself (docs/performance.md). A misspelt field is still an error: it must exist on the value.
    """
    copy = object.__new__(type(value))
    fields = copy.__dict__
    fields.update(value.__dict__)
    for name in changes:
        if name not in fields:
            raise TypeError(f"{type(value).__name__} has no field {name}")
    fields.update(changes)
    return copy
