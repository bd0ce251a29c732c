"""What push services and mail servers say, and what we say of them ourselves, in the classes that we act on."""

from collections.abc import Mapping
from typing import Final

from notify.why import Why

OWN_CODES: Final[Mapping[str, Why]] = {
    "gone": "number",  # the browser takes no push any more (404, 410)
    "bad_keys": "number",  # nothing can be encrypted for it
    "other_key": "number",  # it was made for a key that is ours no more
    "not_a_service": "number",
    "not_an_address": "number",
    # Of mail: what is temporary is tried again, what is final of an address gives it up. Of final answers only
    # those that name the mailbox do so; "554" is said of anything.
    **{f"smtp-{code}": "late" for code in range(400, 500)},
    **{f"smtp-{code}": "number" for code in ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")},
    "smtp-550": "number",
    "smtp-551": "number",
    "smtp-553": "number",
    "smtp-530": "account",  # sign in first
    "smtp-534": "account",
    "smtp-535": "account",  # wrong user or password
    "smtp-538": "account",
    "no_tls": "account",  # the server would have our password in clear
    "bad_certificate": "account",
    "sender": "account",  # it takes no letter from our address
    "policy": "blocked",  # it does not want this letter: filters, a closed group
}
