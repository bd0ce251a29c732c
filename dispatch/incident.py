"""The state of one incident: values only, changed nowhere but in apply.py, with no patient word in it."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.stages import ADVANCING, COMMITTED, EXITS, ON_BOARD, REVIEWABLE, WRITING, Seat, Stage, Step


@dataclass(frozen=True)
class Page:
    """One ask to one responder. `state`: asked, accepted, declined, lapsed, withdrawn or unreachable.
    `round` is the round it counts for: where it was asked, then where it was settled."""

    id: str
    person: str
    seat: Seat
    rung: int
    asked_at: datetime
    answer_by: datetime
    state: str = "asked"
    round: int = 0
    settled_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Member:
    """A responder who said yes. `check_by` is the check-in clock of this person on this task."""

    person: str
    seat: Seat
    page: str
    accepted_at: datetime
    eta: datetime | None
    step: Step
    step_at: datetime
    check_by: datetime | None = None
    check_asked: bool = False


@dataclass(frozen=True)
class Due:
    """What is owed next, and when: by one member (`about`), or by the incident's owner."""

    what: str
    at: datetime
    about: str | None = None


@dataclass(frozen=True)
class Alarm:
    """An alarm on every board, since `at`. `about` is the person it concerns, if one. It stands until
    `taken_by` names someone or its cause is gone; alarms.py says which must be taken. `again_at` is when it
    is told again."""

    kind: str
    at: datetime
    about: str | None = None
    taken_by: str | None = None
    taken_at: datetime | None = None
    again_at: datetime | None = None


@dataclass(frozen=True)
class Suggestion:
    """What the written rules suggest; a human decides. `rule` is the code of the rule that fired."""

    acuity: int
    rule: str
    call_911: bool


@dataclass(frozen=True)
class Question:
    """A supervisor's question to an author, open until answered."""

    to: str
    by: str
    at: datetime
    answered_at: datetime | None = None


@dataclass(frozen=True)
class Incident:
    """One crisis, from call to review. All instants are aware UTC; people are ids of our own staff."""

    id: str
    ref: int
    program: str
    channel: str
    opened_at: datetime
    stage: Stage
    since: datetime
    answers: tuple[tuple[str, str], ...] = ()
    suggestion: Suggestion | None = None
    weighed: Suggestion | None = None  # what the rules suggested when the acuity was decided
    acuity: int | None = None
    needs: tuple[str, ...] = ()
    client: str | None = None
    duplicate_of: int | None = None
    alone: str | None = None
    rounds: int = 0
    first_round: int = 0  # of the present dispatch; a page from before it can no longer be answered
    exhausted_round: int | None = None
    pages: tuple[Page, ...] = ()
    members: tuple[Member, ...] = ()
    worked: tuple[str, ...] = ()
    relieved: tuple[str, ...] = ()  # were there, handed their seat over, and still write what they saw
    dues: tuple[Due, ...] = ()
    again_at: datetime | None = None
    alarms: tuple[Alarm, ...] = ()
    emergency_called_at: datetime | None = None
    disposition: str | None = None
    level_of_care: str | None = None
    digest: str | None = None
    signed_by: str | None = None
    question: Question | None = None
    reviewed_by: str | None = None

    @property
    def on_board(self) -> bool:
        """Is it still the desk's?"""
        return self.stage in ON_BOARD

    @property
    def reviewable(self) -> bool:
        """Does a supervisor owe it a look?"""
        return self.stage in REVIEWABLE

    @property
    def ended(self) -> bool:
        """Did it leave by one of the exits?"""
        return self.stage in EXITS

    @property
    def due(self) -> Due | None:
        """The next thing that anyone owes."""
        return min(self.dues, key=lambda due: due.at, default=None)

    @property
    def notes_owed(self) -> bool:
        """Was a team there whose notes are not signed yet?"""
        if self.signed_by is not None:
            return False
        was_there = self.stage is Stage.NOT_FOUND or any(m.step is Step.ON_SCENE for m in self.members)
        return self.stage in WRITING or (self.ended and was_there)

    @property
    def out(self) -> tuple[str, ...]:
        """Who is bound to this incident now. Notes bind nobody: their author may be sent again."""
        return tuple([member.person for member in self.members]) if self.stage in COMMITTED else ()

    @property
    def wants_people(self) -> bool:
        """Is a team being found, or does a lone arrival still wait for a partner?"""
        return self.stage in ADVANCING and len(self.members) < (1 if self.alone else 2)

    @property
    def seats(self) -> tuple[Seat, ...]:
        """The seats that must be filled: two, or one when going alone was decided with a reason."""
        return (Seat.LEAD,) if self.alone else (Seat.LEAD, Seat.SECOND)

    @property
    def open_pages(self) -> tuple[Page, ...]:
        """Pages that still wait for an answer."""
        return tuple([page for page in self.pages if page.state == "asked"])

    @property
    def standing(self) -> tuple[Alarm, ...]:
        """Alarms that nobody has taken."""
        return tuple([alarm for alarm in self.alarms if alarm.taken_by is None])

    def member(self, person: str) -> Member | None:
        """The member who is this person, if they are on the task."""
        for member in self.members:
            if member.person == person:
                return member
        return None

    def was_on_team(self, person: str) -> bool:
        """Does this person hold a seat, or did they hold one at the place and hand it over?"""
        return person in self.relieved or self.member(person) is not None

    def in_seat(self, seat: Seat) -> Member | None:
        """Who holds the seat, if anyone."""
        return next((member for member in self.members if member.seat is seat), None)

    def open_seats(self) -> tuple[Seat, ...]:
        """Seats that must be filled and are not."""
        held = [member.seat for member in self.members]
        return tuple([seat for seat in self.seats if seat not in held])

    def unasked_seats(self) -> tuple[Seat, ...]:
        """Open seats of a team being found for which nobody is being asked."""
        if not self.wants_people:
            return ()
        asked = [page.seat for page in self.pages if page.state == "asked"]
        return tuple([seat for seat in self.open_seats() if seat not in asked])

    def due_of(self, about: str | None) -> Due | None:
        """What this member owes next, or with None the incident's owner."""
        for due in self.dues:
            if due.about == about:
                return due
        return None

    def page(self, page_id: str) -> Page | None:
        """The page with this id, if it is one of ours."""
        for page in self.pages:
            if page.id == page_id:
                return page
        return None
