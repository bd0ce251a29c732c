"""The model's phone lines: whom we ring or talk to now, and the calls that wait for that to end."""

from collections.abc import Callable
from datetime import datetime

from app.claims import LINE_LOOKED_AT, ON_THE_LINE_AT_MOST, OWED_WITHIN
from app.sim.core.row import UNSETTLED, Row

Line = tuple[str, str]


class Lines:
    """A call that finds its line taken is put off by two seconds at a time; here at once to the first of these looks
    that can find it free, and back to the next one when something is heard of the call before it: the same moment."""

    def __init__(self, at: Callable[[Row, datetime], object]) -> None:
        self._at = at
        self._rung: dict[Line, list[Row]] = {}
        self._waiting: dict[Line, list[Row]] = {}

    def rings(self, row: Row, now: datetime) -> None:
        """A call is claimed for the first time."""
        line = _line(row)
        others = [one for one in self._rung.get(line, ()) if one.state in UNSETTLED or _on_it(one, now)]
        self._rung[line] = [*others, row]

    def taken_until(self, row: Row, now: datetime) -> datetime | None:
        """When the line of this call is free, unless something is heard before; None: now."""
        ends = [_ends(one) for one in self._rung.get(_line(row), ()) if _on_it(one, now)]
        return max(ends, default=None)

    def wait(self, row: Row, until: datetime, now: datetime) -> None:
        """Look again every two seconds, until then at least."""
        self._at(row, now + LINE_LOOKED_AT * -((now - until) // LINE_LOOKED_AT))
        self._waiting.setdefault(_line(row), []).append(row)

    def may_be_free(self, row: Row, now: datetime) -> None:
        """Something is heard of a call, or of its request: whoever waits for its line takes their next look."""
        for one in self._waiting.pop(_line(row), ()) if row.way.channel == "call" else ():
            if one.state == "owed" and one.available_at > now:
                self._at(one, now + (one.available_at - now) % LINE_LOOKED_AT)


def _line(row: Row) -> Line:
    return row.message.to, row.way.address


def _on_it(row: Row, now: datetime) -> bool:
    rings = row.state == "sent" and row.sent_at is not None and now - row.sent_at < ON_THE_LINE_AT_MOST
    return row.failed is None and (rings or row.is_out(now)) and now - row.owed_at < OWED_WITHIN


def _ends(row: Row) -> datetime:
    if row.state == "sending" and row.lease_until is not None:
        return row.lease_until
    return (row.sent_at or row.owed_at) + ON_THE_LINE_AT_MOST
