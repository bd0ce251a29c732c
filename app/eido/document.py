"""The document as the reader walks it: every part knows its path, and what nobody asked for is left over."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from app.eido.instant import instant
from app.eido.words import compact, one_line

LINE_LENGTH = 500
LEFT_OVER = 1_000
PLAIN_NAME = re.compile(r"[$@\w-]{1,100}")


class Document:
    """The settled document, the components by their ids, what was taken so far and what is to be remarked."""

    def __init__(self, value: dict[str, Any], remarks: list[str]) -> None:
        self.remarks = remarks
        self.beside: list[tuple[str, str]] = []
        self.taken: set[str] = set()
        self.opened: set[str] = set()
        self.by_id: dict[str, Part] = {}
        self.root = Part(value, "", self)
        for part in self._components(value):
            self._know(part)
        self.by_id.setdefault(str(value.get("$id")), self.root)

    def _components(self, value: dict[str, Any]) -> Iterator["Part"]:
        for name, part in value.items():
            path = step("", name)
            if isinstance(part, dict):
                yield Part(part, path, self)
            for number, item in enumerate(part if isinstance(part, list) else ()):
                if isinstance(item, dict):
                    yield Part(item, f"{path}[{number}]", self)

    def _know(self, part: "Part") -> None:
        known = part.value.get("$id")
        if not isinstance(known, str):
            return
        if known in self.by_id:
            self.remarks.append(
                f"{part.path}.$id is the id of an earlier component too; references mean the earlier."
            )
        self.by_id.setdefault(known, part)

    def find(self, reference: object) -> "Part | None":
        """The component that a {"$ref": id} means. Some senders put a # before the id."""
        known = reference.get("$ref") if isinstance(reference, dict) else None
        if not isinstance(known, str):
            return None
        return self.by_id.get(known) or self.by_id.get(known.removeprefix("#"))

    def left_over(self) -> tuple[tuple[str, str], ...]:
        """Path and value of all that was not taken. A reference that leads somewhere is not listed."""
        found = [*self._untaken(self.root.value, ""), *self.beside]
        dangling = [path for path, value in found if _is_link(value)]
        if len(dangling) == 1:
            self.remarks.append(f"{dangling[0]} refers to nothing in this document.")
        elif dangling:
            said = f"{len(dangling)} references lead to nothing in this document"
            self.remarks.append(f"{said}; the first is {dangling[0]}.")
        kept = [(path, compact(value)) for path, value in found[:LEFT_OVER]]
        if len(found) > LEFT_OVER:
            kept.append(
                ("", compact(f"{len(found) - LEFT_OVER:,} more values of the document are not listed."))
            )
        return tuple(kept)

    def _untaken(self, value: Any, path: str) -> Iterator[tuple[str, Any]]:
        if path in self.taken or value in (None, "", [], {}):
            return
        if _is_link(value) and self.find(value):
            return
        if isinstance(value, dict) and path in self.opened:
            for name, part in value.items():
                yield from self._untaken(part, step(path, name))
        elif isinstance(value, list) and (
            path in self.opened or all(isinstance(part, dict) for part in value)
        ):
            for number, part in enumerate(value):
                yield from self._untaken(part, f"{path}[{number}]")
        else:
            yield path, value


class Part:
    """One object of the document. Asking for a value takes it; a value of another type is left."""

    def __init__(self, value: dict[str, Any], path: str, document: Document) -> None:
        self.value = value
        self.path = path
        self.document = document

    @property
    def id(self) -> str:
        return one_line(self.raw("$id"))

    def at(self, name: str, number: int | None = None) -> str:
        path = step(self.path, name)
        return path if number is None else f"{path}[{number}]"

    def open(self) -> "Part":
        """From now on what is left over here is listed property by property, without its bookkeeping."""
        self.document.opened.add(self.path)
        self.take("$id")
        if "lastUpdateTimeStamp" in self.value:
            self.when("lastUpdateTimeStamp")
        return self

    def take(self, name: str, number: int | None = None) -> None:
        """One property, or one place in its list."""
        self.document.taken.add(self.at(name, number))
        if number is not None:
            self.document.opened.add(self.at(name))

    def raw(self, name: str) -> str:
        value = self.value.get(name)
        if not isinstance(value, str):
            return ""
        self.take(name)
        return value

    def text(self, name: str) -> str:
        """One line of text. What is longer than a line is shown cut, and stays among what is left over."""
        value = self.value.get(name)
        if not isinstance(value, str):
            return ""
        line = one_line(value)
        if len(line) <= LINE_LENGTH:
            self.take(name)
        return line[:LINE_LENGTH]

    def texts(self, name: str) -> tuple[str, ...]:
        values = self.value.get(name)
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            return ()
        lines = [one_line(value) for value in values]
        if all(len(line) <= LINE_LENGTH for line in lines):
            self.take(name)
        return tuple(line[:LINE_LENGTH] for line in lines if line)

    def when(self, name: str) -> datetime | None:
        value = self.value.get(name)
        moment = instant(value) if isinstance(value, str) else None
        if moment:
            self.take(name)
        elif value is not None:
            self.document.remarks.append(
                f"{self.at(name)} is not a date and time with an offset; it was not used."
            )
        return moment

    def true(self, name: str) -> bool:
        self.take(name)
        return self.value.get(name) is True

    def parts(self, name: str) -> list["Part"]:
        """The objects of a list, each opened."""
        values = self.value.get(name)
        if not isinstance(values, list):
            return []
        found = [(number, value) for number, value in enumerate(values) if isinstance(value, dict)]
        return [Part(value, self.at(name, number), self.document).open() for number, value in found]

    def part(self, name: str) -> "Part | None":
        value = self.value.get(name)
        return Part(value, self.at(name), self.document).open() if isinstance(value, dict) else None

    def link(self, name: str) -> "Part | None":
        return self.document.find(self.value.get(name))

    def links(self, name: str) -> list["Part"]:
        values = self.value.get(name)
        found = (self.document.find(value) for value in (values if isinstance(values, list) else ()))
        return [part for part in found if part]


def step(path: str, name: str) -> str:
    said = name if PLAIN_NAME.fullmatch(name) else compact(name[:100])
    return f"{path}.{said}" if path else said


def _is_link(value: Any) -> bool:
    return isinstance(value, dict) and list(value) == ["$ref"] and isinstance(value["$ref"], str)
