"""From a claimed message to a text on the wire: words, link, and a look before anything is sent again."""

import logging
from datetime import timedelta
from zoneinfo import ZoneInfo

from app.outbox import ATTEMPTS_AT_MOST, Claim
from app.shell import Shell
from dispatch.messages import PageResponder
from notify.outcomes import FAILURES, refused
from notify.transport import Outcome, Sighting, Text, Transport
from notify.wording import words

log = logging.getLogger("standby.sender")
LOOK_BACK = timedelta(minutes=1)
STATUS_PATH = "/hooks/twilio/status"


class Sender:
    """Sends one claim at a time; many threads may use one Sender. Nothing here holds a transaction."""

    def __init__(self, shell: Shell, transport: Transport) -> None:
        self._shell = shell
        self._transport = transport
        self._zone = ZoneInfo(shell.settings.zone)

    def send(self, claim: Claim) -> Outcome:
        """Send, or find that it went out already. Never raises for what a network can do."""
        if not claim.phone:
            return Outcome("refused", code="no_phone", permanent=True)
        if self._shell.clock.now() >= claim.lease_until:
            # We stood still for longer than our lease: someone else has it by now, or will. What may have
            # gone out before is still to be looked for.
            return Outcome("ambiguous" if claim.ambiguous else "refused", code="lease_over")
        if claim.attempts > ATTEMPTS_AT_MOST:
            # Every try ended with the process: were it the message that does it, it would do it for ever.
            return Outcome("refused", code="too_many_tries", permanent=True)
        text = self.text(claim)
        if claim.ambiguous:
            seen = self._transport.find(text, claim.owed_at - LOOK_BACK)
            if seen:
                return _found(seen)
        return self._transport.send(text)

    def text(self, claim: Claim) -> Text:
        """The text as it goes out. The link is derived from the page's id, so a retry says the same words."""
        settings = self._shell.settings
        message = claim.message
        link = self._link(message.page) if isinstance(message, PageResponder) else None
        body = words(message, link=link, org=settings.org, demo=settings.demo, zone=self._zone)
        callback = f"{settings.base_url}{STATUS_PATH}?m={claim.id}"
        return Text(claim.phone or "", body, callback, str(claim.id))

    def _link(self, page: str) -> str:
        return f"{self._shell.settings.base_url}/p/{self._shell.page_link_token(page)}"


def _found(seen: tuple[Sighting, ...]) -> Outcome:
    """A text that the provider holds was sent, unless every copy of it came back."""
    going = next((sighting for sighting in seen if sighting.status not in FAILURES), None)
    if going is not None:
        return Outcome("sent", provider_id=going.provider_id)
    return refused(seen[0].code, seen[0].provider_id)
