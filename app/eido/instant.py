"""Dates and times of a document: always aware and UTC, or unknown."""

import re
from datetime import UTC, datetime

PARTS = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[Tt ](?P<minute>\d\d:\d\d)(?::(?P<second>\d\d)(?P<fraction>\.\d+)?)?"
    r"(?P<zone>[Zz]|[+-]\d\d:?\d\d)"
)


def instant(text: str) -> datetime | None:
    """None for a time without an offset: the standard's own sample has one, and no hour is guessed."""
    found = PARTS.fullmatch(text.strip())
    if found is None:
        return None
    second = min(int(found["second"] or 0), 59)  # RFC 3339 knows second 60, datetime does not
    zone = "+00:00" if found["zone"] in "Zz" else found["zone"]
    fraction = (found["fraction"] or "")[:7]
    try:
        return datetime.fromisoformat(
            f"{found['day']}T{found['minute']}:{second:02}{fraction}{zone}"
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
