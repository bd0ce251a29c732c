"""The code beside the end of a call: an answer of SIP, whose numbers are those of HTTP and mean other things."""

import re
from typing import Final

MARK: Final = "sip-"
ANSWER: Final = re.compile(r"[1-6][0-9]{2}")
# What was asked for is on its way, or has come: it says nothing of a call that nobody answered with a code.
WELL: Final = ("1", "2")


def call_code(given: str | None) -> str | None:
    """The code of a call as we keep it. One of SIP is marked: a 403 is the carrier's no to one call, and not one to our
    account. None of them gives up a number: a phone that turns a call away, a network without a way there and a number
    that nobody has are all a 404 to one carrier or another."""
    if not given or not ANSWER.fullmatch(given):
        return given or None
    return None if given.startswith(WELL) else MARK + given
