"""A claimed message as the text that goes out. The link is derived from the page, so a retry says the same words."""

from sqlalchemy import Connection

from app.claims import Claim
from app.outgoing.bundle import joined
from app.outgoing.hooks import hooks_of
from app.phone_owners import mark_at
from app.program_zone import zone_of
from app.shell import Shell
from dispatch.messages import Message, PageResponder, PagesWait
from notify.transport import Text
from notify.wording import words


def text_of(shell: Shell, claim: Claim) -> Text:
    """The words, and where the provider says what became of them. May raise KeyError for a message that this
    version cannot read."""
    callback = f"{shell.settings.base_url}{hooks_of(claim.provider)}/status?m={claim.id}"
    return Text(claim.address or "", body_of(shell, claim), callback, str(claim.id))


def body_of(shell: Shell, claim: Claim) -> str:
    """The words alone, with times of the zone of whoever reads them."""
    settings, message = shell.settings, told(claim)
    with shell.store.read() as connection:
        zone, mark = zone_of(connection, claim.program), _mark(connection, claim)
    if claim.beside and not isinstance(message, PagesWait):
        return joined(settings, (claim, *claim.beside), mark, zone)
    link = link_of(shell, message)
    return words(message, link=link, org=settings.org, demo=settings.demo, zone=zone, mark=mark)


def _mark(connection: Connection, claim: Claim) -> str:
    """Codes are texted back: on a phone that two share they carry their owner's letter."""
    if claim.channel != "text" or not claim.address:
        return ""
    return mark_at(connection, claim.person, claim.address)


def told(claim: Claim) -> Message:
    """The message; several pages that go out together are one."""
    message = claim.message
    if not claim.beside or not isinstance(message, PageResponder):
        return message
    pages = [message, *(one.message for one in claim.beside)]
    answer_by = min(page.answer_by for page in pages if isinstance(page, PageResponder))
    return PagesWait(message.to, message.ref, tuple(page.ref for page in pages), answer_by)


def link_of(shell: Shell, message: Message) -> str | None:
    """Where the message is answered by a tap."""
    if isinstance(message, PageResponder):
        return f"{shell.settings.base_url}/p/{shell.page_link_token(message.page)}"
    return f"{shell.settings.base_url}/tasks" if isinstance(message, PagesWait) else None
