"""A chart in words, for reading: what was answered, in the order of the form, codes as people say them."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.record import cssrs
from app.record.chart import Chart, Row, Value, is_blank, screener_answers, words
from app.record.field import Field
from app.record.form import FIELDS, SECTIONS


@dataclass(frozen=True)
class Line:
    """One question and its answer: words, or a table of rows under `heads`."""

    field: str
    label: str
    words: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Part:
    """A section of the form with what was answered in it."""

    id: str
    title: str
    lines: tuple[Line, ...]


def read(chart: Chart) -> tuple[Part, ...]:
    """The parts that hold anything."""
    parts = (Part(section.id, section.title, _lines(section.fields, chart)) for section in SECTIONS)
    return tuple(part for part in parts if part.lines)


def said(field: str, value: Value | None) -> str:
    """A value of one field in one string, as a person would say it."""
    known = FIELDS[field]
    if value is None or is_blank(value):
        return ""
    if isinstance(value, str):
        return _option(known, value)
    return "; ".join(_row(known, row) if isinstance(row, Mapping) else _option(known, row) for row in value)


def screener(chart: Chart) -> cssrs.Result | None:
    """What the screener shows so far; None before its first answer."""
    answers = screener_answers(chart)
    return cssrs.result(answers) if answers else None


def ending(chart: Chart) -> str:
    """How it ended, in words."""
    return said("disposition", words(chart, "disposition"))


def _lines(fields: tuple[Field, ...], chart: Chart) -> tuple[Line, ...]:
    answered = (field for field in fields if field.kind != "stamp" and not is_blank(chart.get(field.id, "")))
    return tuple(_line(field, chart[field.id]) for field in answered)


def _line(field: Field, value: Value) -> Line:
    if field.kind != "rows" or isinstance(value, str):
        return Line(field.id, field.label, said(field.id, value))
    cells = tuple(
        tuple(_cell(field, column.id, row) for column in field.columns)
        for row in value
        if isinstance(row, dict)
    )
    return Line(field.id, field.label, heads=tuple(column.label for column in field.columns), rows=cells)


def _row(field: Field, row: Row) -> str:
    return ", ".join(cell for column in field.columns if (cell := _cell(field, column.id, row)))


def _cell(field: Field, column_id: str, row: Row) -> str:
    column = next(column for column in field.columns if column.id == column_id)
    given = row.get(column_id, "")
    return next((option.words for option in column.options if option.code == given), given)


def _option(field: Field, code: str) -> str:
    return next((option.words for option in field.options if option.code == code), code)
