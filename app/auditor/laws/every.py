"""All laws of the house, in the order in which they are looked at: pages first."""

from app.auditor.law import Law
from app.auditor.laws import barred, human, owned, paged, sent, written

EVERY: tuple[Law, ...] = (*owned.LAWS, *paged.LAWS, *sent.LAWS, *human.LAWS, *written.LAWS, *barred.LAWS)
assert len({law.name for law in EVERY}) == len(EVERY)
