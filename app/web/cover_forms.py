"""Reading the forms about cover: a part of a shift, and until when somebody is sick."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.web.forms import Form
from dispatch.cover import Span

WHEN = "Write a date and a time, such as 2026-11-10 19:00."
CHOOSE = "Choose until when."
# Code, words and second line of a choice; the code is in hours, but for a time of one's own.
UNTIL = (
    ("24", "24 hours", "From now"),
    ("48", "2 days", "From now"),
    ("96", "4 days", "From now"),
    ("168", "7 days", "From now"),
    ("own", "Another time", "Write it below"),
)


def part_of(given: Mapping[str, str], zone: str) -> Span | None:
    """The part that was typed; None where both fields are empty. Raises `BadFields`."""
    if not (given.get("starts_at") or given.get("ends_at")):
        return None
    form = Form(given)
    start = form.moment("starts_at", zone, needed=WHEN)
    # Of an hour that comes twice the end means the second: the part is not cut short by the change of clocks.
    end = form.moment("ends_at", zone, needed=WHEN, second=True)
    form.done()
    assert start and end
    return start, end


def until_of(given: Mapping[str, str], zone: str, now: datetime, shift_ends: datetime | None) -> datetime:
    """Until when somebody is sick: the end of their shift, so many hours, or a time of their own."""
    form = Form(given)
    known = {code for code, *_ in UNTIL} | ({"shift"} if shift_ends else set())
    until = form.choice("until", known, needed=CHOOSE)
    own = form.moment("own", zone, needed=WHEN) if until == "own" else None
    form.done()
    if until == "own":
        assert own
        return own
    return shift_ends if until == "shift" and shift_ends else now + timedelta(hours=int(until))
