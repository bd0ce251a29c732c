"""The model's outbox: tries of a message in memory, claimed by lease and fence, settled with the fence, joined with
what is reported of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush

from dispatch.incident import Incident
from dispatch.messages import AlarmStands, AreYouOk, Message, PageResponder
from dispatch.reach import PHONE, Reach, State, Step, Try, Way, is_gone, next_of, plan_of, quiet_plan
from notify.outcomes import DELIVERED, Delivery, heard, join, why
from notify.transport import Outcome

LEASE = timedelta(seconds=15)
ATTEMPTS_AT_MOST = 8
LOOKS = 2
LOOK_AGAIN = timedelta(seconds=3)
RINGS_FOR = timedelta(seconds=45)
POLL_AFTER = timedelta(seconds=30)
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 15, 30))
ALARM_WITHIN = timedelta(minutes=5)
# Refusals after which the same try is worth another time, when every provider has said so.
TRIED_AGAIN = frozenset({"rate", "late", "account"})
UNSETTLED = frozenset({"owed", "ambiguous", "sending"})
NOTHING = timedelta(0)


class Row:
    """One try: one message to one person by one way."""

    __slots__ = (
        "ambiguous", "attempts", "available_at", "delivery", "failed", "fence", "id", "incident", "lease_until",
        "look_at", "looked_for_at", "message", "owed_at", "page", "patience_at", "priority", "provider", "reached",
        "code", "refused_by", "sent_at", "spare", "state", "step", "way", "wire_at",
    )  # fmt: skip

    def __init__(self, number: int, message: Message, incident: str | None, step: int, planned: Step) -> None:
        self.id = number
        self.message = message
        self.incident = incident
        self.page = message.page if isinstance(message, PageResponder) else None
        self.step = step
        self.way = planned.way
        self.spare = planned.after is None
        self.state = "owed"
        self.fence = self.attempts = self.reached = 0
        self.provider: str | None = None
        self.looked_for_at: str | None = None
        self.refused_by: tuple[str, ...] = ()
        self.failed: str | None = None
        self.code: str | None = None
        self.ambiguous = False
        self.lease_until: datetime | None = None
        self.wire_at: datetime | None = None
        self.sent_at: datetime | None = None
        self.patience_at: datetime | None = None
        self.look_at: datetime | None = None
        self.priority = 5
        self.delivery: list[Row] = []
        self.owed_at = self.available_at = datetime.min

    @property
    def urgent(self) -> bool:
        """Does it begin the next channel when it stays silent?"""
        return self.priority < 5


@dataclass(frozen=True)
class Claim:
    """What one worker, and only this one until `lease_until`, may send."""

    row: Row
    fence: int
    lease_until: datetime
    ambiguous: bool
    looked_for_at: str | None
    provider: str


# Which provider to try: of this channel, given who has refused it; None while there is nobody.
Choose = Callable[[str, tuple[str, ...]], str | None]


class Outbox:
    """All tries of one night. Each method is one transaction of the real thing."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self.rows: dict[int, Row] = {}
        self.of_incident: dict[str, list[Row]] = {}
        self.of_page: dict[str, list[Row]] = {}
        self._due: list[tuple[datetime, int]] = []
        self.stirred = False

    def owe(self, message: Message, incident: str | None, ways: Sequence[Way], now: datetime) -> list[Row]:
        """Every try of one message, written with the decision that owes it."""
        within = _within(message, now)
        steps = quiet_plan(ways) if within is None else plan_of(ways, within, self._reach)
        steps = steps or (Step(Way("", "text", ""), NOTHING),)
        delivery = [
            Row(len(self.rows) + 1 + place, message, incident, place, step)
            for place, step in enumerate(steps)
        ]
        for row, step in zip(delivery, steps, strict=True):
            row.delivery, row.priority, row.owed_at = delivery, priority(message), now
            self.rows[row.id] = row
            self._at(row, now + (step.after or NOTHING))
        if incident is not None:
            self.of_incident.setdefault(incident, []).extend(delivery)
        if isinstance(message, PageResponder):
            self.of_page[message.page] = delivery
        return delivery

    def _at(self, row: Row, when: datetime) -> None:
        row.available_at = when
        self._push(when, row)

    def _push(self, when: datetime, row: Row) -> None:
        heappush(self._due, (when, row.id))
        self.stirred = True

    def next_due(self) -> datetime | None:
        """When there is something to claim, to look at, or to lose patience with."""
        while self._due:
            at, number = self._due[0]
            if at in _moments(self.rows[number]):
                return at
            heappop(self._due)
        return None

    def due(self, now: datetime) -> list[Row]:
        """Every row of which something is due, the most urgent first; what is left must be put back by `keep`."""
        found: dict[int, Row] = {}
        while self._due and self._due[0][0] <= now:
            at, number = heappop(self._due)
            row = self.rows[number]
            if at in _moments(row):
                found[number] = row
        return sorted(found.values(), key=lambda row: (row.priority, row.id))

    def keep(self, row: Row) -> None:
        """It stays due: nobody had a hand free."""
        for moment in _moments(row):
            self._push(moment, row)

    def claim(self, row: Row, provider: str, now: datetime) -> Claim:
        """Take it, for as long as a lease."""
        claim = Claim(
            row,
            row.fence + 1,
            now + LEASE,
            row.state in ("sending", "ambiguous"),
            row.provider,
            provider,
        )
        row.state, row.fence, row.attempts = "sending", row.fence + 1, row.attempts + 1
        row.provider = provider
        row.lease_until = claim.lease_until
        row.wire_at = row.wire_at or now
        self._push(claim.lease_until, row)
        return claim

    def settle(self, claim: Claim, outcome: Outcome, now: datetime, others: Iterable[str]) -> str:
        """Write down what came of a claim: "" when another worker has it by now; else what follows: `sent`, `lost`,
        `begin` (the next one, beside it) or `again`."""
        row = claim.row
        if row.fence != claim.fence or row.state != "sending":
            return ""
        refused = row.refused_by
        if outcome.kind == "refused" and claim.provider not in refused:
            refused = (*refused, claim.provider)
        left = [name for name in others if name not in refused]
        row.lease_until = None
        if row.failed is None:
            row.code = outcome.code
        if outcome.kind == "sent":
            row.state, row.sent_at, row.refused_by = "sent", now, refused
            self._watch(row, now)
            return "sent"
        if row.attempts >= ATTEMPTS_AT_MOST or (outcome.kind == "refused" and outcome.permanent):
            row.state = "failed"
            return "lost"
        if outcome.kind == "ambiguous":
            row.state, row.refused_by = "ambiguous", refused
            self._at(row, now + LOOK_AGAIN)
            return "begin" if row.urgent and outcome.code != "lease_over" else "again"
        if left:
            row.state, row.refused_by = "owed", refused
            self._at(row, now)
            return "again"
        if why(outcome.code) in TRIED_AGAIN or outcome.code in ("unreachable", "lease_over"):
            row.state, row.refused_by = "owed", ()
            self._at(row, now + BACKOFF[min(row.attempts, len(BACKOFF)) - 1])
            return "begin" if row.urgent and outcome.code != "lease_over" else "again"
        row.state = "failed"
        return "lost"

    def _watch(self, row: Row, now: datetime) -> None:
        if row.reached >= DELIVERED or row.failed:
            return
        if row.urgent and row.way.channel in PHONE:
            rings = row.way.channel == "call"
            row.patience_at = now + (
                max(RINGS_FOR, self._reach.silent_after) if rings else self._reach.silent_after
            )
            self._push(row.patience_at, row)
        if row.way.channel in PHONE:
            row.look_at = now + POLL_AFTER
            self._push(row.look_at, row)

    def hear(self, row: Row, status: str, code: str | None) -> bool:
        """Join one report into what is known. True when it means that the try is lost, and that is news."""
        known = Delivery(row.reached, row.failed, row.code if row.failed else None)
        joined = join(known, heard(status, code))
        row.reached, row.failed = joined.reached, joined.failed
        if joined.failed:
            row.code = joined.code
        if joined.reached >= DELIVERED or joined.failed:
            row.patience_at = row.look_at = None
        return joined.lost and not known.lost and row.state != "superseded"

    def begin_next(self, delivery: list[Row], now: datetime) -> bool:
        """Begin the next try now, beside what is out; False when there is none left to begin."""
        following = next_of(tries_of(delivery, now))
        if following is None:
            return False
        row = delivery[following.step]
        row.spare = False
        self._at(row, now)
        return True

    def gone(self, delivery: list[Row], now: datetime) -> bool:
        """Can none of the tries reach the person any more?"""
        return is_gone(tries_of(delivery, now))

    def cancel(self, before: Incident, after: Incident, now: datetime) -> None:
        """What is still owed and not needed any more, in the transaction of the answer."""
        if before.pages is after.pages and before.members is after.members and before.alarms is after.alarms:
            return
        for row in self.of_incident.get(after.id, ()):
            out = row.state == "sending" and row.lease_until is not None and row.lease_until > now
            if row.state in UNSETTLED and not out and not _needed(row, after):
                row.state = "superseded"

    def void_leases(self, now: datetime) -> None:
        """Nobody else is alive who could hold a lease."""
        for row in self.rows.values():
            if row.state == "sending":
                row.lease_until = now
                self._push(now, row)


