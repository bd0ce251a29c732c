"""I4, I5 and I17: what is owed goes out in time, under a lease, and nothing says sent that was not."""

from sqlalchemy import func, or_, select

from app.auditor.law import TAIL, Law, before
from app.codec import MESSAGES
from app.outbox import URGENT_BELOW
from app.tables import OUTBOX_UNSETTLED, outbox

_NEWEST = outbox.c.id > select(func.coalesce(func.max(outbox.c.id), 0) - TAIL).scalar_subquery()

LAWS = (
    Law(
        "first try",
        "I4",
        "A page has waited more than 10 s to be tried. Call the people who were paged.",
        select(outbox.c.id).where(
            OUTBOX_UNSETTLED,
            outbox.c.priority < URGENT_BELOW,
            outbox.c.attempts == 0,
            outbox.c.state == "owed",
            outbox.c.available_at < before(10),
        ),
        of="Message",
    ),
    Law(
        "nothing waits",
        "I4",
        "A message has waited more than a minute to be sent. Look at the worker.",
        select(outbox.c.id).where(
            OUTBOX_UNSETTLED,
            outbox.c.state.in_(("owed", "ambiguous")),
            outbox.c.available_at < before(60),
        ),
        of="Message",
    ),
    Law(
        "leases end",
        "I5",
        "A message is held by a worker that let its lease run out. Look at the worker.",
        select(outbox.c.id).where(
            OUTBOX_UNSETTLED,
            outbox.c.state == "sending",
            or_(outbox.c.lease_until.is_(None), outbox.c.lease_until < before(15)),
        ),
        of="Message",
    ),
    Law(
        "known messages",
        "F18",
        "A message is of a kind that this version does not know, and is not sent. Run the version that wrote it.",
        select(outbox.c.id).where(OUTBOX_UNSETTLED, outbox.c.kind.not_in(sorted(MESSAGES))),
        of="Message",
    ),
    Law(
        "sent was sent",
        "I17",
        "A message counts as sent, and no provider took it. Call whoever it was for.",
        select(outbox.c.id).where(_NEWEST, outbox.c.state == "sent", outbox.c.sent_at.is_(None)),
        of="Message",
    ),
)
