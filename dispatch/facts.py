"""What has happened. Facts carry codes, ids and instants; a person's words travel sealed beside them."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.incident import Suggestion
from dispatch.stages import Seat, Step


@dataclass(frozen=True)
class Fact:
    """The common part: when it happened (true time, aware UTC) and by whom (person id, or RULE)."""

    at: datetime
    by: str


@dataclass(frozen=True)
class Received(Fact):
    id: str
    ref: int
    program: str
    channel: str
    answers: tuple[tuple[str, str], ...]
    needs: tuple[str, ...]
    suggestion: Suggestion


@dataclass(frozen=True)
class Described(Fact):
    answers: tuple[tuple[str, str], ...]
    needs: tuple[str, ...] | None
    fields: tuple[str, ...]
    suggestion: Suggestion


@dataclass(frozen=True)
class Triaged(Fact):
    acuity: int
    suggested: int
    rule: str
    reason: str | None


@dataclass(frozen=True)
class Held(Fact):
    reason: str
    look_again_at: datetime


@dataclass(frozen=True)
class EmergencyCalled(Fact):
    """We rang 911."""


@dataclass(frozen=True)
class ClientLinked(Fact):
    client: str | None


@dataclass(frozen=True)
class Dispatched(Fact):
    alone: str | None


@dataclass(frozen=True)
class Asked(Fact):
    page: str
    person: str
    seat: Seat
    rung: int
    answer_by: datetime


@dataclass(frozen=True)
class Accepted(Fact):
    page: str
    person: str
    seat: Seat
    eta: datetime | None
    on_behalf: bool


@dataclass(frozen=True)
class EtaGiven(Fact):
    person: str
    eta: datetime


@dataclass(frozen=True)
class Declined(Fact):
    page: str
    person: str
    reason: str
    on_behalf: bool


@dataclass(frozen=True)
class GaveBack(Fact):
    page: str
    person: str
    seat: Seat
    reason: str


@dataclass(frozen=True)
class TakenOver(Fact):
    """The seat of `outgoing` is `person`'s. `page` stands for their yes. `check_by` is set where the seat
    changed hands at the place: the clock of the one who came begins."""

    person: str
    outgoing: str
    seat: Seat
    page: str
    rung: int
    check_by: datetime | None
    on_behalf: bool


@dataclass(frozen=True)
class Lapsed(Fact):
    page: str
    person: str


@dataclass(frozen=True)
class AskedAnew(Fact):
    """We stood still while this page waited, and it never went out: its time begins now."""

    page: str
    person: str
    answer_by: datetime


@dataclass(frozen=True)
class Unreachable(Fact):
    page: str
    person: str
    code: str


@dataclass(frozen=True)
class Withdrawn(Fact):
    page: str
    person: str
    why: str


@dataclass(frozen=True)
class LadderExhausted(Fact):
    """Nobody is left to ask in this round. `again_at` is when the ladder starts again; None after the
    last."""

    seats: tuple[Seat, ...]
    again_at: datetime | None


@dataclass(frozen=True)
class RoundBegun(Fact):
    number: int


@dataclass(frozen=True)
class WentAlone(Fact):
    reason: str


@dataclass(frozen=True)
class SecondWanted(Fact):
    """One person was going; two go after all."""


@dataclass(frozen=True)
class StepTaken(Fact):
    person: str
    step: Step
    eta: datetime | None
    check_by: datetime | None


@dataclass(frozen=True)
class CheckedIn(Fact):
    person: str
    check_by: datetime


@dataclass(frozen=True)
class CheckAsked(Fact):
    person: str
    check_by: datetime


@dataclass(frozen=True)
class CheckMissed(Fact):
    person: str


@dataclass(frozen=True)
class MetPerson(Fact):
    person: str


@dataclass(frozen=True)
class TransportBegun(Fact):
    person: str


@dataclass(frozen=True)
class Cleared(Fact):
    person: str


@dataclass(frozen=True)
class NotFound(Fact):
    person: str


@dataclass(frozen=True)
class CareRefused(Fact):
    person: str


@dataclass(frozen=True)
class Recalled(Fact):
    reason: str


@dataclass(frozen=True)
class Cancelled(Fact):
    reason: str


@dataclass(frozen=True)
class MarkedDuplicate(Fact):
    of: int


@dataclass(frozen=True)
class HandedOver(Fact):
    to: str


@dataclass(frozen=True)
class DueSet(Fact):
    """What is owed next, by one member (`about`) or by the incident's owner; `what` None means nothing is."""

    what: str | None
    due: datetime | None
    about: str | None = None


@dataclass(frozen=True)
class Reminded(Fact):
    """A responder was asked whether they are on the way, or the team was told that notes are due. The alarm
    comes next."""

    what: str
    due: datetime
    about: str | None = None


@dataclass(frozen=True)
class AlarmRaised(Fact):
    """`again_at` is when it is told again if nobody takes it; None for alarms that are not texted."""

    kind: str
    about: str | None
    again_at: datetime | None = None


@dataclass(frozen=True)
class AlarmEnded(Fact):
    """The cause is gone."""

    kind: str
    about: str | None


@dataclass(frozen=True)
class AlarmTaken(Fact):
    """A named person has it. `again_at` is when it comes back if its cause has not gone."""

    kind: str
    again_at: datetime


@dataclass(frozen=True)
class NotesBegun(Fact):
    """The notes are being written."""


@dataclass(frozen=True)
class Signed(Fact):
    digest: str
    disposition: str
    level_of_care: str


@dataclass(frozen=True)
class Addended(Fact):
    digest: str


@dataclass(frozen=True)
class AuthorAsked(Fact):
    to: str


@dataclass(frozen=True)
class QuestionAnswered(Fact):
    """The author has answered."""


@dataclass(frozen=True)
class SignedOff(Fact):
    finding: str
    follow_up: bool
