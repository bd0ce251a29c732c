"""What the model's house hears of its tries, from workers and from reports, and what follows from it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from app.sim.core.claims import Claim
from app.sim.core.coverage import Report
from app.sim.core.house import House
from app.sim.core.laws import Laws
from app.sim.core.marks import Marks
from app.sim.core.row import Row
from dispatch.commands import RULE, Command, MarkUnreachable
from notify.health import Health
from notify.outcomes import why

SECOND = timedelta(seconds=1)


class Around(Protocol):
    """What the ears need of the night around them."""

    def now(self) -> datetime: ...

    def after(self, delay: timedelta, moment: Callable[[], object]) -> None: ...

    def is_down(self) -> timedelta: ...

    def clock_asks(self, incident: str, command: Command) -> None: ...


class Ears:
    """Each thing heard is held against the laws."""

    def __init__(self, night: Around, house: House, laws: Laws, report: Report) -> None:
        self._night = night
        self._laws = laws
        self._report = report
        self.house = house
        self.outbox = house.outbox
        self.marks = Marks(Health(night.now), self._marked)

    def failed(self, row: Row, code: str | None) -> None:
        """A try is lost: the next one begins; with none left, the next person is asked."""
        now = self._night.now()
        self.outbox.begin_next(row.delivery, now)
        if row.page is not None and self.outbox.is_gone(row.delivery, now):
            self._is_unreachable(row, code)
        self._laws.followed(row, self._night.now())

    def _is_unreachable(self, row: Row, code: str | None) -> None:
        page = self.house.page_of(row)
        if page is not None and page.state == "asked":
            gone = MarkUnreachable(RULE, page.id, (code or "unknown")[:20])
            self._night.clock_asks(row.incident or "", gone)

    def sent(self, row: Row) -> None:
        """A worker wrote down that a provider took it."""
        self._laws.sent_is_true(row)

    def refused(self, row: Row, code: str | None) -> None:
        """A provider said no: for good, when it is the number."""
        self.house.refused(row.way, why(code))

    def _marked(self, channel: str, provider: str, mark: str) -> None:
        self._laws.marked(channel, provider, mark, self._night.now())

    def chosen(self, channel: str, provider: str, beside: Sequence[str]) -> None:
        """A provider was chosen, and not one of those beside it, who had a hand free too."""
        self._laws.chosen(channel, provider, beside, self._night.now())

    def claimed(self, one: Claim) -> None:
        """A try is on its way to a provider, with all that it tells."""
        for row in one.rows:
            self._laws.claimed(row, self._night.now())
            if row.attempts == 1 and row.urgent:
                self._report.tries += 1

    def reported(self, number: int, status: str, code: str | None) -> None:
        """A report comes in, and again while nobody is there to take it. What is said of a text is said of every page
        that stood in it."""
        down = self._night.is_down()
        if down:
            self._night.after(down + SECOND, partial(self.reported, number, status, code))
            return
        row = self.outbox.rows[number]
        for one in (row, *row.told):
            self._hears(one, status, code)

    def _hears(self, row: Row, status: str, code: str | None) -> None:
        before, unclear = row.reached, row.state == "ambiguous"
        news = self.outbox.hear(row, status, code, self._night.now())
        self._laws.heard(row, before)
        if unclear and row.state == "sent":
            self._report.coverage.saw("faults", "proven")
            self.sent(row)
        if news == "arrived":
            self.house.arrived(row)
            self.marks.arrived(row)
        elif news == "lost":
            self.marks.came_back(row, code, self._night.now())
            self.refused(row, code)
            self.failed(row, code or status)
