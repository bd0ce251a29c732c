"""One change that is not an incident's, made once however often the button is pressed; a form shown again."""

from collections.abc import Callable

from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.once import grant, granted
from app.web.forms import BadFields
from app.web.here import me, request_key, shell, wants_json
from dispatch.value import Refused, require

DONE_BEFORE = "This was done already. Reload the page to see it."


def change(act: Callable[[Connection], int]) -> None:
    """Run `act`, which returns the journal's seq, in one transaction. A second press of the same button is
    refused with nothing written: whatever the first one showed once cannot be shown again."""
    here, key, by = shell(), request_key(), me().id
    with here.store.write() as connection:
        require(granted(connection, by, key) is None, DONE_BEFORE)
        seq = act(connection)
        grant(connection, by, key, "house", seq, here.clock.now())
    here.told(seq)


def or_again(
    act: Callable[[], ResponseReturnValue], again: Callable[[dict[str, str]], str]
) -> ResponseReturnValue:
    """Do it, or show the form again with what was typed and a sentence at each field. Scripts get JSON."""
    try:
        return act()
    except BadFields as bad:
        if wants_json():
            raise
        return again(bad.sentences), 422
    except Refused as refused:
        if wants_json():
            raise
        return again({"": refused.sentence}), 409
