"""What may be asked of an incident: wishes in the imperative. `by` is who asks (person id, or RULE)."""

from dataclasses import dataclass, field
from datetime import datetime

from dispatch.stages import Seat

RULE = "rule"


@dataclass(frozen=True)
class Command:
    """The common part: who asks."""

    by: str


@dataclass(frozen=True)
class Receive(Command):
    """Open an incident. `answers` are coded answers already known; the caller's words travel sealed
    beside."""

    id: str
    ref: int
    program: str
    channel: str
    answers: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Describe(Command):
    """Take down more. `answers` change only what they name; `fields` names the sealed words saved beside."""

    answers: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Triage(Command):
    """Decide the acuity. `reason` (a code) is owed when it is lower in urgency than the rules suggest."""

    acuity: int
    reason: str | None = None


@dataclass(frozen=True)
class Hold(Command):
    """Send nobody yet, with a reason (a code) and the time to look again."""

    reason: str
    look_again_at: datetime


@dataclass(frozen=True)
class CallEmergency(Command):
    """911 was called by us."""


@dataclass(frozen=True)
class LinkClient(Command):
    """This is (or, with None, is not) a client we know. `client` is the record's id."""

    client: str | None


@dataclass(frozen=True)
class Dispatch(Command):
    """Send a team. A seat left None is filled from the ladder. `alone` is a reason code for sending one."""

    lead: str | None = None
    second: str | None = None
    alone: str | None = None


@dataclass(frozen=True)
class AskPerson(Command):
    """Ask one more person for an open seat, by name."""

    person: str
    seat: Seat


@dataclass(frozen=True)
class Accept(Command):
    """Yes to a page. `on_behalf`: the desk heard the yes by voice and says so."""

    page: str
    minutes: int | None = None
    on_behalf: bool = False


@dataclass(frozen=True)
class Decline(Command):
    """No to a page, or a yes given back before arrival. `reason` is a code."""

    page: str
    reason: str = "other"
    on_behalf: bool = False


@dataclass(frozen=True)
class MarkUnreachable(Command):
    """The provider says for certain that a page cannot reach its person. `code` is the provider's."""

    page: str
    code: str


@dataclass(frozen=True)
class TakeOver(Command):
    """`taker` takes the seat of `outgoing`, who goes off shift. `on_behalf`: the desk heard the taker say so."""

    outgoing: str
    taker: str
    on_behalf: bool = False


@dataclass(frozen=True)
class GoAlone(Command):
    """Give up the second seat, by policy and with a reason (a code)."""

    reason: str


@dataclass(frozen=True)
class Progress(Command):
    """A responder's next step. `at` is its true time when entered late; None is now."""

    responder: str
    at: datetime | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class GoEnRoute(Progress):
    """On the way. `minutes` renews the ETA."""

    minutes: int | None = None


@dataclass(frozen=True)
class WaitNearby(Progress):
    """Waiting close by, not at the door."""


@dataclass(frozen=True)
class Arrive(Progress):
    """At the place. Starts this person's check-in clock."""


@dataclass(frozen=True)
class CheckIn(Progress):
    """I am OK. `minutes` asks for a longer clock, up to twice the policy's."""

    minutes: int | None = None


@dataclass(frozen=True)
class MeetPerson(Progress):
    """With the person."""


@dataclass(frozen=True)
class BeginTransport(Progress):
    """Leaving with the person."""


@dataclass(frozen=True)
class Clear(Progress):
    """The team is done there. Notes are owed."""


@dataclass(frozen=True)
class ReportNotFound(Progress):
    """The team could not find the person."""


@dataclass(frozen=True)
class ReportRefused(Progress):
    """The person did not want help, and may refuse it."""


@dataclass(frozen=True)
class Recall(Command):
    """Take the team back before it arrives. The incident goes back to the desk."""

    reason: str


@dataclass(frozen=True)
class Cancel(Command):
    """End it at the desk or on the way. `reason` is a code."""

    reason: str


@dataclass(frozen=True)
class MarkDuplicate(Command):
    """The same crisis as another incident. Nothing is merged; the other one goes on."""

    of: int


@dataclass(frozen=True)
class HandOver(Command):
    """Another service has taken the crisis over and said so. `to` is a code."""

    to: str


@dataclass(frozen=True)
class TakeAlarm(Command):
    """A named person has an alarm."""

    kind: str


@dataclass(frozen=True)
class BeginNotes(Command):
    """The notes are being written."""


@dataclass(frozen=True)
class Sign(Command):
    """Freeze the notes. `missing` are sentences from the chart's rules; `digest` is the canonical chart's."""

    digest: str
    disposition: str
    level_of_care: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Addend(Command):
    """Add to signed notes; the signed words stay as they are."""

    digest: str


@dataclass(frozen=True)
class AskAuthor(Command):
    """Send the review back with a question to one of those who worked on it."""

    to: str


@dataclass(frozen=True)
class AnswerQuestion(Command):
    """The author answers the supervisor's question."""


@dataclass(frozen=True)
class SignOff(Command):
    """The supervisor's finding (a code) closes the review."""

    finding: str
    follow_up: bool = False


@dataclass(frozen=True)
class Wake(Command):
    """The clock asks: is anything due? Asked by the worker, never by a person."""

    by: str = RULE
