"""What forms a visitor meets, and which fields a view reads: found by looking, so that no list goes stale."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from flask import Flask, Request
from flask.testing import FlaskClient
from werkzeug.datastructures import ImmutableMultiDict

AT_A_TIME = 12
HIDDEN = frozenset({"csrf", "key"})


class Met(HTMLParser):
    """The forms of a page: action -> field -> the value that a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self._here: dict[str, str] | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Fields belong to the form that is open."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._here = self.forms.setdefault(given.get("action", ""), {})
        if self._here is None:
            return
        name = given.get("name", "")
        if tag == "select":
            self._select = name
        if tag == "option" and self._select and given.get("value"):
            self._here.setdefault(self._select, given["value"])
        if tag == "option" and self._select and "selected" in given:
            self._here[self._select] = given["value"]
        if tag == "textarea" or (tag == "input" and name):
            self._here.setdefault(name, given.get("value", "") if tag == "input" else "")
        if tag == "input" and "checked" in given:
            self._here[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """A form or a select ends."""
        if tag == "form":
            self._here = None
        if tag == "select":
            self._select = None


def forms_of(client: FlaskClient, pages: list[str]) -> dict[str, dict[str, str]]:
    """Every form on these pages that this visitor may see."""
    met = Met()
    for page in pages:
        answer = client.get(page)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            met.feed(answer.get_data(as_text=True))
    return {action: {n: v for n, v in form.items() if n not in HIDDEN} for action, form in met.forms.items()}


class Overheard(ImmutableMultiDict[str, str]):
    """A submitted form that notes which fields were asked for."""

    asked: set[str] = set()

    def __getitem__(self, key: str) -> str:
        self.asked.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:
        """As a view reads one field."""
        self.asked.add(key)
        return super().get(key, default=default, type=type)

    def getlist(self, key: str, type: Any = None) -> list[Any]:
        """As a view reads ticks."""
        self.asked.add(key)
        return super().getlist(key, type=type)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)


class OverheardRequest(Request):
    """A request whose forms are overheard."""

    parameter_storage_class = Overheard


def overhear(app: Flask) -> None:
    """Note from now on what the views read."""
    app.request_class = OverheardRequest
    Overheard.asked = set()


def heard() -> set[str]:
    """The fields that were read since the last time."""
    names, Overheard.asked = set(Overheard.asked) - HIDDEN, set()
    return names


def each_alone(fields: dict[str, str], values: list[str]) -> Iterator[dict[str, str]]:
    """The form with one field after the other replaced by each value; in a long form, some at a time."""
    names = sorted(fields)
    parts = [names[part::AT_A_TIME] for part in range(min(AT_A_TIME, len(names)))]
    for part in parts:
        for value in values:
            yield {**fields, **dict.fromkeys(part, value)}
