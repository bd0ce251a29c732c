"""Where a tier has somebody on call and where it has a hole: arithmetic on spans of time."""

from collections.abc import Iterable
from datetime import datetime

Span = tuple[datetime, datetime]


def holes(spans: Iterable[Span], start: datetime, end: datetime) -> list[Span]:
    """The parts of `start` to `end` that no span covers, in order. Spans that touch leave none."""
    found: list[Span] = []
    covered_until = start
    for begins, ends in sorted(spans):
        if begins >= end:
            break
        if begins > covered_until:
            found.append((covered_until, begins))
        covered_until = max(covered_until, ends)
    if covered_until < end:
        found.append((covered_until, end))
    return found
