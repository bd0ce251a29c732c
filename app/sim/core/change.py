"""One change of one incident in the model, as the laws look at it."""

from typing import Any, NamedTuple

from dispatch.facts import Fact
from dispatch.incident import Incident
from dispatch.messages import Message


class Entry(NamedTuple):
    """One row of the journal."""

    seq: int
    by: str
    via: str
    fact: Fact


class Change:
    """Its facts, the incident before and after them, and the messages owed: what `app.sim.step.Commit` is to the shell.
    `kinds` are the kinds of its facts."""

    __slots__ = ("after", "before", "entries", "incident", "kinds", "messages")

    def __init__(
        self,
        before: Incident | None,
        after: Incident,
        entries: tuple[Entry, ...],
        messages: tuple[Message, ...],
    ) -> None:
        self.incident = after.id
        self.before = before
        self.after = after
        self.entries = entries
        self.messages = messages
        self.kinds = frozenset([type(entry.fact) for entry in entries])

    def facts(self, *kinds: type[Any]) -> list[Any]:
        """Its facts of these kinds."""
        if self.kinds.isdisjoint(kinds):
            return []
        return [entry.fact for entry in self.entries if type(entry.fact) in kinds]
