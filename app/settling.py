"""What came back from the wire, written down, with all that follows from it in the same transaction."""

import logging
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError

from app.carriers import Carriers
from app.claims import Claim, Settled, settle
from app.lost import lost
from app.next_try import STARTING, STOOD_STILL
from app.provider_faults import account_fault
from app.shell import Shell
from app.tables import outbox
from app.tried import begin_next
from app.ways_health import note_refusal
from app.world import policy_of
from dispatch.reach import Reach
from notify.outcomes import Delivery, why
from notify.transport import Outcome

log = logging.getLogger("standby.settling")
# Nobody knows what became of it: it is looked for, and sent again.
OUR_FAULT = Outcome("ambiguous", code="our_fault")
# A refusal that says something of the person's way and nothing of the provider.
OF_THE_WAY = frozenset({"number", "opted_out", "handset", "blocked"})
OF_OURS = frozenset(
    {"no_phone", "no_way", "not_carried", "too_many_tries", STARTING, STOOD_STILL, "our_fault", "not_seen"}
)


def settle_all(
    connection: Connection,
    shell: Shell,
    carriers: Carriers,
    back: list[tuple[Claim, Outcome]],
    now: datetime,
) -> list[str]:
    """Settle each; answers the incidents whose rules failed over it."""
    poisoned = []
    for claim, outcome in back:
        _mark(connection, shell, carriers, claim, outcome, now)
        silent = _reach(connection, claim).silent_after
        asked = not carriers.gives_up(claim.program, claim.channel, claim.provider or "")
        for one in (claim, *claim.beside):
            settled = partial(
                settle,
                connection,
                one,
                now=now,
                others=carriers.named(one.channel),
                silent_after=silent,
                asked=asked,
            )
            try:
                with connection.begin_nested():
                    poisoned += _follow(connection, shell, settled(outcome=outcome), outcome, now)
            except OperationalError:
                raise
            except Exception as fault:  # of this one alone: what else came back is not held up by it
                log.error("what came of %s cannot be written down: %s", one.id, type(fault).__name__)
                settled(outcome=OUR_FAULT)
    return [incident for incident in poisoned if incident]


def _reach(connection: Connection, claim: Claim) -> Reach:
    return policy_of(connection, claim.program).reach if claim.urgent else Reach()


def _mark(
    connection: Connection, shell: Shell, carriers: Carriers, claim: Claim, outcome: Outcome, now: datetime
) -> None:
    """How the provider did."""
    provider, code = claim.provider, outcome.code
    if provider is None or code in OF_OURS:
        return
    if outcome.account_wide:
        account_fault(connection, shell, claim.channel, provider, code, now)
    elif outcome.kind == "sent":
        shell.health.note(claim.program, claim.channel, provider, "good")
    elif why(code) not in OF_THE_WAY:
        silent = outcome.kind == "ambiguous" or code == "unreachable"
        for channel in carriers.carried_by(provider) if silent else (claim.channel,):
            shell.health.note(claim.program, channel, provider, "bad", code)


def _follow(
    connection: Connection, shell: Shell, done: Settled | None, outcome: Outcome, now: datetime
) -> list[str | None]:
    if done is None:
        return []
    claim = done.claim
    reason = why(outcome.code)
    if done.lost and reason in ("number", "opted_out"):
        note_refusal(
            connection,
            shell,
            claim.person,
            claim.way,
            claim.address,
            claim.channel,
            reason,
            outcome.code or "",
            now,
        )
    if done.lost:
        return [lost(connection, shell, claim.delivery, claim.page, outcome.code, now)]
    if done.begin_next:
        begin_next(connection, claim.delivery, now)
    if outcome.kind == "sent" and _came_back(connection, claim):
        # The report of its failure was here before we knew that it was sent.
        return [lost(connection, shell, claim.delivery, claim.page, outcome.code, now)]
    return []


def _came_back(connection: Connection, claim: Claim) -> bool:
    row = connection.execute(select(outbox.c.reached, outbox.c.failed).where(outbox.c.id == claim.id)).one()
    return Delivery(row.reached, row.failed).lost
