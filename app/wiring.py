"""From settings to running parts: the one place that chooses the real ones."""

from pathlib import Path

from app.clock import Clock, SystemClock
from app.seal import Keyring
from app.settings import Settings
from app.shell import Shell
from app.store import Store
from notify.recorder import Recorder
from notify.signature import Signatures
from notify.transport import Transport, Wires
from notify.twilio_wire import TwilioTransport

ROOT = Path(__file__).resolve().parent.parent


def shell_for(settings: Settings, clock: Clock | None = None) -> Shell:
    """Store, clock and keyring for these settings."""
    keyring = Keyring(settings.field_keys, settings.index_key)
    return Shell(Store(settings.database_url), clock or SystemClock(), keyring, settings)


def wires_for(shell: Shell) -> Wires:
    """The providers that are set, by channel, the preferred one first; in the demo the recorder, which sends
    nothing."""
    outside = shell.settings.outside
    twilio = outside.twilio
    if twilio is None:
        assert shell.settings.demo, "settings without a provider are refused at start"
        return carried_by(Recorder(shell.clock.now))
    return {"text": (TwilioTransport(twilio.account_sid, twilio.auth_token, twilio.sender, twilio.api_base),)}


def carried_by(*providers: Transport) -> Wires:
    """Every channel carried by these."""
    return {"text": providers, "call": providers, "push": providers, "email": providers}


def signatures_for(settings: Settings) -> Signatures | None:
    """Who may speak as the provider: nobody when none is set."""
    twilio = settings.outside.twilio
    if twilio is None:
        return None
    tokens = (twilio.auth_token, twilio.auth_token_previous)
    return Signatures(settings.base_url, twilio.account_sid, tokens)
