"""A claimed message as a letter: a subject for a lock screen, the words, and a line that says what is not read."""

from app.claims import Claim
from app.outgoing.text import body_of, told
from app.shell import Shell
from dispatch.messages import NumberCode
from notify.notices import notice
from notify.transport import Letter


def letter_of(shell: Shell, claim: Claim) -> Letter:
    """The letter."""
    settings, message = shell.settings, told(claim)
    words = body_of(shell, claim)
    if isinstance(message, NumberCode):
        words = f"Your code is {message.code}. Type it on your page to prove this address."
    desk = f" The desk: {settings.desk_phone}." if settings.desk_phone else ""
    foot = f"Nobody reads an answer to this letter.{desk}"
    subject = f"{settings.org}: {notice(message)}"
    body = f"{words}\n\n-- \n{settings.org}\n{foot}\n"
    return Letter(claim.address or "", f"DEMO {subject}" if settings.demo else subject, body, str(claim.id))
