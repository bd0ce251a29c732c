"""The chart: what a responder answers, checked change by change as it is typed."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.record import cssrs
from app.record.cssrs_wording import VERSION
from app.record.field import Column, Field
from app.record.form import FIELDS
from app.record.wrong import Wrong, known_shape

Row = dict[str, str]
Value = str | list[str] | list[Row]
Chart = Mapping[str, Value]

# Embedding and override marks turn the reading order around, so a signed line could read as another one.
_TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class WrongChanges(Exception):
    """Some changes cannot be kept. Names the fields, says what to do, and repeats nothing that was typed."""

    def __init__(self, wrong: tuple[Wrong, ...]) -> None:
        super().__init__("; ".join(f"{each.field}: {each.sentence}" for each in wrong))
        self.wrong = wrong


@dataclass(frozen=True)
class Sorted:
    """What can be saved now, and what cannot. One bad answer does not hold up the others."""

    values: dict[str, Value]
    wrong: tuple[Wrong, ...]


def clean(changes: Mapping[str, object]) -> dict[str, Value]:
    """The changes as they will be stored. Raises `WrongChanges` when any of them cannot be kept."""
    found = sort_out(changes)
    if found.wrong:
        raise WrongChanges(found.wrong)
    return found.values


def sort_out(changes: Mapping[str, object]) -> Sorted:
    """For saving as one types: good changes and bad ones, apart. Nothing is cut short to make it fit."""
    values: dict[str, Value] = {}
    wrong: list[Wrong] = []
    for name, given in changes.items():
        try:
            values[name] = _value(_field(name), given)
        except Wrong as refused:
            wrong.append(refused)
    if any(FIELDS[name].kind == "screener" for name in values):
        values["cssrs_version"] = VERSION
    return Sorted(values, tuple(wrong))


def with_changes(chart: Chart, values: Chart) -> dict[str, Value]:
    """The chart after these changes. An answer taken back is gone, so that blank and absent are one thing."""
    return {name: value for name, value in {**chart, **values}.items() if not is_blank(value)}


def is_blank(value: Value) -> bool:
    return not value.strip() if isinstance(value, str) else not value


def words(chart: Chart, field: str) -> str:
    """What was written or chosen in a field of one value, or "" when nothing was."""
    value = chart.get(field, "")
    return value.strip() if isinstance(value, str) else ""


def table(chart: Chart, field: str) -> list[Row]:
    """The rows of a field, or none."""
    value = chart.get(field, [])
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def screener_answers(chart: Chart) -> dict[str, str]:
    """The screener's answers by question id, ready for `cssrs.result`."""
    given = {question: words(chart, f"cssrs_{question}") for question in cssrs.ORDER}
    return {question: answer for question, answer in given.items() if answer}


def tidy(text: str) -> str:
    """The text without what nobody types: controls, half characters, marks that turn the order around."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in text if letter in "\n\t" or not _unseen(letter))


def _unseen(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cs") or letter in _TURNING


def _field(name: object) -> Field:
    if not isinstance(name, str) or name not in FIELDS:
        raise Wrong(
            known_shape(name), "The form has no such question. Load the page again; your words stay here."
        )
    return FIELDS[name]


def _value(field: Field, given: object) -> Value:
    match field.kind:
        case "text":
            return _text(field.id, given, field.limit)
        case "line":
            return _line(field.id, given, field.limit)
        case "choice" | "screener" | "stamp":
            return _code(field.id, given, [option.code for option in field.options])
        case "choices":
            return _codes(field, given)
        case "rows":
            return _rows(field, given)


def _text(name: str, given: object, limit: int) -> str:
    if given is None:
        return ""
    if not isinstance(given, str):
        raise Wrong(name, "Write this in words.")
    kept = tidy(given)
    if len(kept) > limit:
        raise Wrong(
            name, f"This is {len(kept):,} characters. Bring it to {limit:,} or fewer, then it is saved."
        )
    return kept


def _line(name: str, given: object, limit: int) -> str:
    flat = (
        given.replace("\r\n", " ").replace("\n", " ").replace("\r", " ") if isinstance(given, str) else given
    )
    return _text(name, flat, limit).replace("\t", " ")


def _code(name: str, given: object, codes: Sequence[str]) -> str:
    if given is None or given == "":
        return ""
    if not isinstance(given, str) or given not in codes:
        raise Wrong(name, "Choose one of the answers shown.")
    return given


def _codes(field: Field, given: object) -> list[str]:
    several = [given] if isinstance(given, str) else given
    if several is None or several == [""]:
        return []
    codes = [option.code for option in field.options]
    if not isinstance(several, list | tuple) or any(code not in codes for code in several):
        raise Wrong(field.id, "Choose from the answers shown.")
    chosen = [code for code in codes if code in several]
    for code in field.alone:
        if code in chosen and len(chosen) > 1:
            said = next(option.words for option in field.options if option.code == code)
            raise Wrong(field.id, f"“{said}” stands alone. Take it off, or take the others off.")
    return chosen


def _rows(field: Field, given: object) -> list[Row]:
    if given is None or given == "":
        return []
    if not isinstance(given, list | tuple):
        raise Wrong(field.id, "Write this as rows.")
    if len(given) > field.limit:
        raise Wrong(
            field.id,
            f"These are {len(given)} rows. Bring them to {field.limit} or fewer, then they are saved.",
        )
    rows = [_row(field, number, row) for number, row in enumerate(given, start=1)]
    return [row for row in rows if any(cell.strip() for cell in row.values())]


def _row(field: Field, number: int, given: object) -> Row:
    columns = {column.id for column in field.columns}
    if not isinstance(given, Mapping) or not set(given) <= columns:
        raise Wrong(
            field.id,
            f"Row {number} has a cell that the form does not. Load the page again; your words stay here.",
        )
    try:
        return {column.id: _cell(field.id, column, given.get(column.id)) for column in field.columns}
    except Wrong as refused:
        raise Wrong(field.id, f"Row {number}: {refused.sentence}") from None


def _cell(name: str, column: Column, given: object) -> str:
    if column.options:
        return _code(name, given, [option.code for option in column.options])
    return _line(name, given, column.limit)
