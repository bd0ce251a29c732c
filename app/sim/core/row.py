"""One try as the model keeps it: its columns, what is due of it when, and what the rules see of it."""

from datetime import datetime, timedelta

from app.next_try import stands
from app.outbox import ALARM_WITHIN, URGENT_BELOW, priority
from dispatch.incident import Incident
from dispatch.messages import AlarmStands, AreYouOk, Message, PageResponder
from dispatch.reach import State, Step
from notify.outcomes import Delivery

UNSETTLED = frozenset({"owed", "ambiguous", "sending"})


class Row:
    """One message to one person by one way. `kept`: planned for the failure of those before it. `known`: its provider
    has told its own number. `bundled_in` is the row whose text told this one too; `told` are those in its own."""

    state = "owed"
    fence = attempts = reached = 0
    provider: str | None = None
    known = False
    refused_by: tuple[str, ...] = ()
    # All that was heard of it, joined; `reached` and `failed` say it again, for they are asked all the time.
    heard = Delivery()
    failed: str | None = None
    code: str | None = None
    bundled_in: "Row | None" = None
    told: "tuple[Row, ...]" = ()
    lease_until: datetime | None = None
    wire_at: datetime | None = None
    sent_at: datetime | None = None
    patience_at: datetime | None = None
    look_at: datetime | None = None
    delivery: "list[Row]"

    def __init__(
        self, number: int, message: Message, incident: str | None, place: int, step: Step, now: datetime
    ) -> None:
        self.id = number
        self.message = message
        self.incident = incident
        self.page = message.page if type(message) is PageResponder else None
        self.priority = priority(message)
        self.urgent = self.priority < URGENT_BELOW
        self.step = place
        self.way = step.way
        self.kept = self.spare = step.after is None
        self.owed_at = now
        self.available_at = now if step.after is None else now + step.after

    def is_due(self, when: datetime) -> bool:
        """Does something fall due here just then?"""
        state = self.state
        if state == "sending":
            claimable = when == self.lease_until
        else:
            claimable = when == self.available_at and not self.spare and state in UNSETTLED
        return claimable or when == self.patience_at or when == self.look_at

    def waits(self, now: datetime) -> bool:
        """May it be claimed?"""
        if self.state == "sending":
            return self.lease_until is not None and self.lease_until <= now
        return self.state in UNSETTLED and not self.spare and self.available_at <= now

    def is_out(self, now: datetime) -> bool:
        """Is somebody sending it now?"""
        return self.state == "sending" and self.lease_until is not None and self.lease_until > now

    def stands(self, now: datetime) -> State:
        """As the rules of reach see it."""
        return stands(self, now)


def within(message: Message, now: datetime) -> timedelta | None:
    """How long something urgent may take; None for all else."""
    match message:
        case PageResponder(answer_by=by) | AreYouOk(answer_by=by):
            return by - now
        case AlarmStands():
            return ALARM_WITHIN
        case _:
            return None


def is_needed(message: Message, incident: Incident) -> bool:
    """Does the incident, as it now stands, still want this to be told?"""
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