def priority(message: Message) -> int:
    """Pages and those on scene first, then alarms, then the rest."""
    match message:
        case PageResponder(acuity=acuity):
            return 0 if acuity == 1 else 1 if acuity == 2 else 2
        case AreYouOk():
            return 0
        case AlarmStands():
            return 3
        case _:
            return 5


def tries_of(delivery: list[Row], now: datetime) -> list[Try]:
    """Every try, as the rules see it."""
    return [Try(row.step, row.way.channel, _state(row, now)) for row in delivery]


def _state(row: Row, now: datetime) -> State:
    match row.state:
        case "superseded":
            return "dropped"
        case "failed":
            return "lost"
        # A report may be here before its send is settled.
        case "sent" | "sending" | "ambiguous" if row.reached >= DELIVERED:
            return "arrived"
        case "sent" | "sending" | "ambiguous" if row.failed is not None:
            return "lost"
        case "owed" if row.attempts == 0 and (row.spare or row.available_at > now):
            return "waiting"
        case _:
            return "out"


def _moments(row: Row) -> tuple[datetime, ...]:
    """When something is due here."""
    if row.state == "sending":
        return () if row.lease_until is None else (row.lease_until,)
    if row.state == "sent":
        return tuple(moment for moment in (row.patience_at, row.look_at) if moment is not None)
    return (row.available_at,) if row.state in UNSETTLED and not row.spare else ()


def _within(message: Message, now: datetime) -> timedelta | None:
    match message:
        case PageResponder(answer_by=by) | AreYouOk(answer_by=by):
            return by - now
        case AlarmStands():
            return ALARM_WITHIN
        case _:
            return None


def _needed(row: Row, incident: Incident) -> bool:
    message = row.message
    match message:
        case PageResponder(page=number, answer_by=by):
            page = incident.page(number)
            return page is not None and page.state == "asked" and page.answer_by == by
        case AreYouOk(to=person):
            member = incident.member(person)
            return member is not None and member.check_asked
        case AlarmStands(kind=kind):
            return any(alarm.kind == kind for alarm in incident.standing)
        case _:
            return True
