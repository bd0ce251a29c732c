"""I3, I4 and I6: a page that is asked is owed to somebody, can still arrive, and is wanted."""

from sqlalchemy import ColumnElement, ScalarSelect, and_, or_, select

from app.auditor.law import Law
from app.tables import PAGE_ASKED, incidents, outbox, pages, seats
from dispatch.stages import ADVANCING, COMMITTED
from notify.outcomes import DELIVERED

_TRIES = select(outbox.c.id).where(outbox.c.page == pages.c.id)
_ALIVE = or_(
    outbox.c.state.in_(("owed", "sending", "ambiguous")),
    # Of a call in which the code was typed it is said later that it is over.
    and_(outbox.c.state == "sent", or_(outbox.c.failed.is_(None), outbox.c.reached >= DELIVERED)),
)


def _stage_of(incident: ColumnElement[str]) -> ScalarSelect[str]:
    # Row by row of the few: a join may be begun at the other end, at every call that ever was.
    return select(incidents.c.stage).where(incidents.c.id == incident).scalar_subquery()


LAWS = (
    Law(
        "pages are owed",
        "I3",
        "Somebody counts as asked, and no message to them was ever written. Call them.",
        select(pages.c.ref).where(PAGE_ASKED, ~_TRIES.exists()),
    ),
    Law(
        "pages can arrive",
        "I4",
        "Every message of a page has failed and the next person was not asked. Call the next person.",
        select(pages.c.ref).where(PAGE_ASKED, _TRIES.exists(), ~_TRIES.where(_ALIVE).exists()),
    ),
    Law(
        "pages are wanted",
        "I6",
        "Somebody is asked for a call that needs nobody any more. Tell them.",
        select(pages.c.ref).where(PAGE_ASKED, _stage_of(pages.c.incident).not_in(sorted(ADVANCING))),
    ),
    Law(
        "seats are wanted",
        "I6",
        "Somebody is held as busy by a call that is done. The ladder passes them over.",
        select(seats.c.ref).where(_stage_of(seats.c.incident).not_in(sorted(COMMITTED))),
    ),
)
