"""A claimed message as a call: its whole script goes with it, so that it is read out whether we are up or not."""

from app.claims import Claim
from app.outgoing.hooks import hooks_of
from app.ringing import opening_script, ringing
from app.shell import Shell
from notify.transport import Call


def call_of(shell: Shell, claim: Claim) -> Call:
    """The script, and where the provider says what became of the call. May raise KeyError for a message that this
    version cannot read."""
    with shell.store.read() as connection:
        call = ringing(connection, claim.id)
    assert call is not None, "a claimed call has its row"
    hooks = hooks_of(claim.provider)
    address = f"{shell.settings.base_url}{hooks}"
    return Call(
        to=claim.address or "",
        script=opening_script(shell, call, f"{hooks}/voice"),
        callback_url=f"{address}/call?m={claim.id}",
        our_id=str(claim.id),
        machine_url=f"{address}/machine?m={claim.id}",
    )
