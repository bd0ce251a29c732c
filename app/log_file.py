"""The crisis log as a file: codes in words, times in UTC, no cell that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime

from app.queries.log import STAGES, Line
from app.record.form_decision import DISPOSITIONS, RECOMMENDATIONS
from dispatch.desk import CHANNELS

ROWS_AT_MOST = 20_000
HEADS = (
    "call",
    "received_utc",
    "area",
    "channel",
    "priority",
    "stage",
    "disposition",
    "level_of_care",
    "team",
    "response_minutes",
    "on_scene_utc",
    "clear_utc",
    "signed_utc",
    "reviewed_utc",
)
# A cell that begins with one of these is a formula to a spreadsheet; a quote before it makes it text.
RUNS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(lines: Iterable[Line]) -> str:
    """The whole file."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADS)
    writer.writerows([safe(cell) for cell in _cells(line)] for line in lines)
    return text.getvalue()


def safe(cell: str) -> str:
    """The cell as text, whatever it begins with."""
    return f"'{cell}" if cell.startswith(RUNS) else cell


def _cells(line: Line) -> list[str]:
    return [
        str(line.ref),
        _instant(line.opened_at),
        line.area,
        CHANNELS.get(line.channel, line.channel),
        str(line.acuity or ""),
        STAGES.get(line.stage, line.stage),
        DISPOSITIONS.get(line.disposition, line.disposition),
        RECOMMENDATIONS.get(line.level_of_care, line.level_of_care),
        "; ".join(line.team),
        "" if line.response_minutes is None else str(line.response_minutes),
        _instant(line.on_scene_at),
        _instant(line.cleared_at),
        _instant(line.signed_at),
        _instant(line.reviewed_at),
    ]


def _instant(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
