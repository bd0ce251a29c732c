"""What the provider's answers mean: to a send, and to the delivery that follows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from notify.own_codes import OWN_CODES
from notify.telnyx_codes import TELNYX_CODES
from notify.transport import Outcome
from notify.why import Why

# The one table. Twilio says its codes may change (its changelog of 2024-07-10), so a code that does not stand
# here is a failure that starts the next channel, and never a reason to give up on a person's number. No code of
# Telnyx's is one of Twilio's here.
CODES: Final[Mapping[str, Why]] = {
    **TELNYX_CODES,
    **OWN_CODES,
    "20429": "rate",  # never processed; safe to send again
    "429": "rate",
    "20500": "unclear",  # may have been sent
    "20503": "unclear",
    "408": "unclear",
    "21211": "number",  # not a phone number
    "21614": "number",  # not a mobile
    "30005": "number",  # nobody has it
    "30006": "number",  # a landline
    "21610": "opted_out",  # the person texted STOP
    "20003": "account",  # our credentials are wrong
    "401": "account",
    "403": "account",
    "21212": "account",  # our sender is not a number
    "21408": "account",  # our account may not text that region
    "21606": "account",  # our sender is not ours
    "21608": "account",  # a trial account
    "21609": "account",  # our callback address is not public
    "30002": "account",  # suspended
    "30007": "account",  # filtered by a carrier
    "30032": "account",  # toll-free number not verified
    "30034": "account",  # 10DLC not registered
    "21611": "late",  # our sender's queue is full
    "30001": "late",  # the same, later
    "30036": "late",  # its validity ended in the queue
    "30003": "handset",  # switched off or out of reach
    "30008": "handset",  # nobody knows
    "30004": "blocked",
}


def why(code: str | None) -> Why:
    return CODES.get(code or "", "unknown")


def answered(http_status: int, code: str | None) -> Outcome:
    """The outcome of a send that a provider answered with anything but success."""
    key = code if code is not None else str(http_status)
    if why(key) == "rate":
        return refused(key)
    if http_status >= 500:
        return ambiguous(key)
    return refused(key)


def refused(code: str | None, provider_id: str | None = None) -> Outcome:
    """A no, by its code: to a send, or later by a delivery that came back `failed` or `undelivered`."""
    reason = why(code)
    if reason == "unclear":
        return ambiguous(code)
    return Outcome(
        "refused",
        provider_id=provider_id,
        code=code,
        permanent=reason in ("number", "opted_out"),
        account_wide=reason == "account",
    )


def ambiguous(code: str | None) -> Outcome:
    return Outcome("ambiguous", code=code)


# `accepted` and `scheduled` come before the queue; a text that is partly delivered may not be readable. A call that
# was picked up (`in-progress`) has reached no person yet: only who types its code (`human`) has heard it.
RANKS: Final[Mapping[str, int]] = {
    "accepted": 1,
    "scheduled": 1,
    "queued": 2,
    "initiated": 2,
    "sending": 3,
    "ringing": 3,
    "sent": 4,
    "in-progress": 4,
    "partially_delivered": 4,
    "delivered": 5,
    "human": 5,
    "shown": 5,
    "read": 6,
    "opened": 6,
}
REACHED: Final[Mapping[int, str]] = {
    0: "unheard",
    1: "accepted",
    2: "queued",
    3: "sending",
    4: "sent",
    5: "delivered",
    6: "read",
}
# `ended`: a call was over and nobody had typed its code; `machine`: a machine picked up; `gone`: the browser takes
# no push any more.
FAILURES: Final[Mapping[str, int]] = {
    "canceled": 1,
    "undelivered": 2,
    "failed": 3,
    "ended": 4,
    "machine": 5,
    "no-answer": 6,
    "busy": 7,
    "gone": 8,
}
DELIVERED: Final = RANKS["delivered"]


def rank(status: str) -> int:
    """How far a text has come; 0 for a failure or for a word that we do not know."""
    return RANKS.get(status, 0)


@dataclass(frozen=True)
class Delivery:
    """All that was heard of one text, whatever the order and however often. Join two with `join`."""

    reached: int = 0
    failed: str | None = None
    code: str | None = None

    @property
    def status(self) -> str:
        """The one word to show. Delivered wins: the text did reach the phone, whatever was said later."""
        if self.failed is not None and self.reached < DELIVERED:
            return self.failed
        return REACHED[self.reached]

    @property
    def lost(self) -> bool:
        """It will not arrive: the next channel starts now."""
        return self.failed is not None and self.reached < DELIVERED


def heard(status: str, code: str | None) -> Delivery:
    """One report from the provider. A code beside `sending` may be stale: only failures carry one."""
    if status in FAILURES:
        return Delivery(failed=status, code=code or None)
    return Delivery(reached=rank(status))


def join(one: Delivery, other: Delivery) -> Delivery:
    """Both reports as one. The order, the grouping and repetition make no difference."""
    worst = max(one, other, key=_failure)
    return Delivery(reached=max(one.reached, other.reached), failed=worst.failed, code=worst.code)


def _failure(delivery: Delivery) -> tuple[int, str]:
    return FAILURES.get(delivery.failed or "", 0), delivery.code or ""
