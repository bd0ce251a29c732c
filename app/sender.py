"""From a claimed try to the wire: what goes out, and a look before anything is sent again."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from app.claims import LOOKS, Claim
from app.next_try import ATTEMPTS_AT_MOST, STOOD_STILL
from app.outgoing.call import call_of
from app.outgoing.letter import letter_of
from app.outgoing.push import push_of
from app.outgoing.text import text_of
from app.shell import Shell
from app.tables import outbox
from notify.outcomes import FAILURES, refused
from notify.transport import Outcome, Sendable, Sighting, Transport, Wires

log = logging.getLogger("standby.sender")
LOOK_BACK = timedelta(minutes=1)
_OF_OTHERS = select(outbox.c.provider_id).where(
    outbox.c.provider_id.in_(bindparam("ids", expanding=True)),
    outbox.c.id.not_in(bindparam("mine", expanding=True)),
    # Its own text is also known to be that of a page that stood in it.
    outbox.c.bundled_in.is_(None),
)


class Sender:
    """Sends one claim at a time; many threads may use one Sender. Nothing here holds a transaction."""

    def __init__(self, shell: Shell, wires: Wires) -> None:
        self._shell = shell
        self._wires = wires

    def send(self, claim: Claim) -> Outcome:
        """Send, or find that it went out already. Never raises for what a network can do."""
        if not claim.address:
            return Outcome(
                "refused", code="no_phone" if claim.channel in ("text", "call") else "no_way", permanent=True
            )
        wire = self._wire(claim, claim.provider)
        if wire is None:
            return Outcome("refused", code="not_carried", permanent=True)
        if self._shell.clock.now() >= claim.lease_until:
            # We stood still for longer than our lease: someone else has it by now, or will. What may have
            # gone out before is still to be looked for.
            return Outcome("ambiguous" if claim.ambiguous else "refused", code=STOOD_STILL)
        if claim.attempts > ATTEMPTS_AT_MOST:
            # Every try ended with the process: were it the message that does it, it would do it for ever.
            return Outcome("refused", code="too_many_tries", permanent=True)
        if claim.ambiguous and claim.reached:
            # Nobody answered the send, and its provider has spoken of it since: it did go out.
            return Outcome("sent", provider_id=claim.known_as)
        what = self.outgoing(claim)
        if claim.ambiguous and not self._is_given_up(claim):
            known = self._look(claim, what)
            if known is not None:
                return known
        return wire.send(what)

    def outgoing(self, claim: Claim) -> Sendable:
        """What goes out by the claim's channel."""
        match claim.channel:
            case "call":
                return call_of(self._shell, claim)
            case "push":
                return push_of(self._shell, claim)
            case "email":
                return letter_of(self._shell, claim)
            case _:
                return text_of(self._shell, claim)

    def _is_given_up(self, claim: Claim) -> bool:
        """Does who had it before carry nothing, and has another one got it now? A look would hang like the send did."""
        before = claim.looked_for_at
        return before not in (None, claim.provider) and self._shell.health.carries_nothing(
            claim.program, claim.channel, before or ""
        )

    def _look(self, claim: Claim, what: Sendable) -> Outcome | None:
        """What the provider that had it before knows of it; None when it is to be sent again."""
        before = self._wire(claim, claim.looked_for_at)
        seen = before.find(what, self._since(claim)) if before is not None else None
        if seen and (seen := self._not_of_others(claim, seen)):
            return _found(seen)
        if seen is not None and claim.attempts <= LOOKS:
            # Its list may lag behind what it has taken.
            return Outcome("ambiguous", code="not_seen")
        return None

    def _since(self, claim: Claim) -> datetime:
        """The earliest that it can have gone out, by the provider's clock: by as much earlier as ours is ahead of the
        wall. A call has no words to know it by, and is not looked for further back."""
        ahead = min(self._shell.clock.apart, timedelta(0)) if claim.channel == "text" else timedelta(0)
        return (claim.wire_at or claim.owed_at) - LOOK_BACK + ahead

    def _not_of_others(self, claim: Claim, seen: tuple[Sighting, ...]) -> tuple[Sighting, ...]:
        """A call is known by its number and its time alone: one that another try is known to be is not this one."""
        ids = [sighting.provider_id for sighting in seen]
        with self._shell.store.read() as connection:
            others = set(
                connection.scalars(
                    _OF_OTHERS, {"ids": ids, "mine": [one.id for one in (claim, *claim.beside)]}
                )
            )
        return tuple(sighting for sighting in seen if sighting.provider_id not in others)

    def _wire(self, claim: Claim, name: str | None) -> Transport | None:
        carriers = self._wires.get(claim.channel, ())  # type: ignore[call-overload]
        return next((one for one in carriers if name in (None, one.name)), None)


def _found(seen: tuple[Sighting, ...]) -> Outcome:
    """What the provider holds was sent, unless every copy of it came back."""
    going = next((sighting for sighting in seen if sighting.status not in FAILURES), None)
    if going is not None:
        return Outcome("sent", provider_id=going.provider_id)
    return refused(seen[0].code, seen[0].provider_id)
