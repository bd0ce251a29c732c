"""A posted chart becomes changes, and a chart becomes questions to draw: nothing typed is lost on the way."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from app.charts import Chart, Entry
from app.record.chart import Row, Value
from app.record.field import Field
from app.record.form import FIELDS
from app.record.merge import Other, mark_of
from app.record.reading import said
from app.web.forms import BadFields, Form

# What a form sends beside its questions.
CONTROLS = frozenset({"csrf", "key", "version", "window", "given", "go", "settle"})
WINDOW = re.compile(r"[a-z0-9-]{1,40}")
CELL = re.compile(r"([a-z][a-z0-9_]{0,39})\.([0-9]{1,3})\.([a-z]{1,20})")
# Stands for the value of what no question asks; the rules refuse it by its name or its code.
UNASKED = "?"


@dataclass(frozen=True)
class Choice:
    """A text that waits beside a field; `code` is what the choosing button sends."""

    code: str
    by: str
    at: datetime
    words: str


@dataclass(frozen=True)
class Question:
    """One field as it is drawn: its value or what was typed and refused, its error, what stands beside."""

    field: Field
    value: Any
    error: str
    beside: tuple[Choice, ...]

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """The options as pairs of code and words."""
        return tuple((option.code, option.words) for option in self.field.options)


@dataclass(frozen=True)
class Settlement:
    """Which text of two stays."""

    field: str
    window: str
    take: bool


def partial(form: MultiDict[str, str], window: str) -> Entry:
    """What a page that saves itself sends: only what changed. A name that no question has is answered too."""
    names = [name for name in form if name not in CONTROLS]
    return Entry(_values(form, names), _base(form), _window(window))


def whole(form: MultiDict[str, str], fields: Collection[str]) -> Entry:
    """What the plain form sends: every field that it shows, and the marks of how they were drawn."""
    values = _values(form, [name for name in fields if _was_sent(form, name)])
    return Entry(values, _base(form), _window(form.get("window", "")), _given(form))


def settlement(form: MultiDict[str, str]) -> Settlement | None:
    """The choice between two texts, when its button was pressed."""
    field, _, rest = form.get("settle", "").partition(" ")
    window, _, choice = rest.partition(" ")
    known = field in FIELDS and choice in ("take", "leave")
    return Settlement(field, _window(window), choice == "take") if known else None


def questions(
    chart: Chart,
    fields: Collection[Field],
    names: Mapping[str, str],
    typed: Mapping[str, object] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> dict[str, Question]:
    """The fields as they are drawn. A refused value stands in its field again, with the sentence above it."""
    answers, again = chart.kept.answers, {name: (typed or {}).get(name) for name in wrong or {}}
    return {
        field.id: Question(
            field,
            _drawable(field, again.get(field.id), answers.get(field.id)),
            (wrong or {}).get(field.id, ""),
            tuple(_choice(field.id, other, names) for other in chart.kept.beside.get(field.id, ())),
        )
        for field in fields
    }


def given(chart: Chart, fields: Collection[Field]) -> str:
    """The marks of the fields as drawn, for the form to bring back."""
    answers = chart.kept.answers
    marks = {field.id: mark_of(answers[field.id]) for field in fields if field.id in answers}
    return json.dumps(marks, separators=(",", ":"))


def _was_sent(form: MultiDict[str, str], name: str) -> bool:
    """An unticked group of boxes sends nothing at all, and that is an answer too."""
    kind = FIELDS[name].kind
    return (
        name in form
        or kind == "choices"
        or (kind == "rows" and any(key.startswith(f"{name}.") for key in form))
    )


def _values(form: MultiDict[str, str], names: Collection[str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for name in names:
        cell = CELL.fullmatch(name)
        field = FIELDS.get(cell[1] if cell else name)
        if field is None or field.kind == "stamp":
            values[name] = UNASKED
            continue
        values[field.id] = _value(form, field)
    return values


def _value(form: MultiDict[str, str], field: Field) -> object:
    if field.kind == "choices":
        return [code for code in form.getlist(field.id) if code]
    if field.kind == "rows":
        return _json(form[field.id]) if field.id in form else _rows(form, field)
    return form.get(field.id, "")


def _rows(form: MultiDict[str, str], field: Field) -> list[Row]:
    rows: dict[int, Row] = {}
    for name in form:
        cell = CELL.fullmatch(name)
        if cell and cell[1] == field.id:
            rows.setdefault(int(cell[2]), {})[cell[3]] = form[name]
    return [rows[number] for number in sorted(rows)]


def _json(text: str) -> object:
    try:
        return json.loads(text) if text else []
    except (ValueError, RecursionError):
        return text


def _base(form: MultiDict[str, str]) -> int:
    read = Form(form)
    version = read.whole("version", 0, 99_999_999, needed="Load the page again; your words stay here.")
    read.done()
    if version is None:
        raise BadFields({"version": "Load the page again; your words stay here."})
    return version


def _window(text: str) -> str:
    return text if WINDOW.fullmatch(text) else ""


def _given(form: MultiDict[str, str]) -> dict[str, str]:
    marks = _json(form.get("given", ""))
    if not isinstance(marks, dict):
        return {}
    return {name: mark for name, mark in marks.items() if isinstance(name, str) and isinstance(mark, str)}


def _drawable(field: Field, typed: object, stored: Value | None) -> object:
    """What was typed when it has the shape of its field, else what is stored."""
    match field.kind:
        case "choices":
            fits = isinstance(typed, list)
            empty: object = []
        case "rows":
            fits = isinstance(typed, list) and all(isinstance(row, dict) for row in typed)
            empty = []
        case _:
            fits = isinstance(typed, str)
            empty = ""
    if fits:
        return typed
    return empty if stored is None else stored


def _choice(field: str, other: Other, names: Mapping[str, str]) -> Choice:
    words = said(field, other.value) or "Nothing: it was taken out."
    return Choice(f"{field} {other.window}", names.get(other.by, "Someone"), other.at, words)
