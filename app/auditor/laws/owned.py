"""I1: every open call has an owner with a deadline or a wake ahead, and no clock is late."""

from sqlalchemy import case, select

from app.auditor.law import Law, ahead, before, recent
from app.tables import PAGE_ASKED, incidents, journal, pages
from dispatch.stages import ON_BOARD, REVIEWABLE, Stage

_REF = incidents.c.ref
# Said so that no index of `wake_at` answers: every call that was ever closed has none.
_NO_WAKE = case((incidents.c.wake_at.is_(None), 1), else_=0) == 1
_UNWATCHED = _NO_WAKE & (incidents.c.alarms == 0)
_TOUCHED = incidents.c.id.in_(select(journal.c.stream).where(recent()))
_ASKS = select(pages.c.id).where(PAGE_ASKED, pages.c.incident == incidents.c.id)

LAWS = (
    Law(
        "on time",
        "I1",
        "A step is more than 15 s late. Watch the clocks of these calls yourself.",
        select(_REF).where(incidents.c.wake_at < before(15)).order_by(incidents.c.wake_at),
    ),
    Law(
        "a wake ahead",
        "I1",
        "An open call has no deadline and no alarm: nobody will be reminded of it. Open it and decide.",
        select(_REF).where(incidents.c.on_board, _UNWATCHED),
    ),
    Law(
        "a review ahead",
        "I1",
        "A call that waits for its review has no deadline and no alarm. Open it in the review queue.",
        select(_REF).where(incidents.c.reviewable, incidents.c.on_board.is_(False), _UNWATCHED),
    ),
    Law(
        "somebody asked",
        "I1",
        "A call wants a team, asks nobody and will not for 20 minutes. Send somebody.",
        select(_REF).where(
            incidents.c.on_board,
            incidents.c.stage == Stage.PAGING.value,
            incidents.c.alarms == 0,
            incidents.c.wake_at > ahead(1200),
            ~_ASKS.exists(),
        ),
    ),
    Law(
        "pages lapse",
        "I1",
        "A page was not answered in time and nobody else was asked. Call the next person.",
        select(pages.c.ref).where(PAGE_ASKED, pages.c.answer_by < before(15)),
    ),
    Law(
        "on the board",
        "I2",
        "An open call does not stand on the board. Open it by its number.",
        select(_REF).where(
            _TOUCHED,
            incidents.c.on_board.is_(False),
            incidents.c.stage.in_(sorted(stage.value for stage in ON_BOARD)),
        ),
    ),
    Law(
        "in the queue",
        "I2",
        "A call that is over does not stand in the review queue. Open it by its number.",
        select(_REF).where(
            _TOUCHED,
            incidents.c.reviewable.is_(False),
            incidents.c.stage.in_(sorted(stage.value for stage in REVIEWABLE)),
        ),
    ),
)
