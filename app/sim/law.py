"""What a law of a night is, and what is raised when one is broken."""

from collections.abc import Callable, Iterator
from types import ModuleType

from app.sim.county import County
from app.sim.step import Step

Law = Callable[[Step, County], Iterator[str]]


class Broken(BaseException):
    """A law was broken. Not an Exception: no part of the product may catch it."""

    def __init__(self, law: str, sentence: str) -> None:
        super().__init__(f"{law}: {sentence}")
        self.law = law
        self.sentence = sentence


def laws_of(module: ModuleType) -> list[Law]:
    """Every law that a module holds: what is public there, and says what it keeps."""
    return [
        law
        for name, law in vars(module).items()
        if callable(law) and law.__module__ == module.__name__ and not name.startswith("_") and law.__doc__
    ]
