"""The number to call back, from tel: and sip: URIs."""

import re
from urllib.parse import unquote

from app.eido.document import Part
from app.eido.values import Phone

URI = re.compile(r"(?P<scheme>tel|sips?):(?P<user>[^;?@>\s]{1,100})(?P<rest>[^>\s]*)", re.IGNORECASE)
CONTEXT = re.compile(r";phone-context=(\+[\d.()-]{1,20})", re.IGNORECASE)
BARE = re.compile(r"\+?[\d\s().-]{7,30}")

ASKED = "Used the number that a call taker updated, because it was asked for after the call came in."
SHOWN = "Used the number that the call came from."
BRIDGED = "Used the number in a sip: address, because no tel: number was sent."
NO_SERVICE = " It begins with 911: the phone has no service and cannot be called back."


def phone_of(part: Part) -> Phone | None:
    """An updated number wins. Of the others a tel: wins over a sip:, which may be the address of a bridge."""
    part.open()
    updated = part.part("updatedCbn")
    if updated:
        updated.text("$id")
        number = dialled(updated.value.get("updatedCbnIdentifierUri"))
        if number:
            if not _extended(updated.value["updatedCbnIdentifierUri"]):
                updated.take("updatedCbnIdentifierUri")
            return _phone(number, ASKED)
    uris = part.value.get("callBackInformationUri")
    listed = list(enumerate(uris)) if isinstance(uris, list) else []
    listed.sort(key=lambda item: "sip" in str(item[1]).lower()[:5])
    for place, uri in listed:
        number = dialled(uri)
        if number:
            if not _extended(uri):
                part.take("callBackInformationUri", place)
            return _phone(number, BRIDGED if str(uri).lower().startswith("sip") else SHOWN)
    return None


def _phone(number: str, why: str) -> Phone:
    national = number.removeprefix("+1")
    return Phone(number, why + NO_SERVICE if len(national) == 10 and national.startswith("911") else why)


def _extended(uri: str) -> bool:
    """An extension has no place in the number, so such an address stays visible beside it."""
    return ";ext" in uri.lower()


def dialled(uri: object) -> str | None:
    """E.164 where the address says the country, else the digits. None for an address that is no telephone."""
    if not isinstance(uri, str):
        return None
    found = URI.search(uri[:500])
    if found is None:
        return _digits(uri) if BARE.fullmatch(uri.strip()) else None
    user = unquote(found["user"])
    context = CONTEXT.search(found["rest"])
    if context and not user.startswith("+"):
        user = context[1] + user
    return _digits(user) if BARE.fullmatch(user) else None


def _digits(text: str) -> str | None:
    digits = "".join(letter for letter in text if letter in "0123456789")
    if not 7 <= len(digits) <= 15:
        return None
    return f"+{digits}" if text.strip().startswith("+") else digits
