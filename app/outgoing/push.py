"""A claimed message as a push: generic words, for it is shown on a lock screen."""

from app.outbox import Claim
from app.outgoing.text import link_of, told
from app.shell import Shell
from notify.transport import Push


def push_of(shell: Shell, claim: Claim) -> Push:
    """The push."""
    link = link_of(shell, told(claim)) or f"{shell.settings.base_url}/tasks"
    payload = {"title": shell.settings.org, "body": "A message waits for you. Open it.", "url": link}
    return Push(claim.address or "", claim.keys, payload, str(claim.id))
