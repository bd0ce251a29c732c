"""Frozen values to JSON and back, by their declared types; an unknown kind is an error, never a silent loss."""

import json
import types
import typing
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from dispatch import facts, messages

V = TypeVar("V")


def plain(value: Any) -> Any:
    """A value as JSON's own types: datetimes as ISO 8601, enums by value, tuples as lists, dataclasses as objects."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if is_dataclass(value):
        return {name: plain(item) for name, item in value.__dict__.items()}
    raise TypeError(f"{type(value).__name__} has no JSON form")


def dump(value: Any) -> str:
    """Canonical JSON: the same value always gives the same text, which the journal's hashes rely on."""
    return json.dumps(plain(value), separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def load(kind: type[V], text: str) -> V:
    """The value of this kind again."""
    reader: Callable[[Any], V] = _reader(cast(Hashable, kind))
    return reader(json.loads(text))


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _optional(arguments)
    if origin is tuple:
        return _tuple(arguments)
    if origin is typing.Literal:
        return _same
    if is_dataclass(kind):
        return _object(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if kind is datetime:
        return datetime.fromisoformat
    return _same


def _same(value: Any) -> Any:
    return value


def _optional(arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    (inner,) = [argument for argument in arguments if argument is not type(None)]
    read = _reader(inner)
    return lambda value: None if value is None else read(value)


def _tuple(arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        read = _reader(arguments[0])
        return lambda value: tuple(read(item) for item in value)
    reads = [_reader(argument) for argument in arguments]
    return lambda value: tuple(read(item) for read, item in zip(reads, value, strict=True))


def _object(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    reads = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    return lambda value: kind(**{name: read(value[name]) for name, read in reads.items() if name in value})


def _by_name(module: types.ModuleType, base: type) -> dict[str, type]:
    found = (item for item in vars(module).values() if isinstance(item, type) and issubclass(item, base))
    return {item.__name__: item for item in found}


FACTS: dict[str, type[facts.Fact]] = _by_name(facts, facts.Fact)
MESSAGES: dict[str, type[messages.Message]] = _by_name(messages, messages.Message)


def load_fact(kind: str, text: str) -> facts.Fact:
    """A fact from the journal. Raises KeyError for a kind that this version does not know."""
    return load(FACTS[kind], text)


def load_message(kind: str, text: str) -> messages.Message:
    """A message from the outbox. Raises KeyError for a kind that this version does not know."""
    return load(MESSAGES[kind], text)
