"""What may be said to a responder: a closed set of messages whose slots hold no patient word."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

# Every slot is a number, an instant, a code or the name of one of our own staff. Free text has no slot, so a
# caller's words cannot reach a lock screen (HIPAA minimum necessary, 45 CFR 164.502(b); see docs/privacy.md).


@dataclass(frozen=True)
class Message:
    """The common part: who is told (person id), about which incident (spoken number)."""

    to: str
    ref: int


@dataclass(frozen=True)
class PageResponder(Message):
    """One ask to one responder. `page` is the page's id; the wire adds its link. `people` is how many go."""

    page: str
    acuity: int | None
    people: int
    answer_by: datetime


@dataclass(frozen=True)
class PagesWait(Message):
    """Several pages to one phone at once, in one text. `ref` is the first of `refs`."""

    refs: tuple[int, ...]
    answer_by: datetime


@dataclass(frozen=True)
class YesHeard(Message):
    """The answer that was stored, told back. `partner` is None while the other seat is still being asked."""

    partner: str | None


@dataclass(frozen=True)
class NoHeard(Message):
    """A decline was stored and the next person is being asked."""


@dataclass(frozen=True)
class PartnerFound(Message):
    """The other seat has said yes."""

    partner: str


@dataclass(frozen=True)
class StandDown(Message):
    """You are not needed on this incident any more, and why."""

    why: Literal["someone_else_goes", "cancelled", "recalled", "closed"]


@dataclass(frozen=True)
class HasIt(Message):
    """An answer that came too late: whose it is and since when. `over`: it was, and the incident has ended."""

    holder: str
    since: datetime
    over: bool = False


@dataclass(frozen=True)
class StepHeard(Message):
    """A step was stored: on the way, staged, here, with the person, checked in, transporting, clear."""

    step: Literal["go", "stage", "here", "with", "ok", "transport", "done"]
    check_by: datetime | None


@dataclass(frozen=True)
class AreYouOnTheWay(Message):
    """Said yes, and no step since."""


@dataclass(frozen=True)
class AreYouOk(Message):
    """The check-in on scene is due."""

    answer_by: datetime


@dataclass(frozen=True)
class NotesDue(Message):
    """The incident is clear and its notes are owed."""

    due: datetime


@dataclass(frozen=True)
class QuestionAsked(Message):
    """The supervisor's review came back with a question; it is read behind a sign-in."""


@dataclass(frozen=True)
class AlarmStands(Message):
    """An alarm stands on the board and a supervisor is told. `kind` is an alarm's code."""

    kind: str


@dataclass(frozen=True)
class CannotReach(Message):
    """Somebody on call, now or from `starts_at` on, has lost a way to be reached, or all of them. To supervisors."""

    name: str
    why: Literal["stopped", "broken", "nothing"]
    starts_at: datetime | None = None


@dataclass(frozen=True)
class WhichPage(Message):
    """A bare word, and more than one page it could mean. `ref` is the first of `refs`."""

    refs: tuple[int, ...]


@dataclass(frozen=True)
class HowToReply(Message):
    """The reply was not understood; this is how to say it. `ref` is 0 when no page is open."""


@dataclass(frozen=True)
class NoAlarm(Message):
    """A cry for help came by text, which raises no alarm: whom to call. `desk` is its number, or empty; `ref` is a page
    of theirs that waits, or 0."""

    desk: str


@dataclass(frozen=True)
class CoverAsked(Message):
    """A colleague asks for cover of a shift; `ref` is what is texted back. `sick`: it is wanted at once."""

    holder: str
    tier: str
    starts_at: datetime
    ends_at: datetime
    sick: bool = False


@dataclass(frozen=True)
class SwapAsked(Message):
    """A colleague offers one shift for one of yours. `starts_at` is theirs, `yours_at` is yours."""

    holder: str
    starts_at: datetime
    yours_at: datetime


@dataclass(frozen=True)
class CoverYours(Message):
    """You took a shift: it is yours now, or will be when a manager approves."""

    tier: str
    starts_at: datetime
    ends_at: datetime
    approved: bool = True


@dataclass(frozen=True)
class CoverFound(Message):
    """The shift that you asked cover for has somebody else now."""

    taker: str
    starts_at: datetime


@dataclass(frozen=True)
class CoverOver(Message):
    """What you were asked for is settled without you."""

    why: Literal["taken", "withdrawn", "manager", "past", "not_approved"]


@dataclass(frozen=True)
class CoverOpen(Message):
    """Nobody has taken this shift yet, and it comes closer. To its holder and to the managers."""

    holder: str
    tier: str
    starts_at: datetime


@dataclass(frozen=True)
class ShiftSoon(Message):
    """Your shift begins soon; with whom, where there is one. With a `ref` it is a test of the phone too."""

    tier: str
    starts_at: datetime
    ends_at: datetime
    partner: str | None = None


@dataclass(frozen=True)
class RingTest(Message):
    """A test of this phone: answered by text with `ref`."""


@dataclass(frozen=True)
class NumberCode(Message):
    """The code that proves a new number. It is typed on the person's own page."""

    code: str


@dataclass(frozen=True)
class RotaPublished(Message):
    """A rota was published; your first shift in it, if you have one."""

    first_at: datetime | None


@dataclass(frozen=True)
class HandOverWaits(Message):
    """A shift has ended and this incident is still with the one who leaves. To both of them."""

    outgoing: str


@dataclass(frozen=True)
class SeatYours(Message):
    """You took this seat over. `partner` is who goes with you, if anyone; `check_by` where you are there."""

    outgoing: str
    partner: str | None
    check_by: datetime | None


@dataclass(frozen=True)
class SeatGone(Message):
    """Your seat is somebody else's: you are off this incident."""

    taker: str


@dataclass(frozen=True)
class PartnerChanged(Message):
    """The other seat changed hands; you go on with somebody else."""

    partner: str
    outgoing: str


@dataclass(frozen=True)
class RotaNotice(Message):
    """What is to mend in the rota. `sentence` is one of our own, with names of staff and times only."""

    sentence: str


@dataclass(frozen=True)
class Refusal(Message):
    """The rule said no. `sentence` is one of our own, from the rules, never a person's words."""

    sentence: str
