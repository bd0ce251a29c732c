"""What follows from how a try ended: its next state, when it goes out again, and whether the next one begins. Pure, so
that the outbox and the model of it in the simulator decide alike."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, Protocol

from dispatch.reach import State
from notify.outcomes import DELIVERED, why
from notify.transport import Outcome

ATTEMPTS_AT_MOST: Final = 8
BACKOFF: Final = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 15, 30))
RECONCILE_AFTER: Final = timedelta(seconds=3)
RINGS_FOR: Final = timedelta(seconds=45)
# Refusals after which the same try is worth another time, later, when every provider has said so.
TRIED_AGAIN: Final = frozenset({"rate", "late", "account"})
STOOD_STILL: Final = "lease_over"
STARTING: Final = "starting"
NOT_NOW: Final = frozenset({"unreachable", STARTING, STOOD_STILL})
# Stands among those who refused a try: one of them had said only "not now".
LATER: Final = "later"


class Row(Protocol):
    """A try as it is stored. `reached` is how far it came, `failed` what was said of its loss."""

    @property
    def state(self) -> str: ...
    @property
    def attempts(self) -> int: ...
    @property
    def spare(self) -> bool: ...
    @property
    def available_at(self) -> datetime: ...
    @property
    def reached(self) -> int: ...
    @property
    def failed(self) -> str | None: ...


def stands(row: Row, now: datetime) -> State:
    """As the rules of reach see it."""
    match row.state:
        case "superseded":
            return "dropped"
        case "failed":
            return "lost"
        # A report may be here before its send is settled.
        case "sent" | "sending" | "ambiguous" if row.reached >= DELIVERED:
            return "arrived"
        case "sent" | "sending" | "ambiguous" if row.failed is not None:
            return "lost"
        case "owed" if row.attempts == 0 and (row.spare or row.available_at > now):
            return "waiting"
        case _:
            return "out"


def may_be_tried_again(outcome: Outcome) -> bool:
    """A refusal that says nothing for good: the same request may go through later."""
    return outcome.kind == "refused" and (why(outcome.code) in TRIED_AGAIN or outcome.code in NOT_NOW)


def after(
    attempts: int,
    outcome: Outcome,
    refused_by: Collection[str],
    others: bool,
    now: datetime,
    asked: bool = True,
) -> tuple[str, datetime, bool]:
    """The state, when it is tried again, and whether those who refused it may be asked again. `refused_by`: they,
    and LATER. `others`: somebody who carries its channel has not. `asked`: of an unclear send its provider is asked
    first, whose list lags."""
    if outcome.kind == "sent":
        return "sent", now, False
    # Who texted STOP has said it to us all. That a number is none is one provider's word, until all have said it.
    all_said_it = not others and LATER not in refused_by
    final = (
        outcome.kind == "refused" and outcome.permanent and (all_said_it or why(outcome.code) == "opted_out")
    )
    if attempts >= ATTEMPTS_AT_MOST or final:
        return "failed", now, False
    if outcome.kind == "ambiguous":
        # Once at once: a provider that says so in no time would use up every attempt in no time.
        at_once = not asked and attempts == 1
        return "ambiguous", now if at_once else now + RECONCILE_AFTER, False
    if others:
        return "owed", now, False
    if LATER in refused_by:
        return "owed", now + BACKOFF[min(attempts, len(BACKOFF)) - 1], True
    return "failed", now, False


def refusing(before: tuple[str, ...], provider: str | None, outcome: Outcome) -> tuple[str, ...]:
    """Who has refused it by now, and LATER if one of them said only "not now"."""
    if outcome.kind != "refused":
        return before
    said = (provider, LATER if may_be_tried_again(outcome) else None)
    return (*before, *(one for one in said if one and one not in before))


def begins_next(state: str, outcome: Outcome, others: bool) -> bool:
    """Of something urgent that was not sent and is not lost: does the next try begin beside it? Not when it was refused
    and goes to another one now, nor when it was never sent because we stood still ourselves."""
    goes_on = outcome.kind == "refused" and (others or outcome.code == STOOD_STILL)
    return state in ("owed", "ambiguous") and not goes_on


def patience(channel: str, silent_after: timedelta) -> timedelta:
    """How long a try may stay silent. A call rings for half a minute before anything can be said of it."""
    return max(silent_after, RINGS_FOR) if channel == "call" else silent_after
