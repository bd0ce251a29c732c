"""A claimed message as a push: what may stand on a lock screen, where a tap leads, and how it is known to be shown."""

from datetime import datetime, timedelta

from app.claims import Claim
from app.outgoing.text import link_of, told
from app.push_token import token_of
from app.shell import Shell
from dispatch.messages import AreYouOk, Message, PageResponder, PagesWait, RingTest
from notify.notices import notice
from notify.transport import Push

# How long a push service keeps it for a browser that is not there. What has a deadline is worth nothing after it.
LEAST, MOST = timedelta(seconds=30), timedelta(minutes=10)
QUIET = timedelta(hours=6)


def push_of(shell: Shell, claim: Claim) -> Push:
    """The push. The same page has the same tag, so a repeat takes the first one's place."""
    message = told(claim)
    payload = {
        "title": f"DEMO {shell.settings.org}" if shell.settings.demo else shell.settings.org,
        "body": notice(message),
        "tag": claim.page or claim.delivery,
        "url": _path(shell, message),
        "seen": token_of(shell, claim.id),
    }
    valid_for = _worth(message, shell.clock.now())
    return Push(claim.address or "", claim.keys, payload, str(claim.id), valid_for)


def _path(shell: Shell, message: Message) -> str:
    """Of our own site: a browser opens it from wherever it has us."""
    if isinstance(message, RingTest):
        return "/account/ways"
    link = link_of(shell, message)
    return link.removeprefix(shell.settings.base_url) if link else "/"


def _worth(message: Message, now: datetime) -> timedelta:
    match message:
        case PageResponder(answer_by=by) | PagesWait(answer_by=by) | AreYouOk(answer_by=by):
            return min(max(by - now, LEAST), MOST)
        case _:
            return QUIET
