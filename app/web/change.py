"""One change that is not an incident's, made once however often the button is pressed; a form shown again."""

from collections.abc import Callable

from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, select

from app.journal import newest
from app.tables import asked
from app.web.forms import BadFields
from app.web.here import me, request_key, shell, wants_json
from dispatch.value import Refused

DONE_BEFORE = "This was done already. Reload the page to see it."


def change(act: Callable[[Connection], int]) -> None:
    """Run `act`, which returns the journal's seq, in one transaction. A second press of the same button is
    refused with nothing written: whatever the first one showed once cannot be shown again."""
    here, key, by = shell(), request_key(), me().id
    with here.store.write() as connection:
        known = select(asked.c.seq).where(asked.c.key == key, asked.c.by == by)
        if key is not None and connection.execute(known).first():
            raise Refused(DONE_BEFORE)
        seq = act(connection)
        if key is not None:
            row = {"key": key, "by": by, "stream": "house", "seq": newest(connection), "at": here.clock.now()}
            connection.execute(asked.insert().values(row))
    here.told(seq)


def or_again(
    act: Callable[[], ResponseReturnValue], again: Callable[[dict[str, str]], str]
) -> ResponseReturnValue:
    """Do it, or show the same form again with what was typed and a sentence at each field. Scripts get JSON."""
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
