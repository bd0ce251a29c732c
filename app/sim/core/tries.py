"""The model's outbox: what is owed, what is due of it, what is heard of it, and what is dropped."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush

from app.next_try import RINGS_FOR
from app.sim.core.lines import Lines
from app.sim.core.row import UNSETTLED, Row, is_needed, within
from app.worker import SPARES_KEPT
from dispatch.incident import Incident
from dispatch.messages import Message
from dispatch.reach import Reach, Step, Try, Way, is_gone, next_of, plan_of, quiet_plan
from notify.outcomes import DELIVERED, heard, join

NOTHING = timedelta(0)


class Outbox:
    """All tries of one night. Each method is part of one transaction of the real thing."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self.rows: dict[int, Row] = {}
        self.of_page: dict[str, list[Row]] = {}
        self.stirred = False
        # Whoever watches each try that begins because of others, and counts what is rare.
        self.begins: Callable[[Row], object] = lambda row: None
        self.seen: Counter[str] = Counter()
        self._unsettled: dict[str, list[Row]] = {}
        self.lines = Lines(self.at)
        self._due: list[tuple[datetime, int]] = []

    def owe(self, message: Message, incident: str | None, ways: Sequence[Way], now: datetime) -> list[Row]:
        """Every try of one message, written with the decision that owes it."""
        time = within(message, now)
        steps = quiet_plan(ways) if time is None else plan_of(ways, time, self.reach)
        steps = steps or (Step(Way("", "text", ""), NOTHING),)
        first = len(self.rows) + 1
        delivery = [
            Row(first + place, message, incident, place, step, now) for place, step in enumerate(steps)
        ]
        for row in delivery:
            row.delivery = delivery
            self.rows[row.id] = row
            if not row.spare:
                self.push(row.available_at, row)
        if incident is not None:
            self._unsettled.setdefault(incident, []).extend(delivery)
        if delivery[0].page is not None:
            self.of_page.setdefault(delivery[0].page, []).extend(delivery)
        return delivery

    # --- what is due ---

    def at(self, row: Row, when: datetime) -> None:
        """It may be claimed from then on."""
        row.available_at = when
        self.push(when, row)

    def push(self, when: datetime, row: Row) -> None:
        """Look at it then."""
        heappush(self._due, (when, row.id))
        self.stirred = True

    def next_due(self) -> datetime | None:
        """When there is something to claim, to look at, or to lose patience with."""
        due, rows = self._due, self.rows
        while due:
            at, number = due[0]
            if rows[number].is_due(at):
                return at
            heappop(due)
        return None

    def due(self, now: datetime) -> list[Row]:
        """Every row of which something is due, the most urgent first; what is left must be put back by `keep`."""
        due, rows = self._due, self.rows
        if not due or due[0][0] > now:
            return []
        found: dict[int, Row] = {}
        while due and due[0][0] <= now:
            at, number = heappop(due)
            row = rows[number]
            if row.is_due(at):
                found[number] = row
        return sorted(found.values(), key=_order) if len(found) > 1 else list(found.values())

    def keep(self, row: Row) -> None:
        """It stays due: nobody had a hand free."""
        state = row.state
        moments = (
            row.lease_until if state == "sending" else row.available_at if state in UNSETTLED else None,
            row.patience_at,
            row.look_at,
        )
        for moment in moments:
            if moment is not None:
                self.push(moment, row)

    # --- what is heard ---

    def hear(self, row: Row, status: str, code: str | None, now: datetime) -> str:
        """Join one report into what is known. `lost` and `arrived` when it means that and is news; else ""."""
        known = row.heard
        joined = join(known, heard(status, code))
        if joined == known:
            return ""
        row.heard, row.reached, row.failed = joined, joined.reached, joined.failed
        if joined.failed:
            row.code = joined.code
        if row.state == "ambiguous":
            # Nobody knew whether it had gone out; now somebody does.
            row.state, row.sent_at = "sent", now
        if joined.reached >= DELIVERED or joined.failed:
            row.patience_at = row.look_at = None
            if joined.failed:
                self.lines.may_be_free(row, now)
        elif status == "in-progress":
            row.patience_at = now + RINGS_FOR
            self.push(row.patience_at, row)
        if joined.reached >= DELIVERED > known.reached:
            self._drop_spares(row.delivery)
            return "arrived"
        return "lost" if joined.lost and not known.lost and row.state != "superseded" else ""

    def _drop_spares(self, delivery: list[Row]) -> None:
        for row in delivery:
            if row.spare and row.state == "owed":
                row.state = "superseded"
                self.seen["spare_dropped"] += 1

    def begin_next(self, delivery: list[Row], now: datetime) -> bool:
        """Begin the next try now, beside what is out; False when there is none left to begin."""
        if delivery[-1].spare and _is_long_over(delivery, now - SPARES_KEPT):
            # Nobody has said for long that the try before failed, and nothing of it is still out.
            self._drop_spares(delivery)
        if not any([row.state == "owed" and row.attempts == 0 for row in delivery]):
            return False
        following = next_of(tries_of(delivery, now))
        if following is None:
            return False
        row = delivery[following.step]
        row.spare = False
        self.at(row, now)
        self.begins(row)
        return True

    def is_gone(self, delivery: list[Row], now: datetime) -> bool:
        """Can none of the tries reach the person any more?"""
        return is_gone(tries_of(delivery, now))

    def cancel(self, before: Incident, after: Incident, now: datetime) -> None:
        """What is still owed and not needed any more, in the transaction of the answer."""
        if before.pages == after.pages and before.members == after.members and before.alarms == after.alarms:
            return
        rows = self._unsettled.get(after.id, ())
        left = [row for row in rows if row.state in UNSETTLED]
        for row in left:
            if not row.is_out(now) and not is_needed(row.message, after):
                row.state = "superseded"
        self._unsettled[after.id] = left

    def void_leases(self, now: datetime) -> None:
        """Nobody else is alive who could hold a lease."""
        for row in self.rows.values():
            if row.state == "sending":
                row.lease_until = now
                self.push(now, row)


def tries_of(delivery: list[Row], now: datetime) -> list[Try]:
    """Every try, as the rules see it."""
    return [Try(row.step, row.way.channel, row.stands(now)) for row in delivery]


def _order(row: Row) -> tuple[int, int]:
    return row.priority, row.id


def _is_long_over(delivery: list[Row], before: datetime) -> bool:
    return delivery[-1].owed_at < before and not any(
        row.state in UNSETTLED or (row.sent_at is not None and row.sent_at >= before)
        for row in delivery
        if not row.spare
    )
