"""How a frozen value is copied with some fields changed, and how a rule says no."""

from typing import Any, TypeVar

V = TypeVar("V")
_new = object.__new__
_set = object.__setattr__


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

    `dataclasses.replace` calls __init__ with every field, which costs an incident nine times as much and
    halves the speed of the rules (tests/bench/core.py). A misspelt field is still an error.
    """
    was = value.__dict__
    fields = {**was, **changes}
    if len(fields) > len(was):
        raise TypeError(f"{type(value).__name__} has no field {', '.join(changes.keys() - was.keys())}")
    copy = _new(type(value))
    _set(copy, "__dict__", fields)
    return copy
