"""I2 and I7: only people end a call, and only people say yes."""

from sqlalchemy import ColumnElement, or_, select

from app.auditor.law import Law, recent
from app.tables import incidents, journal, pages, seats
from dispatch.commands import RULE

ENDING = (
    "Cancelled",
    "CareRefused",
    "Cleared",
    "HandedOver",
    "MarkedDuplicate",
    "NotFound",
    "Recalled",
    "Signed",
    "SignedOff",
)
ANSWERS = ("Accepted", "TakenOver")
_BY_THE_CLOCK = or_(journal.c.by == RULE, journal.c.via == "clock")
_SAID_YES = select(pages.c.id).where(
    pages.c.incident == seats.c.incident, pages.c.person == seats.c.person, pages.c.state == "accepted"
)
_ANSWERED = select(journal.c.seq).where(
    journal.c.stream == seats.c.incident, journal.c.kind.in_(ANSWERS), journal.c.by != RULE
)


def _told(kinds: tuple[str, ...]) -> ColumnElement[bool]:
    """The newest facts of these kinds that no person brought about, by their incident."""
    rows = select(journal.c.stream).where(recent(), journal.c.kind.in_(kinds), _BY_THE_CLOCK)
    return incidents.c.id.in_(rows)


LAWS = (
    Law(
        "ended by a person",
        "I2",
        "A call was ended by no person. Open it and see who must still be sent.",
        select(incidents.c.ref).where(_told(ENDING)),
    ),
    Law(
        "answered by a person",
        "I7",
        "A page counts as answered, and no person answered it. Call whoever is said to go.",
        select(incidents.c.ref).where(_told(ANSWERS)),
    ),
    Law(
        "a yes for each seat",
        "I7",
        "Somebody holds a seat and no page of theirs says yes. Call them.",
        select(seats.c.ref).where(~_SAID_YES.exists()),
    ),
    Law(
        "a yes in the journal",
        "I7",
        "Somebody is out on a call and the journal knows no answer to it. Call them.",
        select(seats.c.ref).where(~_ANSWERED.exists()),
    ),
)
