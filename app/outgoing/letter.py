"""A claimed message as a letter."""

from app.outbox import Claim
from app.outgoing.text import body_of
from app.shell import Shell
from notify.transport import Letter


def letter_of(shell: Shell, claim: Claim) -> Letter:
    """The letter."""
    return Letter(
        claim.address or "", f"{shell.settings.org}: a message", body_of(shell, claim), str(claim.id)
    )
