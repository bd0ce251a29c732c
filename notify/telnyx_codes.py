"""What Telnyx's words and codes mean in ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from notify.why import Why

# "published": its own list says just this. "reading": its list says something, and the class is our reading of it.
# None of these was seen from the provider itself. Where a reading leaves a doubt, it is the class that gives up on
# nobody's number. A code that does not stand here fails the try, and no more.
Sure = Literal["published", "reading"]


@dataclass(frozen=True)
class Row:
    """One code: what it comes to, how sure that is, and the words of the list."""

    why: Why
    sure: Sure
    words: str


# From "Messaging Error Code Reference" and "API errors" of developers.telnyx.com, as of 2026-06. 10001, 10002 and
# 10016 (a number that is not one) do not say which of the two numbers is meant, and 40301 and 40319 not whether the
# phone or our sender is at fault: they are left out, so that they fail one try.
ROWS: Final[Mapping[str, Row]] = {
    "10011": Row("rate", "published", "too many requests"),
    "10007": Row("unclear", "reading", "unexpected error"),
    "10008": Row("unclear", "reading", "request timeout"),
    # The same request is still being worked on, or was answered before.
    "409": Row("unclear", "reading", "conflict"),
    "40001": Row("number", "published", "a landline, or not routable"),
    "40310": Row("number", "published", "invalid 'to' address"),
    "40300": Row("opted_out", "published", "the person texted STOP"),
    "10003": Row("account", "published", "our callback address is not accepted"),
    "10005": Row("account", "reading", "our account or our voice application is not known"),
    "10006": Row("account", "reading", "invalid id"),
    "10009": Row("account", "published", "authentication failed"),
    "10010": Row("account", "published", "authorization failed"),
    "20002": Row("account", "published", "API key revoked"),
    "20006": Row("account", "published", "expired access token"),
    "20012": Row("account", "published", "account inactive"),
    "20013": Row("account", "published", "account blocked"),
    "20014": Row("account", "published", "account unverified"),
    "20015": Row("account", "published", "feature not enabled"),
    "20016": Row("account", "published", "account not level 1 verified"),
    "20017": Row("account", "published", "account not level 2 verified"),
    "20100": Row("account", "published", "insufficient funds"),
    "40002": Row("account", "reading", "blocked as spam, for now"),
    "40003": Row("account", "published", "our number is blocked as spam"),
    "40010": Row("account", "published", "10DLC not registered"),
    "40013": Row("account", "published", "our number was declined by the carrier"),
    "40015": Row("account", "reading", "Telnyx's own spam filter"),
    "40016": Row("account", "published", "T-Mobile's limit of today is reached"),
    "40017": Row("account", "reading", "AT&T calls it spam"),
    "40100": Row("account", "published", "our number carries no texts"),
    "40150": Row("account", "published", "our toll-free number is not in the registry"),
    "40151": Row("account", "published", "our number is with another provider"),
    "40305": Row("account", "published", "invalid 'from' address"),
    "40306": Row("account", "published", "alphanumeric sender not configured"),
    "40309": Row("account", "published", "region not allowed in our messaging profile"),
    "40311": Row("account", "published", "invalid secret of the messaging profile"),
    "40312": Row("account", "published", "messaging profile is disabled"),
    "40313": Row("account", "published", "missing secret of the messaging profile"),
    "40314": Row("account", "published", "messaging is disabled on the account"),
    "40315": Row("account", "published", "our number failed a health check"),
    "40320": Row("account", "published", "our number cannot be used for now"),
    "40321": Row("account", "published", "no usable number on the messaging profile"),
    "40322": Row("account", "reading", "blocked for its content"),
    "40329": Row("account", "published", "toll-free number not yet verified"),
    "40005": Row("late", "published", "expired on its way"),
    "40011": Row("late", "reading", "the carrier's rate limit, after it was taken"),
    "40014": Row("late", "published", "expired in the queue"),
    "40018": Row("late", "published", "AT&T's limit of this minute is reached"),
    "40318": Row("late", "published", "queue full"),
    "40006": Row("handset", "published", "the carrier's server does not answer"),
    "40008": Row("handset", "published", "undeliverable, for whatever reason"),
    # "Unowned, deactivated, without credit": the last of them passes.
    "40012": Row("handset", "reading", "the carrier rejects the number"),
    "40004": Row("blocked", "published", "rejected by the carrier, nobody knows why"),
}
TELNYX_CODES: Final[Mapping[str, Why]] = {code: row.why for code, row in ROWS.items()}

# `delivery_unconfirmed` is the end of a text that no carrier said anything of: many never do. It stays a text that
# nobody has said arrived, so that the next channel begins when its time is over.
TEXT_WORDS: Final[Mapping[str, str]] = {
    "queued": "queued",
    "sending": "sending",
    "sent": "sent",
    "delivery_unconfirmed": "sent",
    "delivered": "delivered",
    "read": "read",
    "sending_failed": "failed",
    "delivery_failed": "undelivered",
    "expired": "undelivered",
}
# A call that is over and was not answered by a key reached nobody: who typed their code was heard before.
CALL_WORDS: Final[Mapping[str, str]] = {
    "queued": "queued",
    "initiated": "initiated",
    "ringing": "ringing",
    "answered": "in-progress",
    "in-progress": "in-progress",
    "completed": "ended",
    "busy": "busy",
    "no-answer": "no-answer",
    "canceled": "canceled",
    "failed": "failed",
}


def text_word(status: str | None) -> str:
    """Our word for how far a text came; an unknown one is handed on as it is, and counts for nothing."""
    return TEXT_WORDS.get(status or "", status or "")


def call_word(status: str | None) -> str:
    """Our word for how far a call came."""
    return CALL_WORDS.get(status or "", status or "")
