"""What a question of the form is: its kind, its options, its columns and its limits."""

from dataclasses import dataclass
from typing import Literal

TEXT_LIMIT = 8_000
LINE_LIMIT = 300
ROWS_LIMIT = 40

# text: many lines. line: one line. choice: one code. choices: several codes. screener: one screener answer.
# rows: a short table of lines, each column named. stamp: written by the rules, never shown as a question.
Kind = Literal["text", "line", "choice", "choices", "screener", "rows", "stamp"]


@dataclass(frozen=True)
class Option:
    code: str
    words: str


@dataclass(frozen=True)
class Column:
    """One cell of a row. With options it holds a code, else up to `limit` characters."""

    id: str
    label: str
    limit: int = LINE_LIMIT
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Field:
    """One question. `alone` names codes that rule every other code out, such as “not assessed”."""

    id: str
    label: str
    kind: Kind
    options: tuple[Option, ...] = ()
    columns: tuple[Column, ...] = ()
    limit: int = TEXT_LIMIT
    alone: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True)
class Section:
    id: str
    title: str
    fields: tuple[Field, ...]


def text(id: str, label: str, hint: str = "") -> Field:
    return Field(id, label, "text", hint=hint)


def line(id: str, label: str, hint: str = "") -> Field:
    return Field(id, label, "line", limit=LINE_LIMIT, hint=hint)


def choice(id: str, label: str, options: dict[str, str], hint: str = "") -> Field:
    return Field(id, label, "choice", options=options_of(options), hint=hint)


def choices(id: str, label: str, options: dict[str, str], alone: tuple[str, ...] = ()) -> Field:
    return Field(id, label, "choices", options=options_of(options), alone=alone)


def stamp(id: str, label: str, options: dict[str, str]) -> Field:
    return Field(id, label, "stamp", options=options_of(options))


def rows(id: str, label: str, *columns: Column) -> Field:
    return Field(id, label, "rows", columns=columns, limit=ROWS_LIMIT)


def options_of(words: dict[str, str]) -> tuple[Option, ...]:
    return tuple(Option(code, said) for code, said in words.items())
