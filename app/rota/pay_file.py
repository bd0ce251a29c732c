"""Hours on call as a file for payroll: one row for a person's day or night, no cell that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from app.log_file import safe
from app.queries.rota_fair import PayLine
from dispatch.rota.fair import SATURDAY

# docs/fairness.md says what stands in each; columns are only ever added, at the end.
HEADS: Final = (
    "person_id",
    "name",
    "date",
    "part",
    "tiers",
    "on_call_hours",
    "called_out_hours",
    "weekend",
    "holiday",
)


def as_csv(lines: Iterable[PayLine]) -> str:
    """The whole file."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADS)
    writer.writerows([safe(cell) for cell in _cells(line)] for line in lines)
    return text.getvalue()


def _cells(line: PayLine) -> list[str]:
    part = line.stint.part
    return [
        line.who.id,
        line.who.name,
        part.day.isoformat(),
        "night" if part.night else "day",
        "; ".join(line.stint.tiers),
        _hours(line.stint.hours),
        _hours(line.called_out),
        "yes" if part.day.weekday() >= SATURDAY else "no",
        line.holiday,
    ]


def _hours(length: timedelta) -> str:
    return f"{length / timedelta(hours=1):.2f}"
